"""Cuts are found where the picture changes for good, and nowhere else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
import pytest

from mattebox.media import Cancelled, Ingested, detect_shots, frame_image, ingest, thumbnail_jpeg
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
