"""The segment grid is in frames (protocol P4)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattebox.media import SegmentGrid


@given(st.integers(1, 100), st.integers(1, 5000))
def test_cells_cover_every_frame_once(length: int, frame_count: int) -> None:
    grid = SegmentGrid(length, frame_count)
    cells = [grid.cell(segment) for segment in range(grid.count)]
    assert [frame for start, stop in cells for frame in range(start, stop)] == list(
        range(frame_count)
    )
    for segment, (start, stop) in enumerate(cells):
        assert start == segment * length
        assert grid.segment_of(start) == grid.segment_of(stop - 1) == segment


@pytest.mark.parametrize(
    ("rate", "length"),
    [(Fraction(24000, 1001), 24), (Fraction(30), 30), (Fraction(5), 12), (Fraction(240), 60)],
)
def test_a_cell_lasts_about_a_second(rate: Fraction, length: int) -> None:
    assert SegmentGrid.for_rate(rate, 1000).length == length


def test_beyond_the_grid_there_is_nothing() -> None:
    grid = SegmentGrid(24, 50)
    assert grid.cell(2) == (48, 50)
    for segment in (-1, 3):
        with pytest.raises(IndexError, match="one of the 3 segments"):
            grid.cell(segment)
    for frame in (-1, 50):
        with pytest.raises(IndexError, match="one of the 50 frames"):
            grid.segment_of(frame)


@pytest.mark.parametrize(("length", "frames"), [(0, 5), (5, 0)])
def test_a_grid_holds_something(length: int, frames: int) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        SegmentGrid(length, frames)
