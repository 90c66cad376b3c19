"""The picture of the sample clip: a clownfish on a reef, drawn with numpy.

The fish swims right, passes partly behind sea grass and a rock, turns, and comes back closer to
the camera. Texture, soft light, haze and grain make it look enough like footage that a network
trained on photographs is at home in it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 1280, 720
Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

MARGIN = 160  # what the moving camera may see beyond the first picture


def fractal(rng: np.random.Generator, height: int, width: int, coarse: int, octaves: int) -> Floats:
    """Smooth noise of several sizes, `(height, width)` in [0, 1]."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(coarse >> octave, 1)
        rows, columns = height // cell + 3, width // cell + 3
        grid = rng.random((rows, columns), np.float32)
        size = (columns * cell, rows * cell)
        layer = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        total += np.asarray(layer, np.float32)[:height, :width] / 2**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / (high - low)


def smoothstep(low: float, high: float, value: npt.ArrayLike) -> Floats:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _color(red: float, green: float, blue: float) -> Floats:
    return np.asarray([red, green, blue], np.float32)


def mix(a: Floats, b: Floats, t: Floats) -> Floats:
    """From a to b by t, broadcast over colours."""
    return a + (b - a) * t[..., None]


class Layer:
    """A picture with transparency before the camera, kept only where there is something.

    Args:
        color: `(HEIGHT, WIDTH + 2 * MARGIN, 3)` in [0, 255].
        alpha: `(HEIGHT, WIDTH + 2 * MARGIN)` in [0, 1].
        depth: How far it moves with the camera; 1 is the plane of the fish.
    """

    def __init__(self, color: Floats, alpha: Floats, depth: float) -> None:
        rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
        self._top, self._left = int(rows[0]), int(columns[0])
        part = (slice(self._top, int(rows[-1]) + 1), slice(self._left, int(columns[-1]) + 1))
        self._color, self._alpha = color[part], alpha[part]
        self._depth = depth

    def over(self, picture: Floats, matte: Floats, shift: float) -> None:
        """Paint it onto a picture and out of a matte, moved left by `shift` at depth 1."""
        rows, columns = self._alpha.shape
        at = self._left - MARGIN - shift * self._depth
        left = max(int(np.floor(at)), 0)
        width = min(int(np.ceil(at)) + columns, WIDTH) - left
        move = np.asarray([[1, 0, at - left], [0, 1, 0]], np.float32)
        alpha = np.asarray(cv2.warpAffine(self._alpha, move, (width, rows)))
        color = np.asarray(cv2.warpAffine(self._color, move, (width, rows)))
        part = (slice(self._top, self._top + rows), slice(left, left + width))
        picture[part] += (color - picture[part]) * alpha[..., None]
        matte[part] *= 1 - alpha


def ridge(
    rng: np.random.Generator,
    base: float,
    swing: float,
    depth: float,
    tint: tuple[float, float, float],
) -> Layer:
    """A line of rocks from one side to the other, hazy with distance."""
    width = WIDTH + 2 * MARGIN
    crest = fractal(rng, 1, width, 256, 6)[0] * swing
    top = base - crest
    y = np.arange(HEIGHT, dtype=np.float32)[:, None]
    alpha = smoothstep(-1.5, 1.5, y - top[None, :])
    stone = fractal(rng, HEIGHT, width, 64, 6)
    light = np.clip(1.15 - (y - top[None, :]) / 260, 0.35, 1.15)
    relief = 0.6 + 0.8 * (stone - np.roll(stone, 3, axis=0)) * 6 + 0.25 * stone
    shade = np.clip(relief, 0.3, 1.4) * light
    return Layer(_color(*tint) * shade[..., None], alpha, depth)


def boulder(
    rng: np.random.Generator, x: float, y: float, radii: tuple[float, float], depth: float
) -> Layer:
    """A rock grown over with algae and coral crust."""
    width = WIDTH + 2 * MARGIN
    yy, xx = np.mgrid[0:HEIGHT, 0:width].astype(np.float32)
    u, v = (xx - x - MARGIN) / radii[0], (yy - y) / radii[1]
    bumps = fractal(rng, HEIGHT, width, 128, 6)
    reach = np.sqrt(u * u + v * v) + (bumps - 0.5) * 0.7
    alpha = 1 - smoothstep(0.985, 1.015, reach)
    fine = fractal(rng, HEIGHT, width, 24, 5)
    relief = (bumps - np.roll(bumps, 5, axis=0)) * 9 + (fine - np.roll(fine, 2, axis=0)) * 2.2
    shade = np.clip(0.62 - 0.42 * v + relief, 0.12, 1.5)
    stone = np.broadcast_to(_color(96, 84, 92), (*v.shape, 3))
    color = mix(stone, _color(92, 112, 62), smoothstep(0.45, 0.7, fine))
    crust = smoothstep(0.62, 0.72, np.roll(bumps, 90, axis=1)) * smoothstep(0.3, 0.6, fine)
    color = mix(color, _color(150, 74, 108), crust)
    return Layer(np.asarray(color * shade[..., None], np.float32), alpha, depth)


class Water:
    """What lies behind everything: water, and beams of light from above.

    Drawn at half size; there is nothing sharp in it.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        height, width = HEIGHT // 2, WIDTH // 2
        self._y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        down = np.broadcast_to(self._y, (height, width))
        top, middle, deep = _color(126, 200, 214), _color(44, 132, 170), _color(14, 62, 100)
        water = mix(np.broadcast_to(top, (*down.shape, 3)), middle, smoothstep(0, 0.5, down))
        water = mix(water, deep, smoothstep(0.4, 0.9, down))
        self._water = water * (0.9 + 0.2 * fractal(rng, height, width, 160, 4)[..., None])
        self._beams = fractal(rng, 1, 4 * width, 48, 3)
        # Beams fan out from a point above the picture.
        x = np.arange(width, dtype=np.float32)[None, :]
        self._fan = np.asarray((x - 0.3 * width) / (1 + self._y) + width, np.float32)

    def picture(self, seconds: float, shift: float) -> Floats:
        """`(HEIGHT, WIDTH, 3)` in [0, 255]."""
        still = self._beam(self._fan - shift * 0.1)
        moving = self._beam(self._fan * 1.7 + 40 * seconds)
        strength = smoothstep(0.35, 0.95, still * 0.65 + moving * 0.35) * (1 - self._y) ** 1.3
        picture = self._water + _color(70, 66, 48) * strength[..., None]
        return np.asarray(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))

    def _beam(self, at: Floats) -> Floats:
        return np.asarray(cv2.remap(self._beams, at, np.zeros_like(at), cv2.INTER_LINEAR))


class Grass:
    """Blades that sway before the fish."""

    def __init__(self, rng: np.random.Generator, roots: list[float], depth: float) -> None:
        self.depth = depth
        self._blades = [
            (root + float(rng.normal(0, 16)), float(rng.uniform(0.75, 1.15)),
             float(rng.uniform(0, 6.3)), float(rng.uniform(8, 15)), float(rng.uniform(0.75, 1.2)))
            for root in roots
        ]  # fmt: skip

    def over(self, picture: Floats, matte: Floats, seconds: float, shift: float) -> None:
        """Paint the blades, each a ribbon that is brighter along its middle."""
        along = np.linspace(0, 1, 36, dtype=np.float32)
        ink = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        cover = np.zeros((HEIGHT, WIDTH), np.uint8)
        for root, length, phase, thick, bright in self._blades:
            sway = 46 * along**1.6 * np.sin(1.5 * seconds + phase + 2.2 * along)
            x = root - shift * self.depth + sway
            y = 735 - 520 * length * along
            half = thick * (1 - along**2.5) + 1
            for part, tint in ((1.0, 0.62), (0.62, 0.9), (0.22, 1.12)):
                left = np.stack([x - half * part, y], 1)
                right = np.stack([x + half * part, y], 1)[::-1]
                outline = np.round(np.concatenate([left, right]) * 16).astype(np.int32)
                color = tuple(float(c) * tint * bright for c in (66, 118, 58))
                cv2.fillPoly(ink, [outline], color, cv2.LINE_AA, 4)
                cv2.fillPoly(cover, [outline], 255, cv2.LINE_AA, 4)
        top = max(int(cover.any(axis=1).argmax()) - 4, 0)
        columns = np.flatnonzero(cover.any(axis=0))
        box = (slice(top, HEIGHT), slice(max(int(columns[0]) - 4, 0), int(columns[-1]) + 5))
        blades = np.asarray(cv2.GaussianBlur(ink[box], (0, 0), 1.1), np.float32)
        alpha = np.asarray(cv2.GaussianBlur(cover[box], (0, 0), 1.1), np.float32) / 255
        darker = np.linspace(1.25, 0.55, HEIGHT, dtype=np.float32)[top:, None, None]
        picture[box] *= 1 - alpha[..., None]
        picture[box] += blades * darker
        matte[box] *= 1 - alpha


def grain(rng: np.random.Generator) -> Floats:
    """Film grain to be rolled over the pictures, `(HEIGHT, WIDTH, 1)`."""
    noise = rng.normal(0, 3.2, (HEIGHT, WIDTH)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.6, np.float32)[..., None]
