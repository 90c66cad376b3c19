"""What a segment is made from is known before all cuts are, and is then what it stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.media import Cuts
from mattebox.propagation import PropagationSettings, Shot
from mattebox.propagation.spans import parts
from mattebox.streaming.reach import Dependence, Reach

COUNT = 2400
HOW = PropagationSettings()
NOTHING = "nothing"

masks = st.dictionaries(st.integers(0, COUNT - 1), st.sampled_from(["a", NOTHING]), max_size=5)
cuts = st.lists(st.integers(1, COUNT - 1), unique=True, max_size=6).map(sorted)
segments = st.integers(0, COUNT // 24 - 1).map(lambda s: (24 * s, 24 * s + 24))


@st.composite
def known(draw: st.DrawFn, found: list[int]) -> Cuts:
    """Those cuts as a search knows them that has looked at some of the clip."""
    edges = sorted(draw(st.lists(st.integers(1, COUNT), unique=True, max_size=8)))
    unknown = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    seen = tuple(at for at in found if not any(a <= at < b for a, b in unknown))
    return Cuts(COUNT, seen, tuple(unknown))


def searched(before: Cuts, found: list[int], where: tuple[int, int]) -> Cuts:
    """The same after a search of some frames."""
    unknown = tuple(
        part
        for a, b in before.open
        for part in ((a, min(b, where[0])), (max(a, where[1]), b))
        if part[0] < part[1]
    )
    seen = tuple(at for at in found if not any(a <= at < b for a, b in unknown))
    return Cuts(COUNT, seen, unknown)


@given(data=st.data(), keyframes=masks, found=cuts, segment=segments)
@settings(max_examples=300)
def test_how_far_the_search_is_never_changes_what_a_segment_is_made_from(
    data: st.DataObject, keyframes: dict[int, str], found: list[int], segment: tuple[int, int]
) -> None:
    so_far = data.draw(known(found))
    now = Reach(so_far, keyframes, NOTHING, HOW)
    truth = Reach(Cuts(COUNT, tuple(found)), keyframes, NOTHING, HOW).of(*segment)
    assert truth is not None
    assert now.of(*segment) in (None, truth)
    while (awaited := now.decided_by(*segment)) is not None:
        assert now.of(*segment) is None
        # Each look at what is waited for leaves less to wait for.
        assert so_far.open_within(*awaited)
        so_far = searched(so_far, found, awaited)
        now = Reach(so_far, keyframes, NOTHING, HOW)
    assert now.of(*segment) == truth


@given(keyframes=masks, found=cuts, segment=segments)
@settings(max_examples=300)
def test_what_it_names_brackets_its_frames_as_the_clip_does(
    keyframes: dict[int, str], found: list[int], segment: tuple[int, int]
) -> None:
    start, stop = segment
    everywhere = Cuts(COUNT, tuple(found))
    on = Reach(everywhere, keyframes, NOTHING, HOW).of(start, stop)
    assert on is not None
    absent = {frame for frame, mask in keyframes.items() if mask == NOTHING}

    def carriers(named: list[int], shots: list[Shot]) -> dict[int, tuple[int | None, int | None]]:
        return {
            frame: (part.span.left, part.span.right)
            for part in parts(start, stop, named, shots, absent)
            for frame in range(part.start, part.stop)
            if part.span.left is not None or part.span.right is not None
        }

    named = carriers(list(on.keyframes), [Shot(*shot) for shot in on.shots])
    whole = carriers(list(keyframes), [Shot(*shot) for shot in everywhere.shots])
    # A keyframe has its own mask, and what follows one without the object has none.
    left_alone = {f for f, (left, _) in whole.items() if left in absent or left == f}
    assert named.keys() == whole.keys()
    assert all(named[f] == whole[f] for f in whole if f not in left_alone)
    assert all(named[f][0] == whole[f][0] for f in left_alone)


def test_beside_a_keyframe_few_frames_decide() -> None:
    nothing_known = Cuts(COUNT, (), ((1, COUNT),))
    reach = Reach(nothing_known, {1000: "a"}, NOTHING, HOW)
    assert reach.decided_by(984, 1008) == (977, 1016)
    near = Reach(Cuts(COUNT, (), ((1, 977), (1016, COUNT))), {1000: "a"}, NOTHING, HOW)
    on = near.of(984, 1008)
    assert on is not None
    assert (on.keyframes, on.shots) == ((1000,), ((0, COUNT),))
    assert near.decided_by(1200, 1224) == (1016, 1232)
    assert near.decided_by(1992, 2016) == (1016, 2112)


@pytest.mark.parametrize("cut", [300, 1016])
def test_a_cut_decides_all_that_lies_behind_it(cut: int) -> None:
    unknown = ((1, cut), (cut + 1, COUNT)) if cut == 1016 else ((cut + 1, COUNT),)
    reach = Reach(Cuts(COUNT, (cut,), unknown), {200: "a"}, NOTHING, HOW)
    far = reach.of(1992, 2016)
    assert far is not None
    assert far == Dependence((), ())
