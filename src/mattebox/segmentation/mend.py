"""What a person expects of a click, where the network alone does not grant it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

CONFIDENT = 25
"""How far from 128 the pixel under a click must end to count as answered."""


def heed(
    mask: NDArray[np.uint8], points: Iterable[tuple[int, int, bool]], *, reach: float
) -> NDArray[np.uint8]:
    """Mend a mask where it contradicts a click: a click must do something.

    Args:
        mask: `(H, W) uint8`; changed in place.
        points: Column and row of each click, and whether it includes, in order; of two that
            contradict each other the later one wins.
        reach: Radius, in pixels, of the soft disk that is put there.

    Returns:
        The mask.
    """
    reach = max(reach, 2.0)
    size = int(np.ceil(reach))
    for x, y, include in points:
        value = int(mask[y, x])
        if value >= 128 + CONFIDENT if include else value < 128 - CONFIDENT:
            continue
        top, left = max(0, y - size), max(0, x - size)
        part = mask[top : y + size + 1, left : x + size + 1]
        down, across = np.ogrid[: part.shape[0], : part.shape[1]]
        near = np.hypot(down + top - y, across + left - x) / reach
        disk = (255 * np.clip(2 - 2 * near, 0, 1)).astype(np.uint8)
        part[:] = np.maximum(part, disk) if include else np.minimum(part, 255 - disk)
    return mask
