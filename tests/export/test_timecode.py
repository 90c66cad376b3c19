"""Labels of later frames, with and without dropped numbers."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mattebox.export import export_clip
from mattebox.export.timecode import shifted
from mattebox.media import ingest
from tests.export.clips import make_clip

NTSC = Fraction(30000, 1001)
DAY = 24 * 6 * 17982


@pytest.mark.parametrize(
    ("label", "frames", "rate", "later"),
    [
        ("01:00:00:00", 0, Fraction(25), "01:00:00:00"),
        ("01:00:00:00", 40, Fraction(25), "01:00:01:15"),
        ("09:59:59:23", 1, Fraction(24000, 1001), "10:00:00:00"),
        ("23:59:59:29", 1, Fraction(30), "00:00:00:00"),
        ("00:00:59;29", 1, NTSC, "00:01:00;02"),
        ("00:01:59;29", 1, NTSC, "00:02:00;02"),
        ("00:09:59;29", 1, NTSC, "00:10:00;00"),
        ("00:00:00.00", 17982, NTSC, "00:10:00;00"),
        ("01:00:00;00", DAY - 1, NTSC, "00:59:59;29"),
        ("00:00:59;59", 1, Fraction(60000, 1001), "00:01:00;04"),
        ("00:00:00:119", 1, Fraction(120), "00:00:01:000"),
    ],
)
def test_frames_are_counted_on(label: str, frames: int, rate: Fraction, later: str) -> None:
    assert shifted(label, frames, rate) == later


def test_every_dropped_label_of_ten_minutes_is_left_out_once() -> None:
    labels = [shifted("00:00:00;00", frame, NTSC) for frame in range(17982)]
    assert len(set(labels)) == len(labels)
    assert not {f"00:0{minute}:00;0{frame}" for minute in range(1, 10) for frame in (0, 1)} & set(
        labels
    )


@pytest.mark.parametrize(
    ("label", "rate"),
    [
        ("soon", Fraction(25)),
        ("01:00:00:25", Fraction(25)),
        ("01:60:00:00", Fraction(25)),
        ("01:00:00;00", Fraction(25)),
        ("01:00:00:00", Fraction(237, 10)),
        ("00:01:00;00", NTSC),
    ],
)
def test_what_is_no_timecode_of_that_rate_has_no_later_one(label: str, rate: Fraction) -> None:
    assert shifted(label, 1, rate) is None


@pytest.mark.parametrize("source", ["clip.mov", "clip.mkv"])
@pytest.mark.parametrize(("name", "suffix"), [("prores4444", ".mov"), ("mp4", ".mp4")])
def test_an_export_begins_with_the_timecode_of_its_first_frame(
    tmp_path: Path, name: str, suffix: str, source: str
) -> None:
    clip = make_clip(tmp_path / source, timecode="10:00:00:20")
    found = ingest(clip)
    assert found.info.timecode == "10:00:00:20"
    matte = np.zeros((found.info.height, found.info.width), np.uint8)
    out = tmp_path / f"out{suffix}"
    mattes = ((index, [matte]) for index in range(6, 9))
    export_clip(clip, found.info, found.table, mattes, out, format=name, start=6, stop=9)
    with av.open(str(out)) as container:
        assert container.streams.video[0].metadata["timecode"] == "10:00:01:01"


def test_a_picture_sequence_tells_the_timecode_of_its_first_frame(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mov", timecode="10:00:00:20")
    found = ingest(clip)
    matte = np.zeros((found.info.height, found.info.width), np.uint8)
    out = tmp_path / "out.zip"
    export_clip(clip, found.info, found.table, [(0, [matte])], out, format="png", stop=1)
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("frames.json"))["timecode"] == "10:00:00:20"
