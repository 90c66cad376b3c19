"""What ran when, in the format that chrome://tracing and Perfetto draw."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.bench_footage import Picture
from mattebox.propagation import FrameSource

T = TypeVar("T")


class Trace:
    """Spans of work, by stage and thread; safe to write from several threads."""

    def __init__(self) -> None:
        self._spans: list[tuple[str, int, float, float]] = []
        self._lock = threading.Lock()

    @contextmanager
    def span(self, stage: str) -> Iterator[None]:
        """Note that a stage works for as long as this is open."""
        began = time.perf_counter()
        try:
            yield
        finally:
            ended = time.perf_counter()
            with self._lock:
                self._spans.append((stage, threading.get_ident(), began, ended))

    def between(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Pass items on and note what their taker does between two of them as a stage's work."""
        for item in items:
            with self.span(stage):
                yield item

    def attend(self, network: str) -> AbstractContextManager[None]:
        """Note the calls of networks, all as one stage; see `mattebox.inference.Attend`."""
        del network
        return self.span("network")

    def clear(self) -> None:
        """Forget what was noted."""
        with self._lock:
            self._spans.clear()

    def count(self, stage: str) -> int:
        """Return how many spans a stage has."""
        return sum(name == stage for name, *_ in self._spans)

    def busy(self, stage: str) -> float:
        """Return for how many seconds at least one span of a stage was open."""
        total, until = 0.0, -np.inf
        for name, _, began, ended in sorted(self._spans, key=lambda span: span[2]):
            if name == stage and ended > until:
                total += ended - max(began, until)
                until = ended
        return total

    def write(self, path: Path) -> None:
        """Write the spans as a Chrome trace."""
        start = min((began for _, _, began, _ in self._spans), default=0.0)
        events = [
            {
                "name": stage,
                "cat": stage,
                "ph": "X",
                "pid": 1,
                "tid": thread % 100_000,
                "ts": round(1e6 * (began - start)),
                "dur": round(1e6 * (ended - began)),
            }
            for stage, thread, began, ended in self._spans
        ]
        path.write_text(json.dumps({"traceEvents": events}))


class Traced:
    """A frame source whose waiting for each frame is noted as decoding."""

    def __init__(self, source: FrameSource, trace: Trace) -> None:
        self._source, self._trace = source, trace
        self.sync_frames: Sequence[int] = getattr(source, "sync_frames", ())

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, Picture]]:
        """Yield frames as the source does."""
        frames = iter(self._source.read(indices))
        while True:
            with self._trace.span("decode"):
                found = next(frames, None)
            if found is None:
                return
            yield found
