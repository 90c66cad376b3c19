"""The edge stage as docs/decisions/edges.md writes it, word by word: slow, whole numbers only."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mattebox.matting import Edge

Plane = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Pair = tuple[int, int]


def covered(matte: Plane, edge: Edge, scale: float = 1.0) -> Plane:
    """What becomes of a matte; see `mattebox.matting.cover`."""
    smooth, grow, feather = edge.smooth * scale, edge.grow * scale, edge.feather * scale
    value = matte.astype(np.int64) * 257
    if (edge.clip_black, edge.clip_white) != (0, 1):
        black, white = nearest(65535 * edge.clip_black), nearest(65535 * edge.clip_white)
        over = np.clip(value, black, white) - black
        value = (65535 * over + (white - black) // 2) // (white - black)
    if smooth:
        gain = nearest(256 * math.sqrt(1 + 2 * math.pi * smooth**2))
        value = gaussian(value, smooth)
        value = np.clip(32768 + ((value - 32768) * gain + 128) // 256, 0, 65535)
    if grow > 0:
        value = octagon(value, grow)
    if grow < 0:
        value = 65535 - octagon(65535 - value, -grow)
    if feather:
        value = gaussian(value, feather / 2)
    return ((value + 128) // 257).astype(np.uint8)


def nearest(value: float) -> int:
    """Halves go up, as in JavaScript."""
    return math.floor(value + 0.5)


def moved(value: Whole, down: int, right: int) -> Whole:
    """The pixels so far away, the border repeated."""
    rows = np.clip(np.arange(value.shape[0]) + down, 0, value.shape[0] - 1)
    columns = np.clip(np.arange(value.shape[1]) + right, 0, value.shape[1] - 1)
    return value[np.ix_(rows, columns)]


def gaussian(value: Whole, sigma: float) -> Whole:
    reach = math.ceil(2.5 * sigma)
    bells = [math.exp(-(i**2) / (2 * sigma**2)) for i in range(-reach, reach + 1)]
    sides = [
        nearest(65536 * math.exp(-(i**2) / (2 * sigma**2)) / sum(bells)) for i in range(reach + 1)
    ]
    sides[0] = 65536 - 2 * sum(sides[1:])
    for down, right in ((0, 1), (1, 0)):
        total = sum(
            moved(value, down * i, right * i) * sides[abs(i)] for i in range(-reach, reach + 1)
        )
        value = (np.asarray(total) + 32768) // 65536
    return value


def octagon(value: Whole, radius: float) -> Whole:
    reach = 0.948 * radius
    for down, right, share in ((0, 1, 0.4142), (1, 0, 0.4142), (1, 1, 0.2929), (1, -1, 0.2929)):
        length = share * reach
        whole = math.floor(length)
        part = nearest(256 * (length - whole))
        seen = [moved(value, down * i, right * i) for i in range(-whole, whole + 1)]
        for side in (1, -1):
            near = moved(value, side * down * whole, side * right * whole)
            far = moved(value, side * down * (whole + 1), side * right * (whole + 1))
            seen.append((near * (256 - part) + far * part + 128) // 256)
        value = np.max(seen, axis=0)
    return value


def despilled(
    plane: Whole, matte: Plane, share: Real, reaches: tuple[Pair, Pair], top: int
) -> Real:
    """One plane without the background's colours in its edges, before it is rounded."""
    wide, close = reaches
    picture, alpha = plane.astype(np.float64), matte.astype(np.float64)
    inside, every = boxed(alpha, wide), boxed(picture, wide)
    ours, full = boxed(alpha * picture, wide), boxed(np.full(plane.shape, 255.0), wide)
    first, behind = np.zeros(plane.shape), np.zeros(plane.shape)
    for place in zip(*np.nonzero(inside), strict=True):
        own = ours[place] / inside[place]
        rest = full[place] - inside[place]
        back = (255 * every[place] - ours[place]) / rest if rest else own
        found = unmixed(picture[place], alpha[place] / 255, own, back, top)
        first[place], behind[place] = nearest(64 * found), nearest(64 * back)
    near, full = boxed(alpha, close), boxed(np.full(plane.shape, 255.0), close)
    ours, theirs = boxed(alpha * first, close), boxed((255 - alpha) * behind, close)
    cleaned = picture.copy()
    for place in zip(*np.nonzero(inside), strict=True):
        own = (ours[place] / near[place] if near[place] else first[place]) / 64
        rest = full[place] - near[place]
        back = theirs[place] / rest / 64 if rest else own
        found = unmixed(picture[place], alpha[place] / 255, own, back, top)
        cleaned[place] += share[place] * (found - picture[place])
    return cleaned


def unmixed(sample: float, covered: float, own: float, behind: float, top: int) -> float:
    found = own + covered * (sample - covered * own - (1 - covered) * behind)
    return min(max(found, 0), top)


def boxed(value: Real, reach: Pair) -> Real:
    """Sums over the box around each pixel, the border repeated."""
    down, across = reach
    wide = np.pad(value, ((down, down), (across, across)), mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(wide, (2 * down + 1, 2 * across + 1))
    return np.asarray(views.sum(axis=(2, 3)))
