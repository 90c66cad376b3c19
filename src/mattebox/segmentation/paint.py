"""Strokes and lassos as pixels, and what was painted by hand kept above the network's mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.segmentation.prompts import Box, Brush, Lasso, Point
from mattebox.segmentation.window import Window

Mask = NDArray[np.uint8]

FINER = 4
"""Shapes are drawn so many times larger, a side, and shrunk: their edges are soft by one pixel."""

FINER_REACH = 2
"""That of strokes with a wide brush, whose edges are found by their distance from the stroke."""
MOST_DRAWN = 1 << 26
"""A stroke is such a one where it would draw more pixels than these."""

_SHIFT = 4
_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Cover:
    """How much of each pixel a shape covers.

    Attributes:
        window: The part of the frame that is given; nothing is covered outside of it.
        share: `(height, width) uint8` of the window: 255 where a pixel is covered whole.
    """

    window: Window
    share: Mask


def cover(shape: Box | Brush | Lasso, size: tuple[int, ...]) -> Cover:
    """Which pixels a box or lasso surrounds, or a stroke passes over.

    Args:
        shape: What was drawn.
        size: Shape of the frame, `(H, W, ...)`.
    """
    radius = 0.0
    if isinstance(shape, Box):
        left, top, right, bottom = shape.box
        points: Sequence[Point] = ((left, top), (right, top), (right, bottom), (left, bottom))
    else:
        points = shape.points
    places = np.array(points, np.float64) * (size[1], size[0])
    if isinstance(shape, Brush):
        radius = shape.radius * min(size[:2])
    window = _window(places, radius, size)
    within = places - (window.left, window.top)
    if not isinstance(shape, Brush):
        canvas = _canvas(window, FINER)
        cv2.fillPoly(canvas, [_corners(within, FINER)], 255, cv2.LINE_8, _SHIFT)
    elif len(places) * (2 * radius * FINER) ** 2 <= MOST_DRAWN:
        canvas = _drawn(within, radius, window)
    else:
        canvas = _reached(within, radius, window)
    share = cv2.resize(canvas, (window.width, window.height), interpolation=cv2.INTER_AREA)
    return Cover(window, np.asarray(share, np.uint8))


def _drawn(places: NDArray[np.float64], radius: float, window: Window) -> Mask:
    """A stroke, larger than its window; the cost rises with length and radius."""
    canvas = _canvas(window, FINER)
    corners = _corners(places, FINER)
    if len(corners) == 1:
        x, y = (int(value) for value in corners[0, 0])
        # OpenCV fills what a shape's line touches as well, half a pixel more.
        reach = max(1, round((radius * FINER - 0.5) * (1 << _SHIFT)))
        cv2.circle(canvas, (x, y), reach, 255, cv2.FILLED, cv2.LINE_8, _SHIFT)
    else:
        thickness = max(1, round(2 * radius * FINER))
        cv2.polylines(canvas, [corners], False, 255, thickness, cv2.LINE_8, _SHIFT)
    return canvas


def _reached(places: NDArray[np.float64], radius: float, window: Window) -> Mask:
    """A stroke, larger than its window; the cost rises with the window."""
    way = 255 - _canvas(window, FINER_REACH)
    # Its last point twice: a line of one point is none. What is on the frame's edge is not drawn.
    drawn = np.minimum([*places, places[-1]], (window.width - 0.5, window.height - 0.5))
    cv2.polylines(way, [_corners(drawn, FINER_REACH)], False, 0, 1, cv2.LINE_8, _SHIFT)
    away = cv2.distanceTransform(way, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(255 * np.clip(radius * FINER_REACH + 0.5 - away, 0, 1), np.uint8)


def _canvas(window: Window, finer: int) -> Mask:
    return np.zeros((window.height * finer, window.width * finer), np.uint8)


def _corners(places: NDArray[np.float64], finer: int) -> NDArray[np.int32]:
    # OpenCV puts whole coordinates on pixel centres.
    fine = places * finer - 0.5
    return np.rint(fine * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)


@dataclass(frozen=True)
class Paint:
    """What was painted by hand, as a layer over a mask; a new one for each change.

    Attributes:
        value: `(H, W) uint8`: what is painted, weighted by how much of the pixel is.
        share: `(H, W) uint8`: how much of the pixel is painted.
    """

    value: Mask
    share: Mask

    @staticmethod
    def nothing(size: tuple[int, ...]) -> Paint:
        """No paint on a frame of shape `(H, W, ...)`."""
        return Paint(np.zeros(size[:2], np.uint8), np.zeros(size[:2], np.uint8))

    def painted(self, stroke: Cover, *, include: bool) -> Paint:
        """The paint after one more stroke, which covers what is below."""
        value, share = self.value.copy(), self.share.copy()
        part = stroke.window.slices
        full = stroke.share if include else np.zeros_like(stroke.share)
        value[part] = _over(value[part], full, stroke.share)
        share[part] = _over(share[part], stroke.share, stroke.share)
        return Paint(value, share)

    def without(self, region: NDArray[np.bool_]) -> Paint:
        """The paint with a region `(H, W) bool` and its rim taken away."""
        gone = cv2.dilate(region.astype(np.uint8), _AROUND) > 0
        return Paint(np.where(gone, 0, self.value), np.where(gone, 0, self.share))

    def on(self, mask: Mask) -> Mask:
        """A mask `(H, W) uint8` under the paint."""
        left, top, width, height = cv2.boundingRect(self.share)
        part = slice(top, top + height), slice(left, left + width)
        shown = mask.copy()
        shown[part] = _over(mask[part], self.value[part], self.share[part])
        return shown

    def says(self, include: bool) -> NDArray[np.bool_]:
        """Where the paint includes, or where it excludes: `(H, W) bool`."""
        solid = self.share >= 128
        inside = self.value >= 128
        return solid & (inside if include else ~inside)


def _over(below: Mask, above: Mask, share: Mask) -> Mask:
    """Paint `above`, which is weighted by `share` already, over what is below."""
    through = below.astype(np.uint16) * (255 - share.astype(np.uint16))
    return np.asarray(above + (through + 127) // 255, np.uint8)


def _window(places: NDArray[np.float64], radius: float, size: tuple[int, ...]) -> Window:
    """The whole pixels that a shape touches, at least one."""
    height, width = size[:2]
    low = np.floor(places.min(axis=0) - radius).astype(int)
    high = np.ceil(places.max(axis=0) + radius).astype(int)
    left, top = min(max(0, low[0]), width - 1), min(max(0, low[1]), height - 1)
    right, bottom = min(max(left + 1, high[0]), width), min(max(top + 1, high[1]), height)
    return Window(int(left), int(top), int(right), int(bottom))
