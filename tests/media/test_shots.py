"""Cuts are found where the picture changes for good, and nowhere else."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.media import (
    Cancelled,
    CutFinder,
    Cuts,
    Ingested,
    Search,
    detect_shots,
    frame_image,
    ingest,
    thumbnail_jpeg,
)
from mattebox.media.shots import BEFORE, BEHIND
from tests.support.clips import Written

CUTS = (0, 30, 75, 120)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three textured scenes, each under a camera that pans."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    rng = np.random.default_rng(8)
    scenes = []
    for tint in ((90, 140, 60), (60, 80, 170), (170, 120, 80)):
        noise = rng.random((24, 64, 1), np.float32).repeat(3, 2)
        wide = np.asarray(cv2.resize(noise, (640, 180), interpolation=cv2.INTER_CUBIC))
        scenes.append(np.clip(wide * tint * 1.4, 0, 255).astype(np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for index in range(CUTS[-1]):
            scene = sum(index >= cut for cut in CUTS[1:])
            left = 4 * (index - CUTS[scene])
            picture = np.ascontiguousarray(scenes[scene][:, left : left + 320])
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_cuts_are_found_and_a_pan_is_none(film: Path) -> None:
    found = ingest(film)
    told: list[tuple[int, int]] = []
    shots = detect_shots(
        film, found.info, found.table, progress=lambda done, total: told.append((done, total))
    )
    assert shots == ((0, 30), (30, 75), (75, 120))
    assert (shots[1].start, shots[1].stop) == (30, 75)
    assert told[-1] == (120, 120)
    assert told == sorted(told)


def test_it_can_be_cancelled(film: Path) -> None:
    found = ingest(film)
    with pytest.raises(Cancelled):
        detect_shots(film, found.info, found.table, cancelled=lambda: True)


def test_stills_are_the_frame_they_name(plain: tuple[Written, Ingested]) -> None:
    from tests.support import barcode

    written, found = plain
    for index in (0, 57, 119):
        form: Literal["png", "jpg"]
        for form in ("png", "jpg"):
            data = frame_image(written.path, found.info, found.table, index, form)
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            assert picture.shape == (180, 320, 3)
            assert barcode.read(picture) == index
    small = thumbnail_jpeg(written.path, found.info, found.table, 57, 90)
    picture = cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (90, 160, 3)
    assert barcode.read(picture) == 57
    with pytest.raises(IndexError):
        frame_image(written.path, found.info, found.table, 120)


SCENES = (0, 14, 20, 26, 31, 60, 64, 90, 120, 123, 126, 129, 132, 160)
"""Where the picture changes; some follow one another sooner than a shot may."""


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Scenes of other brightness and colour, some of them flashes, each under a pan."""
    rng = np.random.default_rng(4)
    found = []
    for first, stop in pairwise([*SCENES, 200]):
        noise = rng.random((8, 24, 1), np.float32).repeat(3, 2)
        tint = rng.uniform(20, 230, 3)
        wide = np.clip(cv2.resize(noise, (160, 36)) * tint * 1.6, 0, 255).astype(np.uint8)
        found += [np.ascontiguousarray(wide[:, at : at + 64]) for at in range(stop - first)]
    return found


def judged(pictures: list[np.ndarray], search: Search, start: int, stop: int) -> None:
    finder = CutFinder(24.0, start)
    for index in range(start, stop):
        finder.feed(index, pictures[index])
    search.add(finder.first, finder.judged, finder.changes)


def test_cuts_are_those_of_the_detector_from_the_start(pictures: list[np.ndarray]) -> None:
    from scenedetect import FrameTimecode
    from scenedetect.detectors import AdaptiveDetector

    detector = AdaptiveDetector(min_scene_len=10)
    wanted: list[int] = []
    for index, picture in enumerate(pictures):
        bgr = np.ascontiguousarray(picture[:, :, ::-1])
        cuts = detector.process_frame(FrameTimecode(index, fps=24.0), bgr)
        wanted += [int(cut.frame_num) for cut in cuts]
    search = Search(len(pictures), 24.0)
    judged(pictures, search, 0, len(pictures))
    assert search.cuts() == Cuts(len(pictures), tuple(wanted))
    assert len(wanted) > 4
    assert set(wanted) < set(SCENES)


@given(runs=st.lists(st.tuples(st.integers(0, 199), st.integers(1, 90)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_search_finds_the_same_cuts_wherever_it_begins(
    pictures: list[np.ndarray], runs: list[tuple[int, int]]
) -> None:
    count = len(pictures)
    whole = Search(count, 24.0)
    judged(pictures, whole, 0, count)
    truth = whole.cuts()
    search = Search(count, 24.0)
    for start, length in runs:
        judged(pictures, search, start, min(start + length, count))
        known = search.cuts()
        # What it says on the way holds.
        unclear = {at for part in known.open for at in range(*part)}
        assert set(known.found) == set(truth.found) - unclear
    while left := search.unjudged():
        judged(pictures, search, max(left[-1][0] - BEFORE, 0), min(left[-1][1] + BEHIND, count))
    assert search.cuts() == truth


def test_changes_are_found_the_same_wherever_looking_begins(pictures: list[np.ndarray]) -> None:
    whole = CutFinder(24.0, 0)
    for index, picture in enumerate(pictures):
        whole.feed(index, picture)
    found = 0
    for start in range(len(pictures) - 12):
        finder = CutFinder(24.0, start)
        for index in range(start, start + 12):
            finder.feed(index, pictures[index])
        seen = range(finder.first, finder.judged)
        assert [at for at in finder.changes if at in seen] == [
            at for at in whole.changes if at in seen
        ]
        found += len(finder.changes)
    assert found > len(whole.changes) > 10


@given(
    gaps=st.lists(st.integers(1, 14), max_size=40),
    parts=st.lists(st.tuples(st.integers(0, 119), st.integers(1, 60)), max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_what_is_known_of_dense_changes_holds_when_more_is(
    gaps: list[int], parts: list[tuple[int, int]]
) -> None:
    changes = {at for at in accumulate(gaps) if at < 120}
    whole, search = Search(120, 24.0), Search(120, 24.0)
    whole.add(0, 120, changes)
    truth = whole.cuts()
    assert not truth.open
    for start, length in parts:
        stop = min(start + length, 120)
        search.add(start, stop, {at for at in changes if start <= at < stop})
        known = search.cuts()
        unclear = {at for part in known.open for at in range(*part)}
        assert set(known.found) == set(truth.found) - unclear
