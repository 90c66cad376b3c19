"""The edge stage's colours: what is behind an object taken out of its edge.

The object's own colour is estimated as in Forte, "Approximate fast foreground colour estimation",
ICIP 2021, once; docs/decisions/edges.md is the arithmetic.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.matting.composite import chroma_matte

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.unsignedinteger[Any]]
Real = npt.NDArray[np.float32]
Share = float | Real
"""How much is taken out: everywhere as much, or ``(H, W)`` at any size."""


def despill(
    planes: tuple[Samples, Samples, Samples],
    matte: Plane,
    share: Share,
    reach: int,
    bit_depth: int = 8,
) -> tuple[Samples, Samples, Samples]:
    """Take the background's colours out of the edges of a picture.

    Args:
        planes: ``(y, u, v)`` of 4:2:0, 4:2:2 or 4:4:4, of whole numbers.
        matte: ``(H, W) uint8`` of luma's size: what is object, before the edge stage.
        share: How much is taken out, 0 to 1. Of a map the sample at the same place counts; chroma
            looks where its top left luma sample is.
        reach: Pixels of luma that a colour is estimated from, to each side.
        bit_depth: Bits of a sample.

    Returns:
        Planes like those that came; samples under a full matte and far from all matte as they were.
    """
    size, top = planes[0].shape, (1 << bit_depth) - 1

    def clean(plane: Samples) -> Samples:
        steps = tuple(1 + (own < luma) for own, luma in zip(plane.shape, size, strict=True))
        wanted = _share_at(share, size, steps) if isinstance(share, np.ndarray) else share
        down, across = (-(-reach // step) for step in steps)
        return _near_matte(plane, _matte_of(matte, steps), wanted, (down, across), top)

    y, u, v = (clean(plane) for plane in planes)
    return y, u, v


def _near_matte(
    plane: Samples, matte: Plane, share: Share, reach: tuple[int, int], top: int
) -> Samples:
    left, above, width, height = cv2.boundingRect(matte)
    if not width:
        return plane
    # What is changed lies within the reach of the matte, and looks as far again.
    down, across = 2 * reach[0], 2 * reach[1]
    box = (
        slice(max(0, above - down), above + height + down),
        slice(max(0, left - across), left + width + across),
    )
    near = share[box] if isinstance(share, np.ndarray) else share
    clean = plane.copy()
    clean[box] = _cleaned(plane[box], matte[box], near, reach, top)
    return clean


def _matte_of(matte: Plane, steps: tuple[int, ...]) -> Plane:
    """The matte of a plane that has every second row or column."""
    if steps == (2, 2):
        return chroma_matte(matte)
    if steps == (1, 2):
        wide = np.pad(matte, ((0, 0), (0, matte.shape[1] % 2)), mode="edge").astype(np.uint16)
        return ((wide[:, 0::2] + wide[:, 1::2] + 1) >> 1).astype(np.uint8)
    return matte if steps == (1, 1) else _matte_of(matte.T, (1, 2)).T


def _share_at(share: Real, size: tuple[int, ...], steps: tuple[int, ...]) -> Real:
    """The map's value at each sample of a plane."""
    rows, columns = (
        (2 * np.arange(0, luma, step) + 1) * own // (2 * luma)
        for own, luma, step in zip(share.shape, size, steps, strict=True)
    )
    return share[np.ix_(rows, columns)]


def _cleaned(
    plane: Samples, matte: Plane, share: Share, reach: tuple[int, int], top: int
) -> Samples:
    picture, alpha = plane.astype(np.float32), matte.astype(np.float32)
    rest = 255 - alpha
    inside, outside = _summed(alpha, reach), _summed(rest, reach)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = _summed(alpha * picture, reach) / inside
        behind = _summed(rest * picture, reach) / outside
    np.copyto(behind, own, where=outside == 0)
    alpha /= 255
    rest /= 255
    own += alpha * (picture - alpha * own - rest * behind)
    np.clip(own, 0, top, out=own)
    own -= picture
    own *= share
    own += picture
    own += 0.5
    np.floor(own, out=own)
    np.copyto(own, picture, where=inside == 0)
    return np.asarray(own, plane.dtype)


def _summed(values: Real, reach: tuple[int, int]) -> Real:
    """Sums over a box around each pixel, the border repeated."""
    down, across = reach
    box = (2 * across + 1, 2 * down + 1)
    summed = cv2.boxFilter(values, -1, box, normalize=False, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(summed, np.float32)
