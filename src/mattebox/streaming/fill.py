"""Makes the mattes of a revision in the background, nearest to the playhead first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import structlog

from mattebox.errors import InputError
from mattebox.streaming.bus import Bus
from mattebox.streaming.scheduler import Priority, Stopped, Ticket

log = structlog.get_logger(__name__)

State = Literal["running", "idle", "cancelled", "failed"]

# Enough to keep the lanes busy while the next ones are asked for.
_ASKED_AHEAD = 3


RequestSegment = Callable[[str, Priority, str], Ticket]
RequestMatte = Callable[[str, int], Ticket]


@dataclass(frozen=True)
class Progress:
    """How far filling is, in segments of the present revision.

    Attributes:
        state: What it is doing.
        done: Segments that are ready.
        total: All of them.
        remaining_s: Expected seconds to the end, once there is something to go by.
        detail: One sentence about a failure.
    """

    state: State = "idle"
    done: int = 0
    total: int = 0
    remaining_s: float | None = None
    detail: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the `work` event sends it."""
        return {
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "remaining_s": self.remaining_s,
            "detail": self.detail,
        }


class _Fill:
    def __init__(self, awaited: Sequence[tuple[str, int]]) -> None:
        # To be asked for, in order, and what of all is not ready.
        self.missing = deque[str]()
        self.left: set[str] = set()
        self.undecided = self.total = 0
        self.awaited = awaited
        self.changed = threading.Event()
        self.stopped = False
        self.progress = Progress("running")

    @property
    def done(self) -> int:
        return self.total - self.undecided - len(self.left)

    def want(self, wanted: Sequence[str], undecided: int, kept: Callable[[str], bool]) -> None:
        """Note what is wanted; what was before stays."""
        before, missing = set(self.left), [a for a in wanted if not kept(a)]
        under_way = before - set(self.missing)
        self.left = set(missing)
        self.missing = deque(a for a in missing if a not in under_way)
        self.undecided, self.total = undecided, len(wanted) + undecided
        self.progress = replace(self.progress, done=self.done, total=self.total)


class Filler:
    """At most one fill per project, each in a thread of its own.

    Args:
        request: Asks for a segment on behalf of a project.
        request_matte: Asks for the matte of one frame of a segment.
        bus: Where progress is announced.
    """

    def __init__(self, request: RequestSegment, request_matte: RequestMatte, bus: Bus) -> None:
        self._request = request
        self._request_matte = request_matte
        self._bus = bus
        self._lock = threading.Lock()
        self._fills: dict[str, _Fill] = {}
        self._closed = False

    def start(
        self,
        project: str,
        wanted: Sequence[str],
        undecided: int,
        kept: Callable[[str], bool],
        awaited: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Make segments in the order given; a fill that is under way is stopped.

        Args:
            project: Which project.
            wanted: Addresses of the segments that are to be there.
            undecided: How many more have no address yet; `go_on` tells of them.
            kept: Whether a segment is in the cache.
            awaited: Frames that are looked at, each with the address of its segment: their mattes
                are made first.
        """
        fill = _Fill(awaited)
        fill.want(wanted, undecided, kept)
        with self._lock:
            if self._closed:
                return
            self._halt(project)
            self._fills[project] = fill
        threading.Thread(
            target=self._run, args=(project, fill, kept), name="fill", daemon=True
        ).start()

    def go_on(
        self, project: str, wanted: Sequence[str], undecided: int, kept: Callable[[str], bool]
    ) -> None:
        """Make more segments, unless the fill that was to make them was stopped.

        Args:
            project: Which project.
            wanted: Addresses of the segments that are to be there, those told before among them.
            undecided: How many more have no address yet.
            kept: Whether a segment is in the cache.
        """
        with self._lock:
            fill = self._fills.get(project)
            if fill is not None and not fill.stopped:
                fill.want(wanted, undecided, kept)
                fill.changed.set()

    def stop(self, project: str) -> bool:
        """Stop filling; what is made is kept. Returns whether anything was under way."""
        with self._lock:
            return self._halt(project)

    def progress(self, project: str) -> Progress:
        """How far the last fill of a project is."""
        with self._lock:
            fill = self._fills.get(project)
            return fill.progress if fill else Progress()

    def close(self) -> None:
        """Stop all fills and start no more."""
        with self._lock:
            self._closed = True
            for project in list(self._fills):
                self._halt(project)

    def _halt(self, project: str) -> bool:
        fill = self._fills.get(project)
        if fill is None or fill.stopped or fill.progress.state != "running":
            return False
        fill.stopped = True
        fill.changed.set()
        return True

    def _run(self, project: str, fill: _Fill, kept: Callable[[str], bool]) -> None:
        started, before = time.monotonic(), fill.done
        tickets: dict[str, Ticket] = {}
        failure: str | None = None
        told = fill.total

        def tell(state: State) -> None:
            made = fill.done - before
            left = fill.total - fill.done
            pace = (time.monotonic() - started) / made if made else None
            remaining = round(pace * left, 1) if pace is not None else None
            self._tell(project, fill, Progress(state, fill.done, fill.total, remaining, failure))

        tell("running")
        mattes: list[Ticket] = []
        try:
            mattes += [self._request_matte(*place) for place in fill.awaited]
            while (fill.left or fill.undecided or tickets) and not fill.stopped:
                for address in self._next(fill, _ASKED_AHEAD - len(tickets), kept):
                    tickets[address] = self._request(address, Priority.FILL, project)
                    tickets[address].listen(fill.changed.set)
                if not (tickets or fill.undecided):
                    # What is left could not be kept.
                    break
                fill.changed.wait()
                fill.changed.clear()
                finished = [a for a, ticket in tickets.items() if ticket.result.done()]
                for address in finished:
                    failure = _failure(tickets.pop(address), kept(address)) or failure
                    if kept(address):
                        with self._lock:
                            fill.left.discard(address)
                if finished or fill.total != told:
                    told = fill.total
                    tell("running")
        except (Stopped, InputError):
            # The server is closing, or the project was deleted meanwhile.
            fill.stopped = True
        except Exception as error:
            log.error("filling failed", project=project, error=repr(error))
            failure = "The mattes could not all be made; free disk space and apply again."
        finally:
            for ticket in [*mattes, *tickets.values()]:
                ticket.leave()
        tell("cancelled" if fill.stopped else "failed" if failure else "idle")

    def _next(self, fill: _Fill, count: int, kept: Callable[[str], bool]) -> list[str]:
        found: list[str] = []
        with self._lock:
            while fill.missing and len(found) < count:
                address = fill.missing.popleft()
                # Who looked at it may have had it made.
                if kept(address):
                    fill.left.discard(address)
                else:
                    found.append(address)
        return found

    def _tell(self, project: str, fill: _Fill, progress: Progress) -> None:
        with self._lock:
            fill.progress = progress
            if self._fills.get(project) is not fill:
                return
        self._bus.publish(project, "work", progress.to_json())


def _failure(ticket: Ticket, kept: bool) -> str | None:
    error = ticket.result.exception()
    ticket.leave()
    if error is None:
        return None if kept else "A segment could not be kept on disk; free space and apply again."
    if isinstance(error, InputError):
        return error.detail
    return f"A segment could not be made ({error}); apply again."
