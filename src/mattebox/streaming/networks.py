"""The networks of a running server: loaded once, in the background, when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from mattebox.inference import Stop
from mattebox.propagation import Propagator
from mattebox.segmentation import Refiner, Replay
from mattebox.streaming.niceness import give_way
from mattebox.streaming.scheduler import Scheduler

T = TypeVar("T")

_yields: ContextVar[bool] = ContextVar("yields", default=False)

# Engines take two calls at once, and calls that wait inside of them cannot be ended.
_CALLS = 2


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
        scheduler: Knows of the clicks that are being answered.
    """

    def __init__(self, engine: str, called: Callable[[str], None], scheduler: Scheduler) -> None:
        self._called = called
        self._scheduler = scheduler
        self._engine = engine
        self._steps = threading.BoundedSemaphore(_CALLS)
        self._lock = threading.Lock()
        self._under_way: set[Stop] = set()
        self.replay = _Once(lambda: Replay(Refiner(engine, attend=self._click, wait=self._let_by)))
        self.propagator = _Once(self._propagator)

    def warm(self) -> None:
        """Load both now."""
        self.replay()
        self.propagator()

    def interrupt(self) -> None:
        """End the calls of propagation that are under way; they are made anew after the clicks."""
        with self._lock:
            stops = list(self._under_way)
        for stop in stops:
            stop.pull()

    @contextmanager
    def yielding(self) -> Iterator[None]:
        """What is asked of the refiner inside waits for clicks before it begins a call."""
        before = _yields.set(True)
        try:
            yield
        finally:
            _yields.reset(before)

    def _let_by(self) -> None:
        """Before a call of the refiner: others let clicks by, and propagation lets by a click."""
        if _yields.get():
            self._scheduler.wait_for_clicks()
        elif self._scheduler.clicks_hold():
            self.interrupt()

    @contextmanager
    def _click(self, network: str) -> Iterator[None]:
        self._called(network)
        yield

    @contextmanager
    def _step(self, network: str) -> Iterator[Stop]:
        with self._steps:
            stop = self._begun()
            try:
                self._called(network)
                yield stop
            finally:
                self._ended(stop)

    def _begun(self) -> Stop:
        """Wait for clicks: between the turn of a frame and its network some may have come."""
        while True:
            self._scheduler.wait_for_clicks()
            stop = Stop()
            with self._lock:
                self._under_way.add(stop)
            # One that comes from here on ends the call, and one that came before is seen here.
            if not self._scheduler.clicks_hold():
                return stop
            self._ended(stop)

    def _ended(self, stop: Stop) -> None:
        with self._lock:
            self._under_way.discard(stop)

    def _propagator(self) -> Propagator:
        # First, for all networks share some threads of the back end, which are as nice as who
        # needs them first.
        self.replay()
        # The threads that are its own are as nice as the one that loads it.
        with ThreadPoolExecutor(1, "load", give_way) as nice:
            return nice.submit(Propagator, self._engine, attend=self._step).result()
