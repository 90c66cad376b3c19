from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mattebox.propagation import Shot, dependencies
from mattebox.propagation.spans import ALWAYS, FARTHER, Part, anchors_of, parts

CLIP = [Shot(0, 50), Shot(50, 100)]


def test_a_segment_depends_on_the_keyframes_that_bracket_it() -> None:
    assert dependencies(10, 20, [0, 5, 30, 40], CLIP) == (5, 30)


def test_a_segment_with_a_keyframe_inside_depends_on_the_three_around() -> None:
    assert dependencies(10, 20, [5, 15, 30], CLIP) == (5, 15, 30)


def test_before_the_first_keyframe_only_that_one_counts() -> None:
    assert dependencies(0, 10, [20, 40], CLIP) == (20,)


def test_a_keyframe_alone_depends_on_itself() -> None:
    assert dependencies(20, 21, [0, 20, 40], CLIP) == (20,)


def test_keyframes_do_not_reach_across_a_cut() -> None:
    assert dependencies(45, 55, [10, 90], CLIP) == (10, 90)
    assert dependencies(45, 50, [90], CLIP) == ()


def test_frames_outside_every_shot_depend_on_nothing() -> None:
    assert dependencies(100, 120, [10, 90], CLIP) == ()


@given(st.sets(st.integers(0, 99), max_size=8), st.integers(0, 99), st.integers(1, 40), st.data())
def test_dependencies_are_the_union_over_the_segments_frames(
    keyframes: set[int], start: int, length: int, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, 99), max_size=4)))
    edges = [0, *cuts, 100]
    shots = [Shot(a, b) for a, b in pairwise(edges)]
    expected = set()
    for frame in range(start, min(start + length, 100)):
        shot = next(shot for shot in shots if shot.start <= frame < shot.stop)
        inside = [k for k in keyframes if shot.start <= k < shot.stop]
        if frame in inside:
            expected.add(frame)
        else:
            expected.update([max([k for k in inside if k < frame], default=-1)])
            expected.update([min([k for k in inside if k > frame], default=-1)])
    found = dependencies(start, start + length, list(keyframes), shots)
    assert found == tuple(sorted(expected - {-1}))


@given(
    st.sets(st.integers(0, 9999), max_size=4),
    st.sets(st.integers(0, 9999), max_size=2),
    st.integers(0, 9999),
)
def test_a_keyframe_that_is_much_farther_away_does_not_count(
    keyframes: set[int], absent: set[int], frame: int
) -> None:
    before = max([k for k in keyframes | absent if k < frame], default=None)
    after = min([k for k in keyframes | absent if k > frame], default=None)
    expected = {k for k in (before, after) if k is not None}
    if frame in keyframes | absent:
        expected = {frame}
    elif before in absent:
        expected = {k for k in expected if k == before}
    elif len(expected) == 2 and after not in absent:
        nearer, farther = sorted(expected, key=lambda k: abs(k - frame))
        if abs(farther - frame) > max(ALWAYS, FARTHER * abs(nearer - frame)):
            expected = {nearer}
    found = dependencies(frame, frame + 1, [*keyframes, *absent], [Shot(0, 10000)], absent)
    assert found == tuple(sorted(expected))


@given(st.sets(st.integers(0, 4999), max_size=5), st.sets(st.integers(0, 4999), max_size=2))
def test_every_frame_of_a_shot_is_in_one_part_whatever_part_is_asked_for(
    keyframes: set[int], absent: set[int]
) -> None:
    shots = [Shot(0, 3000), Shot(3000, 5000)]
    everything = [*keyframes, *absent]
    whole = parts(0, 5000, everything, shots, absent)
    assert [frame for part in whole for frame in (part.start, part.stop)] == sorted(
        edge for part in whole for edge in (part.start, part.stop)
    )
    assert sum(part.stop - part.start for part in whole) == 5000
    for start in range(0, 5000, 240):
        # As a segment does it, which knows only the keyframes that it depends on.
        needed = dependencies(start, start + 24, everything, shots, absent)
        around = [shot for shot in shots if shot.start < start + 24 and shot.stop > start]
        alone = parts(start, start + 24, needed, around, absent & set(needed))
        cut = [Part(p.span, max(p.start, start), min(p.stop, start + 24)) for p in whole]
        assert _worked_for(alone, absent) == _worked_for(cut, absent)


def _worked_for(found: Iterable[Part], absent: set[int]) -> list[Part]:
    """The parts that are neither a keyframe by itself nor behind an empty one."""
    return [
        part
        for part in found
        if part.start < part.stop
        and part.span.left not in absent
        and (part.stop - part.start > 1 or part.start != part.span.left)
    ]


@given(st.sets(st.integers(0, 49), max_size=5), st.integers(1, 12))
def test_anchors_lie_on_one_grid_whatever_the_keyframes(keyframes: set[int], stride: int) -> None:
    for part in parts(0, 50, list(keyframes), [Shot(0, 50)]):
        span = part.span
        anchors = anchors_of(span, stride, near=50, far_stride=3 * stride)
        inside = range(span.start, span.stop)
        assert list(anchors) == [f for f in inside if f % stride == 0 and f != span.left]


@given(st.sets(st.integers(0, 399), min_size=1, max_size=3))
def test_far_from_keyframes_anchors_lie_farther_apart(keyframes: set[int]) -> None:
    for part in parts(0, 400, list(keyframes), [Shot(0, 400)]):
        span = part.span
        anchors = anchors_of(span, 8, near=96, far_stride=24)
        ends = [k for k in (span.left, span.right) if k is not None]
        for frame in range(span.start, span.stop):
            near = min(abs(frame - k) for k in ends) <= 96
            wanted = frame % (8 if near else 24) == 0 and frame != span.left
            assert (frame in anchors) == wanted
