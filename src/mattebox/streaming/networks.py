"""The networks of a running server: loaded once, in the background, when first needed."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

from mattebox.propagation import Propagator
from mattebox.segmentation import Refiner, Replay

T = TypeVar("T")

_yields: ContextVar[bool] = ContextVar("yields", default=False)

# Engines take two calls at once, and calls that wait inside of them can no longer be held back.
_CALLS = 2

# How much less of the cores their threads get than those that answer clicks, which have what the
# server was started with.
_NICE = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10) if sys.platform == "linux" else None


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
        called: Told the name of each network that is called.
        wait_for_clicks: Returns when no click is being answered.
    """

    def __init__(
        self, engine: str, called: Callable[[str], None], wait_for_clicks: Callable[[], None]
    ) -> None:
        self._called = called
        self._wait_for_clicks = wait_for_clicks
        self._steps = threading.BoundedSemaphore(_CALLS)
        self.replay = _Once(lambda: Replay(Refiner(engine, attend=self._click, wait=self._yield)))
        self.propagator = _Once(lambda: Propagator(engine, attend=self._step))

    def warm(self) -> None:
        """Load both now."""
        self.replay()
        self.propagator()

    @contextmanager
    def yielding(self) -> Iterator[None]:
        """What is asked of the refiner inside waits for clicks before it begins a call."""
        before = _yields.set(True)
        try:
            yield
        finally:
            _yields.reset(before)

    def _yield(self) -> None:
        if _yields.get():
            self._wait_for_clicks()

    @contextmanager
    def _click(self, network: str) -> Iterator[None]:
        self._called(network)
        yield

    @contextmanager
    def _step(self, network: str) -> Iterator[None]:
        _give_way()
        with self._steps:
            # Asked again here: between the turn of a frame and its network a click may have come.
            self._wait_for_clicks()
            self._called(network)
            yield


def _give_way() -> None:
    """Leave the cores to other threads that want them: a call under way cannot be held back."""
    # Elsewhere this would be said of the whole process.
    if _NICE is not None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
