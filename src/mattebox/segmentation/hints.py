"""Clicks and a previous mask as the planes that the Refinement Network reads."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

RADIUS = 5
"""Radius of a click's disk, in pixels of the crop."""


def draw_hints(
    size: int,
    clicks: Iterable[tuple[float, float, bool]],
    previous: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw the hint planes of one crop.

    Args:
        size: Side of the crop, S.
        clicks: x and y in pixels of the crop, and whether the click includes. A click outside
            the crop shows as the part of its disk that reaches in.
        previous: Previous mask, `(S, S) float32` in [0, 1]; nothing is the same as zeros.

    Returns:
        `(3, S, S) float32` in [0, 1]: include disks, exclude disks, previous mask.
    """
    planes = np.zeros((3, size, size), np.float32)
    for x, y, include in clicks:
        plane = planes[0 if include else 1]
        cv2.circle(plane, (round(x), round(y)), RADIUS, 1.0, cv2.FILLED)
    if previous is not None:
        planes[2] = previous
    return planes
