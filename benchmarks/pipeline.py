"""Frames per second of the whole pipeline, and of each stage, beside eager PyTorch.

    .venv/bin/python benchmarks/pipeline.py [--clip FILE --click FRAME,X,Y] [--json FILE]

For 480p and 720p it decodes the clip, propagates one keyframe over it and encodes the matte, with
the stages overlapped as the server runs them; once per engine, in turn, in one process. Without
`--clip` it measures on the generated sample clip. `torch` is eager PyTorch in float32.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from mattebox.inference import available
from mattebox.machine import machine
from mattebox.media import FrameReader, FrameTable, Limits, ingest, sample_clip
from mattebox.media.clip import ClipInfo
from mattebox.media.pipeline import ahead
from mattebox.media.segments import encode_matte_segment
from mattebox.propagation import Propagator, Shot
from mattebox.segmentation import Click, Refiner

SAMPLE_CLICK = "0,0.35,0.5"


@dataclass(frozen=True)
class Figures:
    """What one engine reached on one size.

    Attributes:
        size: Working size, `WIDTHxHEIGHT`.
        engine: The engine's name.
        frames: Frames measured.
        decode_fps: Decoding alone.
        network_fps: Propagation alone, frames already decoded.
        encode_fps: Encoding the matte alone.
        pipeline_fps: All of it, overlapped.
    """

    size: str
    engine: str
    frames: int
    decode_fps: float
    network_fps: float
    encode_fps: float
    pipeline_fps: float


@dataclass(frozen=True)
class Subject:
    """What is measured on.

    Attributes:
        reader: Decodes the clip.
        frames: Its first frames, decoded.
        keyframes: The masks to propagate.
        info: What ingest found.
        table: The clip's frame table.
        decode_fps: How fast it decoded.
    """

    reader: FrameReader
    frames: dict[int, np.ndarray]
    keyframes: dict[int, np.ndarray]
    info: ClipInfo
    table: FrameTable
    decode_fps: float


class Held:
    """Frames that are in memory already, for measuring the network alone."""

    def __init__(self, frames: dict[int, np.ndarray]) -> None:
        self._frames = frames

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the frames asked for."""
        for index in indices:
            yield index, self._frames[index]

    @property
    def sync_frames(self) -> Sequence[int]:
        """None: they are decoded already."""
        return ()


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--click", default=SAMPLE_CLICK, help="FRAME,X,Y of the object")
    parser.add_argument("--frames", type=int, default=96, help="how many frames to measure")
    parser.add_argument("--engines", nargs="+", default=list(available()))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = options.clip or Path(folder) / "sample.mp4"
        if options.clip is None:
            sample_clip(clip)
        results = []
        for height in (480, 720):
            scaled = Path(folder) / f"{height}.mp4"
            scale(clip, scaled, height, options.frames)
            results += measure(scaled, options.click, options.frames, options.engines)
    for row in results:
        print(
            f"{row.size:>9} {row.engine:<12} decode {row.decode_fps:6.1f}  network "
            f"{row.network_fps:6.1f}  encode {row.encode_fps:6.1f}  "
            f"pipeline {row.pipeline_fps:6.1f}"
        )
    if options.json:
        report = {"machine": machine(), "figures": [asdict(row) for row in results]}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(path: Path, click: str, most: int, engines: Sequence[str]) -> list[Figures]:
    """Measure one clip with each engine."""
    found = ingest(path, Limits())
    info, table = found.info, found.table
    count = min(most, table.frame_count)
    frame, x, y = click.split(",")
    with FrameReader(path, info, table) as reader:
        list(reader.read(range(min(8, count))))
        began = time.perf_counter()
        frames = dict(reader.read(range(count)))
        decode = count / (time.perf_counter() - began)
        mask = Refiner().refine(frames[int(frame)], [Click(float(x), float(y), True)])
        subject = Subject(reader, frames, {int(frame): mask}, info, table, decode)
        return [engine_figures(engine, subject) for engine in engines]


def engine_figures(engine: str, subject: Subject) -> Figures:
    """Measure one engine."""
    info, table, frames = subject.info, subject.table, subject.frames
    keyframes, count = subject.keyframes, len(frames)
    shots = [Shot(0, count)]
    propagator = Propagator(engine)
    held = Held(frames)
    for _ in propagator.propagate(held, keyframes, shots, 0, 2):
        pass
    masks: list[np.ndarray] = []

    def infer() -> None:
        masks.extend(m.mask for m in propagator.propagate(held, keyframes, shots, 0, count))

    def encode(source: Iterator[np.ndarray] | list[np.ndarray]) -> None:
        ticks = table.ticks[:count].tolist()
        durations = [table.duration(i) for i in range(count)]
        size = (info.width, info.height)
        encode_matte_segment(source, ticks, durations, table.timescale, size, rate=info.rate)

    def whole() -> None:
        found = propagator.propagate(subject.reader, keyframes, shots, 0, count)
        encode(item.mask for item in ahead(found))

    network = count / timed(infer)
    return Figures(
        size=f"{info.width}x{info.height}",
        engine=engine,
        frames=count,
        decode_fps=subject.decode_fps,
        network_fps=network,
        encode_fps=count / timed(lambda: encode(masks)),
        pipeline_fps=count / timed(whole),
    )


def timed(work: Callable[[], None]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def scale(source: Path, target: Path, height: int, most: int) -> None:
    """Write the first frames of a clip again, as H.264 of a given height."""
    with av.open(str(source)) as reading, av.open(str(target), "w") as writing:
        video = reading.streams.video[0]
        rate = video.average_rate or Fraction(24)
        stream = writing.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.height = height
        stream.width = round(video.width * height / video.height / 2) * 2
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(reading.decode(video)):
            if number == most:
                break
            fresh = frame.reformat(stream.width, stream.height, "yuv420p")
            fresh.pts, fresh.time_base = number, 1 / rate
            writing.mux(stream.encode(fresh))
        writing.mux(stream.encode(None))


if __name__ == "__main__":
    main()
