"""What a person waits for, measured at a server of its own over HTTP.

    .venv/bin/python -m benchmarks.latency [--seconds 60] [--group 48] [--json FILE]

On a generated 720p clip: how long a click takes, at rest and while the mattes of another object are
made; from Apply to the mask at the playhead, near the start and at the end of the clip; from a
seek to those of a segment that was not made yet; and what a correction makes and transfers again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import footage
from benchmarks.resident import load, processor_s
from mattebox.machine import machine
from tests.server.live import API, Client, Json, served

PAUSE_S = 0.3
"""Between two clicks; a person does not click faster."""

CLICKS = 5
"""On each frame."""


@dataclass(frozen=True)
class Subject:
    """A project on a running server.

    Attributes:
        client: Speaks to the server.
        project: Its id.
        frame_count: Frames of its clip.
        length: Frames of a segment.
        loop: Frames until the clip repeats.
    """

    client: Client
    project: str
    frame_count: int
    length: int
    loop: int = footage.LOOP

    def object_at(self, *frames: int) -> str:
        """A new object with a click on the fish on each of these frames; its id."""
        item = self.client.add_object(self.project)
        for frame in frames:
            index, x, y = footage.fish_at(frame, self.loop)
            # Never twice the same place, so that nothing was made before.
            right, down = (1e-4 * int(item[at : at + 2], 16) for at in (1, 3))
            self.client.click(self.project, item, index, (x + right, y + down))
        return item

    def drop(self, item: str) -> None:
        """Remove an object and stop what is made for it."""
        self.client.stop_work(self.project)
        self.client.request("DELETE", f"/projects/{self.project}/objects/{item}")

    def matte(self, manifest: Json, item: str) -> list[str]:
        """The addresses of an object's matte."""
        found = next(each for each in manifest["objects"] if each["id"] == item)
        addresses: list[str] = found["matte"]["addresses"]
        return addresses

    def first_bytes_s(self, address: str) -> tuple[float, float]:
        """Seconds until a segment's first pictures and until its last have come."""
        began = time.perf_counter()
        first = None
        with self.client.http.stream("GET", f"{API}/segments/{address}.m4s") as answer:
            assert answer.status_code == 200
            for _ in answer.iter_raw():
                first = first or time.perf_counter() - began
        assert first is not None
        return first, time.perf_counter() - began

    def looked_at_s(self, address: str, frame: int) -> tuple[float, float]:
        """Seconds until a frame's mask has come, which a page asks for first, and its segment."""
        began = time.perf_counter()
        answer = self.client.request("GET", f"/segments/{address}/{frame}.png")
        assert answer.status_code == 200
        first = time.perf_counter() - began
        return first, first + self.first_bytes_s(address)[1]


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--group", type=int, default=48, help="frames between sync frames")
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        footage.write(clip, options.seconds, group=options.group)
        with served(Path(folder) / "data") as client:
            subject = opened(client, clip)
            figures = {
                "click": clicks(subject, options.clicks, busy=False),
                "click_while_propagating": clicks(subject, options.clicks, busy=True),
                "apply_at_the_playhead": applies(subject, options.repeats, far=False),
                "apply_at_the_far_end": applies(subject, options.repeats, far=True),
                "seek_near_a_keyframe": seeks(subject, options.repeats),
                "correction": correction(subject),
            }
    report = {
        "machine": machine(),
        "load": load(),
        "clip": {"seconds": options.seconds, "height": 720, "frames_per_group": options.group},
        "figures": figures,
    }
    print(json.dumps(report, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def opened(client: Client, clip: Path) -> Subject:
    """Upload the clip and wait until its shots are known."""
    project = client.open(clip)
    # Hours of footage take minutes to look through.
    while not client.get(f"/projects/{project}")["clip"]["shots"]:
        time.sleep(1)
    grid = client.get(f"/projects/{project}/manifest")["grid"]
    return Subject(client, project, grid["frame_count"], grid["length"])


def clicks(subject: Subject, count: int, *, busy: bool) -> Json:
    """Click about an object, on pictures that nobody clicked on before.

    On most frames the server is told that the playhead rests there, as the page does it, and then
    clicked on several times; on the last few the click comes unannounced.
    """
    client = subject.client
    other = subject.object_at(0)
    if busy:
        client.post(f"/projects/{subject.project}/apply", {"playhead": 0})
    item = client.add_object(subject.project)
    frames = iter(footage.SEEN[busy::2])
    first: list[float] = []
    further: list[float] = []
    for frame in islice(frames, count // CLICKS):
        path = f"/projects/{subject.project}/objects/{item}/frames/{frame}/ready"
        assert client.request("POST", path).status_code == 204
        time.sleep(PAUSE_S)
        for number in range(CLICKS):
            (further if number else first).append(click_ms(subject, item, frame, number))
    unannounced = [click_ms(subject, item, frame, 0) for frame in frames]
    running = client.counters()["mattebox_segments_busy"]
    subject.drop(other)
    subject.drop(item)
    assert bool(running) == busy, "the propagation ended before the clicks did; take a longer clip"
    return {
        "first_on_a_frame_ms": spread(first),
        "further_ms": spread(further),
        "all_ms": spread(first + further),
        "first_and_unannounced_ms": spread(unannounced),
    }


def click_ms(subject: Subject, item: str, frame: int, number: int) -> float:
    """Milliseconds until a click is answered; waits a while before the next one."""
    x, y = footage.seen_at(frame)
    began = time.perf_counter()
    subject.client.click(subject.project, item, frame, (x + 0.004 * number, y + 0.003 * number))
    took = time.perf_counter() - began
    time.sleep(PAUSE_S)
    return 1000 * took


def applies(subject: Subject, repeats: int, *, far: bool) -> Json:
    """Apply a keyframe at the start; the playhead is there too, or at the clip's end."""
    client = subject.client
    playhead = subject.frame_count - 1 if far else 12
    firsts, wholes, work, busy = [], [], [], []
    for _ in range(repeats):
        item = subject.object_at(0)
        before = client.counters()
        spent = processor_s(client.server.process.pid)
        began = time.perf_counter()
        manifest = client.apply(subject.project, playhead)
        asked = time.perf_counter() - began
        address = subject.matte(manifest, item)[playhead // subject.length]
        first, whole = subject.looked_at_s(address, playhead)
        busy.append(processor_s(client.server.process.pid) - spent)
        work.append(_since(before, client.counters()))
        firsts.append(asked + first)
        wholes.append(asked + whole)
        subject.drop(item)
    return {
        "first_masks_s": spread(firsts),
        "segment_s": spread(wholes),
        "segment_processor_s": spread(busy),
        "work": work[-1],
    }


def seeks(subject: Subject, repeats: int) -> Json:
    """Ask for a segment that was not made, next to a keyframe in the middle of the clip."""
    client = subject.client
    firsts, wholes = [], []
    for _ in range(repeats):
        index = footage.fish_at(subject.frame_count // 2)[0]
        item = subject.object_at(index)
        manifest = client.apply(subject.project, 0)
        client.stop_work(subject.project)
        address = subject.matte(manifest, item)[index // subject.length + 1]
        first, whole = subject.first_bytes_s(address)
        firsts.append(first)
        wholes.append(whole)
        subject.drop(item)
    return {"first_masks_s": spread(firsts), "segment_s": spread(wholes)}


def correction(subject: Subject) -> Json:
    """Correct a keyframe between two others; what is made and sent again."""
    client = subject.client
    third = subject.frame_count // 6
    item = subject.object_at(0, third, 2 * third)
    before = subject.matte(client.apply(subject.project, 0), item)
    keyframes = client.get(f"/projects/{subject.project}")["objects"][-1]["keyframes"]
    middle = keyframes[1]["frame"]
    _, x, y = footage.fish_at(middle)
    client.click(subject.project, item, middle, (x + 0.01, y + 0.01))
    encoded = client.count("mattebox_frames_encoded", "matte")
    after = subject.matte(client.apply(subject.project, middle), item)
    client.stop_work(subject.project)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    sent = 0
    for address in changed:
        sent += len(client.request("GET", f"/segments/{address}.m4s").content)
    encoded = client.count("mattebox_frames_encoded", "matte") - encoded
    subject.drop(item)
    return {
        "keyframes": [keyframe["frame"] for keyframe in keyframes],
        "segments": len(after),
        "segments_remade": len(changed),
        # What filling began before it was stopped is in it, too.
        "frames_remade": int(encoded),
        "bytes_sent_again": sent,
    }


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, 95th percentile, worst and number of values."""
    if not values:
        return {"count": 0}
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)], 3),
        "worst": round(ordered[-1], 3),
        "count": len(ordered),
    }


def _since(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What was counted between two readings of the counters."""
    counted = {key: after[key] - before.get(key, 0) for key in after if "click" not in key}
    return {key.removeprefix("mattebox_"): value for key, value in counted.items() if value > 0}


if __name__ == "__main__":
    main()
