"""A search for cuts begins where somebody works and goes outwards, whatever decodes by itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.media import Search
from mattebox.media.shots import BEFORE, BEHIND
from mattebox.streaming.search_order import CHUNK, LEAD, Focus, next_run

COUNT = 3000
GROUP = 250
SYNC = list(range(0, COUNT, GROUP))


def judge(search: Search, run: tuple[int, int]) -> None:
    start, stop = run
    first = start + BEFORE if start else 0
    search.add(first, min(stop, COUNT) - BEHIND, ())


@given(
    focus=st.builds(
        Focus,
        st.lists(st.integers(0, COUNT - 1), max_size=3).map(tuple),
        st.lists(st.tuples(st.integers(0, COUNT), st.integers(0, COUNT)), max_size=2).map(tuple),
    ),
    sync=st.lists(st.integers(0, COUNT - 1), unique=True, max_size=60).map(sorted),
)
@settings(deadline=None)
def test_every_frame_is_judged_in_runs_that_each_judge_some(focus: Focus, sync: list[int]) -> None:
    search = Search(COUNT, 24.0)
    while unjudged := search.unjudged():
        start, stop = next_run(unjudged, focus, sync)
        assert 0 <= start < stop <= COUNT + BEHIND
        before = search.judged
        judge(search, (start, stop))
        assert search.judged > before


def test_what_decides_the_picture_in_sight_goes_first_and_then_what_is_near() -> None:
    search, keyframe = Search(COUNT, 24.0), 1300
    focus = Focus((keyframe,), ((keyframe - 30, keyframe + 40),))
    first = next_run(search.unjudged(), focus, SYNC)
    assert first[0] == 1000
    assert first[1] >= keyframe + 40 + BEHIND
    judge(search, first)
    assert not focus.open(search.unjudged())
    distances = []
    while unjudged := search.unjudged():
        run = next_run(unjudged, focus, SYNC)
        distances.append(max(abs(run[0] - keyframe), abs(run[1] - keyframe)))
        judge(search, run)
    # Outwards, by no more than a group of pictures ahead on either side.
    assert all(b > a - 2 * GROUP for a, b in pairwise(distances))


@pytest.mark.parametrize("sync", [SYNC, []])
def test_hardly_a_frame_is_looked_at_twice(sync: list[int]) -> None:
    search, looked = Search(COUNT, 24.0), 0
    while unjudged := search.unjudged():
        run = next_run(unjudged, Focus((1300,)), sync)
        looked += min(run[1], COUNT) - run[0]
        judge(search, run)
    assert looked <= COUNT + (BEFORE + BEHIND) * (COUNT // CHUNK + 2)


def test_a_way_to_the_playhead_is_gone_from_the_keyframe() -> None:
    behind = Focus((2000,), ((100, 2000),))
    begin = next_run([(0, COUNT)], behind, SYNC)
    assert begin[0] <= 2000 - LEAD
    search = Search(COUNT, 24.0)
    for _ in range(3):
        judge(search, next_run(search.unjudged(), behind, SYNC))
    assert search.unjudged()[0][1] > 900
    assert search.unjudged()[0][0] == 0
