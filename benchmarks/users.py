"""Several people at one server: how long each waits, and whether all get their share.

    .venv/bin/python -m benchmarks.users [--users 1 8] [--work-s 60] [--json FILE]

Each person has a project of their own on the same clip. All click and apply, then the mattes of
all are made while each goes on clicking every two seconds, and looks elsewhere now and then.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import footage
from benchmarks.latency import Subject, opened, spread
from benchmarks.resident import load
from mattebox.machine import machine
from tests.server.live import Client, Json, served

_CLICK_EVERY_S = 2.0


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--seconds", type=float, default=60, help="of the clip")
    parser.add_argument("--work-s", type=float, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        footage.write(clip, options.seconds)
        for users in options.users:
            with served(Path(folder) / f"data{users}") as client:
                rows.append(measure(client, clip, users, options.work_s))
    report = {"machine": machine(), "load": load(), "clip_s": options.seconds, "rows": rows}
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(client: Client, clip: Path, users: int, work_s: float) -> Json:
    """Let so many people work for a while."""
    first = opened(client, clip)
    # The clip is known by now, so the others wait for nothing.
    subjects = [first, *(opened(client, clip) for _ in range(users - 1))]
    begin = threading.Barrier(users)
    with ThreadPoolExecutor(users) as pool:
        found = list(pool.map(lambda subject: _work(subject, begin, work_s), subjects))
    made = [each["segments"] for each in found]
    waits = {
        kind: spread([value for each in found for value in each[kind]])
        for kind in ("click_ms", "apply_to_first_masks_s", "seek_to_first_masks_s")
    }
    return {
        "users": users,
        "segments_made_by_user": made,
        "least_over_most": round(min(made) / max(made), 3) if max(made) else None,
        "segments_per_s": round(sum(made) / work_s, 2),
        **waits,
    }


def _work(subject: Subject, begin: threading.Barrier, work_s: float) -> Json:
    """What one person does; how long they waited."""
    with Client(subject.client.server) as client:
        mine = Subject(client, subject.project, subject.frame_count, subject.length)
        begin.wait()
        ends = time.perf_counter() + work_s
        item = mine.object_at(0)
        began = time.perf_counter()
        mattes = mine.matte(client.apply(mine.project, 0), item)
        asked = time.perf_counter() - began
        applies = [asked + mine.first_bytes_s(mattes[0])[0]]
        scratch = client.add_object(mine.project)
        clicks, seeks = [], []
        number = 0
        while time.perf_counter() < ends:
            index, x, y = footage.fish_at((number // 4 * 97) % (mine.frame_count // 2))
            began = time.perf_counter()
            client.click(mine.project, scratch, index, (x + 0.004 * (number % 4), y))
            clicks.append(1000 * (time.perf_counter() - began))
            number += 1
            if number % 4 == 0:
                seeks.append(mine.first_bytes_s(mattes[(number * 3) % len(mattes)])[0])
            time.sleep(_CLICK_EVERY_S)
        ready = client.get(f"/projects/{mine.project}/manifest")["objects"][0]["matte"]["ready"]
        client.stop_work(mine.project)
    return {
        "segments": sum(stop - start for start, stop in ready),
        "click_ms": clicks,
        "apply_to_first_masks_s": applies,
        "seek_to_first_masks_s": seeks,
    }


if __name__ == "__main__":
    main()
