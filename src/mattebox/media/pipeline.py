"""Overlap the stages of a pipeline: each runs in a thread of its own, a few items ahead."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T], depth: int = 4) -> Generator[T, None, None]:
    """Yield ``items`` while a thread already works on the following ones.

    Chained, it makes a pipeline: ``ahead(encode(ahead(composite(ahead(decode())))))``. An error of
    the stage is raised where its item would have come. Closing the result stops the thread after
    the item it is at, and closes ``items`` when it is a generator.

    Args:
        items: The stage; only the thread touches it.
        depth: How many finished items may wait, at least 1.
    """
    stage = _Stage(items, depth)
    try:
        while True:
            try:
                item = stage.take()
            except _Ended:
                return
            yield item
            del item
    finally:
        stage.stop()


class _Ended(Exception):  # noqa: N818
    """No further item will come."""


class _Stage(Generic[T]):
    def __init__(self, items: Iterable[T], depth: int) -> None:
        self._items = items
        self._depth = max(1, depth)
        self._ready: deque[T] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._ended = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="stage", daemon=True)
        self._thread.start()

    def take(self) -> T:
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._ended)
            if self._ready:
                item = self._ready.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            raise _Ended

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._ready.clear()
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        error: BaseException | None = None
        iterator = iter(self._items)
        try:
            for item in iterator:
                if not self._offer(item):
                    break
        except BaseException as raised:
            error = raised
        try:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
        except BaseException as raised:
            error = error or raised
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def _offer(self, item: T) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: len(self._ready) < self._depth or self._stopped)
            if not self._stopped:
                self._ready.append(item)
                self._changed.notify_all()
            return not self._stopped
