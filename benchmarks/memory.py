"""Memory of the server on a clip of two hours beside that on one of a minute.

    .venv/bin/python -m benchmarks.memory [--lengths 60 7200] [--work-s 40] [--json FILE]

A server of its own for each clip. It reads the clip, makes mattes for a while from the start,
is cancelled, serves plate segments, and exports for a while. The clips are the
same pictures again and again, so only the length differs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks import footage
from benchmarks.latency import opened
from benchmarks.resident import Watch, load, settled_mib
from mattebox.machine import machine
from tests.server.live import Json, served, wait_for


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=float, nargs="+", default=[60, 7200], help="seconds")
    parser.add_argument("--work-s", type=float, default=40, help="seconds of each kind of work")
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [measure(length, options.work_s, options.height) for length in options.lengths]
    first, last = rows[0], rows[-1]
    ratios = {kind: round(last["mib"][kind] / first["mib"][kind], 3) for kind in first["mib"]}
    report = {"machine": machine(), "load": load(), "clips": rows, "longest_over_shortest": ratios}
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(seconds: float, work_s: float, height: int) -> Json:
    """Peak and settled memory of one server on one clip."""
    mib: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        footage.write(clip, seconds, height=height, crf=40)
        size = clip.stat().st_size
        with served(Path(folder) / "data") as client:
            process = client.server.process.pid
            mib["started"] = settled_mib(process)
            with Watch(process) as watch:
                subject = opened(client, clip)
            mib["reading"] = watch.peak_mib
            project = subject.project
            with Watch(process) as watch:
                # Both near the start: between keyframes an hour apart everything comes from both.
                item = subject.object_at(0, 10 * subject.length)
                manifest = client.apply(project, 0)
                time.sleep(work_s)
            mib["propagating"] = watch.peak_mib
            made = client.count("mattebox_frames_inferred", "propagated")
            client.stop_work(project)
            mib["cancelled"] = settled_mib(process)
            with Watch(process) as watch:
                for address in manifest["video"]["addresses"][:20]:
                    client.request("GET", f"/segments/{address}.m4s")
            mib["serving the plate"] = watch.peak_mib
            with Watch(process) as watch:
                export = client.post(f"/projects/{project}/exports")["id"]
                wait_for(
                    lambda: client.get(f"/projects/{project}/exports/{export}"),
                    lambda job: job["done"] >= min(200, subject.frame_count),
                )
                time.sleep(work_s / 4)
            mib["exporting"] = watch.peak_mib
            client.request("DELETE", f"/projects/{project}/exports/{export}")
            subject.drop(item)
            mib["all done"] = settled_mib(process)
    return {
        "seconds": seconds,
        "file_bytes": size,
        "frames_propagated": made,
        "mib": {kind: round(value) for kind, value in mib.items()},
    }


if __name__ == "__main__":
    main()
