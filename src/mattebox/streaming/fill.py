"""Makes the mattes of a revision in the background, nearest to the playhead first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    def __init__(self, missing: Sequence[str], total: int) -> None:
        self.missing = deque(missing)
        self.total = total
        self.done = total - len(missing)
        self.changed = threading.Event()
        self.stopped = False
        self.progress = Progress("running", self.done, total)


class Filler:
    """At most one fill per project, each in a thread of its own.

    Args:
        request: Asks for a segment on behalf of a project.
        bus: Where progress is announced.
    """

    def __init__(self, request: RequestSegment, bus: Bus) -> None:
        self._request = request
        self._bus = bus
        self._lock = threading.Lock()
        self._fills: dict[str, _Fill] = {}
        self._closed = False

    def start(
        self, project: str, missing: Sequence[str], total: int, kept: Callable[[str], bool]
    ) -> None:
        """Make segments in the order given; a fill that is under way is stopped.

        Args:
            project: Which project.
            missing: Addresses to make.
            total: How many segments the revision has, for progress.
            kept: Whether a segment is in the cache.
        """
        fill = _Fill(missing, total)
        with self._lock:
            if self._closed:
                return
            self._halt(project)
            self._fills[project] = fill
        threading.Thread(
            target=self._run, args=(project, fill, kept), name="fill", daemon=True
        ).start()

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

        def tell(state: State) -> None:
            made = fill.done - before
            left = fill.total - fill.done
            pace = (time.monotonic() - started) / made if made else None
            remaining = round(pace * left, 1) if pace is not None else None
            self._tell(project, fill, Progress(state, fill.done, fill.total, remaining, failure))

        tell("running")
        try:
            while (fill.missing or tickets) and not fill.stopped:
                while fill.missing and len(tickets) < _ASKED_AHEAD:
                    address = fill.missing.popleft()
                    tickets[address] = self._request(address, Priority.FILL, project)
                    tickets[address].listen(fill.changed.set)
                fill.changed.wait()
                fill.changed.clear()
                finished = [a for a, ticket in tickets.items() if ticket.result.done()]
                for address in finished:
                    failure = _failure(tickets.pop(address), kept(address)) or failure
                    fill.done += kept(address)
                if finished:
                    tell("running")
        except (Stopped, InputError):
            # The server is closing, or the project was deleted meanwhile.
            fill.stopped = True
        except Exception as error:
            log.error("filling failed", project=project, error=repr(error))
            failure = "The mattes could not all be made; free disk space and apply again."
        finally:
            for ticket in tickets.values():
                ticket.leave()
        tell("cancelled" if fill.stopped else "failed" if failure else "idle")

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
