"""Which keyframes and which cuts the masks of some frames depend on, and whether it is known; pure.

A segment is decided as soon as everything that its masks depend on is known: no cut elsewhere in
the clip changes it. So what is said of it never depends on how far the search for cuts has come.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mattebox.media import Cuts
from mattebox.propagation import PropagationSettings, Shot, dependencies

Range = tuple[int, int]


class Brackets:
    """Keyframes and shots, in order, so that those around some frames are found at once.

    Args:
        shots: Half-open frame ranges between cuts.
        masks: Keyframe to mask hash.
        nothing: Hash of the mask of a frame where the object is absent.
    """

    def __init__(self, shots: Sequence[Range], masks: Mapping[int, str], nothing: str) -> None:
        self.masks = masks
        self._cuts = [Shot(start, stop) for start, stop in sorted(shots)]
        self._starts = [cut.start for cut in self._cuts]
        self._stops = [cut.stop for cut in self._cuts]
        self._keyframes = sorted(masks)
        self._absent = {frame for frame, mask in masks.items() if mask == nothing}

    def needed(self, start: int, stop: int) -> tuple[int, ...]:
        """The keyframes that frames depend on."""
        around = self._cuts[bisect_right(self._stops, start) : bisect_left(self._starts, stop)]
        first = max(bisect_right(self._keyframes, start) - 1, 0)
        near = self._keyframes[first : bisect_left(self._keyframes, stop) + 1]
        return dependencies(start, stop, near, around, self._absent)


@dataclass(frozen=True)
class Dependence:
    """What the masks of some frames depend on.

    Attributes:
        keyframes: The keyframes that they come from, ascending.
        shots: The shots that they lie in, as though there were no cuts but those that matter to
            them; none where no keyframe reaches them.
    """

    keyframes: tuple[int, ...]
    shots: tuple[Range, ...]


class Reach:
    """What of keyframes and cuts matters to which frames.

    Args:
        cuts: What is known of the clip's cuts.
        masks: Keyframe to mask hash.
        nothing: Hash of the mask of a frame where the object is absent.
        settings: How masks are carried.
    """

    def __init__(
        self,
        cuts: Cuts,
        masks: Mapping[int, str],
        nothing: str,
        settings: PropagationSettings,
    ) -> None:
        self._cuts = cuts
        self._settings = settings
        self._keyframes = sorted(masks)
        self._most = self._least = Brackets(cuts.shots, masks, nothing)
        if cuts.open:
            # As though there were a cut wherever it is not known that there is none.
            doubtful = {at for start, stop in cuts.open for at in (start, stop - 1)}
            found = tuple(sorted({*cuts.found, *doubtful} - {0}))
            self._least = Brackets(Cuts(cuts.frame_count, found).shots, masks, nothing)

    def of(self, start: int, stop: int) -> Dependence | None:
        """What the frames from `start` to `stop` depend on; None where that is not known yet."""
        needed = self._most.needed(start, stop)
        if not needed:
            # No cut that may yet be found will have a keyframe reach them.
            return Dependence((), ())
        first, last = self._window(start, stop)
        if self._cuts.open_within(first, last + 1):
            return None
        if self._least is not self._most and self._least.needed(start, stop) != needed:
            return None
        found = self._cuts.found
        near = found[bisect_left(found, first) : bisect_right(found, last)]
        edges = [0, *near, self._cuts.frame_count]
        shots = tuple((a, b) for a, b in pairwise(edges) if a < stop and b > start)
        return Dependence(needed, shots)

    def decided_by(self, start: int, stop: int) -> Range | None:
        """The frames that remain to be searched for cuts before frames are decided; None if none.

        From first to one past the last, by what is known: a cut that is found there may spare the
        rest, or have another keyframe count and more be searched.
        """
        if self.of(start, stop) is not None:
            return None
        needed = self._most.needed(start, stop)
        first, last = self._window(start, stop)
        low, high = min(first, needed[0] + 1), max(last, needed[-1])
        unknown = self._cuts.open_within(low, high + 1)
        return unknown[0][0], unknown[-1][1]

    def _window(self, start: int, stop: int) -> Range:
        """First and last frame where a cut changes how masks are made, beside who makes them.

        A mask carried forward depends on cuts a little way behind it, one carried backward on cuts
        before it; none beyond the next keyframe.
        """
        keyframes, last = self._keyframes, stop - 1
        after = bisect_right(keyframes, start)
        before = bisect_right(keyframes, last) - 1
        low, high = start + 1, last
        if after < len(keyframes):
            low = start - self._settings.horizon(keyframes[after] - start) + 1
        if after > 0:
            low = max(low, keyframes[after - 1] + 1)
        if before >= 0:
            high = last + self._settings.horizon(last - keyframes[before])
        if before + 1 < len(keyframes):
            high = min(high, keyframes[before + 1])
        return max(low, 1), min(max(high, last), self._cuts.frame_count - 1)
