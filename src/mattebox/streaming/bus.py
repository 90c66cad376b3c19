"""Events for pages, with replay for those that were away."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Announcement:
    """One event of protocol section 5.

    Attributes:
        id: Its place in the project's stream.
        event: Its kind.
        data: JSON values.
    """

    id: str
    event: str
    data: dict[str, Any]


_MOST_WAITING = 1000


class _Channel:
    def __init__(self, history: int) -> None:
        self.number = 0
        self.past: deque[tuple[int, Announcement]] = deque(maxlen=history)
        self.subscriptions: set[Subscription] = set()


class Subscription:
    """A page's place in the stream, from the moment it was made; close it when the page goes.

    Filled from any thread, read on the event loop it was made on.
    """

    def __init__(self, missed: list[Announcement], leave: Callable[[Subscription], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Announcement | None] = asyncio.Queue()
        self._leave = leave
        for item in missed:
            self._queue.put_nowait(item)

    async def __aiter__(self) -> AsyncIterator[Announcement]:
        """What was missed, and then what happens, until the stream ends."""
        while (item := await self._queue.get()) is not None:
            yield item

    def close(self) -> None:
        """Receive no more."""
        self._leave(self)

    def put(self, item: Announcement | None) -> None:
        """Add an announcement, or None for the end; callable from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._offer, item)

    def _offer(self, item: Announcement | None) -> None:
        if self._queue.qsize() >= _MOST_WAITING:
            # Nobody reads on the other side. It ends here; who comes back is told what it missed.
            while not self._queue.empty():
                self._queue.get_nowait()
            item = None
        self._queue.put_nowait(item)


class Bus:
    """One stream of announcements per project, kept in memory.

    Ids name the run of the server they were given in, so a page that comes back after a restart
    is told to start over instead of being given the wrong events.

    Args:
        history: Announcements kept per project.
    """

    def __init__(self, history: int) -> None:
        self._history = history
        self._run = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._channels: dict[str, _Channel] = {}
        self._closed = False

    def publish(self, project: str, event: str, data: dict[str, Any]) -> None:
        """Tell every page that looks at the project; callable from any thread."""
        with self._lock:
            channel = self._channel(project)
            channel.number += 1
            item = Announcement(self._id(channel.number), event, data)
            channel.past.append((channel.number, item))
            for subscription in channel.subscriptions:
                subscription.put(item)

    def subscribe(self, project: str, last_id: str | None) -> Subscription:
        """Follow a project from this moment on; call it on the event loop.

        Args:
            project: Which project.
            last_id: Id of the last announcement the page saw: what it missed since comes first,
                or a `reset` where that is too long ago. None for a first visit.
        """
        with self._lock:
            channel = self._channel(project)
            missed = self._missed(channel, last_id)
            subscription = Subscription(missed, lambda gone: self._leave(project, gone))
            if self._closed:
                subscription.put(None)
            else:
                channel.subscriptions.add(subscription)
        return subscription

    def last_id(self, project: str) -> str:
        """Id of the newest announcement of a project."""
        with self._lock:
            return self._id(self._channel(project).number)

    def forget(self, project: str) -> None:
        """End the streams of a deleted project."""
        with self._lock:
            channel = self._channels.pop(project, None)
            for subscription in channel.subscriptions if channel else ():
                subscription.put(None)

    def close(self) -> None:
        """End all streams, so that open pages do not hold up a stopping server."""
        with self._lock:
            self._closed = True
            for channel in self._channels.values():
                for subscription in channel.subscriptions:
                    subscription.put(None)

    def _leave(self, project: str, subscription: Subscription) -> None:
        with self._lock:
            if project in self._channels:
                self._channels[project].subscriptions.discard(subscription)

    def _channel(self, project: str) -> _Channel:
        return self._channels.setdefault(project, _Channel(self._history))

    def _id(self, number: int) -> str:
        return f"{self._run}-{number}"

    def _missed(self, channel: _Channel, last_id: str | None) -> list[Announcement]:
        if last_id is None:
            return []
        run, _, number = last_id.partition("-")
        oldest = channel.past[0][0] if channel.past else channel.number + 1
        known = run == self._run and number.isdecimal() and int(number) <= channel.number
        if not known or int(number) < oldest - 1:
            return [Announcement(self._id(channel.number), "reset", {})]
        return [item for n, item in channel.past if n > int(number)]
