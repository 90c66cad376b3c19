"""What the server did, counted for ``/metrics``."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

# Times of creation double the lines and say nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Counters:
    """Counters of one server.

    Attributes:
        registry: Where they are collected.
        decoded: Frames decoded, by what for (`video`, `matte`, `click`, `picture`).
        inferred: Frames whose mask a network made, by kind (`propagated`, `anchor`).
        calls: Times a network ran, by its name; second looks and walks are calls, too.
        encoded: Frames encoded, by kind of segment.
        bytes: Bytes encoded, by kind of segment.
        segments: Segments made, by kind.
        mattes: Mattes made of one frame alone.
        cache: Segment requests, by result (`hit`, `miss`).
        stopped: Segments given up because nobody waited any more, by kind.
        failed: Segments that could not be made, by kind.
        clicks: Seconds from a click's arrival to its answer.
        busy: Segments being made or waiting for their turn.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decoded = self._counter("frames_decoded", "Frames decoded.", "use")
        self.inferred = self._counter("frames_inferred", "Frames a network made.", "kind")
        self.calls = self._counter("network_calls", "Times a network ran.", "network")
        self.encoded = self._counter("frames_encoded", "Frames encoded.", "kind")
        self.bytes = self._counter("bytes_encoded", "Bytes encoded.", "kind")
        self.segments = self._counter("segments_made", "Segments made.", "kind")
        self.mattes = Counter(
            "mattebox_mattes_made", "Mattes made of one frame alone.", registry=self.registry
        )
        self.cache = self._counter("segment_requests", "Segment requests.", "result")
        self.stopped = self._counter("segments_stopped", "Segments nobody waited for.", "kind")
        self.failed = self._counter("segments_failed", "Segments that failed.", "kind")
        self.clicks = Histogram(
            "mattebox_click_seconds", "Time to answer a click.", registry=self.registry
        )
        self.busy = Gauge("mattebox_segments_busy", "Segments in work.", registry=self.registry)

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(f"mattebox_{name}", text, [label], registry=self.registry)
