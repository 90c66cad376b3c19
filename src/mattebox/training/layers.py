"""Pictures that move, and how a crop sees them.

A layer keeps its colours multiplied by its alpha, four channels in one array: bending, shrinking
and laying over are then exact at soft edges, and each costs one pass.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.propagation.region import Region

Pixels = NDArray[np.uint8]
FloatArray = NDArray[np.float32]
Box = tuple[float, float, float, float]
GRID = 4
"""Control points of a warp along each side."""

_BLOCK = 32
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


# --- motion -------------------------------------------------------------------------------------


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


# --- pictures -----------------------------------------------------------------------------------


def render(motion: Motion, frame: int, region: Region, size: int) -> Pixels | None:
    """Draw a layer as a crop sees it.

    Args:
        motion: The layer.
        frame: Which frame of its way.
        region: The crop, on the canvas.
        size: Side of the result.

    Returns:
        `(size, size, 4) uint8`, or None where the crop sees nothing of it.
    """
    if not motion.fills and not _meets(bounds(motion, frame), region):
        return None
    back = cv2.invertAffineTransform(motion.maps[frame])
    zoom = np.array([[region.width / size, 0, region.x], [0, region.height / size, region.y]])
    whole = back @ np.vstack([zoom, (0, 0, 1)])
    whole[:, 2] -= 0.5
    warp = motion.warps[frame]
    xs, ys = (_places(warp[..., axis], whole[axis], size) for axis in (0, 1))
    border = cv2.BORDER_REFLECT if motion.fills else cv2.BORDER_CONSTANT
    seen = cv2.remap(motion.pixels, xs, ys, cv2.INTER_LINEAR, borderMode=border, borderValue=0)
    return np.asarray(seen, np.uint8)


def _meets(box: Box, region: Region) -> bool:
    across = box[0] < region.x + region.width and box[2] > region.x
    return across and box[1] < region.y + region.height and box[3] > region.y


def _places(warp: FloatArray, affine: NDArray[np.float64], size: int) -> FloatArray:
    """Return one coordinate of where each pixel comes from: an affine map and a smooth bend."""
    basis = _basis(size)
    weights = np.zeros((GRID + 2, GRID + 2), np.float32)
    weights[:GRID, :GRID] = warp
    weights[GRID, GRID:] = affine[2], affine[0]
    weights[GRID + 1, GRID] = affine[1]
    # In blocks, because BLAS starts threads for larger products and then waits for them.
    blocks = basis.reshape(-1, min(_BLOCK, size), GRID + 2) if size % _BLOCK == 0 else basis[None]
    return np.asarray((blocks @ (weights @ basis.T)).reshape(size, size), np.float32)


@lru_cache(maxsize=8)
def _basis(size: int) -> FloatArray:
    """Return `(size, GRID + 2) float32`: cubic weights of the control points, one, and place."""
    cubic = cv2.resize(np.eye(GRID, dtype=np.float32), (GRID, size), interpolation=cv2.INTER_CUBIC)
    places = np.arange(size, dtype=np.float32) + 0.5
    return np.column_stack([cubic, np.ones_like(places), places]).astype(np.float32)


def over(below: Pixels, front: Pixels) -> Pixels:
    """Lay a drawn layer `(S, S, 4)` over a picture `(S, S, 4)`; the picture's alpha is void."""
    through = cv2.bitwise_not(cv2.extractChannel(front, 3))
    dimmed = cv2.multiply(below, cv2.merge([through] * 4), scale=1 / 255)
    return np.asarray(cv2.add(dimmed, front), np.uint8)


def smeared(pixels: Pixels, dx: float, dy: float) -> Pixels:
    """Smear a drawn layer or a picture along a way of at most a dozen pixels."""
    reach = float(np.hypot(dx, dy))
    if reach < 1:
        return pixels
    half = int(np.ceil(min(reach, 12) / 2))
    dx, dy = dx * half / reach, dy * half / reach
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    tip = (round(half + dx), round(half + dy))
    cv2.line(kernel, (2 * half - tip[0], 2 * half - tip[1]), tip, 1.0)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), np.uint8)
