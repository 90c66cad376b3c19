"""Memory of the server on a clip of two hours beside that on one of a minute.

    .venv/bin/python -m benchmarks.memory [--lengths 60 7200] [--search-s 30] [--json FILE]

For each clip a server reads it and looks for cuts for a while; another one on the same folder makes
mattes near both ends, is cancelled, serves plate segments and exports. The amounts are the same for
both clips, and the clips are the same pictures again and again, so only the length differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import footage
from benchmarks.latency import Subject
from benchmarks.resident import Watch, load, own_mib, settled_mib
from benchmarks.restarted import going_on, wait_for_mattes, wait_for_shots
from benchmarks.scale_table import filled
from mattebox.machine import machine
from tests.server.live import Json, served, wait_for

Mib = dict[str, float]


@dataclass(frozen=True)
class Amounts:
    """How much is done with each clip.

    Attributes:
        height: Lines of the clip.
        frames: Frames the clip goes before it goes back.
        search_s: Seconds of searching for cuts that are watched.
        segments: Segments of mattes at each end.
        plate: Segments of the plate at each end.
        exported: Frames exported.
        settle_s: Seconds the server is left alone before it is looked at.
    """

    height: int = 720
    frames: int = footage.LOOP // 2
    search_s: float = 30
    segments: int = 8
    plate: int = 8
    exported: int = 96
    settle_s: float = 3


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=float, nargs="+", default=[60, 7200], help="seconds")
    parser.add_argument("--search-s", type=float, default=Amounts.search_s)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--into", type=Path, help="document whose table is replaced")
    options = parser.parse_args()
    amounts = replace(Amounts(), search_s=options.search_s)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(Path(folder), length, amounts) for length in options.lengths]
    first, last = rows[0]["mib"], rows[-1]["mib"]
    report = {
        "machine": machine(),
        "load": load(),
        "took_s": round(time.perf_counter() - began),
        "clips": rows,
        "longest_over_shortest": {kind: round(last[kind] / first[kind], 3) for kind in first},
    }
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.into:
        options.into.write_text(filled(options.into.read_text(), {"memory": table(report)}))


def table(report: Json) -> str:
    """The report as a Markdown table."""
    heads = ["MiB", *(f"{row['seconds']:g} s" for row in report["clips"]), "ratio"]
    lines = [heads, ["---"] * len(heads)]
    for kind, ratio in report["longest_over_shortest"].items():
        lines.append([kind, *(str(row["mib"][kind]) for row in report["clips"]), f"{ratio:.2f}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measure(folder: Path, seconds: float, amounts: Amounts) -> Json:
    """Peak and settled memory of the servers of one clip, all their processes together."""
    clip, data = folder / "clip.mp4", folder / f"data-{seconds:g}"
    footage.write(clip, seconds, height=amounts.height, crf=40, frames=amounts.frames)
    mib: Mib = {}
    with served(data) as client:
        process = client.server.process.pid
        mib["started"] = settled_mib(process, amounts.settle_s)
        with Watch(process) as watch:
            project = client.open(clip)
        mib["reading"] = watch.peak_mib
        with Watch(process) as watch:
            searched = wait_for_shots(client, project, amounts.search_s)
        mib["looking for cuts"] = watch.peak_mib
    with going_on(data, project, 2 * amounts.frames) as subject:
        process = subject.client.server.process.pid
        mib["started on it"] = settled_mib(process, amounts.settle_s)
        # One after the other: what is known at the start alone takes minutes to find hours later.
        subject.drop(_propagate(subject, 0, amounts, mib))
        end = subject.frame_count - subject.loop
        _propagate(subject, end, amounts, mib)
        made = subject.client.count("mattebox_frames_inferred", "propagated")
        _serve(subject, amounts.plate, mib)
        exported = _export(subject, end, amounts.exported, mib)
        mib["all done"] = settled_mib(process, amounts.settle_s)
        server = own_mib(process)
    row = {
        "seconds": seconds,
        "file_bytes": clip.stat().st_size,
        "frames": subject.frame_count,
        "search_ended": searched,
        "frames_propagated": int(made),
        "frames_exported": exported,
        "mib": {kind: round(value) for kind, value in mib.items()},
        "server_alone_when_done_mib": round(server),
    }
    print(json.dumps(row), file=sys.stderr)
    return row


def _propagate(subject: Subject, place: int, amounts: Amounts, mib: Mib) -> str:
    """Make mattes of a new object around a frame, and stop half-way; the object."""
    client, server = subject.client, subject.client.server.process.pid
    item = subject.object_at(place)
    before = client.count("mattebox_segments_made", "matte")
    with Watch(server) as watch:
        client.apply(subject.project, place)
        wait_for_mattes(client, before + amounts.segments)
    client.stop_work(subject.project)
    mib["propagating"] = max(mib.get("propagating", 0), watch.peak_mib)
    mib["cancelled"] = settled_mib(server, amounts.settle_s)
    return item


def _serve(subject: Subject, segments: int, mib: Mib) -> None:
    client = subject.client
    with Watch(client.server.process.pid) as watch:
        manifest = client.get(f"/projects/{subject.project}/manifest")
        client.get(f"/projects/{subject.project}/frame-table")
        addresses = manifest["video"]["addresses"]
        for address in [*addresses[:segments], *addresses[-segments:]]:
            client.request("GET", f"/segments/{address}.m4s")
    mib["serving the plate"] = watch.peak_mib


def _export(subject: Subject, start: int, frames: int, mib: Mib) -> int:
    client = subject.client
    with Watch(client.server.process.pid) as watch:
        path = f"/projects/{subject.project}/exports"
        export = client.post(path, {"start": start})["id"]
        job = wait_for(
            lambda: client.get(f"{path}/{export}"),
            lambda job: job["done"] >= frames or job["state"] != "running",
        )
    mib["exporting"] = watch.peak_mib
    client.request("DELETE", f"{path}/{export}")
    return int(job["done"])


if __name__ == "__main__":
    main()
