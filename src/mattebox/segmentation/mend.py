"""What a person expects of a click, where the network alone does not grant it."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

GAP = 4
"""Parts of a mask this near to each other, in pixels of the crop, are one part."""
NOTHING = -12.0
"""Logit of a pixel that is surely outside."""
CONFIDENT = 25
"""How far from 128 the pixel under a click must end to count as answered."""

_GAP_KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GAP + 1, 2 * GAP + 1))


def keep_seeded(logits: NDArray[np.float32], seeds: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Drop the parts of a mask that nobody asked for.

    A network that has seen many pictures of one thing also finds the second thing in a picture.
    A part that holds no seed goes, and so does faint haze far from any part.

    Args:
        logits: `(S, S) float32`.
        seeds: Pixels under include clicks, or inside of the mask that is being corrected,
            `(S, S) bool`.

    Returns:
        The logits, `NOTHING` where they were dropped.
    """
    grown = cv2.dilate((logits > 0).astype(np.uint8), _GAP_KERNEL)
    count, labels = cv2.connectedComponents(grown, connectivity=8)
    kept = np.zeros(count, bool)
    kept[labels[seeds & (logits > 0)]] = True
    kept[0] = False
    return np.where(kept[labels], logits, np.float32(NOTHING))


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
