"""Several objects' mattes through their edges to one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mattebox.matting.coverage import cover
from mattebox.matting.despill import Share
from mattebox.matting.edge import Edge
from mattebox.matting.matte import combine

Plane = npt.NDArray[np.uint8]

_SPILL_SHARE = 48
"""Colours are estimated from at least the picture's height over this, to each side."""


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
        height: Height of the mattes, which are of working size.
        source_height: Height of the clip's upright stored picture, which lengths count in.
    """

    def __init__(self, edges: Sequence[Edge], height: int, source_height: int) -> None:
        self._edges = tuple(edges)
        self._scale = height / source_height
        self._height, self._source_height = height, source_height

    @property
    def cleans(self) -> bool:
        """Whether colours are changed at all."""
        return any(edge.despill > 0 for edge in self._edges)

    @property
    def reach(self) -> int:
        """How far colours are estimated from, in pixels at working size."""
        moved = max((edge.grow + 1.25 * edge.feather for edge in self._edges), default=0.0)
        return max(math.ceil(self._height / _SPILL_SHARE), math.ceil(moved * self._scale))

    @property
    def source_reach(self) -> int:
        """The same in pixels of the source."""
        return -(-self.reach * self._source_height // self._height)

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
        matte = combine(covered)
        plain = combine(mattes) if self.cleans else matte
        return Cutout(matte, plain, self._despill(covered))

    def _despill(self, covered: Sequence[Plane]) -> Share:
        shares = [edge.despill for edge in self._edges]
        if len(set(shares)) <= 1:
            return float(shares[0]) if shares else 0.0
        owners = np.argmax(np.stack(covered), axis=0)
        return np.asarray(np.array(shares, np.float32)[owners])
