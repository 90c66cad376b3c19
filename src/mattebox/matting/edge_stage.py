"""Several objects' mattes through their edges to one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mattebox.matting.coverage import cover
from mattebox.matting.despill import Pair, Reach, Share
from mattebox.matting.edge import Edge
from mattebox.matting.matte import combine

Plane = npt.NDArray[np.uint8]

_WIDE_SHARE, _CLOSE_SHARE = 48, 180
"""The picture's height over these: how far colours are estimated from at least, to each side."""
_FARTHEST = 128
"""The page sums a box in 32 bits: of 257 x 257 pixels, each at most 255 * 255."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """What stays of a picture.

    Attributes:
        matte: ``(H, W) uint8``: all objects, after their edges.
        plain: ``(H, W) uint8``: all objects, before their edges.
        despill: How much of the background's colours is to be taken out: everywhere as much, or
            ``(H, W)`` of what the largest matte of a pixel wants.
    """

    matte: Plane
    plain: Plane
    despill: Share = 0.0


class EdgeStage:
    """The edges of some objects, which are computed picture after picture.

    Args:
        edges: One for each object; without any all are neutral.
        size: Height and width of the mattes, which are of working size.
        source_size: Those of the clip's upright stored picture, whose rows lengths count in.
    """

    def __init__(self, edges: Sequence[Edge], size: Pair, source_size: Pair) -> None:
        self._edges = tuple(edges)
        self._scale = size[0] / source_size[0]
        self._size, self._source_size = size, source_size

    @property
    def cleans(self) -> bool:
        """Whether colours are changed at all."""
        return any(edge.despill > 0 for edge in self._edges)

    @property
    def reach(self) -> Reach:
        """How far colours are estimated from, in pixels at working size."""
        height = self._size[0]
        moved = max((edge.grow + 1.25 * edge.feather for edge in self._edges), default=0.0)
        wide = max(math.ceil(height / _WIDE_SHARE), math.ceil(moved * self._scale))
        wide = min(wide, _FARTHEST)
        close = math.ceil(height / _CLOSE_SHARE)
        return Reach((wide, wide), (close, close))

    @property
    def source_reach(self) -> Reach:
        """The same in pixels of the source, which need not be square."""
        reach = self.reach
        return Reach(self._at_source(reach.wide), self._at_source(reach.close))

    def _at_source(self, reach: Pair) -> Pair:
        down, across = (
            -(-own * source // size)
            for own, source, size in zip(reach, self._source_size, self._size, strict=True)
        )
        return down, across

    def cut_out(self, mattes: Sequence[Plane]) -> Cutout:
        """Compute the edges of one picture.

        Args:
            mattes: ``(H, W) uint8`` at working size, one for each object.

        Raises:
            ValueError: There are not as many mattes as edges.
        """
        edges = self._edges or (Edge(),) * len(mattes)
        covered = [
            cover(matte, edge, self._scale) for matte, edge in zip(mattes, edges, strict=True)
        ]
        if not self.cleans:
            matte = combine(covered)
            return Cutout(matte, matte)
        plain = combine(mattes)
        shares = np.array([edge.despill for edge in edges], np.float32)
        if (shares == shares[0]).all():
            return Cutout(combine(covered), plain, edges[0].despill)
        matte, owners = _largest(covered)
        return Cutout(matte, plain, np.asarray(shares[owners]))


def _largest(mattes: Sequence[Plane]) -> tuple[Plane, Plane]:
    """The largest value of each pixel, and which matte it is of: the first of equals."""
    largest, owners = mattes[0], np.zeros_like(mattes[0])
    for number, matte in enumerate(mattes[1:], 1):
        owners[matte > largest] = number
        largest = np.maximum(largest, matte)
    return largest, owners
