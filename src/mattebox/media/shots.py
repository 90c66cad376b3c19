"""Find the cuts of a clip, from anywhere in it: nothing is propagated across one."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import Cancelled, DecoderPool
from mattebox.media.reader import FrameReader

# A shot shorter than this is taken for a flash.
_SHORTEST_S = 0.4
_PROGRESS_EVERY = 24

BEFORE = 3
"""Frames before one that have to be looked at to judge it: each is compared with the one before it,
and that with the same of two before and two behind."""

BEHIND = 2
"""Frames behind one that have to be looked at to judge it."""


class Shot(NamedTuple):
    """Frames without a cut between them.

    Attributes:
        start: The first frame.
        stop: The frame after the last.
    """

    start: int
    stop: int


@dataclass(frozen=True)
class Cuts:
    """What is known of a clip's cuts.

    Attributes:
        frame_count: Frames in the clip.
        found: The first frame of each shot but the first, ascending, as far as they are known.
        open: Half-open ranges of the frames of which it is not known whether a shot begins there,
            ascending and apart.
    """

    frame_count: int
    found: tuple[int, ...] = ()
    open: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(shots: Sequence[tuple[int, int]]) -> Cuts:
        """All cuts of a clip whose shots are known."""
        return Cuts(shots[-1][1], tuple(start for start, _ in shots[1:]))

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The shots between the cuts that are known."""
        return tuple(Shot(a, b) for a, b in pairwise([0, *self.found, self.frame_count]))

    def open_within(self, start: int, stop: int) -> tuple[tuple[int, int], ...]:
        """What is not known of the frames from `start` to `stop`."""
        first = bisect_right(self.open, start, key=lambda part: part[1])
        last = bisect_left(self.open, stop, key=lambda part: part[0])
        return tuple((max(a, start), min(b, stop)) for a, b in self.open[first:last])


class CutFinder:
    """Finds changes of the picture in frames that are fed to it in order.

    It judges a change by those around it, so that a moving camera does not count as one.

    Args:
        rate: Frames per second.
        start: The first frame that will be fed.
    """

    def __init__(self, rate: float, start: int = 0) -> None:
        # Imported here because it takes a third of a second, which only this work should wait for.
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector

        self._rate = rate
        self._timecode = FrameTimecode
        # Which changes follow one another too soon is said by `Search`, for all that is known.
        self._detector = AdaptiveDetector(min_scene_len=0)
        self.first = start + BEFORE if start else 0
        self.next = start
        self.changes: list[int] = []

    @property
    def judged(self) -> int:
        """The frame up to which those from `first` on are judged."""
        return max(self.next - BEHIND, self.first)

    def feed(self, index: int, frame: npt.NDArray[np.uint8]) -> None:
        """Look at the next frame, `(h, w, 3) uint8` RGB of any small size."""
        bgr = np.ascontiguousarray(frame[:, :, ::-1])
        found = self._detector.process_frame(self._timecode(index, fps=self._rate), bgr)
        self.changes += [at for cut in found if (at := int(cut.frame_num)) >= self.first]
        self.next = index + 1


class Search:
    """What a search for cuts has seen so far, wherever in the clip.

    A cut is a change of the picture that does not follow another cut too soon. Whether it does is
    told by the changes before it, up to a stretch without any that is as long as the shortest shot:
    so the cuts are the same wherever a search begins and in whatever order it goes on.

    Args:
        frame_count: Frames in the clip.
        rate: Frames per second.
    """

    def __init__(self, frame_count: int, rate: float) -> None:
        self._count = frame_count
        self._shortest = max(round(_SHORTEST_S * rate), 2)
        self._judged: list[tuple[int, int]] = []
        self._changes: set[int] = set()

    @property
    def judged(self) -> int:
        """How many frames were judged."""
        return sum(stop - start for start, stop in self._judged)

    def add(self, start: int, stop: int, changes: Iterable[int]) -> None:
        """Note that the frames from `start` to `stop` were judged, and the changes among them."""
        self._changes.update(changes)
        # The last ones have too few behind them to be told from a flash.
        whole = self._count if stop >= self._count - BEHIND else stop
        if start < whole:
            self._judged = joined([*self._judged, (start, whole)])

    def unjudged(self) -> list[tuple[int, int]]:
        """Half-open ranges of the frames that remain to be judged."""
        edges = [0, *(edge for part in self._judged for edge in part), self._count]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]

    def cuts(self) -> Cuts:
        """What is known by now."""
        found: list[int] = []
        unclear: list[tuple[int, int]] = self.unjudged()
        changes = sorted(self._changes)
        for start, stop in self._judged:
            # The last cut before; the clip's first frame counts as one.
            last = 0 if start == 0 else None
            calm = start
            for at in changes[bisect_left(changes, start) : bisect_left(changes, stop)]:
                if last is None and at - calm < self._shortest - 1:
                    unclear.append((at, at + 1))
                elif last is None or at - last >= self._shortest:
                    found.append(at)
                    last = at
                calm = at + 1
        return Cuts(self._count, tuple(found), tuple(joined(unclear)))


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same half-open ranges in order, those that touch or overlap made one."""
    whole: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], stop))
        else:
            whole.append((start, stop))
    return whole


def detect_shots(
    path: str | os.PathLike[str],
    info: ClipInfo,
    table: FrameTable,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    name: str | None = None,
    pool: DecoderPool | None = None,
) -> tuple[Shot, ...]:
    """Find the shots of a clip.

    Args:
        path: The file.
        info: What ingest found.
        table: The frame table that ingest made.
        cancelled: Asked at every frame; true stops the work.
        progress: Told the frames looked at and the frames there are.
        name: How the person knows the file, for messages.
        pool: The processes to use.

    Returns:
        Shots that cover the clip without gaps.

    Raises:
        Cancelled: `cancelled` said so.
        DecodingError: The decoder died, hung or ran out of memory.
    """
    count = table.frame_count
    search, finder = Search(count, float(info.rate)), CutFinder(float(info.rate))
    with FrameReader(path, info, table, name=name, pool=pool) as reader:
        for index, frame in reader.read_small(range(count)):
            if cancelled():
                raise Cancelled
            finder.feed(index, frame)
            if (index + 1) % _PROGRESS_EVERY == 0 or index + 1 == count:
                progress(index + 1, count)
    search.add(0, count, finder.changes)
    return search.cuts().shots
