"""The segment grid: how a clip is cut into cells, in frames and never in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_SHORTEST, _LONGEST = 12, 60


@dataclass(frozen=True)
class SegmentGrid:
    """Cells of `length` frames; the last one may be shorter.

    Attributes:
        length: Frames in a cell, at least 1.
        frame_count: Frames in the clip, at least 1.
    """

    length: int
    frame_count: int

    def __post_init__(self) -> None:
        if self.length < 1 or self.frame_count < 1:
            raise ValueError("A grid has at least one frame, in cells of at least one frame.")

    @classmethod
    def for_rate(cls, rate: Fraction, frame_count: int) -> SegmentGrid:
        """The grid whose cells last about a second at `rate` frames per second."""
        return cls(min(max(round(rate), _SHORTEST), _LONGEST), frame_count)

    @property
    def count(self) -> int:
        """The number of cells."""
        return -(-self.frame_count // self.length)

    def cell(self, segment: int) -> tuple[int, int]:
        """The half-open range of frames of a segment; raises `IndexError` beyond the grid."""
        if not 0 <= segment < self.count:
            raise IndexError(f"Segment {segment} is not one of the {self.count} segments.")
        start = segment * self.length
        return start, min(start + self.length, self.frame_count)

    def segment_of(self, frame: int) -> int:
        """The segment that holds a frame; raises `IndexError` beyond the clip."""
        if not 0 <= frame < self.frame_count:
            raise IndexError(f"Frame {frame} is not one of the {self.frame_count} frames.")
        return frame // self.length
