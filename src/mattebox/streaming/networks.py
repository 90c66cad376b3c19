"""The networks of a running server: loaded once, in the background, when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from mattebox.propagation import Propagator
from mattebox.segmentation import Refiner

T = TypeVar("T")


class _Once(Generic[T]):
    """Makes a value once; a failure is raised and tried again at the next call."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._value: T | None = None

    def __call__(self) -> T:
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value


class Networks:
    """Both networks on one engine.

    Args:
        engine: Back end, see `mattebox.inference.load`.
    """

    def __init__(self, engine: str) -> None:
        self.refiner = _Once(lambda: Refiner(engine))
        self.propagator = _Once(lambda: Propagator(engine))

    def warm(self) -> None:
        """Load both now."""
        self.refiner()
        self.propagator()
