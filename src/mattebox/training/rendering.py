"""How a crop sees moving layers: drawn, laid over each other, smeared."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.propagation.region import Region
from mattebox.training.layers import GRID, Box, FloatArray, Motion, Pixels, bounds

_BLOCK = 32


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
