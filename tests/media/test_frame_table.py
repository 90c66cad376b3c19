"""The frame table: made once, hashed, the same for everyone."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattebox.media import FrameTable

steps = st.lists(st.integers(0, 5000), min_size=1, max_size=60)
bases = st.sampled_from(
    [Fraction(1, 1000), Fraction(1001, 30000), Fraction(1, 90000), Fraction(1, 24), Fraction(1)]
)


@given(steps, bases, st.integers(-(10**9), 10**9), st.integers(1, 5000))
def test_ticks_start_at_zero_and_strictly_increase(
    steps: list[int], base: Fraction, first: int, last: int
) -> None:
    pts = first + np.cumsum(steps)
    table = FrameTable.from_pts(pts, base, last)
    assert table.frame_count == len(steps)
    assert table.ticks[0] == 0
    assert (np.diff(table.ticks) > 0).all()
    assert table.end_tick > table.ticks[-1]
    assert table.timescale >= 1000
    assert sum(table.duration(index) for index in range(table.frame_count)) == table.end_tick


@given(steps, bases)
def test_times_are_the_source_s_less_the_first(steps: list[int], base: Fraction) -> None:
    pts = 77 + np.cumsum(np.asarray(steps) + 1)
    table = FrameTable.from_pts(pts, base, 1)
    for tick, source in zip(table.ticks.tolist(), pts.tolist(), strict=True):
        assert Fraction(tick, table.timescale) == (source - int(pts[0])) * base


def test_a_repeated_time_moves_the_later_frame_by_one_tick() -> None:
    table = FrameTable.from_pts([0, 40, 40, 40, 80], Fraction(1, 1000), 40)
    assert table.ticks.tolist() == [0, 40, 41, 42, 80]
    assert table.end_tick == 120


def test_joined_recordings_go_on_where_the_first_stopped() -> None:
    table = FrameTable.from_pts([90000, 93600, 97200, 0, 3600], Fraction(1, 90000), 3600)
    assert table.ticks.tolist() == [0, 3600, 7200, 10800, 14400]


def test_a_small_step_back_does_not_move_the_rest() -> None:
    table = FrameTable.from_pts([0, 40, 100, 80, 120, 160], Fraction(1, 1000), 40)
    assert table.ticks.tolist() == [0, 40, 100, 101, 120, 160]


@given(steps, bases, st.one_of(st.none(), st.just("Its end is missing.")))
def test_it_reads_back_what_it_wrote(steps: list[int], base: Fraction, damage: str | None) -> None:
    table = FrameTable.from_pts(np.cumsum(steps), base, 3, damage)
    again = FrameTable.from_json(json.loads(json.dumps(table.to_json())))
    assert again.hash == table.hash
    assert again.pts.tolist() == table.pts.tolist()
    assert (again.time_base, again.damage) == (base, damage)


def test_the_hash_is_of_the_canonical_json_without_it() -> None:
    """Protocol P3."""
    public = FrameTable.from_pts([5, 6, 8], Fraction(1, 24), 1).public_json()
    assert set(public) == {"hash", "frame_count", "timescale", "ticks", "end_tick", "damage"}
    told = public.pop("hash")
    canonical = json.dumps(public, sort_keys=True, separators=(",", ":"))
    assert told == hashlib.sha256(canonical.encode()).hexdigest()


def test_tables_that_differ_in_anything_shown_have_other_hashes() -> None:
    one = FrameTable.from_pts([0, 1, 2], Fraction(1, 24), 1)
    others = [
        FrameTable.from_pts([0, 1, 3], Fraction(1, 24), 1),
        FrameTable.from_pts([0, 1, 2], Fraction(1, 25), 1),
        FrameTable.from_pts([0, 1, 2], Fraction(1, 24), 2),
        FrameTable.from_pts([0, 1, 2], Fraction(1, 24), 1, "Its end is missing."),
    ]
    assert len({table.hash for table in [one, *others]}) == 5


def test_a_frame_s_duration_lasts_to_the_next() -> None:
    table = FrameTable.from_pts([0, 10, 40], Fraction(1, 1000), 25)
    assert [table.duration(index) for index in range(3)] == [10, 30, 25]
    assert table.duration_s == pytest.approx(0.065)
