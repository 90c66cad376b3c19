"""Other ways to show a network where a person clicked."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.segmentation.hints import draw_hints

SMALL = 2
"""Radius, in pixels of the crop, of the small disks."""
SOFTNESS = 5.0
"""Standard deviation of the soft disks: they fall to one half where the usual ones end."""


def draw_small_disks(
    size: int,
    clicks: Iterable[tuple[float, float, bool]],
    previous: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw hint planes as `mattebox.segmentation.hints.draw_hints` does, with small disks."""
    planes = draw_hints(size, (), previous)
    for x, y, include in clicks:
        plane = planes[0 if include else 1]
        cv2.circle(plane, (round(x), round(y)), SMALL, 1.0, cv2.FILLED)
    return planes


def draw_soft_disks(
    size: int,
    clicks: Iterable[tuple[float, float, bool]],
    previous: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw hint planes that fall off around a click like a bell, the higher of two winning."""
    planes = draw_hints(size, (), previous)
    places = np.arange(size, dtype=np.float32)
    for x, y, include in clicks:
        plane = planes[0 if include else 1]
        across, down = (np.exp(-((places - at) ** 2) / (2 * SOFTNESS**2)) for at in (x, y))
        np.maximum(plane, np.outer(down, across), out=plane)
    return planes
