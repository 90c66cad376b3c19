"""Who may compute now: one work per key, urgent ones first, all of them stoppable.

Every work runs in a thread of its own and asks for its turn before each frame. Of the most urgent
kind up to `lanes` works go on, the others wait at their next frame; while a click is being answered
all wait, for a while at most. Pictures take one lane and leave the others to what comes after them;
one goes between two segments that somebody asked for.
Works of one kind take turns by owner, however many one has asked for. Under the playhead what has
shown nothing yet goes before what has: everybody sees a first picture before anybody sees all.
So an urgent request never queues behind a long one, and nothing is thrown away to let it pass.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from enum import IntEnum
from itertools import count

import structlog

from mattebox.streaming.niceness import give_way

log = structlog.get_logger(__name__)

MOST_STANDING = 4
"""Works per lane that may stand still after their first picture: each holds pictures and a reader.

On two lanes eight people who apply at once all see a first picture this way; with one a lane the
third of them would wait for another's whole segment.
"""

LONGEST_HOLD_S = 2.0
"""Clicks that overlap hold all up for so long at most; once there is none, it begins anew."""


class Priority(IntEnum):
    """What goes first; a click goes before all of these.

    A matte is that of one frame, a picture one of a filmstrip; the others are segments.
    """

    MATTE = 0
    PLAYHEAD = 1
    AHEAD = 2
    PICTURE = 3
    FILL = 4
    EXPORT = 5


class Stopped(Exception):  # noqa: N818 - it is no error, somebody wanted it
    """The work was cancelled, for nobody waits for it any more."""


class Work:
    """One thing being made, for any number of waiters. Only the scheduler changes it.

    Attributes:
        key: What is being made.
        chunks: What is finished of it, in order.
        result: Resolves to all chunks joined.
    """

    def __init__(self, key: str, make: Make, priority: Priority, owner: str, order: int) -> None:
        self.key = key
        self.make = make
        self.priority = priority
        self.owner = owner
        self.order = order
        self.round = 0
        self.waiters = 0
        self.started = False
        # Begun between two segments: it goes on beside the next one.
        self.let_by = False
        self.stopped = False
        self.chunks: list[bytes] = []
        self.result: Future[bytes] = Future()
        self.listeners: list[Callable[[], None]] = []

    @property
    def has_shown(self) -> bool:
        """Whether somebody who waits for a picture has one."""
        return self.priority is Priority.PLAYHEAD and bool(self.chunks)


class Turn:
    """What a work holds to ask whether it may go on."""

    def __init__(self, scheduler: Scheduler, work: Work) -> None:
        self._scheduler = scheduler
        self._work = work

    def wait(self) -> None:
        """Return when it is this work's turn; call before each frame.

        Raises:
            Stopped: Nobody waits for the work any more.
        """
        self._scheduler._wait_for_turn(self._work)

    def stop_requested(self) -> bool:
        """The same for callees that poll: waits for the turn, then says whether to stop."""
        try:
            self.wait()
        except Stopped:
            return True
        return False


Make = Callable[[Turn], Generator[bytes]]


class Ticket:
    """One waiter's share in a work; leave it when done, for the work stops with its last waiter."""

    def __init__(self, scheduler: Scheduler, work: Work) -> None:
        self._scheduler = scheduler
        self._work = work
        self._left = False

    @property
    def result(self) -> Future[bytes]:
        """Resolves to the whole of it."""
        return self._work.result

    def chunks(self, start: int) -> list[bytes]:
        """What is finished from chunk number `start` on."""
        return self._work.chunks[start:]

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` from another thread on each new chunk and at the end."""
        self._scheduler._listen(self._work, listener)

    def leave(self) -> None:
        """Stop waiting; leaving twice changes nothing."""
        if not self._left:
            self._left = True
            self._scheduler._leave(self._work)

    def __enter__(self) -> Ticket:
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()


class Scheduler:
    """Runs works by urgency.

    Args:
        lanes: How many works go on at the same time.
        most_standing: Works per lane that may stand still after their first picture.
        longest_hold_s: How long clicks that overlap one another may hold everything up.
        linger_s: For how long after a click everything still waits: its answer is on its way to
            the screen, often on the same machine. A click that comes meanwhile overlaps it.
    """

    def __init__(
        self,
        lanes: int,
        most_standing: int = MOST_STANDING,
        *,
        longest_hold_s: float = LONGEST_HOLD_S,
        linger_s: float = 0.0,
    ) -> None:
        self._lanes = lanes
        self._most_standing = most_standing
        self._longest_hold_s = longest_hold_s
        self._linger_s = linger_s
        self._changed = threading.Condition()
        self._order = count()
        self._works: list[Work] = []
        # Per kind, the latest round in which a work was begun.
        self._rounds = dict.fromkeys(Priority, 0)
        # Segments that somebody asked for which ended since a small picture was begun.
        self._ended_since_picture = 0
        self._clicks = 0
        self._clicked_since = 0.0
        self._lingers_until = 0.0
        self._closed = False

    def request(self, key: str, make: Make, priority: Priority, owner: str = "") -> Ticket:
        """Share in the work with this key, which is begun if nobody asked for it yet.

        Args:
            key: Names the result; equal keys are made once.
            make: Yields the result in chunks; called in a thread, with the turn to ask for.
            priority: How urgent it is to this waiter; a work is as urgent as its most urgent one.
            owner: For whom it is made, if nobody asked for it yet; owners take turns.

        Raises:
            Stopped: The scheduler is closed.
        """
        with self._changed:
            if self._closed:
                raise Stopped
            work = self._find(key)
            if work is None:
                work = Work(key, make, priority, owner, next(self._order))
                work.round = self._next_round(owner, priority)
                self._works.append(work)
            elif priority < work.priority:
                work.round = self._next_round(work.owner, priority)
                work.priority = priority
            work.waiters += 1
            self._dispatch()
        return Ticket(self, work)

    def so_far(self, key: str) -> bytes:
        """What is finished of the work with this key; nothing where there is none."""
        with self._changed:
            work = self._find(key)
            return b"".join(work.chunks) if work else b""

    @contextmanager
    def click(self) -> Iterator[None]:
        """Everything else waits at its next frame for as long as this lasts, but not for ever."""
        with self._changed:
            now = time.monotonic()
            if self._clicks == 0 and now >= self._lingers_until:
                self._clicked_since = now
            self._clicks += 1
        try:
            yield
        finally:
            with self._changed:
                self._clicks -= 1
                self._lingers_until = time.monotonic() + self._linger_s
                self._changed.notify_all()

    def wait_for_clicks(self) -> None:
        """Return when no click holds others up; for work outside the lanes."""
        with self._changed:
            self._wait_until(lambda: not self._held())

    def wait_for_mattes(self) -> None:
        """Return when no single matte is being made or waits for its turn."""
        with self._changed:
            self._wait_until(lambda: all(work.priority > Priority.MATTE for work in self._works))

    def clicks_hold(self) -> bool:
        """Whether clicks hold others up at the moment."""
        with self._changed:
            return self._held()

    def close(self) -> None:
        """Stop everything and take no more."""
        with self._changed:
            self._closed = True
            for work in self._works:
                work.stopped = True
            waiting = [work for work in self._works if not work.started]
            self._works = [work for work in self._works if work.started]
            self._changed.notify_all()
        for work in waiting:
            self._finish(work, Stopped())

    @property
    def busy(self) -> int:
        """How many works are being made or wait for their turn."""
        with self._changed:
            return len(self._works)

    def _find(self, key: str) -> Work | None:
        return next((w for w in self._works if w.key == key and not w.stopped), None)

    def _next_round(self, owner: str, priority: Priority) -> int:
        """One after the owner's last, and none that is over: who comes anew has missed nothing."""
        own = [w.round for w in self._works if w.owner == owner and w.priority is priority]
        return max(self._rounds[priority], max(own, default=-1) + 1)

    def _leading(self) -> list[Work]:
        live = [work for work in self._works if not work.stopped]
        room = sum(work.has_shown for work in live) < self._most_standing * self._lanes
        live.sort(key=lambda work: (work.priority, room and work.has_shown, work.round, work.order))
        picture = self._picture(live)
        if picture is not None:
            # They are made one after the other, by one decoder.
            others = [work for work in live if work.priority is not Priority.PICTURE]
            return [picture, *_most_urgent(others, self._lanes - 1)]
        return _most_urgent(live, self._lanes)

    def _picture(self, live: list[Work]) -> Work | None:
        """The picture that may be made now: when nothing is more urgent, or between two segments.

        A strip would stay blank for as long as somebody looks at what has yet to be made.
        """
        pictures = [work for work in live if work.priority is Priority.PICTURE]
        if not pictures or pictures[0] is live[0]:
            return next(iter(pictures), None)
        looked_at = (work for work in live if work.priority < Priority.AHEAD)
        gap = self._ended_since_picture > 0 and all(work.chunks for work in looked_at)
        return next((work for work in pictures if work.let_by), pictures[0] if gap else None)

    def _dispatch(self) -> None:
        for work in self._leading():
            if not work.started:
                work.started = True
                if work.priority is Priority.PICTURE:
                    work.let_by, self._ended_since_picture = self._ended_since_picture > 0, 0
                self._rounds[work.priority] = max(self._rounds[work.priority], work.round)
                threading.Thread(
                    target=self._run, args=(work,), name=f"segment {work.key[:8]}", daemon=True
                ).start()
        self._changed.notify_all()

    def _wait_for_turn(self, work: Work) -> None:
        with self._changed:
            self._wait_until(
                lambda: work.stopped or (self._hold_s() is None and work in self._leading())
            )
            if work.stopped:
                raise Stopped

    def _hold_s(self) -> float | None:
        """Seconds that clicks may go on holding others up, None where they do not."""
        until = self._clicked_since + self._longest_hold_s
        if not self._clicks:
            until = min(until, self._lingers_until)
        left = until - time.monotonic()
        return left if left > 0 else None

    def _held(self) -> bool:
        return self._hold_s() is not None and not self._closed

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        while True:
            # Before: what runs out while it is asked would tell nobody.
            hold_s = self._hold_s()
            if ready():
                return
            self._changed.wait(hold_s)

    def _run(self, work: Work) -> None:
        failure: BaseException | None = None
        give_way()
        try:
            with closing(work.make(Turn(self, work))) as chunks:
                for chunk in chunks:
                    self._add(work, chunk)
                    self._tell(work)
        except Stopped as stopped:
            failure = stopped
        except Exception as error:
            failure = error
            log.warning("work failed", key=work.key, error=repr(error))
        finally:
            with self._changed:
                # Stopped works are out of sight already, but may still be listed.
                self._works = [other for other in self._works if other is not work]
                self._ended_since_picture += work.priority < Priority.PICTURE
                self._dispatch()
            self._finish(work, failure)

    def _add(self, work: Work, chunk: bytes) -> None:
        with self._changed:
            work.chunks.append(chunk)
            if len(work.chunks) == 1:
                # Others may go first now.
                self._dispatch()

    def _finish(self, work: Work, failure: BaseException | None) -> None:
        if failure is None:
            work.result.set_result(b"".join(work.chunks))
        else:
            work.result.set_exception(failure)
        self._tell(work)

    def _listen(self, work: Work, listener: Callable[[], None]) -> None:
        with self._changed:
            work.listeners.append(listener)
        listener()

    def _tell(self, work: Work) -> None:
        with self._changed:
            listeners = list(work.listeners)
        for listener in listeners:
            listener()

    def _leave(self, work: Work) -> None:
        with self._changed:
            work.waiters -= 1
            last = work.waiters == 0 and not work.result.done()
            # A closed scheduler has let go of it already.
            abandoned = last and not work.started and work in self._works
            if abandoned:
                self._works.remove(work)
            if last:
                work.stopped = True
                self._dispatch()
        if abandoned:
            self._finish(work, Stopped())


def _most_urgent(works: list[Work], lanes: int) -> list[Work]:
    # All cores serve the most urgent kind; sharing them would only delay what is waited for.
    return [work for work in works[:lanes] if work.priority == works[0].priority]
