"""Keeping what was asked for lately."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """A bounded map that forgets what was used longest ago; safe across threads.

    Args:
        limit: How many entries are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, Value] = OrderedDict()
        self._coming: dict[Hashable, Future[Value]] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """The entry under ``key``, if it is still kept."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def get_or_make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The entry under ``key``; who asks while it is made waits for it, and shares its failure.

        Args:
            key: What to look for.
            make: Makes the entry where there is none. It must not wait for any other asker.
        """
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
            others = self._coming.get(key)
            mine: Future[Value] = Future()
            if others is None:
                self._coming[key] = mine
        if others is not None:
            return others.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            mine.set_exception(error)
            raise
        self.put(key, value)
        with self._lock:
            del self._coming[key]
        mine.set_result(value)
        return value

    def put(self, key: Hashable, value: Value) -> None:
        """Keep ``value`` under ``key``, at the cost of the oldest entry where there are many."""
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._limit:
                self._entries.popitem(last=False)


def digest(array: NDArray[np.uint8]) -> str:
    """Hash, in hex, of an array's shape and content, to keep things by."""
    content = hashlib.sha256(str(array.shape).encode())
    content.update(np.ascontiguousarray(array).data)
    return content.hexdigest()
