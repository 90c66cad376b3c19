"""Events for pages, with replay for those that were away."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator
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


class _Channel:
    def __init__(self, history: int) -> None:
        self.number = 0
        self.past: deque[tuple[int, Announcement]] = deque(maxlen=history)
        self.listeners: set[_Listener] = set()


class _Listener:
    """A page's queue; filled from any thread, emptied on the event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[Announcement | None] = asyncio.Queue()

    def put(self, item: Announcement | None) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.queue.put_nowait, item)


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
            for listener in channel.listeners:
                listener.put(item)

    async def follow(self, project: str, last_id: str | None) -> AsyncIterator[Announcement]:
        """What happens in a project from now on, after what was missed since `last_id`.

        Args:
            project: Which project.
            last_id: Id of the last announcement the page saw, or None for a first visit.

        Yields:
            Announcements in order; first a `reset` when `last_id` is too old to go on from.
        """
        listener = _Listener()
        with self._lock:
            channel = self._channel(project)
            missed = self._missed(channel, last_id)
            closed = self._closed
            channel.listeners.add(listener)
        try:
            for item in missed:
                yield item
            while not closed:
                following = await listener.queue.get()
                if following is None:
                    return
                yield following
        finally:
            with self._lock:
                channel.listeners.discard(listener)

    def last_id(self, project: str) -> str:
        """Id of the newest announcement of a project."""
        with self._lock:
            return self._id(self._channel(project).number)

    def forget(self, project: str) -> None:
        """End the streams of a deleted project."""
        with self._lock:
            channel = self._channels.pop(project, None)
            for listener in channel.listeners if channel else ():
                listener.put(None)

    def close(self) -> None:
        """End all streams, so that open pages do not hold up a stopping server."""
        with self._lock:
            self._closed = True
            for channel in self._channels.values():
                for listener in channel.listeners:
                    listener.put(None)

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
