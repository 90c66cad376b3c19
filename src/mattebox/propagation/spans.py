"""Which keyframes a frame depends on, and where the anchors between them lie."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

FARTHER = 3
"""A keyframe more than so many times as far away as the other one does not count."""

ALWAYS = 480
"""Unless it is at most so many frames away."""


@dataclass(frozen=True)
class Shot:
    """Frames between two cuts, `[start, stop)`."""

    start: int
    stop: int


@dataclass(frozen=True)
class Span:
    """Consecutive frames of one shot whose masks come from the same keyframes.

    Attributes:
        start: First frame; the left keyframe itself where there is one.
        stop: One past the last frame; the right keyframe where there is one.
        left: The keyframe at or before every frame of the span.
        right: The keyframe after every frame of the span.
    """

    start: int
    stop: int
    left: int | None
    right: int | None


@dataclass(frozen=True)
class Part:
    """Frames whose masks come from the keyframes of a span.

    Attributes:
        span: The span; it may be longer, for it does not depend on which frames are wanted.
        start: The first of the frames.
        stop: One past the last of them.
    """

    span: Span
    start: int
    stop: int


@dataclass(frozen=True)
class Stretch:
    """Frames between two knots (keyframes or anchors), to be filled in.

    Attributes:
        before: The knot before them, None at the start of a shot.
        after: The knot after them, None at the end of a shot.
        start: The first of them; with no knot before, the first that was asked for.
        stop: One past the last; with no knot after, one past the last that was asked for.
    """

    before: int | None
    after: int | None
    start: int
    stop: int


def shared(left: int, right: int) -> tuple[int, int]:
    """Return the frames `[start, stop)` between two keyframes to which both count.

    To those before, and to those behind, one of the keyframes is so much nearer that the way from
    the other one is not worth going: so what a frame costs is bounded by its nearer keyframe.

    Args:
        left: A keyframe.
        right: The next one.
    """
    start = min(right - ALWAYS, -(-(right + FARTHER * left) // (1 + FARTHER)))
    stop = max(left + ALWAYS + 1, (left + FARTHER * right) // (1 + FARTHER) + 1)
    return max(start, left), min(stop, right)


def parts(
    start: int,
    stop: int,
    keyframes: Sequence[int],
    shots: Sequence[Shot],
    absent: Collection[int] = (),
) -> tuple[Part, ...]:
    """Return the parts of a range of frames by the keyframes they come from, in order.

    Args:
        start: First frame of the range.
        stop: One past its last frame.
        keyframes: Frames with a mask made by the user, in any order.
        shots: The clip's shots. A frame outside every shot is in no part.
        absent: The keyframes whose mask is empty. They count however far away they are: the
            object must not come back near one of them.
    """
    found: list[Part] = []
    for shot in sorted(shots, key=lambda shot: shot.start):
        inside = sorted({k for k in keyframes if shot.start <= k < shot.stop})
        edges = [shot.start, *(k for k in inside if k > shot.start), shot.stop]
        for first, end in pairwise(edges):
            if first < stop and end > start:
                left = first if first in inside else None
                right = end if end in inside else None
                found += _split(shot, Span(first, end, left, right), absent)
    cut = (Part(each.span, max(each.start, start), min(each.stop, stop)) for each in found)
    return tuple(each for each in cut if each.start < each.stop)


def _split(shot: Shot, span: Span, absent: Collection[int]) -> list[Part]:
    """Return all of the parts between two neighbouring keyframes, or a keyframe and a cut."""
    left, right = span.left, span.right
    if left is None or right is None or left in absent or right in absent:
        return [Part(span, span.start, span.stop)]
    start, stop = shared(left, right)
    # As though the farther keyframe were not there.
    before, behind = Span(left, shot.stop, left, None), Span(shot.start, right, None, right)
    return [Part(before, left, start), Part(span, start, stop), Part(behind, stop, right)]


def dependencies(
    start: int,
    stop: int,
    keyframes: Sequence[int],
    shots: Sequence[Shot],
    absent: Collection[int] = (),
) -> tuple[int, ...]:
    """Return the keyframes that the masks of `[start, stop)` depend on, ascending.

    They are those that bracket each of its frames within the frame's shot, less the one that is
    much farther away (see `shared`); a frame that is a keyframe depends on itself alone, and one
    after a keyframe where the object is absent on that.

    Args:
        start: First frame of the segment.
        stop: One past its last frame.
        keyframes: Frames with a mask made by the user, in any order.
        shots: The clip's shots; a clip without cuts is one shot.
        absent: The keyframes whose mask is empty.
    """
    needed: set[int] = set()
    for part in parts(start, stop, keyframes, shots, absent):
        left, right = part.span.left, part.span.right
        if left is not None:
            needed.add(left)
        beyond = left not in absent and (part.stop - part.start > 1 or part.start != left)
        if right is not None and beyond:
            needed.add(right)
    return tuple(sorted(needed))


def anchors_of(
    span: Span, stride: int, *, near: int, far_stride: int, sync: Sequence[int] = ()
) -> tuple[int, ...]:
    """Return a span's anchors: every `stride`-th frame of the clip that is no keyframe.

    Far from the span's keyframes they lie farther apart, so that the far end of a long span is
    reached in few steps.

    They lie on a grid fixed to the clip, so that every request finds the same ones.

    Args:
        span: The span.
        stride: Distance between anchors in frames.
        near: Frames from the nearest of the span's keyframes up to which that holds.
        far_stride: Distance between anchors beyond; a multiple of `stride`.
        sync: Frames that decode by themselves, ascending. Far anchors lie on them where one is no
            more than half a distance away.
    """
    low = span.start if span.left is None else span.start + 1
    keyframes = [k for k in (span.left, span.right) if k is not None]

    def is_near(frame: int) -> bool:
        return min((abs(frame - k) for k in keyframes), default=0) <= near

    def moved(frame: int) -> int:
        at = bisect_left(sync, frame)
        there = min(sync[max(at - 1, 0) : at + 1], key=lambda s: abs(s - frame), default=frame)
        close = 2 * abs(there - frame) <= far_stride and low <= there < span.stop
        return there if close and not is_near(there) else frame

    grid = range(-(-low // stride) * stride, span.stop, stride)
    there = {f if is_near(f) else moved(f) for f in grid if is_near(f) or f % far_stride == 0}
    return tuple(sorted(there))


def reach(places: Sequence[int], first: int, last: int) -> tuple[int, int]:
    """Return the slice `[low, high)` of ascending places that brackets the frames first..last.

    It begins with the last place at or before `first` and ends with the first at or after
    `last`, where there are such places.
    """
    low = max(0, bisect_right(places, first) - 1)
    return low, min(len(places), bisect_left(places, last) + 1)


def pieces(
    places: Sequence[int], first: int, last: int, most: int, *, hurried: bool
) -> Iterator[tuple[int, int]]:
    """Cut the frames first..last, at places where possible, so that few are held at a time.

    Args:
        places: Anchors and keyframes, ascending.
        first: The first frame.
        last: The last frame.
        most: Frames in a piece at most.
        hurried: Whether the first piece is as short as can be.

    Yields:
        First and last frame of each piece.
    """
    room = 1 if hurried else most
    while first <= last:
        low = bisect_right(places, first)
        high = max(bisect_right(places, first + room), low + 1)
        cut = places[high - 1] if high <= len(places) else last + 1
        end = min(last, min(cut, first + most) - 1)
        yield first, end
        first, room = end + 1, most


def stretches_of(knots: Sequence[int], first: int, last: int) -> list[Stretch]:
    """Return what of the frames first..last is to be filled in between consecutive knots."""
    edges: list[int | None] = [None, *knots, None]
    found = []
    for before, after in pairwise(edges):
        low = first if before is None else before + 1
        high = last + 1 if after is None else after
        if max(low, first) < min(high, last + 1):
            found.append(Stretch(before, after, low, high))
    return found
