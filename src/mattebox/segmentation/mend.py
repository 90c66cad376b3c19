"""What a person expects of a click, where the network alone does not grant it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

CONFIDENT = 25
"""How far from 128 the pixel under a click must end to count as answered."""

_RIM = np.ones((5, 5), np.uint8)


def without_part(
    mask: NDArray[np.uint8], before: NDArray[np.uint8], points: Sequence[tuple[int, int, bool]]
) -> NDArray[np.uint8]:
    """Take a whole part off a mask where its last click says that the part does not belong.

    A network often takes off no more than a piece of a second thing that was let in. The part goes
    where it stands apart, holds no include click and is less than half of the mask: then nothing
    else can have been meant.

    Args:
        mask: The mask that answers the clicks, `(H, W) uint8`; changed in place.
        before: The mask before the last click, `(H, W) uint8`.
        points: Column and row of each click, and whether it includes, in order.

    Returns:
        The mask.
    """
    x, y, include = points[-1]
    if include or before[y, x] < 128:
        return mask
    inside = (before >= 128).astype(np.uint8)
    _, labels = cv2.connectedComponents(inside, connectivity=8)
    part = labels == labels[y, x]
    held = any(kept and part[row, column] for column, row, kept in points)
    if not held and 2 * np.count_nonzero(part) < np.count_nonzero(inside):
        mask[cv2.dilate(part.astype(np.uint8), _RIM) > 0] = 0
    return mask


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
