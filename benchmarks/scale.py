"""What a server's work costs as footage gets larger, longer, and has more objects in it.

    .venv/bin/python -m benchmarks.scale [--json FILE] [--into docs/decisions/scale.md]

One thing at a time is varied from a minute of 720p with one object, each on a server of its own. It
reads the clip, looks for cuts, is clicked at and applied, and makes so many segments of every
object's matte; then it is asked for a little of the plate. Processor time hardly depends on what
else the machine does, so it tells more than waiting times do.

Where the processor time goes is found from outside: decoding has processes of its own; network and
encoder are called so often as the server counts, each time for what a call takes by itself here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks import footage
from benchmarks.latency import Subject
from benchmarks.resident import Watch, load, own_mib, own_processor_s, processor_s
from benchmarks.restarted import going_on, known, wait_for_mattes, wait_for_shots
from benchmarks.scale_table import filled, tables
from mattebox.inference import card
from mattebox.inference import load as load_network
from mattebox.machine import machine
from mattebox.media.sample import RATE
from mattebox.media.segments import encode_matte_segment
from mattebox.streaming.mattes import masks_of
from tests.server.live import Client, Json, served

NETWORKS = ("propagation-read", "propagation-memorize")
CALLS = 20
"""Of which the median is what a call takes."""


@dataclass(frozen=True)
class Cell:
    """What is measured.

    Attributes:
        height: Lines of the source.
        objects: Objects clicked at.
        seconds: Of the clip.
    """

    height: int = 720
    objects: int = 1
    seconds: float = 60


@dataclass(frozen=True)
class Amounts:
    """How much is done in each cell.

    Attributes:
        frames: Frames the clip goes before it goes back.
        segments: Segments made of each object's matte.
        plate: Segments made of the plate.
        search_s: Seconds to wait for the search for cuts; beyond, it is told that there is none.
    """

    frames: int = 96
    segments: int = 4
    plate: int = 2
    search_s: float = 240


BASE = Cell()
GROUPS = {
    "size": [replace(BASE, height=height) for height in (480, 720, 1080, 2160)],
    "objects": [replace(BASE, objects=count) for count in (1, 2, 4, 8)],
    "length": [replace(BASE, seconds=seconds) for seconds in (10, 60, 3600)],
}


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--search-s", type=float, default=Amounts.search_s)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--into", type=Path, help="document whose tables are replaced")
    options = parser.parse_args()
    report = measured(GROUPS, replace(Amounts(), search_s=options.search_s))
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.into:
        options.into.write_text(filled(options.into.read_text(), tables(report)))


def measured(groups: dict[str, list[Cell]], amounts: Amounts) -> Json:
    """The report: every cell once, though it may be in several groups."""
    began = time.perf_counter()
    call_ms = {name: _call_ms(name) for name in NETWORKS}
    found: dict[Cell, Json] = {}
    with tempfile.TemporaryDirectory() as folder:
        for cell in dict.fromkeys(cell for cells in groups.values() for cell in cells):
            found[cell] = measure(Path(folder), cell, amounts, call_ms)
            print(json.dumps(found[cell]), file=sys.stderr)
    return {
        "machine": machine(),
        "load": load(),
        "took_s": round(time.perf_counter() - began),
        "amounts": asdict(amounts),
        "network_call_ms": {name: round(value, 2) for name, value in call_ms.items()},
        "groups": {name: [found[cell] for cell in cells] for name, cells in groups.items()},
    }


def measure(folder: Path, cell: Cell, amounts: Amounts, call_ms: dict[str, float]) -> Json:
    """One cell, on a server of its own."""
    clip, loop = folder / "clip.mp4", 2 * amounts.frames
    data = folder / f"{cell.height}-{cell.objects}-{cell.seconds:g}"
    footage.write(clip, cell.seconds, height=cell.height, frames=amounts.frames)
    with ExitStack() as stack:
        client = stack.enter_context(served(data))
        upload = client.upload(clip)
        reading = _spent(client, lambda: client.ingest(upload))
        project = client.ingest(upload).json()["project"]
        ended = False

        def search() -> None:
            nonlocal ended
            ended = wait_for_shots(client, project, amounts.search_s)

        searching = _spent(client, search)
        if ended:
            subject = known(client, project, loop)
        else:
            stack.close()
            subject = stack.enter_context(going_on(data, project, loop))
        work = _work(subject, cell.objects, amounts, call_ms)
    return {
        **asdict(cell),
        "frames": subject.frame_count,
        "file_bytes": clip.stat().st_size,
        "reading": reading,
        "looking_for_cuts": {**searching, "ended": ended},
        **work,
    }


def _work(subject: Subject, objects: int, amounts: Amounts, call_ms: dict[str, float]) -> Json:
    client = subject.client
    with Watch(client.server.process.pid) as watch:
        clicks = [_spent(client, lambda: subject.object_at(0)) for _ in range(objects)]
        matte = _mattes(subject, amounts.segments * objects, call_ms)
        plate = _plate(subject, amounts.plate)
    documents = {
        name: len(client.request("GET", f"/projects/{subject.project}/{name}").content)
        for name in ("manifest", "frame-table")
    }
    return {
        "first_click": clicks[0],
        "matte": matte,
        "plate": plate,
        "peak_mib": round(watch.peak_mib),
        "server_alone_mib": round(own_mib(client.server.process.pid)),
        "document_bytes": documents,
    }


def _mattes(subject: Subject, segments: int, call_ms: dict[str, float]) -> Json:
    """Apply and let so many segments be made; what each frame took."""
    client, server = subject.client, subject.client.server.process.pid
    goal = client.count("mattebox_segments_made", "matte") + segments
    before, all_before, own_before = client.counters(), processor_s(server), own_processor_s(server)
    began = time.perf_counter()
    manifest = client.apply(subject.project, 0)
    asked = time.perf_counter() - began
    address = manifest["objects"][0]["matte"]["addresses"][0]
    first, _ = subject.first_bytes_s(address)
    wait_for_mattes(client, goal)
    client.stop_work(subject.project)
    whole, own = processor_s(server) - all_before, own_processor_s(server) - own_before
    after = client.counters()

    def counted(name: str, label: str) -> float:
        key = f"mattebox_{name}_total{label}"
        return after.get(key, 0) - before.get(key, 0)

    frames = counted("frames_encoded", '{kind="matte"}')
    calls = {name: counted("network_calls", f'{{network="{name}"}}') for name in NETWORKS}
    network = sum(count * call_ms[name] for name, count in calls.items()) / frames
    encode = _encode_ms(client, address, manifest)
    per_frame = {
        "all": 1000 * whole / frames,
        "decode": 1000 * (whole - own) / frames,
        "network": network,
        "encode": encode,
        "rest": 1000 * own / frames - network - encode,
    }
    return {
        "frames": int(frames),
        "first_masks_s": round(asked + first, 3),
        "processor_ms_per_frame": {name: round(value, 2) for name, value in per_frame.items()},
        "network_calls_per_frame": round(sum(calls.values()) / frames, 3),
        "frames_decoded_per_frame": round(counted("frames_decoded", '{use="matte"}') / frames, 3),
        "bytes_per_frame": round(counted("bytes_encoded", '{kind="matte"}') / frames),
    }


def _plate(subject: Subject, segments: int) -> Json:
    client = subject.client
    manifest = client.get(f"/projects/{subject.project}/manifest")
    sizes: list[int] = []

    def ask() -> None:
        for address in manifest["video"]["addresses"][:segments]:
            sizes.append(len(client.request("GET", f"/segments/{address}.m4s").content))

    spent = _spent(client, ask)
    frames = min(segments * subject.length, subject.frame_count)
    return {
        "frames": frames,
        "processor_ms_per_frame": round(1000 * spent["processor_s"] / frames, 2),
        "bytes_per_frame": round(sum(sizes) / frames),
    }


def _spent(client: Client, work: Callable[[], object]) -> dict[str, float]:
    """Seconds by the clock, and of the server's processor time."""
    server = client.server.process.pid
    spent, began = processor_s(server), time.perf_counter()
    work()
    return {
        "seconds": round(time.perf_counter() - began, 3),
        "processor_s": round(processor_s(server) - spent, 2),
    }


def _call_ms(name: str) -> float:
    """Processor time of one call of a network, by itself on one thread."""
    random = np.random.default_rng(0)
    described = card(name)
    inputs = {
        each: (random.random(shape) * 255).astype(described.types.get(each, "float32"))
        for each, shape in described.inputs.items()
    }
    network = load_network(name, threads=1)
    network.run(inputs)
    return statistics.median(_timed(CALLS, lambda: network.run(inputs)))


def _encode_ms(client: Client, address: str, manifest: Json) -> float:
    """Processor time a frame to encode a segment that was made, by itself."""
    rendition = manifest["objects"][0]["matte"]
    init = client.http.get(rendition["init"]).content
    media = client.request("GET", f"/segments/{address}.m4s").content
    masks = list(masks_of(init, media))
    timescale = manifest["timescale"]
    step = timescale // RATE
    size = rendition["width"], rendition["height"]

    def encode() -> None:
        ticks = [step * place for place in range(len(masks))]
        encode_matte_segment(
            masks, ticks, [step] * len(masks), timescale, size, rate=Fraction(RATE)
        )

    return statistics.median(_timed(3, encode)) / len(masks)


def _timed(repeats: int, work: Callable[[], object]) -> Iterator[float]:
    """Milliseconds of processor time, each time."""
    for _ in range(repeats):
        began = time.process_time()
        work()
        yield 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
