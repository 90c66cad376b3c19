"""The whole way: decode, network, edge and encode, overlapped as in the server.

In one piece from the first frame to the last, that is: the server makes it in segments, each of
which begins with its anchors and has an encoder of its own (`benchmarks/latency.py` measures that).
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.bench_footage import Footage, Picture
from benchmarks.bench_trace import Trace, Traced
from mattebox.matting import crisp
from mattebox.media import FrameReader
from mattebox.media.pipeline import ahead
from mattebox.media.segments import encode_matte_segment
from mattebox.propagation import FrameSource, MemoryAnchors, Propagator, Shot


def measure(
    footage: Footage,
    engine: str,
    trace: Trace,
    source: AbstractContextManager[FrameSource] | None = None,
) -> dict[str, Any]:
    """Measure the pipeline, and each stage by itself.

    Args:
        footage: What to measure on.
        engine: Name of the inference engine.
        trace: Where to write what ran when.
        source: Where frames come from; by default whence the product has them.

    Returns:
        `fps`; `cores`, how many cores were busy on the mean; `network_busy`, the share of time in
        which a network ran; `stages`, milliseconds a frame of each stage by itself, and `shares`
        of their sum; `network_calls` a frame; `extra_object`, the time of a second whole
        run over that of the first: the mask mirrored, nothing shared but the loaded network.
    """
    propagator = Propagator(engine, attend=trace.attend)
    count = footage.table.frame_count
    with source or FrameReader(footage.path, footage.info, footage.table) as reader:
        _follow(propagator, reader, {0: footage.mask}, min(9, count))
        trace.clear()
        used = _processor_seconds()
        began = time.perf_counter()
        masks = _follow(propagator, Traced(reader, trace), {0: footage.mask}, count)
        _encode(footage, ahead(masks), trace)
        seconds = time.perf_counter() - began
        cores = (_processor_seconds() - used) / seconds
        calls, busy = trace.count("network"), trace.busy("network") / seconds
        stages = _stages(footage, reader, propagator)
        second = {0: footage.mask[:, ::-1].copy()}
        began = time.perf_counter()
        _encode(footage, ahead(_follow(propagator, reader, second, count)))
        extra = (time.perf_counter() - began) / seconds
    return {
        "fps": round(count / seconds, 2),
        "frames": count,
        "cores": round(cores, 2),
        "network_busy": round(busy, 3),
        "network_calls": round(calls / count, 3),
        "stages": {name: round(1000 * each / count, 2) for name, each in stages.items()},
        "shares": {name: round(each / sum(stages.values()), 3) for name, each in stages.items()},
        "extra_object": round(extra, 3),
    }


def _follow(
    propagator: Propagator, source: Any, keyframes: Mapping[int, Picture], count: int
) -> Iterator[Picture]:
    found = propagator.propagate(
        source, keyframes, [Shot(0, count)], 0, count, anchors=MemoryAnchors()
    )
    return (each.mask for each in found)


def _encode(footage: Footage, masks: Iterable[Picture], trace: Trace | None = None) -> None:
    """Encode segments of a second, as the server does."""
    info, table = footage.info, footage.table
    coming = iter(masks if trace is None else trace.between("encode", masks))
    length = max(1, round(info.rate))
    for start in range(0, table.frame_count, length):
        frames = range(start, min(start + length, table.frame_count))
        encode_matte_segment(
            islice(coming, len(frames)),
            [int(table.ticks[i]) for i in frames],
            [table.duration(i) for i in frames],
            table.timescale,
            (info.width, info.height),
            rate=info.rate,
        )


def _stages(footage: Footage, reader: FrameSource, propagator: Propagator) -> dict[str, float]:
    """Return seconds of each stage by itself, for the whole clip."""
    count = footage.table.frame_count
    frames: dict[int, Picture] = {}
    masks: list[Picture] = []
    held = _Held(frames)
    gain = propagator.settings.gain
    return {
        "decode": _timed(lambda: frames.update(reader.read(range(count)))),
        "network": _timed(
            lambda: masks.extend(_follow(propagator, held, {0: footage.mask}, count))
        ),
        "edge": _timed(lambda: [crisp(mask, gain) for mask in masks]),
        "encode": _timed(lambda: _encode(footage, masks)),
    }


class _Held:
    """Frames that are in memory already."""

    sync_frames: Sequence[int] = ()

    def __init__(self, frames: Mapping[int, Picture]) -> None:
        self._frames = frames

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, Picture]]:
        for index in indices:
            yield index, self._frames[index]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _processor_seconds() -> float:
    """Return the processor time of this process and its children so far (Linux; else its own)."""
    total, tick = 0.0, os.sysconf("SC_CLK_TCK")
    own = os.getpid()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == own or int(fields[1]) == own:
            total += (int(fields[11]) + int(fields[12])) / tick
    return total or time.process_time()
