"""In which order anchors are found, coming from a keyframe: each from one that is nearer to it.

Near the keyframe anchors lie close together and each is found from the one before. What is farther
away is come to by a route of long steps, which begins at the keyframe and leaves out most of the
anchors that are near: who wants to see the far end does not wait for what lies between. Its stops
are leapt over in ever longer leaps, as long as the object is found that way: stop number 88 is come
to from 80, that from 64, and that from the keyframe itself, or from what lies in the middle where a
leap is too long, and so on. The route prefers frames that decode by themselves; anchors it leaves
out are found from those before them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mattebox.propagation.settings import PropagationSettings
from mattebox.propagation.spans import Span, anchors_of

PATIENCE = 32
"""Far out a leap that is in vain is halved until it is no longer than this part of the way from the
keyframe: what a frame costs hardly grows with its distance, however hard the object is to find."""


@dataclass(frozen=True)
class Stop:
    """An anchor as a chain comes upon it.

    Attributes:
        index: The frame.
        express: Whether it is come upon by the route of long steps although it lies near.
    """

    index: int
    express: bool = False


@dataclass(frozen=True)
class Chain:
    """The anchors that lie on one side of a keyframe.

    Attributes:
        end: The keyframe.
        anchors: All anchors on that side, nearest first.
        near: Frames from the keyframe up to which there are short steps.
        stride: The length of the route's steps, and the distance of anchors beyond `near`.
        sync: Frames that decode by themselves; the route prefers them, within half a step.
    """

    end: int
    anchors: tuple[int, ...]
    near: int
    stride: int
    sync: frozenset[int] = frozenset()

    def before(self, stop: Stop) -> Stop | None:
        """Where a stop is come to from; None for the keyframe itself."""
        place = self._places[stop.index]
        at = self._on_route(stop)
        if at is not None:
            return self._route_stop(at - _length(at))
        if place == 0:
            return None
        previous = self.anchors[place - 1]
        if self._is_near(previous) and not self._is_near(stop.index):
            return self._route_stop(bisect_left(self._route, place) - 1)
        return Stop(previous)

    def length(self, stop: Stop) -> int:
        """Steps to a stop from the one it is come to from."""
        at = self._on_route(stop)
        return 1 if at is None else _length(at)

    def shortest(self, stop: Stop) -> int:
        """Steps of a leap to a stop that is halved no more."""
        at = self._on_route(stop)
        return 1 if at is None or at + 1 < 2 * PATIENCE else _power((at + 1) // PATIENCE)

    def back(self, stop: Stop, steps: int) -> Stop:
        """The stop of the route that lies some steps before one that is on it."""
        at = self._on_route(stop)
        found = None if at is None else self._route_stop(at - steps)
        assert found is not None
        return found

    def _on_route(self, stop: Stop) -> int | None:
        """Which stop of the route it is, if any, counted from 0."""
        if self._is_near(stop.index) and not stop.express:
            return None
        return self._route_at.get(self._places[stop.index])

    def _route_stop(self, at: int) -> Stop | None:
        if at < 0:
            return None
        index = self.anchors[self._route[at]]
        return Stop(index, self._is_near(index))

    def _is_near(self, index: int) -> bool:
        return abs(index - self.end) <= self.near

    @cached_property
    def _places(self) -> dict[int, int]:
        return {index: place for place, index in enumerate(self.anchors)}

    @cached_property
    def _route_at(self) -> dict[int, int]:
        return {place: at for at, place in enumerate(self._route)}

    @cached_property
    def _route(self) -> Sequence[int]:
        """Places in `anchors` of the route's stops."""
        distances = [abs(index - self.end) for index in self.anchors]
        stops: list[int] = []
        goal = self.stride
        while (at := bisect_left(distances, goal)) < len(distances):
            low = bisect_left(distances, goal - self.stride // 4)
            high = bisect_right(distances, goal + self.stride // 2)
            cheap = [place for place in range(low, high) if self.anchors[place] in self.sync]
            at = min(cheap, key=lambda place: abs(distances[place] - goal), default=at)
            stops.append(at)
            goal = distances[at] + self.stride
        return stops


def _length(at: int) -> int:
    """Steps to a stop of the route: as many as divide its number from the keyframe on."""
    return (at + 1) & -(at + 1)


def _power(number: int) -> int:
    """Return the largest power of two that is no larger."""
    return 1 << (number.bit_length() - 1)


@dataclass(frozen=True)
class Layout:
    """The anchors of a span and the chains over them.

    Attributes:
        places: Anchors and keyframes, ascending.
        ahead: The chain from the left keyframe, where there is one.
        back: The chain from the right keyframe, where there is one.
    """

    places: tuple[int, ...]
    ahead: Chain | None
    back: Chain | None


@lru_cache(maxsize=32)
def layout(span: Span, settings: PropagationSettings, sync: tuple[int, ...]) -> Layout:
    """Lay out a span; kept, since a clip of hours has thousands of anchors and segments.

    Args:
        span: The span.
        settings: Where anchors lie.
        sync: Frames that decode by themselves, ascending.
    """
    near, far_stride = settings.near, settings.far_stride
    anchors = anchors_of(span, settings.stride, near=near, far_stride=far_stride, sync=sync)
    ends = {k for k in (span.left, span.right) if k is not None}
    light = frozenset(sync)

    def chain(end: int | None, ordered: tuple[int, ...]) -> Chain | None:
        return None if end is None else Chain(end, ordered, near, far_stride, light)

    places = tuple(sorted({*anchors, *ends}))
    return Layout(places, chain(span.left, anchors), chain(span.right, anchors[::-1]))
