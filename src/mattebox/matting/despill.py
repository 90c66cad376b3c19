"""The edge stage's colours: what is behind an object taken out of its edge.

The object's own colour is estimated as in Forte, "Approximate fast foreground colour estimation",
ICIP 2021: from a wide box, then from a close one; docs/decisions/edges.md is the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.matting.composite import chroma_matte

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.unsignedinteger[Any]]
Real = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]
Pair = tuple[int, int]
Box = tuple[slice, slice]
Share = float | Real
"""How much is taken out: everywhere as much, or ``(H, W)`` at any size."""

_TILE = 256
_PART = np.float32(1 / 64)
"""What a first estimate is rounded to, of a code."""


@dataclass(frozen=True)
class Reach:
    """How far colours are estimated from, in pixels down and across to each side.

    Attributes:
        wide: Of the first estimate.
        close: Of the second one, from what the first one found.
    """

    wide: Pair
    close: Pair

    def over(self, steps: Pair) -> Reach:
        """The same in samples of a plane that has one for so many pixels, down and across."""
        return Reach(_divided(self.wide, steps), _divided(self.close, steps))


def despill(
    planes: tuple[Samples, Samples, Samples],
    matte: Plane,
    share: Share,
    reach: Reach,
    bit_depth: int = 8,
) -> tuple[Samples, Samples, Samples]:
    """Take the background's colours out of the edges of a picture.

    Args:
        planes: ``(y, u, v)`` of 4:2:0, 4:2:2 or 4:4:4, of whole numbers.
        matte: ``(H, W) uint8`` of luma's size: what is object, before the edge stage.
        share: How much is taken out, 0 to 1. Of a map the sample at the same place counts; chroma
            looks where its top left luma sample is.
        reach: Pixels of luma that a colour is estimated from.
        bit_depth: Bits of a sample.

    Returns:
        Planes like those that came; samples under a full matte and far from all matte as they were.
    """
    height, width = planes[0].shape
    mattes: dict[Pair, Plane] = {}

    def clean(plane: Samples) -> Samples:
        steps = 1 + (plane.shape[0] < height), 1 + (plane.shape[1] < width)
        if steps not in mattes:
            mattes[steps] = _matte_of(matte, steps)
        stage = _PlaneStage(mattes[steps], reach.over(steps), (1 << bit_depth) - 1)
        return stage.clean(plane, _Shares.of(share, (height, width), steps))

    y, u, v = (clean(plane) for plane in planes)
    return y, u, v


def _divided(pair: Pair, steps: Pair) -> Pair:
    return -(-pair[0] // steps[0]), -(-pair[1] // steps[1])


def _matte_of(matte: Plane, steps: Pair) -> Plane:
    """The matte of a plane that has every second row or column."""
    if steps == (2, 2):
        return chroma_matte(matte)
    if steps == (1, 2):
        wide = np.pad(matte, ((0, 0), (0, matte.shape[1] % 2)), mode="edge").astype(np.uint16)
        return ((wide[:, 0::2] + wide[:, 1::2] + 1) >> 1).astype(np.uint8)
    return matte if steps == (1, 1) else _matte_of(matte.T, (1, 2)).T


@dataclass(frozen=True, eq=False)
class _Shares:
    """How much is taken out of a plane's samples.

    Attributes:
        share: Everywhere as much, or a map of any size.
        rows: The map's row at each row of the plane.
        columns: Its column at each column.
    """

    share: Share
    rows: Places
    columns: Places

    @staticmethod
    def of(share: Share, size: Pair, steps: Pair) -> _Shares:
        """The shares of a plane with so many ``steps`` of luma, whose ``size`` is given."""
        shape = share.shape if isinstance(share, np.ndarray) else (1, 1)
        rows, columns = (
            (2 * np.arange(0, luma, step) + 1) * own // (2 * luma)
            for own, luma, step in zip(shape, size, steps, strict=True)
        )
        return _Shares(share, rows, columns)

    def at(self, rows: Places, columns: Places) -> Share:
        """Those at some samples."""
        if not isinstance(self.share, np.ndarray):
            return self.share
        return np.asarray(self.share[self.rows[rows], self.columns[columns]])


@dataclass(frozen=True, eq=False)
class _PlaneStage:
    """Cleans planes under one matte, in tiles: most of a picture is far from any edge."""

    matte: Plane
    reach: Reach
    top: int

    def clean(self, plane: Samples, shares: _Shares) -> Samples:
        clean = plane.copy()
        for tile in self._tiles():
            self._clean(tile, plane, shares, clean)
        return clean

    def _tiles(self) -> Iterator[Box]:
        """Boxes that hold all samples that may change, none of them large."""
        height, width = self.matte.shape
        rows, columns = self._changing((slice(0, height), slice(0, width)))
        for top in range(rows.start, rows.stop, _TILE):
            for left in range(columns.start, columns.stop, _TILE):
                bottom, right = min(rows.stop, top + _TILE), min(columns.stop, left + _TILE)
                tile = self._changing((slice(top, bottom), slice(left, right)))
                if tile[0].start < tile[0].stop and tile[1].start < tile[1].stop:
                    yield tile

    def _changing(self, box: Box) -> Box:
        """The part of a box that is not under a full matte, and within the reach of any."""
        around = _around(box, self.reach.wide)
        near = _around(_bounds(self.matte[around], around), self.reach.wide)
        unfilled = _bounds(255 - self.matte[box], box)
        rows, columns = (
            slice(max(one.start, other.start), min(one.stop, other.stop))
            for one, other in zip(near, unfilled, strict=True)
        )
        return rows, columns

    def _clean(self, tile: Box, plane: Samples, shares: _Shares, clean: Samples) -> None:
        (down, across), (near_down, near_across) = self.reach.wide, self.reach.close
        around = _around(tile, (down + near_down, across + near_across))
        matte, picture = self.matte[around], plane[around]
        kind = self._products()
        ours = np.multiply(matte, picture, dtype=kind)
        inside = _covered(matte, self.reach.wide)
        own_sums = _summed(ours, self.reach.wide)
        other_sums = _summed(np.multiply(255 - matte, picture, dtype=kind), self.reach.wide)

        places = np.flatnonzero((inside > 0) & (matte < 255))
        covered = matte.ravel()[places].astype(np.float32)
        sample = picture.ravel()[places].astype(np.float32)
        counted = inside.ravel()[places]
        own = _shared(own_sums.ravel()[places], counted)
        behind = _shared(other_sums.ravel()[places], _full(self.reach.wide) - counted)
        own = _parted(np.clip(_unmixed(sample, covered, own, behind), 0, self.top))
        behind = _parted(behind)

        # Where the matte is full, the estimate is the sample itself.
        ours = ours / _PART
        ours.ravel()[places] = covered * own
        theirs = np.zeros_like(ours)
        theirs.ravel()[places] = (255 - covered) * behind
        inside = _covered(matte, self.reach.close)
        own_sums = _summed(ours, self.reach.close)
        other_sums = _summed(theirs, self.reach.close)

        rows, columns = np.divmod(places, matte.shape[1])
        rows += around[0].start
        columns += around[1].start
        kept = (rows >= tile[0].start) & (rows < tile[0].stop)
        kept &= (columns >= tile[1].start) & (columns < tile[1].stop)
        places, rows, columns = places[kept], rows[kept], columns[kept]
        covered, sample, own = covered[kept], sample[kept], own[kept]
        counted = inside.ravel()[places]
        near = own_sums.ravel()[places]
        own = np.where(counted > 0, _shared(near, np.maximum(counted, 1)), own) * _PART
        rest = _full(self.reach.close) - counted
        behind = _shared(other_sums.ravel()[places], rest) * _PART
        colour = np.clip(_unmixed(sample, covered, own, behind), 0, self.top)
        changed = sample + shares.at(rows, columns) * (colour - sample)
        clean[rows, columns] = np.floor(changed + np.float32(0.5)).astype(clean.dtype)

    def _products(self) -> type[np.uint16 | np.float32]:
        """What matte times sample is kept as: whole where sums over the wide box fit 31 bits."""
        whole = self.top == 255 and self.top * _full(self.reach.wide) < 1 << 31
        return np.uint16 if whole else np.float32


def _bounds(marks: Plane, box: Box) -> Box:
    """Where the marks of a box are not 0; an empty box where they all are."""
    left, above, width, height = cv2.boundingRect(marks)
    if not width:
        return slice(0, 0), slice(0, 0)
    top, start = box[0].start, box[1].start
    return slice(top + above, top + above + height), slice(start + left, start + left + width)


def _around(box: Box, reach: Pair) -> Box:
    """The box and so much around it; beyond the picture there is nothing to look at."""
    (rows, columns), (down, across) = box, reach
    return (
        slice(max(0, rows.start - down), rows.stop + down),
        slice(max(0, columns.start - across), columns.stop + across),
    )


def _unmixed(sample: Real, covered: Real, own: Real, behind: Real) -> Real:
    """The object's colour where a sample shows it and what is behind it mixed."""
    alpha = covered / 255
    return np.asarray(own + alpha * (sample - alpha * own - (1 - alpha) * behind), np.float32)


def _shared(sums: Real, weights: Whole) -> Real:
    return np.asarray(sums / weights.astype(np.float32), np.float32)


def _parted(colour: Real) -> Real:
    return np.asarray(np.floor(colour / _PART + np.float32(0.5)), np.float32)


def _full(reach: Pair) -> int:
    """The sum of a full matte over a box."""
    return 255 * (2 * reach[0] + 1) * (2 * reach[1] + 1)


def _covered(matte: Plane, reach: Pair) -> Whole:
    """Exact sums of the matte: what is left of a full one may be very little."""
    return np.asarray(_boxed(matte, reach, cv2.CV_32S), np.int32)


def _summed(values: npt.NDArray[Any], reach: Pair) -> Real:
    return np.asarray(_boxed(values, reach, cv2.CV_32F), np.float32)


def _boxed(values: npt.NDArray[Any], reach: Pair, depth: int) -> npt.NDArray[Any]:
    """Sums over a box around each pixel, the border repeated."""
    down, across = reach
    box = (2 * across + 1, 2 * down + 1)
    return cv2.boxFilter(values, depth, box, normalize=False, borderType=cv2.BORDER_REPLICATE)
