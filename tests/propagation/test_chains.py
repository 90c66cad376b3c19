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


def test_the_far_end_is_come_to_in_few_leaps() -> None:
    for frames, leaps in ((1440, 6), (14_400, 10), (172_800, 13)):
        assert len(way(chain(0, frames), frames - 24)) <= leaps
        assert len(way(chain(frames - 1, frames, back=True), 24)) <= leaps


@given(st.sampled_from([0, 24, 30, 48, 60, 250]), st.integers(0, 40))
def test_halfway_of_a_leap_is_come_to_from_where_the_leap_began(group: int, number: int) -> None:
    found = chain(0, 2000, sync=range(0, 2000, group) if group else range(0))
    stops = way_of(found, found.anchors[-1 - number])
    for begin, stop in zip([None, *stops], stops, strict=False):
        steps, place = found.length(stop), begin
        while steps > 1:
            steps //= 2
            halfway = found.back(stop, steps)
            assert found.before(halfway) == place
            assert found.length(halfway) == steps
            assert (place.index if place else 0) < halfway.index < stop.index
            place = halfway


def test_what_is_gone_where_leaps_are_in_vain_hardly_grows_with_the_distance() -> None:
    def gone(found: Chain, stop: Stop, steps: int) -> int:
        """Steps and forced leaps to a stop if no leap ever goes."""
        if steps <= found.shortest(stop):
            return 1
        halfway = found.back(stop, steps // 2)
        return gone(found, halfway, steps // 2) + gone(found, stop, steps // 2)

    def to_the_end(frames: int) -> int:
        found = chain(0, frames)
        stops = way_of(found, found.anchors[-1])
        return sum(gone(found, stop, found.length(stop)) for stop in stops)

    minute, hour, two = (to_the_end(24 * seconds) for seconds in (60, 3600, 7200))
    assert minute == 59
    assert hour <= minute + 6 * 32
    assert two <= hour + 32


def test_near_the_keyframe_one_goes_from_anchor_to_anchor() -> None:
    assert way(chain(0, 1440), 96) == list(range(8, 97, 8))


def test_the_route_goes_by_frames_that_decode_by_themselves() -> None:
    groups = range(0, 7200, 30)
    route = way(chain(0, 7200, sync=groups), 7170)
    assert all(index % 30 == 0 for index in route if index > NEAR + FAR)


@given(st.sampled_from([0, 30, 36, 250]))
def test_an_anchor_that_is_not_leapt_to_is_found_from_one_close_by(group: int) -> None:
    found = chain(0, 7200, sync=range(0, 7200, group) if group else range(0))
    for index in (anchor for anchor in found.anchors if anchor > NEAR + FAR):
        before = found.before(Stop(index))
        close = before is not None and index - before.index <= 2 * FAR
        assert close or found.length(Stop(index)) > 1


@pytest.mark.parametrize("frames", [1, 5, 30])
def test_a_short_span_has_no_route(frames: int) -> None:
    found = chain(0, frames)
    assert [way(found, a) for a in found.anchors] == [
        list(range(STRIDE, a + 1, STRIDE)) for a in found.anchors
    ]
