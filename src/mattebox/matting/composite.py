"""A plate over a flat colour, in Y'CbCr code values."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]


def over_color(
    plate: tuple[Plane, Plane, Plane], matte: Plane, color: tuple[int, int, int]
) -> tuple[Plane, Plane, Plane]:
    """Composite a 4:2:0 plate over a flat colour with straight alpha.

    Where the matte is 255 the plate's samples leave unchanged, where it is 0 they are ``color``
    exactly; chroma uses the matte's 2x2 averages.

    Args:
        plate: ``(y, u, v)``: ``(H, W)`` and twice ``(ceil(H / 2), ceil(W / 2))``, uint8.
        matte: ``(H, W) uint8``.
        color: ``(y, cb, cr)`` codes of the colour.

    Returns:
        ``(y, u, v)`` of the plate's shapes; new arrays.

    Raises:
        ValueError: The matte has another size than the luma plane.
    """
    if matte.shape != plate[0].shape:
        raise ValueError(f"the matte is {matte.shape} and the plate {plate[0].shape}")
    box = _bounding_box(matte)
    small = chroma_matte(matte[box])
    # The box starts and ends at even samples, or at the picture's edge: chroma has its own box.
    small_box = tuple(slice(side.start // 2, (side.stop + 1) // 2) for side in box)
    y, u, v = (np.full_like(plane, code) for plane, code in zip(plate, color, strict=True))
    y[box] = _blend(plate[0][box], matte[box], color[0])
    u[small_box] = _blend(plate[1][small_box], small, color[1])
    v[small_box] = _blend(plate[2][small_box], small, color[2])
    return y, u, v


def chroma_matte(matte: Plane) -> Plane:
    """The matte of the chroma planes of 4:2:0: rounded 2x2 averages.

    Args:
        matte: ``(H, W) uint8``; an odd last row or column counts twice.

    Returns:
        ``(ceil(H / 2), ceil(W / 2)) uint8``.
    """
    height, width = matte.shape
    if height % 2 or width % 2:
        matte = np.pad(matte, ((0, height % 2), (0, width % 2)), mode="edge")
    if not matte.size:
        return matte
    wide = matte.astype(np.uint16)
    total = wide[0::2, 0::2] + wide[0::2, 1::2] + wide[1::2, 0::2] + wide[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint8)


def _bounding_box(matte: Plane) -> tuple[slice, slice]:
    left, top, width, height = cv2.boundingRect(matte)
    if not width:
        return slice(0, 0), slice(0, 0)
    return (
        slice(top & ~1, min(matte.shape[0], top + height + 1 & ~1)),
        slice(left & ~1, min(matte.shape[1], left + width + 1 & ~1)),
    )


def _blend(plate: Plane, alpha: Plane, code: int) -> Plane:
    wide = alpha.astype(np.uint16)
    # At most 255 * 255 + 128, which 16 bits hold; then the exact rounded division by 255.
    total = plate * wide + np.uint16(code) * (255 - wide) + np.uint16(128)
    return ((total + (total >> 8)) >> 8).astype(np.uint8)
