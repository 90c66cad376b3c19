"""Chains: every anchor is come to from a nearer one, in few steps however far away it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattebox.propagation.chains import Chain, Stop
from mattebox.propagation.spans import Span, anchors_of

STRIDE, NEAR, FAR = 8, 240, 24


def chain(end: int, frames: int, *, back: bool = False, sync: range = range(0)) -> Chain:
    """The chain that begins at one end of a span."""
    span = Span(0, end + 1, None, end) if back else Span(end, frames, end, None)
    anchors = anchors_of(span, STRIDE, near=NEAR, far_stride=FAR, sync=sync)
    ordered = tuple(reversed([a for a in anchors if a < end])) if back else anchors
    return Chain(end, ordered, NEAR, FAR, frozenset(sync))


def way(chain: Chain, index: int) -> list[int]:
    """The frames one goes over to an anchor, the keyframe not among them."""
    return [stop.index for stop in way_of(chain, index)]


def way_of(chain: Chain, index: int) -> list[Stop]:
    """The stops one goes over to an anchor."""
    stop: Stop | None = Stop(index)
    stops = []
    while stop is not None:
        stops.append(stop)
        stop = chain.before(stop)
    return stops[::-1]


@given(st.integers(0, 100), st.booleans(), st.sampled_from([0, 30, 48, 250]))
def test_every_anchor_is_come_to_from_the_keyframe_ever_farther(
    end: int, back: bool, group: int
) -> None:
    end = end + 1500 if back else end
    found = chain(end, 2000, back=back, sync=range(0, 2000, group) if group else range(0))
    for index in found.anchors:
        distances = [abs(each - end) for each in way(found, index)]
        assert distances == sorted(set(distances))
        assert distances[-1] == abs(index - end)


def test_the_far_end_of_a_minute_takes_few_steps() -> None:
    assert len(way(chain(0, 1440), 1416)) <= 31
    assert len(way(chain(1439, 1440, back=True), 24)) <= 31


@given(st.sampled_from([0, 24, 30, 48, 60, 250]), st.integers(0, 40))
def test_what_a_leap_passes_over_is_come_to_from_where_the_leap_began(
    group: int, number: int
) -> None:
    found = chain(0, 2000, sync=range(0, 2000, group) if group else range(0))
    stops = way_of(found, found.anchors[-1 - number])
    for begin, stop in zip([None, *stops], stops, strict=False):
        passed = found.passed(stop)
        if passed is not None:
            assert found.before(passed) == begin
            assert (begin.index if begin else 0) < passed.index < stop.index


def test_near_the_keyframe_one_goes_from_anchor_to_anchor() -> None:
    assert way(chain(0, 1440), 96) == list(range(8, 97, 8))


def test_the_route_goes_by_frames_that_decode_by_themselves() -> None:
    groups = range(0, 7200, 30)
    route = way(chain(0, 7200, sync=groups), 7170)
    assert all(index % 30 == 0 for index in route if index > NEAR + FAR)


def test_an_anchor_beside_the_route_is_found_from_the_one_before_it() -> None:
    found = chain(0, 7200, sync=range(0, 7200, 36))
    route = set(way(found, found.anchors[-1]))
    beside = [a for a in found.anchors if a > NEAR + FAR and a not in route]
    for index in beside:
        assert set(way(found, index)[:-2]) <= route


@pytest.mark.parametrize("frames", [1, 5, 30])
def test_a_short_span_has_no_route(frames: int) -> None:
    found = chain(0, frames)
    assert [way(found, a) for a in found.anchors] == [
        list(range(STRIDE, a + 1, STRIDE)) for a in found.anchors
    ]
