"""A few frames through the benchmark: what it reports, not how fast anything is."""

import argparse
import json
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks import bench, bench_cuda, bench_cutie
from benchmarks.bench_footage import footage
from benchmarks.bench_nvdec import ON_CPU, HardwareFrames
from benchmarks.bench_trace import Trace
from mattebox.media import FrameReader
from tests.propagation.film import Film

FIGURES = (
    "network_fps_720p_roi",
    "network_fps_480p_full",
    "speedup_over_eager",
    "pipeline_fps_720p",
)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> argparse.Namespace:
    folder = tmp_path_factory.mktemp("bench")
    clip = folder / "ball.mp4"
    with av.open(str(clip), "w") as writing:
        stream = writing.add_stream("libx264", rate=24, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(6):
            frame = av.VideoFrame.from_ndarray(Film().frame(index), "rgb24")
            writing.mux(stream.encode(frame))
        writing.mux(stream.encode(None))
    return argparse.Namespace(
        clip=clip,
        click="0,0.16,0.5",
        frames=4,
        slow_frames=1,
        engine="auto",
        trace=folder / "trace.json",
        cuda=True,
        nvdec=True,
    )


@pytest.fixture(scope="module")
def report(
    options: argparse.Namespace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    return bench.measured(tmp_path_factory.mktemp("work"), options)


def test_every_figure_is_measured_in_the_run(report: dict[str, object]) -> None:
    assert all(isinstance(report[name], float) and report[name] for name in FIGURES)
    assert (report["speedup_over_cutie_small"] is not None) == bench_cutie.installed()
    assert report["size"] == "1280x720"
    assert report["machine"]


def test_the_pipeline_names_every_stage_and_traces_it(
    report: dict[str, object], options: argparse.Namespace
) -> None:
    piped = report["pipeline_720p"]
    assert isinstance(piped, dict)
    assert set(piped["shares"]) == {"decode", "network", "edge", "encode"}
    assert abs(sum(piped["shares"].values()) - 1) < 0.01
    events = json.loads(options.trace.read_text())["traceEvents"]
    assert {event["name"] for event in events} == {"decode", "network", "encode"}
    assert all(event["ph"] == "X" and event["dur"] >= 0 for event in events)


def test_a_chart_is_drawn(report: dict[str, object], tmp_path: Path) -> None:
    bench.draw(tmp_path / "speed.svg", report)
    root = ElementTree.parse(tmp_path / "speed.svg").getroot()
    bars = root.findall("{http://www.w3.org/2000/svg}rect")
    assert len(bars) >= 5
    assert all(float(bar.get("width", 0)) > 0 for bar in bars)


def test_overlapping_spans_count_once() -> None:
    trace = Trace()
    with trace.span("network"):
        with trace.span("network"):
            np.linalg.inv(np.eye(200))
        outer = trace.busy("network")
    assert trace.count("network") == 2
    assert trace.busy("network") >= outer > 0
    assert trace.busy("decode") == 0


def test_frames_for_the_gpu_are_the_clip_s_and_it_is_said_who_decoded_them(
    options: argparse.Namespace, tmp_path: Path
) -> None:
    subject = footage(tmp_path, options.clip, options.click, 180, 12)
    source = HardwareFrames(subject)
    with FrameReader(subject.path, subject.info, subject.table) as reader:
        for indices in ([0, 1], [3, 7], [11]):
            for (index, found), (same, product) in zip(
                source.read(indices), reader.read(indices), strict=True
            ):
                assert index == same
                assert np.abs(found.astype(int) - product).mean() < 3
    piped = bench_cuda.piped(subject, "auto", nvdec=True)
    assert piped["frames"] == 12
    assert (piped.get("note") == ON_CPU) == (piped["decoded_by"] == "the CPU")
