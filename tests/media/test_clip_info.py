"""Facts of a clip, and the size it is worked on at."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattebox.media import ClipInfo, ingest, working_size
from tests.support.clips import Recipe, write


@pytest.mark.parametrize(
    ("stored", "sar", "working"),
    [
        ((1280, 720), 1, (1280, 720)),
        ((1920, 1080), 1, (1280, 720)),
        ((3840, 2160), 1, (1280, 720)),
        ((1080, 1920), 1, (720, 1280)),
        ((540, 960), 1, (540, 960)),
        ((640, 480), 1, (640, 480)),
        ((1440, 1080), 1, (960, 720)),
        ((720, 576), Fraction(64, 45), (1024, 576)),
        ((1440, 1080), Fraction(4, 3), (1280, 720)),
        ((480, 480), Fraction(1, 2), (480, 960)),
        ((241, 135), 1, (240, 136)),
        ((1000, 1000), 1, (720, 720)),
        ((4096, 1716), 1, (1280, 536)),
        ((1, 1), 1, (16, 16)),
        ((8000, 20), 1, (1280, 16)),
    ],
)
def test_working_size(stored: tuple[int, int], sar: Fraction, working: tuple[int, int]) -> None:
    assert working_size(*stored, Fraction(sar)) == working


@given(st.integers(1, 8192), st.integers(1, 8192), st.fractions(Fraction(1, 8), 8))
def test_working_size_is_even_and_fits(width: int, height: int, sar: Fraction) -> None:
    working = working_size(width, height, sar)
    assert all(side % 2 == 0 and side >= 16 for side in working)
    assert min(working) <= 720
    assert max(working) <= 1280


def test_facts_are_measured_and_written_down(tmp_path: Path) -> None:
    recipe = Recipe(
        rate=Fraction(30000, 1001), sound_s=1, rotation=90, sar=Fraction(2), pix_fmt="yuv420p10le"
    )
    written = write(tmp_path / "clip", recipe)
    info = ingest(written.path).info
    assert (info.codec, info.pix_fmt, info.bit_depth) == ("h264", "yuv420p10le", 10)
    assert (info.source_width, info.source_height) == (180, 320)
    assert (info.sar, info.rotation, info.mirrored) == (Fraction(1, 2), 270, False)
    assert (info.width, info.height) == (180, 640)
    assert (info.rate, info.has_sound, info.sound_streams) == (Fraction(30000, 1001), True, 1)
    assert info.duration_s == pytest.approx(60 * 1001 / 30000)
    assert info.color.matrix == "bt709"
    assert ClipInfo.from_json(json.loads(json.dumps(info.to_json()))) == info


def test_a_mirrored_picture_is_brought_upright(tmp_path: Path) -> None:
    """Every way a file can ask for its picture to be turned and flipped."""
    import struct

    import numpy as np

    from mattebox.media import FrameReader
    from tests.support import barcode

    for turns in range(4):
        for flip in (False, True):
            written = write(tmp_path / f"{turns}{flip}", Recipe(frames=3, size=(192, 192)))
            turn = np.linalg.matrix_power(np.asarray([[0, 1], [-1, 0]]), turns)
            # Row vectors, as in the file: flipped first, then turned.
            a, b, c, d = (np.diag([-1 if flip else 1, 1]) @ turn).ravel().tolist()
            one, w = 1 << 16, 1 << 30
            matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, w)
            plain = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, w)
            data = written.path.read_bytes()
            at = data.index(plain, data.index(b"tkhd"))
            written.path.write_bytes(data[:at] + matrix + data[at + len(plain) :])
            found = ingest(written.path)
            assert (found.info.rotation, found.info.mirrored) == (turns * 90, flip)
            with FrameReader(written.path, found.info, found.table) as reader:
                ((_, shown),) = reader.read([2])
            stored = barcode.draw(2, 192, 192)
            expected = np.rot90(stored[:, ::-1] if flip else stored, -turns)
            assert np.abs(shown.astype(int) - expected).mean() < 6
