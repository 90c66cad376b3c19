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
        wait_for_clicks: Returns when no click is being answered.
    """

    def __init__(
        self, engine: str, called: Callable[[str], None], wait_for_clicks: Callable[[], None]
    ) -> None:
        self._called = called
        self._wait_for_clicks = wait_for_clicks
        self._engine = engine
        self._steps = threading.BoundedSemaphore(_CALLS)
        self._lock = threading.Lock()
        self._under_way: set[Stop] = set()
        self.replay = _Once(lambda: Replay(Refiner(engine, attend=self._click, wait=self._yield)))
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

    def _yield(self) -> None:
        if _yields.get():
            self._wait_for_clicks()

    @contextmanager
    def _click(self, network: str) -> Iterator[None]:
        self._called(network)
        yield

    @contextmanager
    def _step(self, network: str) -> Iterator[Stop]:
        give_way()
        stop = Stop()
        with self._steps:
            # Asked again here: between the turn of a frame and its network a click may have come.
            self._wait_for_clicks()
            with self._lock:
                self._under_way.add(stop)
            try:
                self._called(network)
                yield stop
            finally:
                with self._lock:
                    self._under_way.discard(stop)

    def _propagator(self) -> Propagator:
        # First, for all networks share some threads of the back end, which are as nice as who
        # needs them first.
        self.replay()
        # The threads that are its own are as nice as the one that loads it.
        with ThreadPoolExecutor(1, "load", give_way) as nice:
            return nice.submit(Propagator, self._engine, attend=self._step).result()
