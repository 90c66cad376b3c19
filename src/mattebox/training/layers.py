"""Pictures that move: what they are, and the way they go.

A layer keeps its colours multiplied by its alpha, four channels in one array: bending, shrinking
and laying over are then exact at soft edges, and each costs one pass.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
FloatArray = NDArray[np.float32]
Box = tuple[float, float, float, float]
GRID = 4
"""Control points of a warp along each side."""

_CHANGE = np.array([0.15, 0.08, 0.04, 0.06])
"""How much angle, size, aspect and shear change from frame to frame at a pace of 1."""

_KEPT = np.array([1.0, 0.95, 0.8, 0.8])
"""How much of a change stays: things turn on, but do not stretch without end."""


@dataclass(frozen=True)
class Layer:
    """A picture and where its object is.

    Attributes:
        image: `(H, W, 4) uint8` RGB; the fourth channel is void.
        alpha: The object, `(H, W) uint8`.
    """

    image: Pixels
    alpha: Pixels


@dataclass(frozen=True)
class Motion:
    """A layer's way through a clip.

    Attributes:
        pixels: `(H, W, 4) uint8`: colours times alpha, and alpha. Where it `fills`, the colours
            as they are, and the object's mask.
        box: Where the object is in it, in its own pixels.
        maps: One a frame, `(2, 3) float32`: from the layer's pixels to the canvas.
        warps: One a frame, `(GRID, GRID, 2) float32`: by how many of its pixels the layer is bent.
        fills: Whether the picture goes on, mirrored, beyond its border.
    """

    pixels: Pixels
    box: Box
    maps: tuple[FloatArray, ...]
    warps: tuple[FloatArray, ...]
    fills: bool = False


def cut_out(layer: Layer, longest: float) -> Motion:
    """Return a layer's object at rest, shrunk so that its longer side is at most `longest`.

    Shrinking once, properly, spares every frame the jagged edges of drawing from too large a
    picture.
    """
    alpha = layer.alpha
    pixels = np.asarray(cv2.multiply(layer.image, cv2.merge([alpha] * 4), scale=1 / 255), np.uint8)
    cv2.insertChannel(alpha, pixels, 3)
    scale = min(1.0, longest / max(alpha.shape))
    if scale < 1:
        size = (max(4, round(alpha.shape[1] * scale)), max(4, round(alpha.shape[0] * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _still(pixels, (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0])), False)


def filling(pixels: Pixels, box: Box | None = None) -> Motion:
    """Return a picture `(H, W, 4) uint8` at rest that goes on beyond its border."""
    whole = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
    return _still(pixels, box or whole, True)


def bordered(layer: Layer) -> tuple[Pixels, int]:
    """Return a layer as `(H, W, 4) uint8` with a mirrored border, and the border's width.

    The picture is mirrored everywhere. The object is mirrored only where it touches the border,
    so that it goes on there; elsewhere its mirror image is another object of the same look.
    """
    image, alpha = layer.image, layer.alpha
    width = min(max(image.shape[:2]) // 3, min(image.shape[:2]) - 1)
    sides = (width, width, width, width)
    framed = np.asarray(cv2.copyMakeBorder(image, *sides, cv2.BORDER_REFLECT), np.uint8)
    mask = alpha
    for rim, where in (
        (alpha[0], (width, 0, 0, 0)),
        (alpha[-1], (0, width, 0, 0)),
        (alpha[:, 0], (0, 0, width, 0)),
        (alpha[:, -1], (0, 0, 0, width)),
    ):
        border = cv2.BORDER_REFLECT if rim.any() else cv2.BORDER_CONSTANT
        top, bottom, left, right = where
        mask = np.asarray(cv2.copyMakeBorder(mask, top, bottom, left, right, border), np.uint8)
    cv2.insertChannel(mask, framed, 3)
    return framed, width


def _still(pixels: Pixels, box: Box, fills: bool) -> Motion:
    return Motion(pixels, box, (np.eye(2, 3, dtype=np.float32),), (_flat(),), fills)


def _flat() -> FloatArray:
    return np.zeros((GRID, GRID, 2), np.float32)


def placed(still: Motion, width: float, height: float, centre: tuple[float, float]) -> Motion:
    """Return a layer stretched to a size on the canvas, its middle at a place."""
    tall, wide = still.pixels.shape[:2]
    across, down = width / wide, height / tall
    x, y = centre[0] - width / 2, centre[1] - height / 2
    move = np.array([[across, 0, x], [0, down, y]], np.float32)
    return Motion(still.pixels, still.box, (move,), (_flat(),), still.fills)


def drift(
    still: Motion,
    centre: tuple[float, float],
    scale: float,
    *,
    pace: float,
    count: int,
    random: Generator,
    speed: float = 0.07,
    bend: float = 0.03,
) -> Motion:
    """Let a layer move, turn, stretch and bend.

    Args:
        still: The layer.
        centre: Where its middle is in the first frame.
        scale: Canvas pixels per layer pixel in the first frame.
        pace: How much it changes from frame to frame; 1 is a lively object.
        count: Frames.
        random: Where chance comes from.
        speed: How far it goes from frame to frame, as a share of its size.
        bend: How far it bends from frame to frame, as a share of its object's size.
    """
    height, width = still.pixels.shape[:2]
    middle = np.array([width / 2, height / 2], np.float32)
    size = max(still.box[2] - still.box[0], still.box[3] - still.box[1])
    # What is small in a large picture moves with the camera as well as by itself.
    extent = np.sqrt(size * max(width, height)) * scale
    pose = np.array([random.normal(0, 0.12), np.log(scale), random.normal(0, 0.06), 0.0])
    start = pose.copy()
    place = np.array(centre, np.float32)
    velocity = random.normal(0, speed * pace, 2) * extent
    warp = _flat()
    maps, warps = [], []
    for _ in range(count):
        linear = _affine(*pose)
        maps.append(np.column_stack([linear, place - linear @ middle]).astype(np.float32))
        warps.append(warp)
        pose = start + (pose - start) * _KEPT + random.normal(0, pace * _CHANGE)
        place = place + velocity + random.normal(0, 0.6 * speed * pace, 2) * extent
        more = random.normal(0, bend * pace, warp.shape) * size
        warp = (0.8 * warp + more).astype(np.float32)
    return Motion(still.pixels, still.box, tuple(maps), tuple(warps), still.fills)


def _affine(angle: float, log_scale: float, log_aspect: float, shear: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    across, down = np.exp(log_scale + log_aspect), np.exp(log_scale - log_aspect)
    return np.asarray(turn @ np.array([[across, shear * across], [0, down]]), np.float32)


def bounds(motion: Motion, frame: int) -> Box:
    """Return a box on the canvas, `(x0, y0, x1, y1)`, that the object does not leave."""
    x0, y0, x1, y1 = motion.box
    # Between its control points a cubic surface goes a little beyond them.
    slack = 1.3 * float(np.abs(motion.warps[frame]).max())
    x0, y0, x1, y1 = x0 - slack, y0 - slack, x1 + slack, y1 + slack
    corners = np.array([(x0, y0, 1), (x1, y0, 1), (x0, y1, 1), (x1, y1, 1)], np.float32)
    moved = corners @ motion.maps[frame].T
    low, high = moved.min(0), moved.max(0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
