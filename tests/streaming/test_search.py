"""The search for cuts lets pictures of the filmstrip by, unless somebody waits for it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mattebox.media import Cuts, configure_pool, detect_shots, shared_pool
from mattebox.projects.clips import Clip
from mattebox.projects.library import Library
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.filmstrip import Filmstrip
from mattebox.streaming.scheduler import Scheduler
from mattebox.streaming.search_order import Focus
from mattebox.streaming.shots import ShotFinder
from tests.streaming.library import stored
from tests.support import clips

PATIENCE_S = 30.0


@pytest.fixture
def library(tmp_path: Path) -> Library:
    configure_pool(1)
    return Library.open(tmp_path / "data")


@pytest.fixture
def clip(library: Library, tmp_path: Path) -> Clip:
    return numbered(library, tmp_path, 24)


def numbered(library: Library, tmp_path: Path, frames: int) -> Clip:
    return stored(library, clips.write(tmp_path / "numbers", clips.Recipe(frames=frames)).path)


@pytest.fixture
def stopped() -> Iterator[int]:
    """The only decoder, which does nothing until the test is over."""
    configure_pool(1)
    (process,) = shared_pool().idle()
    os.kill(process.pid, signal.SIGSTOP)
    yield process.pid
    os.kill(process.pid, signal.SIGCONT)


def test_a_search_is_hurried_as_soon_as_somebody_waits_for_it(library: Library, clip: Clip) -> None:
    hurried, begun = threading.Event(), threading.Event()

    def pause(is_hurried: Callable[[], bool]) -> None:
        while not is_hurried():
            begun.set()
            assert not hurried.wait(0.01)
        hurried.set()

    finder = ShotFinder(library.clips, lambda _clip, _whole: None, pause)
    searching = finder.shots(clip)
    assert begun.wait(PATIENCE_S)
    assert not hurried.is_set()
    assert finder.needed(clip) is searching
    assert searching.result(PATIENCE_S) == ((0, 24),)
    assert finder.needed(library.clips.get(clip.hash)).result(0) == ((0, 24),)
    finder.close()


def test_a_search_turns_to_where_somebody_works(library: Library, tmp_path: Path) -> None:
    held, go = threading.Event(), threading.Event()
    told: list[tuple[Cuts, bool]] = []

    def pause(_is_hurried: Callable[[], bool]) -> None:
        held.set()
        assert go.wait(PATIENCE_S)

    def found(_clip: str, whole: bool) -> None:
        told.append((finder.cuts(clip), whole))

    clip = numbered(library, tmp_path, 600)
    finder = ShotFinder(library.clips, found, pause)
    searching = finder.shots(clip)
    assert held.wait(PATIENCE_S)
    finder.look(clip, Focus((500,), ((490, 520),)), "p")
    assert finder.cuts(clip).open == ((0, 600),)
    go.set()
    # One picture of the bar code is like a cut to the one before.
    assert searching.result(PATIENCE_S) == detect_shots(clip.path, clip.info, clip.table)
    while not told or not told[-1][1]:
        threading.Event().wait(0.01)
    first = next(cuts for cuts, _ in told if not cuts.open_within(490, 520))
    # The beginning, where it had begun, waits.
    assert first.open_within(100, 300) == ((100, 300),)
    open_frames = [sum(b - a for a, b in cuts.open) for cuts, _ in told]
    assert open_frames == sorted(open_frames, reverse=True)
    finder.close()


def test_two_who_wait_for_one_clip_are_both_served_before_the_rest(
    library: Library, tmp_path: Path
) -> None:
    held, go = threading.Event(), threading.Event()
    told: list[Cuts] = []

    def pause(_is_hurried: Callable[[], bool]) -> None:
        held.set()
        assert go.wait(PATIENCE_S)

    clip = numbered(library, tmp_path, 1200)
    finder = ShotFinder(library.clips, lambda _clip, _whole: told.append(finder.cuts(clip)), pause)
    searching = finder.shots(clip)
    assert held.wait(PATIENCE_S)
    finder.look(clip, Focus((1100,), ((1090, 1120),)), "first")
    finder.look(clip, Focus((500,), ((490, 520),)), "second")
    go.set()
    assert searching.result(PATIENCE_S)
    asked = ((1090, 1120), (490, 520))
    served = next(cuts for cuts in told if not any(cuts.open_within(*part) for part in asked))
    # Between them, and where it had begun, nobody waits.
    assert served.open_within(50, 350)
    assert served.open_within(800, 950)
    # Each is told as soon as its own is found.
    one = [bool(cuts.open_within(490, 520)) + bool(cuts.open_within(1090, 1120)) for cuts in told]
    assert 1 in one
    finder.close()


def test_a_closed_search_waits_for_nothing(library: Library, clip: Clip) -> None:
    begun, ended = threading.Event(), threading.Event()

    def pause(is_hurried: Callable[[], bool]) -> None:
        begun.set()
        while not is_hurried():
            threading.Event().wait(0.01)
        ended.set()

    finder = ShotFinder(library.clips, lambda _clip, _whole: None, pause)
    finder.shots(clip)
    assert begun.wait(PATIENCE_S)
    finder.close()
    assert ended.wait(PATIENCE_S)


def test_who_is_hurried_waits_for_no_picture_of_the_filmstrip(
    tmp_path: Path, clip: Clip, stopped: int
) -> None:
    scheduler, hurried = Scheduler(1), threading.Event()
    strip = Filmstrip(DiskCache(tmp_path / "pictures", 1 << 20), scheduler, lambda: None)
    with strip.request(clip, 3, 90) as picture:
        while not shared_pool().busy():
            assert not picture.result.done()
        waiting = threading.Thread(target=strip.wait, args=(hurried.is_set,), daemon=True)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        hurried.set()
        waiting.join(PATIENCE_S)
        assert not waiting.is_alive()
        os.kill(stopped, signal.SIGCONT)
        assert picture.result.result(PATIENCE_S)
    strip.wait(lambda: False)
    scheduler.close()
