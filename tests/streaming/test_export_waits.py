"""An export waits for the cuts that decide its next frames, and for no others."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mattebox.media import configure_pool
from mattebox.projects.clips import Clip
from mattebox.projects.events import MaskPlaced, ObjectAdded
from mattebox.projects.jobs import Export
from mattebox.projects.library import Library
from mattebox.projects.store import Project
from mattebox.propagation import MemoryAnchors
from mattebox.settings import Settings
from mattebox.streaming.bus import Bus
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.counters import Counters
from mattebox.streaming.exports import LOOKING, ExportJobs, ExportRequest
from mattebox.streaming.networks import Networks
from mattebox.streaming.recipes import RecipeBook
from mattebox.streaming.running_export import RunningExport
from mattebox.streaming.scheduler import Scheduler
from mattebox.streaming.segments import SegmentMaker
from mattebox.streaming.shots import ShotFinder
from mattebox.streaming.stream import MatteStream
from tests.streaming.library import stored
from tests.support import clips

FRAMES, SEGMENT = 96, 24
# Far enough for the first segment and not for the second.
SEARCHED = 32
PATIENCE_S = 120.0
ANCHOR_BYTES: int = Settings.model_fields["anchor_cache_bytes"].default


@dataclass(frozen=True)
class Bench:
    """A project of which a revision was applied, and whose search for cuts stands still.

    Attributes:
        library: Where it is kept.
        clip: Its footage.
        project: The project.
        jobs: Its exports.
        go: Lets the search go on.
    """

    library: Library
    clip: Clip
    project: Project
    jobs: ExportJobs
    go: threading.Event

    @property
    def cuts_are_known(self) -> bool:
        return self.library.clips.get(self.clip.hash).shots is not None

    def until(self, export: Export, reached: Callable[[Export], bool]) -> Export:
        deadline = time.monotonic() + PATIENCE_S
        while not reached(now := self.jobs.get(self.project.id, export.id)):
            assert time.monotonic() < deadline, now
            time.sleep(0.01)
        return now


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler(1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def networks(scheduler: Scheduler) -> Networks:
    return Networks("auto", lambda _network: None, scheduler)


@pytest.fixture
def bench(tmp_path: Path, scheduler: Scheduler, networks: Networks) -> Iterator[Bench]:
    configure_pool(3)
    library = Library.open(tmp_path / "data")
    clip = stored(library, clips.write(tmp_path / "numbers", clips.Recipe(frames=FRAMES)).path)
    bus, counters = Bus(100), Counters()
    cache = DiskCache(tmp_path / "segments", 1 << 30)
    go, searched = threading.Event(), iter(range(SEARCHED))

    def pause(_hurried: Callable[[], bool]) -> None:
        if next(searched, None) is None:
            go.wait(PATIENCE_S)

    finder = ShotFinder(library.clips, lambda _clip, _whole: None, pause)
    stream = MatteStream(
        library,
        RecipeBook(library.engine),
        SegmentMaker(
            library,
            cache,
            networks,
            counters,
            made=lambda _address, _sure: None,
            anchors=MemoryAnchors(ANCHOR_BYTES),
        ),
        cache=cache,
        scheduler=scheduler,
        networks=networks,
        bus=bus,
        shots=finder,
    )
    project = applied(library, clip)
    revision = library.projects.revision(project.id, project.state.revision)
    stream.look_for_cuts(project, revision, 0)
    jobs = ExportJobs(library, stream, scheduler, bus, tmp_path / "exports")
    yield Bench(library, clip, project, jobs, go)
    go.set()
    jobs.close()
    finder.close()


def applied(library: Library, clip: Clip) -> Project:
    """A revision with a keyframe on every second frame, whose mattes need no network."""
    project = library.projects.create(clip.hash, "numbers.mp4", "numbers")
    library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#4cc2ff"))
    mask = np.zeros((180, 320), np.uint8)
    mask[40:140, 60:200] = 255
    name = library.masks.put(mask)
    for frame in range(0, FRAMES, 2):
        library.projects.append(project.id, MaskPlaced("o1", frame, name), [name])
    return library.projects.apply(project.id)[0]


def test_an_export_waits_only_for_the_cuts_that_decide_its_frames(bench: Bench) -> None:
    export = bench.jobs.start(bench.project.id, ExportRequest(start=0, stop=4))
    ended = bench.until(export, lambda e: e.state != "running")
    assert (ended.state, ended.done, ended.detail) == ("done", 4, None)
    assert not bench.cuts_are_known
    assert not bench.go.is_set()


def test_frames_that_are_decided_are_written_before_what_follows_is(bench: Bench) -> None:
    export = bench.jobs.start(bench.project.id, ExportRequest())
    waiting = bench.until(export, lambda e: e.done == SEGMENT and e.detail is not None)
    assert (waiting.state, waiting.detail) == ("running", LOOKING)
    assert not bench.cuts_are_known
    bench.go.set()
    ended = bench.until(export, lambda e: e.state != "running")
    assert (ended.state, ended.done, ended.detail) == ("done", FRAMES, None)


def test_an_export_that_waits_for_cuts_can_be_cancelled(bench: Bench) -> None:
    export = bench.jobs.start(bench.project.id, ExportRequest())
    bench.until(export, lambda e: e.detail == LOOKING)
    bench.jobs.cancel(bench.project.id, export.id)
    assert bench.until(export, lambda e: e.state != "running").state == "cancelled"
    assert not bench.cuts_are_known


def test_two_threads_that_tell_of_an_export_lose_nothing_of_each_other() -> None:
    running = RunningExport(
        Export("e1", "p1", 1, {}, "running", 0, 10, None, "a.mp4", "2026-11-23T10:00:00.000Z")
    )
    lost: list[str] = []

    def count() -> None:
        for done in range(20_000):
            running.change(done=done)
            if running.now.done != done:
                lost.append("done")

    def say() -> None:
        for turn in range(20_000):
            running.change(detail=str(turn))
            if running.now.detail != str(turn):
                lost.append("detail")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=each) for each in (count, say)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert lost == []
