"""The edge stage's coverage: mattes clipped, smoothed, grown and feathered in whole numbers.

The page's shaders compute the same; docs/decisions/edges.md is the arithmetic of both.
"""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.matting.edge import Edge

Plane = npt.NDArray[np.uint8]
Values = npt.NDArray[np.uint16]

FULL = 65535
_HALF = 32768
_BORDER = cv2.BORDER_REPLICATE
_ACROSS, _DOWN, _FALLING, _RISING = (0, 1), (1, 0), (1, 1), (1, -1)
# An octagon as wide as a disc on average, and its segments' half lengths over its reach.
_OCTAGON, _STRAIGHT, _DIAGONAL = 0.948, 0.4142, 0.2929


def cover(matte: Plane, edge: Edge, scale: float = 1.0) -> Plane:
    """Compute an object's edge on its matte.

    Args:
        matte: ``(H, W) uint8`` at working size.
        edge: Its settings; despill is about colours and not looked at here.
        scale: Working height over the source's, which lengths are multiplied by.

    Returns:
        ``(H, W) uint8``; the matte itself where the edge leaves it as it is.
    """
    if edge.keeps_coverage or not matte.size:
        return matte
    curve = _clipped(edge.clip_black, edge.clip_white)
    smooth, grow, feather = (length * scale for length in (edge.smooth, edge.grow, edge.feather))
    reach = _reach(smooth) + _grown_reach(grow) + _reach(feather / 2)
    kept = np.asarray(cv2.LUT(matte, (curve > 0).astype(np.uint8)), np.uint8)
    box = _around(kept, reach + 1)
    covered = np.zeros_like(matte)
    if not matte[box].size:
        return covered
    values = np.asarray(cv2.LUT(matte[box], curve), np.uint16)
    if smooth > 0:
        values = _steep(_blurred(values, smooth), smooth)
    if grow > 0:
        values = _grown(values, grow)
    elif grow < 0:
        values = FULL - _grown(FULL - values, -grow)
    if feather > 0:
        values = _blurred(values, feather / 2)
    covered[box] = (values.astype(np.uint32) + np.uint32(128)) // np.uint32(257)
    return covered


def rounded(value: float) -> int:
    """The nearest whole number; halves go up."""
    return math.floor(value + 0.5)


@lru_cache(maxsize=64)
def _clipped(clip_black: float, clip_white: float) -> Values:
    """The values of 16 bits that the codes 0 to 255 become."""
    black, white = rounded(FULL * clip_black), rounded(FULL * clip_white)
    above = np.clip(257 * np.arange(256), black, white) - black
    return ((FULL * above + (white - black) // 2) // (white - black)).astype(np.uint16)


def _around(marks: Plane, margin: int) -> tuple[slice, slice]:
    """The box that holds everything above 0 and a margin, within the picture."""
    left, top, width, height = cv2.boundingRect(marks)
    if not width:
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(0, top - margin), top + height + margin),
        slice(max(0, left - margin), left + width + margin),
    )


def _reach(sigma: float) -> int:
    """How far a Gaussian reaches."""
    return math.ceil(2.5 * sigma)


def _grown_reach(radius: float) -> int:
    octagon = _OCTAGON * abs(radius)
    return math.ceil(_STRAIGHT * octagon) + 2 * math.ceil(_DIAGONAL * octagon)


@lru_cache(maxsize=64)
def gaussian(sigma: float) -> tuple[int, ...]:
    """The weights of a Gaussian from its middle outwards; both sides together are 65536.

    Args:
        sigma: In pixels.
    """
    # Not squared first: what is very small would become 0.
    bells = [math.exp(-0.5 * (i / sigma) * (i / sigma)) for i in range(1, _reach(sigma) + 1)]
    total = 1 + 2 * sum(bells)
    sides = [rounded(65536 * bell / total) for bell in bells]
    return (65536 - 2 * sum(sides), *sides)


def _blurred(values: Values, sigma: float) -> Values:
    weights = gaussian(sigma)
    kernel = np.array([*weights[:0:-1], *weights], np.float32)
    alone = np.ones(1, np.float32)
    for across, down in ((kernel, alone), (alone, kernel)):
        # Each byte alone times whole weights sums up to less than 2**24: exact in 32-bit floats.
        high, low = (
            cv2.sepFilter2D(part.astype(np.float32), -1, across, down, borderType=_BORDER)
            for part in (values >> 8, values & 255)
        )
        total = (high.astype(np.uint32) << np.uint32(8)) + low.astype(np.uint32)
        values = ((total + np.uint32(_HALF)) >> np.uint32(16)).astype(np.uint16)
    return values


def _steep(values: Values, sigma: float) -> Values:
    """A blurred contour as hard as it was."""
    gain = rounded(256 * math.sqrt(1 + 2 * math.pi * sigma * sigma))
    return np.asarray(_steeper(gain)[values], np.uint16)


@lru_cache(maxsize=16)
def _steeper(gain: int) -> Values:
    values = np.arange(FULL + 1, dtype=np.int64)
    steep: Values = np.clip(_HALF + (((values - _HALF) * gain + 128) >> 8), 0, FULL).astype("u2")
    return steep


def _grown(values: Values, radius: float) -> Values:
    octagon = _OCTAGON * radius
    for direction in (_ACROSS, _DOWN):
        values = _largest_along(values, direction, _STRAIGHT * octagon)
    for direction in (_FALLING, _RISING):
        values = _largest_along(values, direction, _DIAGONAL * octagon)
    return values


def _largest_along(values: Values, direction: tuple[int, int], length: float) -> Values:
    """The largest value along a segment through each pixel.

    Args:
        values: ``(H, W) uint16``.
        direction: A step along the segment, down and to the right.
        length: Half of it, in steps.
    """
    whole = math.floor(length)
    part = rounded(256 * (length - whole))
    largest = values
    if whole:
        largest = np.asarray(
            cv2.dilate(values, _line(direction, whole), borderType=_BORDER), np.uint16
        )
    if not part:
        return largest
    margin = whole + 1
    beyond = cv2.copyMakeBorder(values, margin, margin, margin, margin, _BORDER)
    height, width = values.shape
    for side in (1, -1):
        near, far = (
            beyond[margin + steps * down :, margin + steps * right :][:height, :width]
            for steps in (side * whole, side * margin)
            for down, right in (direction,)
        )
        # The end counts only where the pixel beyond it is larger than the last whole one.
        more = cv2.subtract(far, near).astype(np.uint32)
        end = near + ((more * np.uint32(part) + np.uint32(128)) >> np.uint32(8)).astype(np.uint16)
        largest = np.maximum(largest, end)
    return largest


def _line(direction: tuple[int, int], whole: int) -> Plane:
    size = 2 * whole + 1
    if direction == _ACROSS:
        return np.ones((1, size), np.uint8)
    if direction == _DOWN:
        return np.ones((size, 1), np.uint8)
    falling = np.eye(size, dtype=np.uint8)
    return falling if direction == _FALLING else falling[::-1].copy()
