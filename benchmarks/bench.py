"""How fast it is, measured beside what it is compared with, in one run.

    make bench BENCH_JSON=FILE [BENCH_CLIP=FILE BENCH_CLICK=FRAME,X,Y]
    .venv/bin/python -m benchmarks.bench --json FILE [--chart FILE] [--trace FILE]
        [--cuda [--nvdec]]

The clip is played to and fro where it is too short. Without one the generated sample clip is taken:
drawn, easy footage, so figures to publish want a real clip.
Everything runs at batch 1 with one object and a full memory; frames per second are 1000 over the
median of milliseconds a frame. What is compared is run in turn, a few frames each.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import bench_chart, bench_cuda, bench_cutie, bench_pipeline
from benchmarks.bench_footage import SAMPLE_CLICK, Picture, footage
from benchmarks.bench_network import (
    FULL,
    RegionPath,
    Step,
    WholeFrame,
    beside_each_other,
    fitted,
)
from benchmarks.bench_trace import Trace
from mattebox.inference import available, load
from mattebox.machine import machine
from mattebox.propagation.network import READ

NO_CUTIE = "Cutie is not installed here, so it is left out; `make bench` installs it."


def main() -> None:
    """Measure, print what was found, write JSON, the chart and the trace."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        report = measured(Path(folder), options)
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.chart:
        draw(options.chart, report)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clip", type=Path, help="a clip of 720p or more")
    parser.add_argument("--click", default=SAMPLE_CLICK, help="FRAME,X,Y of its object")
    parser.add_argument("--frames", type=int, default=300, help="how many frames to measure")
    parser.add_argument("--slow-frames", type=int, default=40, help="the same for what is slow")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--trace", type=Path, help="where to write a Chrome trace of the pipeline")
    parser.add_argument("--cuda", action="store_true", help="measure on the GPU as well")
    parser.add_argument(
        "--nvdec", action="store_true", help="decode on the GPU for the GPU's pipeline figure"
    )
    return parser.parse_args()


def measured(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure everything and return the report."""
    subject = footage(folder, options.clip, options.click, 720, options.frames)
    frames = subject.frames()
    region = region_paths(options, frames, subject.mask)
    whole = whole_frames(folder, options, frames, subject.mask)
    trace = Trace()
    piped = bench_pipeline.measure(subject, options.engine, trace)
    if options.trace:
        trace.write(options.trace)
    auto = load(READ, options.engine)
    report: dict[str, Any] = {
        "machine": machine(),
        "engine": auto.name,
        "precision": auto.precision,
        "clip": options.clip.name if options.clip else "generated sample clip",
        "size": subject.size,
        "frames": options.frames,
        "network_fps_720p_roi": region["mattebox"]["fps"],
        "network_fps_480p_full": whole["mattebox"]["fps"],
        "speedup_over_eager": ratio(region, "torch"),
        "speedup_over_cutie_small": ratio(whole, "cutie_small"),
        "pipeline_fps_720p": piped["fps"],
        "region_path_720p": region,
        "whole_frame_480p": {"width": FULL[1], "height": FULL[0], **whole},
        "pipeline_720p": piped,
    }
    if not bench_cutie.installed():
        report["notes"] = [NO_CUTIE]
    if options.cuda:
        report["cuda"] = bench_cuda.measured(subject, frames, options.frames, nvdec=options.nvdec)
    return report


def region_paths(
    options: argparse.Namespace, frames: list[Picture], mask: Picture
) -> dict[str, dict[str, Any]]:
    """Time the region path on every engine that is installed, in turn."""
    paths = {"mattebox": RegionPath(options.engine, frames, mask)}
    paths |= {name: RegionPath(name, frames, mask) for name in available()}
    counts = dict.fromkeys(paths, options.frames) | {"torch": options.slow_frames}
    return beside_each_other(_steps(paths), _endless(frames), {n: counts[n] for n in paths})


def whole_frames(
    folder: Path, options: argparse.Namespace, frames: list[Picture], mask: Picture
) -> dict[str, dict[str, Any]]:
    """Time the whole frame at 480p beside Cutie-small on frames of the same size."""
    exported = folder / "whole"
    exported.mkdir()
    small = [np.ascontiguousarray(fitted(frame)) for frame in frames]
    steps: dict[str, Step] = {
        "mattebox": WholeFrame(options.engine, exported, mask).step,
        "torch": WholeFrame("torch", exported, mask).step,
    }
    counts = {"mattebox": options.frames, "torch": options.slow_frames}
    if bench_cutie.installed():
        cutie = bench_cutie.CutieSmall(small[0], fitted(mask))
        for frame in small[1 : 1 + min(cutie.frames_until_full, options.slow_frames)]:
            cutie.step(frame)
        steps["cutie_small"] = cutie.step
        counts["cutie_small"] = options.slow_frames
    return beside_each_other(steps, _endless(small), counts)


def ratio(figures: dict[str, dict[str, Any]], other: str) -> float | None:
    """Return how many times as fast as another one ours is; None where that was not measured."""
    if other not in figures:
        return None
    return round(float(figures[other]["ms"]) / float(figures["mattebox"]["ms"]), 2)


def draw(path: Path, report: dict[str, Any]) -> None:
    """Draw the README's chart."""
    region, whole = report["region_path_720p"], report["whole_frame_480p"]
    names = {
        "network, region of 720p": region["mattebox"]["fps"],
        "network, whole frame at 480p": whole["mattebox"]["fps"],
        "decode, network, encode at 720p": report["pipeline_fps_720p"],
    }
    bars = [bench_chart.Bar(name, fps) for name, fps in names.items()]
    if "torch" in region:
        bars.append(bench_chart.Bar("PyTorch, region of 720p", region["torch"]["fps"], ours=False))
    if "cutie_small" in whole:
        fps = whole["cutie_small"]["fps"]
        bars.append(bench_chart.Bar("Cutie-small, whole frame at 480p", fps, ours=False))
    note = f"{report['machine']}, {report['engine']} ({report['precision']}), one object"
    bench_chart.write(path, "Frames per second", bars, note)


def _steps(paths: dict[str, RegionPath]) -> dict[str, Step]:
    return {name: path.step for name, path in paths.items()}


def _endless(frames: list[Picture]) -> Iterator[Picture]:
    return cycle([*frames, *frames[-2:0:-1]])


if __name__ == "__main__":
    main()
