"""Scaled-down pictures of clips for filmstrips: made when nothing urgent is going on, then kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import structlog

from mattebox.media.stills import thumbnail_jpeg
from mattebox.projects.clips import Clip
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.scheduler import Priority, Scheduler, Ticket, Turn

log = structlog.get_logger(__name__)

# Raised whenever the same frame would give other bytes.
_EDITION = 1

_ASKED_EVERY_S = 0.05


class Filmstrip:
    """Small pictures by clip, frame and height.

    Args:
        cache: Where they are kept.
        scheduler: Says when there is time for them.
        decoded: Told of each picture that had to be decoded.
    """

    def __init__(self, cache: DiskCache, scheduler: Scheduler, decoded: Callable[[], None]) -> None:
        self._cache = cache
        self._scheduler = scheduler
        self._decoded = decoded
        # One at a time: pictures asked for in order are then read on from where the last one was,
        # by one decoder, and each group of frames is decoded once.
        self._one = threading.Lock()
        self._decoding = threading.Lock()

    def wait(self, hurried: Callable[[], bool]) -> None:
        """Let pictures by: for those who have minutes of work to do, unless they are hurried.

        Returns when none is being decoded or waits for a decoder, or soon after `hurried` says so.
        """
        while not hurried():
            if self._decoding.acquire(timeout=_ASKED_EVERY_S):
                self._decoding.release()
                return

    def cached(self, clip: Clip, frame: int, height: int) -> bytes | None:
        """A picture that is made already, as JPEG."""
        return self._cache.get(self.tag(clip, frame, height))

    def request(self, clip: Clip, frame: int, height: int) -> Ticket:
        """Have a picture made, or share in its making.

        Raises:
            Stopped: The server is stopping.
        """
        key = self.tag(clip, frame, height)

        def make(turn: Turn) -> Generator[bytes]:
            turn.wait()
            with self._one:
                turn.wait()
                with self._decoding:
                    data = thumbnail_jpeg(
                        clip.path, clip.info, clip.table, frame, height, urgent=False
                    )
            self._decoded()
            try:
                self._cache.put(key, data)
            except OSError as error:
                # It is shown all the same, and made again when next asked for.
                log.error("picture not kept", clip=clip.hash, error=str(error))
            yield data

        return self._scheduler.request(f"picture {key}", make, Priority.PICTURE)

    def tag(self, clip: Clip, frame: int, height: int) -> str:
        """What names the bytes of a picture."""
        return f"{clip.hash}-{_EDITION}-{frame}-{height}"

    def forget(self, clip: str) -> None:
        """Drop what is kept of a deleted clip."""
        self._cache.remove_all(f"{clip}-")
