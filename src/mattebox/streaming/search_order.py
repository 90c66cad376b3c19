"""Where a search for cuts goes on: around what somebody works on, outwards; pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mattebox.media.shots import BEFORE, BEHIND

Range = tuple[int, int]

CHUNK = 240
"""Frames judged in one go, about: after them it may go on elsewhere."""

LEAD = 72
"""Frames on either side of a keyframe that are judged with it."""


@dataclass(frozen=True)
class Focus:
    """What somebody waits for.

    Attributes:
        keyframes: The frames that masks come from.
        first: Half-open ranges of frames to judge before all others: they decide what is looked at.
    """

    keyframes: tuple[int, ...] = ()
    first: tuple[Range, ...] = ()

    def open(self, unjudged: Sequence[Range]) -> list[Range]:
        """What of `first` is not judged."""
        return _common(unjudged, self.first)

    def is_within(self, other: Focus) -> bool:
        """Whether somebody waited for all of it already."""
        known = [any(c <= a and b <= d for c, d in other.first) for a, b in self.first]
        return self.keyframes == other.keyframes and all(known)


def joined(foci: Iterable[Focus]) -> Focus:
    """What all of them wait for; who has the nearest keyframe goes first, so none waits for all."""
    every = tuple(foci)
    keyframes = {frame for focus in every for frame in focus.keyframes}
    return Focus(tuple(sorted(keyframes)), tuple(part for focus in every for part in focus.first))


def next_run(unjudged: Sequence[Range], focus: Focus, sync: Sequence[int]) -> Range:
    """The frames to look at next.

    A run begins at a frame that decodes by itself and ends where the next one does, as far as such
    frames are known: what is decoded to get somewhere is then judged, too.

    Args:
        unjudged: Half-open ranges of frames that remain to be judged; at least one.
        focus: What is wanted first.
        sync: Frames that decode by themselves, ascending.

    Returns:
        First and one past the last of the frames to look at: `BEFORE` and `BEHIND` more than are
        judged.
    """
    keyframe, at = _nearest(focus.open(unjudged) or unjudged, focus.keyframes)
    low, high = next(part for part in unjudged if part[0] <= at < part[1])
    if at < keyframe and keyframe - at > LEAD:
        start = max(_synced(max(at + 1 - CHUNK, 0), sync), low - BEFORE)
        return max(start, 0), at + 1 + BEHIND
    start = at - BEFORE if at == low else max(_synced(max(at - LEAD, 0), sync), low - BEFORE)
    least = max(start + CHUNK, at + LEAD)
    stop = bisect_left(sync, least)
    end = sync[stop] + BEFORE if stop < len(sync) else least
    return max(start, 0), min(end, high) + BEHIND


def _nearest(parts: Sequence[Range], keyframes: Sequence[int]) -> tuple[int, int]:
    """The frame that is nearest to a keyframe, and that keyframe."""
    found = [
        (abs(at - keyframe), keyframe, at)
        for keyframe in keyframes
        for start, stop in parts
        for at in (min(max(keyframe, start), stop - 1),)
    ]
    _, keyframe, at = min(found, default=(0, parts[0][0], parts[0][0]))
    return keyframe, at


def _synced(frame: int, sync: Sequence[int]) -> int:
    """The last frame up to this one that decodes by itself; this one where none is known."""
    at = bisect_right(sync, frame)
    return sync[at - 1] if at else frame


def _common(parts: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    both = [(max(a, c), min(b, d)) for a, b in parts for c, d in others]
    return [part for part in both if part[0] < part[1]]
