from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mattebox.propagation import Shot, dependencies
from mattebox.propagation.spans import anchors_of, spans

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


@given(st.sets(st.integers(0, 49), max_size=5), st.integers(1, 12))
def test_anchors_lie_on_one_grid_whatever_the_keyframes(keyframes: set[int], stride: int) -> None:
    for span in spans(0, 50, list(keyframes), [Shot(0, 50)]):
        anchors = anchors_of(span, stride, near=50, far_stride=3 * stride)
        inside = range(span.start, span.stop)
        assert list(anchors) == [f for f in inside if f % stride == 0 and f != span.left]


@given(st.sets(st.integers(0, 399), min_size=1, max_size=3))
def test_far_from_keyframes_anchors_lie_farther_apart(keyframes: set[int]) -> None:
    for span in spans(0, 400, list(keyframes), [Shot(0, 400)]):
        anchors = anchors_of(span, 8, near=96, far_stride=24)
        ends = [k for k in (span.left, span.right) if k is not None]
        for frame in range(span.start, span.stop):
            near = min(abs(frame - k) for k in ends) <= 96
            wanted = frame % (8 if near else 24) == 0 and frame != span.left
            assert (frame in anchors) == wanted
