"""Tells pages of the present revision of a project, and has its mattes made."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import structlog

from mattebox.errors import InputError
from mattebox.projects.clips import Shots
from mattebox.projects.library import Library
from mattebox.streaming.bus import Bus
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.fill import Filler
from mattebox.streaming.manifest import changed_ranges
from mattebox.streaming.plan import grid_of, outward
from mattebox.streaming.stream import MatteStream

log = structlog.get_logger(__name__)


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
        self._background = ThreadPoolExecutor(4, thread_name_prefix="apply")
        self.filler = Filler(stream.request, bus)

    def announce(self, project_id: str, before: int, playhead: int | None) -> None:
        """Tell pages about the present revision, in the background, once its shots are known.

        Args:
            project_id: Which project.
            before: Number of the revision that was present before.
            playhead: Frame where making its mattes begins. None to begin where it last did, if any
                are missing and nobody stopped it.
        """
        order = self._superseded(project_id)
        if playhead is not None:
            self._playheads[project_id] = playhead
        shots = self._stream.shots_needed(project_id, None)

        def known(found: Future[Shots] | None) -> None:
            with suppress(RuntimeError):  # the server is closing
                self._background.submit(self._announce, project_id, before, playhead, order, found)

        if shots is None:
            known(None)
        else:
            # Threads are few, and finding shots may take minutes.
            shots.add_done_callback(known)

    def stop_work(self, project_id: str) -> None:
        """Stop filling a project's mattes, also where filling has yet to begin."""
        self._playheads[project_id] = None
        self._superseded(project_id)

    def forget(self, project_id: str) -> None:
        """Drop what is kept of a deleted project."""
        self.filler.stop(project_id)
        with self._lock:
            self._orders.pop(project_id, None)
            self._playheads.pop(project_id, None)

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

    def _announce(
        self,
        project_id: str,
        before: int,
        playhead: int | None,
        ordered: int,
        shots: Future[Shots] | None,
    ) -> None:
        try:
            if shots is not None:
                shots.result()
            project = self._projects.get(project_id)
            revision = self._projects.revision(project_id, project.state.revision)
            addresses = self._stream.addresses(project, revision)
            if self._projects.get(project_id).state.revision != revision.number:
                # Undone while its shots were looked for: what undid it announces itself.
                return
            old = self._stream.addresses(project, self._projects.revision(project_id, before))
        except Exception as error:
            log.error("revision not announced", project=project_id, error=repr(error))
            detail = error.detail if isinstance(error, InputError) else "The revision failed."
            self._bus.publish(project_id, "work", _failed(detail))
            return
        self._stream.places.put(project_id, addresses, ordered)
        changed = {
            item: changed_ranges(old.mattes.get(item, ()), addresses.mattes.get(item, ()))
            for item in {*old.mattes, *addresses.mattes}
        }
        self._bus.publish(
            project_id,
            "revision",
            {"revision": revision.number, "changed": {k: v for k, v in changed.items() if v}},
        )
        with self._lock:
            current = self._orders[project_id] == ordered
        start = self._playheads.get(project_id, 0) if playhead is None else playhead
        if start is not None and current:
            grid = grid_of(self._clips.get(project.clip))
            order = outward(grid.count, grid.segment_of(start))
            # Objects may share a segment where neither of them is.
            wanted = list(
                dict.fromkeys(mattes[s] for s in order for mattes in addresses.mattes.values())
            )
            missing = [address for address in wanted if address not in self._cache]
            if missing or playhead is not None:
                self.filler.start(project_id, missing, len(wanted), self._cache.__contains__)


def _failed(detail: str) -> dict[str, Any]:
    return {"state": "failed", "done": 0, "total": 0, "remaining_s": None, "detail": detail}
