"""Which part of a frame the Refinement Network looks at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 1.4
"""A window is this many times the box around mask and clicks."""
SMALLEST = 96
"""A window's sides are at least so many pixels: enlarging further shows nothing new."""
ELONGATION = 16 / 9
"""The longer side is at most this many times the shorter, as the crop is a square."""
LOOSE = 1.6
"""A window may be this many times the wanted one, a side, before a tighter one is made."""


class Window(NamedTuple):
    """A rectangle of whole pixels; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the window, to index a frame with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def contains(self, other: Window) -> bool:
        """Whether ``other`` lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def whole(shape: tuple[int, ...]) -> Window:
    """The window of a whole frame of shape `(H, W, ...)`."""
    return Window(0, 0, shape[1], shape[0])


def box(mask: NDArray[np.uint8], points: Iterable[tuple[int, int]]) -> Window | None:
    """The smallest window with all of a mask's inside and all points, if there are any.

    Args:
        mask: `(H, W) uint8`; 128 and more is inside.
        points: x and y of each.
    """
    left, top, width, height = cv2.boundingRect((mask >= 128).astype(np.uint8))
    corners = [(left, top), (left + width - 1, top + height - 1)] if width else []
    corners += points
    if not corners:
        return None
    across, down = zip(*corners, strict=True)
    return Window(min(across), min(down), max(across) + 1, max(down) + 1)


def around(inner: Window, shape: tuple[int, ...], margin: float = MARGIN) -> Window:
    """The window to look at for what is in ``inner``: larger, not too long, within the frame."""
    width = max(inner.width * margin, SMALLEST)
    height = max(inner.height * margin, SMALLEST)
    width, height = max(width, height / ELONGATION), max(height, width / ELONGATION)
    left, right = _placed((inner.left + inner.right) / 2, width, shape[1])
    top, bottom = _placed((inner.top + inner.bottom) / 2, height, shape[0])
    return Window(left, top, right, bottom)


def follow(kept: Window | None, inner: Window, shape: tuple[int, ...]) -> Window:
    """The window for ``inner``, which is the one before as long as that serves.

    A window that stays saves encoding the picture again and keeps the mask from trembling.
    """
    wanted = around(inner, shape)
    needed = around(inner, shape, margin=1 + (MARGIN - 1) / 4)
    if (
        kept is not None
        and kept.contains(needed)
        and kept.width <= LOOSE * wanted.width
        and kept.height <= LOOSE * wanted.height
    ):
        return kept
    return wanted


def _placed(centre: float, length: float, limit: int) -> tuple[int, int]:
    """Begin and end of a stretch around ``centre``, moved to lie within 0..limit."""
    size = min(limit, round(length))
    begin = min(max(0, round(centre - size / 2)), limit - size)
    return begin, begin + size
