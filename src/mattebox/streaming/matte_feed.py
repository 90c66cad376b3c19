"""The mattes of an export in order, asked for before they are needed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from mattebox.projects.clips import Clip
from mattebox.projects.masks import Mask
from mattebox.streaming.manifest import UNDECIDED, Addresses
from mattebox.streaming.mattes import masks_of
from mattebox.streaming.plan import grid_of, matte_rendition
from mattebox.streaming.scheduler import Priority, Stopped, Ticket
from mattebox.streaming.stream import MatteStream

# Segments asked for before they are needed.
_AHEAD = 3
_ASKED_EVERY_S = 0.1


class MatteFeed:
    """Gets the segments an export needs, made or to be made.

    Args:
        stream: Where mattes come from.
        clip: The footage.
        addresses: Tells where segments are, as far as they are decided by now.
    """

    def __init__(self, stream: MatteStream, clip: Clip, addresses: Callable[[], Addresses]) -> None:
        self._stream = stream
        self._clip = clip
        self._addresses = addresses
        self._stopped = threading.Event()
        self._tickets: list[Ticket] = []

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._stopped.set()
        self._leave()

    def masks(
        self, objects: Sequence[str], start: int, stop: int, waits: Callable[[bool], None]
    ) -> Iterator[tuple[int, tuple[Mask, ...]]]:
        """Frame index and each object's matte of the frames from `start` to `stop`.

        Args:
            objects: Whose mattes.
            start: First frame.
            stop: One past the last frame.
            waits: Told when a segment is waited for that is not decided yet, and when it is.

        Raises:
            Stopped: `stop` was called.
        """
        grid, init = grid_of(self._clip), matte_rendition(self._clip).init
        segments = range(grid.segment_of(start), grid.segment_of(stop - 1) + 1)
        coming = deque(segments)
        asked: deque[list[Ticket | bytes]] = deque()
        try:
            for segment in segments:
                while coming and len(asked) < _AHEAD:
                    addresses = self._decided(objects, coming[0])
                    if addresses is None:
                        if asked:
                            # What is decided does not wait for what is not.
                            break
                        addresses = self._awaited(objects, coming[0], waits)
                    asked.append([self._ask(address) for address in addresses])
                    coming.popleft()
                parts = [self._received(part) for part in asked.popleft()]
                layers = [masks_of(init, part) for part in parts]
                first = grid.cell(segment)[0]
                for place, masks in enumerate(zip(*layers, strict=True)):
                    if start <= first + place < stop:
                        yield first + place, masks
        finally:
            self._leave()

    def _leave(self) -> None:
        for ticket in list(self._tickets):
            ticket.leave()

    def _decided(self, objects: Sequence[str], segment: int) -> list[str] | None:
        """Where the objects' mattes of a segment are; None where one is not decided."""
        mattes = self._addresses().mattes
        found = [mattes[item][segment] for item in objects]
        return None if UNDECIDED in found else found

    def _awaited(
        self, objects: Sequence[str], segment: int, waits: Callable[[bool], None]
    ) -> list[str]:
        waits(True)
        while (found := self._decided(objects, segment)) is None:
            if self._stopped.wait(_ASKED_EVERY_S):
                raise Stopped
        waits(False)
        return found

    def _ask(self, address: str) -> Ticket | bytes:
        data = self._stream.cached(address)
        if data is not None:
            return data
        if self.stopped:
            raise Stopped
        ticket = self._stream.request(address, Priority.EXPORT)
        self._tickets.append(ticket)
        return ticket

    def _received(self, part: Ticket | bytes) -> bytes:
        if isinstance(part, bytes):
            return part
        data = part.result.result()
        self._tickets.remove(part)
        part.leave()
        return data
