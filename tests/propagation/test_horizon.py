"""What a mask comes from does not depend on where its shot ends, unless that is near."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.propagation import PropagationSettings
from mattebox.propagation.chains import Chain, Layout, Stop, layout
from mattebox.propagation.spans import Span, reach, stretches_of

END = 4000
HOW = PropagationSettings()


def come_from(chain: Chain, goal: Stop, seen: dict[Stop, object]) -> None:
    """Note every stop that may be gone over on the way to one, and how."""
    if goal in seen:
        return
    before, steps, shortest = chain.before(goal), chain.length(goal), chain.shortest(goal)
    between = []
    while steps > shortest:
        steps //= 2
        between.append(chain.back(goal, steps))
    seen[goal] = (before, chain.length(goal), shortest, tuple(between))
    for stop in [*between, before]:
        if stop is not None:
            come_from(chain, stop, seen)


def made_from(of: Layout, frame: int, keyframe: int) -> object:
    """Everything that says how a frame's mask is made: the stretch it is in, and the ways there."""
    low, high = reach(of.places, frame, frame)
    wanted = of.places[low:high]
    chain = of.ahead or of.back
    assert chain is not None
    seen: dict[Stop, object] = {}
    for place in wanted:
        if place != keyframe:
            come_from(chain, Stop(place), seen)
    return wanted, [(s.before, s.after) for s in stretches_of(wanted, frame, frame)], seen


@given(
    keyframe=st.integers(0, END),
    distance=st.one_of(st.integers(0, 400), st.integers(0, END)),
    beyond=st.integers(1, 200),
    sync=st.one_of(
        st.lists(st.integers(0, END), max_size=300, unique=True).map(sorted),
        st.integers(1, 60).map(lambda step: list(range(0, END, step))),
    ),
    ahead=st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_a_mask_depends_on_no_cut_beyond_its_horizon(
    keyframe: int, distance: int, beyond: int, sync: list[int], ahead: bool
) -> None:
    distance = min(distance, END - 1 - keyframe if ahead else keyframe)
    if distance < 1:
        return
    frame = keyframe + distance if ahead else keyframe - distance
    gone = HOW.horizon(distance) + beyond
    if ahead:
        cut = min(frame + gone, END)
        spans = [Span(keyframe, stop, keyframe, None) for stop in (cut, END)]
    else:
        first = max(frame - gone + 1, 0)
        spans = [Span(start, keyframe, None, keyframe) for start in (first, 0)]
    near, far = (made_from(layout(span, HOW, tuple(sync)), frame, keyframe) for span in spans)
    assert near == far


@pytest.mark.parametrize(("distance", "frames"), [(1, 8), (232, 8), (233, 96), (10_000, 96)])
def test_the_horizon_is_near_where_anchors_are_close(distance: int, frames: int) -> None:
    assert HOW.horizon(distance) == frames
