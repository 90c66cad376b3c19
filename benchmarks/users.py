"""Several people at one server: how long each waits, and whether all get their share.

    .venv/bin/python -m benchmarks.users [--users 1 8] [--work-s 60] [--json FILE]

Each person has a project of their own on the same clip. All click on it and apply at the same
moment; then the mattes of all are made while each goes on clicking every four seconds, and looks
at another place of the clip now and then. After so many seconds it is counted what each has.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import footage
from benchmarks.latency import Subject, opened, spread
from benchmarks.resident import load, processor_s
from benchmarks.scale_table import filled
from mattebox.machine import machine
from tests.server.live import Client, Json, served

_CLICK_EVERY_S = 4.0
_SEEK_EVERY = 3
# Who fails before all are ready leaves the others waiting for no longer than this.
_READY_S = 300.0


@dataclass
class _Person:
    """What one person waited for, and got.

    Attributes:
        clicks: Milliseconds of each click.
        applied: Seconds from Apply to the first masks.
        seeks: Seconds from each look at another place to its first masks.
        segments: Segments of the matte that are there in the end.
    """

    clicks: list[float] = field(default_factory=list)
    applied: float = 0.0
    seeks: list[float] = field(default_factory=list)
    segments: int = 0


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--seconds", type=float, default=60, help="of the clip")
    parser.add_argument("--work-s", type=float, default=60)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--into", type=Path, help="document whose table is replaced")
    options = parser.parse_args()
    began = time.perf_counter()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        footage.write(clip, options.seconds)
        for users in options.users:
            with served(Path(folder) / f"data{users}") as client:
                rows.append(measure(client, clip, users, options.work_s))
    report = {
        "machine": machine(),
        "load": load(),
        "took_s": round(time.perf_counter() - began),
        "clip_s": options.seconds,
        "work_s": options.work_s,
        "rows": rows,
    }
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.into:
        options.into.write_text(filled(options.into.read_text(), {"users": table(report)}))


def table(report: Json) -> str:
    """The report as a Markdown table; a line for each person and one for all together."""
    heads = ["people", "", "click, ms: p50", "p95", "first masks after Apply, s", "after a look, s",
             "segments a minute", "least / most", "Jain's index"]  # fmt: skip
    lines = [heads, ["---"] * len(heads)]
    for row in report["rows"]:
        shares = row["fairness"]["segments"]
        evenness = [str(shares["least_over_most"]), str(shares["jain"])]
        lines.append(_line(str(row["users"]), "all", row, row["apply_to_first_masks_s"], evenness))
        for number, person in enumerate(row["people"], 1):
            applied = {"p50": person["apply_to_first_masks_s"]}
            lines.append(_line("", str(number), person, applied, ["", ""]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(people: str, who: str, found: Json, applied: Json, evenness: list[str]) -> list[str]:
    return [
        people,
        who,
        f"{found['click_ms'].get('p50', math.nan):.0f}",
        f"{found['click_ms'].get('p95', math.nan):.0f}",
        f"{applied['p50']:.2f}" + (f" (p95 {applied['p95']:.2f})" if "p95" in applied else ""),
        f"{found['seek_to_first_masks_s'].get('p50', math.nan):.2f}",
        f"{found['segments_per_minute']:.0f}",
        *evenness,
    ]


def measure(
    client: Client, clip: Path, users: int, work_s: float, loop: int = footage.LOOP
) -> Json:
    """Let so many people work for a while.

    Args:
        client: Speaks to the server.
        clip: What all work on.
        users: How many they are.
        work_s: Seconds from their Apply until it is counted what they have.
        loop: Frames until the clip repeats.
    """
    first = opened(client, clip)
    # The clip is known by now, so the others wait for nothing.
    projects = [first.project, *(client.open(clip) for _ in range(users - 1))]
    people = [_Person() for _ in projects]
    begin, over = threading.Barrier(users + 1, timeout=_READY_S), threading.Event()

    def work(project: str, person: _Person) -> None:
        with Client(client.server) as own:
            subject = Subject(own, project, first.frame_count, first.length, loop)
            item = subject.object_at(0)
            begin.wait()
            _work(subject, item, person, over)

    with ThreadPoolExecutor(users) as pool:
        running = [pool.submit(work, *each) for each in zip(projects, people, strict=True)]
        try:
            begin.wait()
            spent = processor_s(client.server.process.pid)
            time.sleep(work_s)
            for project, person in zip(projects, people, strict=True):
                person.segments = _ready(client, project)
            spent = processor_s(client.server.process.pid) - spent
        finally:
            over.set()
        for project in projects:
            client.request("DELETE", f"/projects/{project}/work")
        for each in running:
            each.result()
    return _reported(people, work_s, spent)


def _reported(people: Sequence[_Person], work_s: float, spent: float) -> Json:
    """What people waited for and got in so many seconds, for so many of the processor."""
    made = sum(person.segments for person in people)
    return {
        "users": len(people),
        "click_ms": spread([ms for person in people for ms in person.clicks]),
        "apply_to_first_masks_s": spread([person.applied for person in people]),
        "seek_to_first_masks_s": spread([s for person in people for s in person.seeks]),
        "segments_per_minute": round(60 * made / work_s, 1),
        "processor_s_per_segment": round(spent / made, 2) if made else None,
        "fairness": {
            "segments": fairness([person.segments for person in people]),
            "click_ms": fairness([spread(person.clicks).get("p50", 0) for person in people]),
            "apply_to_first_masks_s": fairness([person.applied for person in people]),
        },
        "people": [
            {
                "click_ms": spread(person.clicks),
                "apply_to_first_masks_s": round(person.applied, 3),
                "seek_to_first_masks_s": spread(person.seeks),
                "segments_per_minute": round(60 * person.segments / work_s, 1),
            }
            for person in people
        ],
    }


def fairness(shares: Sequence[float]) -> Json:
    """How even shares are.

    Returns:
        `least_over_most`, and `jain`, Jain's index: 1 where all are the same, 1/n where one has
        all there is. None where nobody has any.
    """
    squares = sum(share * share for share in shares)
    if not squares:
        return {"least_over_most": None, "jain": None}
    return {
        "least_over_most": round(min(shares) / max(shares), 3),
        "jain": round(sum(shares) ** 2 / (len(shares) * squares), 3),
    }


def _work(subject: Subject, item: str, person: _Person, over: threading.Event) -> None:
    """Apply, then click on and on; what is looked at comes meanwhile, as in a browser."""
    client = subject.client
    began = time.perf_counter()
    mattes = subject.matte(client.apply(subject.project, 0), item)
    asked = time.perf_counter() - began
    scratch = client.add_object(subject.project)
    with Client(client.server) as other, ThreadPoolExecutor(1) as looking:
        watching = replace(subject, client=other)
        applied = looking.submit(watching.first_bytes_s, mattes[0])
        seeks: list[Future[tuple[float, float]]] = []
        number = 0
        while not over.is_set():
            turn, again = divmod(number, _SEEK_EVERY)
            index, x, y = footage.fish_at(turn * 97 % (subject.frame_count // 2), subject.loop)
            clicked = time.perf_counter()
            client.click(subject.project, scratch, index, (x + 0.004 * again, y))
            person.clicks.append(1000 * (time.perf_counter() - clicked))
            number += 1
            if number % _SEEK_EVERY == 0 and all(seek.done() for seek in (applied, *seeks)):
                address = mattes[number * 3 % len(mattes)]
                seeks.append(looking.submit(watching.first_bytes_s, address))
            over.wait(_CLICK_EVERY_S)
        person.applied = asked + applied.result()[0]
        person.seeks = [seek.result()[0] for seek in seeks]


def _ready(client: Client, project: str) -> int:
    manifest = client.get(f"/projects/{project}/manifest")
    return sum(stop - start for start, stop in manifest["objects"][0]["matte"]["ready"])


if __name__ == "__main__":
    main()
