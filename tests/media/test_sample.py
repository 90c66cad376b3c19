"""The sample clip that comes with the install."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from mattebox.media import detect_shots, ingest, sample_clip
from mattebox.media.sample import FRAME_COUNT, frames_and_mattes


def test_it_is_a_clip_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "sample.mp4"
    sample_clip(path)
    assert [file.name for file in tmp_path.iterdir()] == ["sample.mp4"]
    found = ingest(path)
    assert found.table.frame_count == FRAME_COUNT == 192
    assert (found.info.width, found.info.height, found.info.codec) == (1280, 720, "h264")
    assert found.info.has_sound
    assert found.info.duration_s == 8
    assert found.info.color.matrix == "bt709"
    assert detect_shots(path, found.info, found.table) == ((0, 192),)


def test_it_is_the_same_every_time_and_its_matte_shows_the_fish() -> None:
    first = list(islice(frames_and_mattes(), 2))
    again = list(islice(frames_and_mattes(), 2))
    for (picture, matte), (same, same_matte) in zip(first, again, strict=True):
        np.testing.assert_array_equal(picture, same)
        np.testing.assert_array_equal(matte, same_matte)
    picture, matte = first[0]
    fish = picture[matte == 255].mean(axis=0)
    water = picture[matte == 0].mean(axis=0)
    assert fish[0] > fish[2] + 30
    assert water[2] > water[0] + 30
