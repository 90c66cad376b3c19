"""Mattes as pictures: another size, several in one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]


def resize_matte(matte: Plane, width: int, height: int) -> Plane:
    """Scale a matte, each axis by area where it shrinks and bicubic where it grows.

    Flat regions of 0 and 255 stay exactly that, and overshoot is cut off, so no grey leaks into
    the background or into the object.

    Args:
        matte: ``(H, W) uint8``.
        width: New width.
        height: New height.

    Returns:
        ``(height, width) uint8``.
    """
    resized = matte
    for axis, size in ((1, width), (0, height)):
        if resized.shape[axis] != size:
            way = cv2.INTER_AREA if size < resized.shape[axis] else cv2.INTER_CUBIC
            shape = (size, resized.shape[0]) if axis == 1 else (resized.shape[1], size)
            resized = np.asarray(cv2.resize(resized, shape, interpolation=way), np.uint8)
    return resized


def combine(mattes: Sequence[Plane]) -> Plane:
    """The union of several objects' mattes: the largest value of each pixel.

    Args:
        mattes: One or more ``(H, W) uint8`` of one size.

    Returns:
        ``(H, W) uint8``.

    Raises:
        ValueError: There is no matte.
    """
    if not mattes:
        raise ValueError("there is no matte to combine")
    union = mattes[0]
    for matte in mattes[1:]:
        union = np.maximum(union, matte)
    return union
