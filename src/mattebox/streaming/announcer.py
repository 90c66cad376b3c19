"""Tells pages of the present revision of a project, and has its mattes made."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog

from mattebox.errors import InputError
from mattebox.media import SegmentGrid
from mattebox.projects.library import Library
from mattebox.projects.revisions import Revision
from mattebox.streaming.bus import Bus
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.fill import Filler
from mattebox.streaming.manifest import UNDECIDED, Addresses, changed_ranges
from mattebox.streaming.plan import grid_of, outward
from mattebox.streaming.stream import MatteStream

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Told:
    """What was told of a revision.

    Attributes:
        clip: Hash of the footage.
        revision: Its number.
        order: Rises with every revision that becomes the present one.
        playhead: Frame where making its mattes begins; None where they are not to be made.
        addresses: Its segments, as far as they were decided.
    """

    clip: str
    revision: int
    order: int
    playhead: int | None
    addresses: Addresses


class Announcer:
    """Announces revisions in the background.

    Args:
        library: Projects and footage.
        stream: Knows the addresses of a revision, and makes their segments.
        cache: Finished segments.
        bus: Where changes are announced.
    """

    def __init__(
        self, library: Library, stream: MatteStream, *, cache: DiskCache, bus: Bus
    ) -> None:
        self._projects = library.projects
        self._clips = library.clips
        self._stream = stream
        self._cache = cache
        self._bus = bus
        self._lock = threading.Lock()
        self._orders: Counter[str] = Counter()
        self._playheads: dict[str, int | None] = {}
        # Per project what was told of its present revision, as long as some of it is undecided.
        self._undecided: dict[str, _Told] = {}
        self._deciding = threading.Lock()
        self._background = ThreadPoolExecutor(4, thread_name_prefix="apply")
        self.filler = Filler(stream.request, stream.request_matte, bus)

    def announce(self, project_id: str, before: int, playhead: int | None) -> None:
        """Tell pages about the present revision, in the background.

        Segments that are not decided yet are told of when they are.

        Args:
            project_id: Which project.
            before: Number of the revision that was present before.
            playhead: Frame where making its mattes begins. None to begin where it last did, if any
                are missing and nobody stopped it.
        """
        order = self._superseded(project_id)
        if playhead is not None:
            self._playheads[project_id] = playhead
        with suppress(RuntimeError):  # the server is closing
            self._background.submit(self._announce, project_id, before, playhead, order)

    def more_known(self, clip: str) -> None:
        """Tell pages, in the background, what is decided by cuts that were found since."""
        with self._lock:
            waiting = [project for project, told in self._undecided.items() if told.clip == clip]
        for project in waiting:
            with suppress(RuntimeError):  # the server is closing
                self._background.submit(self._decide, project)

    def stop_work(self, project_id: str) -> None:
        """Stop filling a project's mattes, also where filling has yet to begin."""
        self._playheads[project_id] = None
        self._superseded(project_id)
        with self._lock:
            told = self._undecided.get(project_id)
            if told is not None:
                self._undecided[project_id] = replace(told, playhead=None)

    def follow(self, project_id: str) -> None:
        """Go on telling of a revision that was announced before the server was started."""
        with self._lock:
            known = project_id in self._undecided or self._orders[project_id] > 0
        if known:
            return
        project = self._projects.get(project_id)
        revision = self._projects.revision(project_id, project.state.revision)
        addresses = self._stream.addresses(project, revision)
        if not addresses.is_whole:
            self._stream.look_for_cuts(project, revision, 0)
            told = _Told(project.clip, revision.number, 0, None, addresses)
            with self._lock:
                self._undecided.setdefault(project_id, told)
            self._decide(project_id)

    def forget(self, project_id: str) -> None:
        """Drop what is kept of a deleted project."""
        self.filler.stop(project_id)
        with self._lock:
            self._orders.pop(project_id, None)
            self._playheads.pop(project_id, None)
            self._undecided.pop(project_id, None)

    def close(self) -> None:
        """Stop filling and announcing."""
        self.filler.close()
        self._background.shutdown(wait=False, cancel_futures=True)

    def _superseded(self, project_id: str) -> int:
        """Overrule what was ordered for a project before; the number of the new order."""
        self.filler.stop(project_id)
        with self._lock:
            self._orders[project_id] += 1
            return self._orders[project_id]

    def _announce(self, project_id: str, before: int, playhead: int | None, ordered: int) -> None:
        start = self._playheads.get(project_id, 0) if playhead is None else playhead
        try:
            project = self._projects.get(project_id)
            revision = self._projects.revision(project_id, project.state.revision)
            self._stream.look_for_cuts(project, revision, start or 0)
            addresses = self._stream.addresses(project, revision)
            old = self._stream.addresses(project, self._projects.revision(project_id, before))
        except Exception as error:
            log.error("revision not announced", project=project_id, error=repr(error))
            detail = error.detail if isinstance(error, InputError) else "The revision failed."
            self._bus.publish(project_id, "work", _failed(detail))
            return
        if self._projects.get(project_id).state.revision != revision.number:
            # What undid it announces itself.
            return
        self._stream.places.put(project_id, addresses, ordered)
        self._tell(project_id, revision.number, old, addresses)
        with self._lock:
            current = self._orders[project_id] == ordered
            told = self._undecided.get(project_id)
            if told is None or told.order <= ordered:
                self._undecided.pop(project_id, None)
                if not addresses.is_whole:
                    begin = start if current else None
                    told = _Told(project.clip, revision.number, ordered, begin, addresses)
                    self._undecided[project_id] = told
        if start is not None and current:
            grid = grid_of(self._clips.get(project.clip))
            here = grid.segment_of(start)
            wanted, undecided = wanted_segments(addresses, revision, grid, start)
            missing = [address for address in wanted if address not in self._cache]
            # A page that applies will ask for just these, unless their segments begin with them.
            looked_at = {mattes[here] for mattes in addresses.mattes.values()}
            later = playhead is not None and start > grid.cell(here)[0]
            awaited = [(a, start) for a in missing if a in looked_at] if later else []
            if missing or undecided or playhead is not None:
                self.filler.start(project_id, wanted, undecided, self._cache.__contains__, awaited)
        # What was found while this was told.
        self._decide(project_id)

    def _decide(self, project_id: str) -> None:
        """Tell of what is decided since the last time, and have it made."""
        with self._deciding:
            with self._lock:
                told = self._undecided.get(project_id)
            if told is None:
                return
            try:
                project = self._projects.get(project_id)
                revision = self._projects.revision(project_id, told.revision)
                addresses = self._stream.addresses(project, revision)
                if addresses is told.addresses:
                    return
                self._stream.look_for_cuts(project, revision, told.playhead or 0)
                grid = grid_of(self._clips.get(told.clip))
            except Exception as error:
                log.error("revision not decided", project=project_id, error=repr(error))
                return
            with self._lock:
                if self._undecided.get(project_id) is not told:
                    # Another revision is the present one.
                    return
                if addresses.is_whole:
                    del self._undecided[project_id]
                else:
                    self._undecided[project_id] = replace(told, addresses=addresses)
            self._stream.places.put(project_id, addresses, told.order)
            self._tell(project_id, told.revision, told.addresses, addresses)
            if told.playhead is not None:
                wanted, undecided = wanted_segments(addresses, revision, grid, told.playhead)
                self.filler.go_on(project_id, wanted, undecided, self._cache.__contains__)

    def _tell(self, project_id: str, revision: int, before: Addresses, after: Addresses) -> None:
        changed = {
            item: changed_ranges(before.mattes.get(item, ()), after.mattes.get(item, ()))
            for item in {*before.mattes, *after.mattes}
        }
        self._bus.publish(
            project_id,
            "revision",
            {"revision": revision, "changed": {k: v for k, v in changed.items() if v}},
        )


def wanted_segments(
    addresses: Addresses, revision: Revision, grid: SegmentGrid, playhead: int
) -> tuple[list[str], int]:
    """The segments to make, those around the playhead first, and how many are undecided.

    While what is under the playhead is undecided, those around the keyframe that is nearest to it.
    """
    begin, here = playhead, grid.segment_of(playhead)
    if not any(mattes[here] != UNDECIDED for mattes in addresses.mattes.values()):
        keyframes = [frame for item in revision.snapshot.objects for frame, _ in item.keyframes]
        begin = min(keyframes, key=lambda frame: abs(frame - playhead), default=playhead)
    order = outward(grid.count, grid.segment_of(begin))
    all_of_them = [mattes[s] for s in order for mattes in addresses.mattes.values()]
    # Objects may share a segment where neither of them is.
    wanted = [address for address in dict.fromkeys(all_of_them) if address != UNDECIDED]
    return wanted, all_of_them.count(UNDECIDED)


def _failed(detail: str) -> dict[str, Any]:
    return {"state": "failed", "done": 0, "total": 0, "remaining_s": None, "detail": detail}
