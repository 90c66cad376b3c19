"""Segments as bytes: exact mattes, absolute ticks, one initialisation segment, closing early."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.media.fmp4 import boxes, vp9_level
from mattebox.media.segments import (
    Rendition,
    encode_matte_segment,
    encode_video_segment,
    segment_chunks,
)

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    y: Plane
    u: Plane
    v: Plane


def moving_square(count: int, width: int, height: int) -> list[Picture]:
    pictures = []
    for n in range(count):
        y = np.tile(np.linspace(16, 235, width, dtype=np.uint8), (height, 1))
        left = (3 * n) % max(1, width - 8)
        y[2 : height // 2, left : left + 8] = 200
        half = (height // 2, width // 2)
        pictures.append(
            Picture(y, np.full(half, 90 + n, np.uint8), np.full(half, 160 - n, np.uint8))
        )
    return pictures


def random_mattes(count: int, width: int, height: int, seed: int = 0) -> list[Plane]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, height, width), np.uint8))


def decode(data: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(data), "r") as container:
        return list(container.decode(video=0))


def sample_durations(media: bytes) -> list[int]:
    """Durations in the ``trun`` boxes: libavformat does not tell those of VP9 packets."""
    durations = []
    for kind, start, _ in boxes(media):
        if kind == b"moof":
            trun = media.index(b"trun", start) + 8
            (count,) = struct.unpack_from(">I", media, trun)
            for n in range(count):
                durations.append(struct.unpack_from(">I", media, trun + 8 + 12 * n)[0])
    return durations


def luma(frame: av.VideoFrame) -> Plane:
    plane = frame.planes[0]
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


@pytest.mark.parametrize(
    ("width", "height"), [(16, 16), (18, 16), (16, 62), (130, 74), (478, 270), (854, 480)]
)
def test_the_decoded_luma_of_a_matte_is_the_matte(width: int, height: int) -> None:
    mattes = random_mattes(4, width, height)
    mattes[1][:] = 0
    mattes[2][:] = 255
    segment = encode_matte_segment(mattes, range(4), [1] * 4, 30, (width, height))
    frames = decode(segment.init + segment.media)
    assert len(frames) == 4
    for frame, matte in zip(frames, mattes, strict=True):
        np.testing.assert_array_equal(luma(frame), matte)
        assert frame.color_range == 2
        chroma = frame.to_ndarray()[height:]
        assert chroma.min() == chroma.max() == 128


def test_every_segment_alone_keeps_absolute_variable_ticks() -> None:
    ticks = [0, 1001, 2500, 2501, 9000, 9400, 12000, 700_000]
    end = 700_500
    durations = list(np.diff([*ticks, end]))
    pictures = moving_square(8, 64, 48)
    joined = b""
    for start, stop in ((0, 3), (3, 8)):
        segment = encode_video_segment(
            pictures[start:stop], ticks[start:stop], durations[start:stop], 24000, (64, 48)
        )
        frames = decode(segment.init + segment.media)
        assert [frame.pts for frame in frames] == ticks[start:stop]
        assert frames[0].key_frame
        joined = (joined or segment.init) + segment.media
    assert [frame.pts for frame in decode(joined)] == ticks


def test_ticks_beyond_32_bits_survive() -> None:
    start = 2**40 + 7
    segment = encode_matte_segment(
        random_mattes(2, 16, 16), [start, start + 5], [5, 5], 90000, (16, 16)
    )
    assert [f.pts for f in decode(segment.init + segment.media)] == [start, start + 5]


def test_ffprobe_reads_the_joined_segments(tmp_path: Path) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("ffprobe is not installed")
    ticks = [n * 1001 + (n % 3) * 7 for n in range(20)]
    durations = list(np.diff([*ticks, 20 * 1001]))
    joined = b""
    for start in (0, 8, 16):
        stop = min(20, start + 8)
        part = slice(start, stop)
        segment = encode_video_segment(
            moving_square(20, 96, 64)[part], ticks[part], durations[part], 30000, (96, 64)
        )
        joined = (joined or segment.init) + segment.media
    path = tmp_path / "joined.mp4"
    path.write_bytes(joined)
    answer = subprocess.run(
        [ffprobe, "-v", "error", "-show_frames", "-show_streams", "-of", "json", str(path)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert answer.stderr == ""
    told = json.loads(answer.stdout)
    assert [frame["pts"] for frame in told["frames"]] == ticks
    stream = told["streams"][0]
    assert stream["codec_name"] == "vp9"
    assert (stream["color_range"], stream["color_space"]) == ("tv", "bt709")
    assert (stream["color_primaries"], stream["color_transfer"]) == ("bt709", "bt709")


def test_all_segments_of_a_rendition_share_the_initialisation_segment() -> None:
    rendition = Rendition("video", 64, 48, 24000)
    pictures = moving_square(6, 64, 48)
    first = encode_video_segment(pictures[:4], range(4), [1] * 4, 24000, (64, 48))
    last = encode_video_segment(pictures[4:], [90, 95], [5, 7], 24000, (64, 48))
    assert first.init == last.init == rendition.init
    assert [kind for kind, _, _ in boxes(first.init)] == [b"ftyp", b"moov"]
    assert {kind for kind, _, _ in boxes(first.media)} == {b"moof", b"mdat"}


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("video", "vp09.00.31.08.01.01.01.01.00"), ("matte", "vp09.00.31.08.01.01.01.01.01")],
)
def test_the_codec_string_repeats_the_vpcc_box(kind: str, codec: str) -> None:
    rendition = Rendition("matte" if kind == "matte" else "video", 1280, 720, 24000)
    assert rendition.codec == codec
    at = rendition.init.index(b"vpcC") + 8
    profile, level, packed, primaries, transfer, matrix = struct.unpack_from(
        ">6B", rendition.init, at
    )
    assert (profile, level, packed >> 4) == (0, 31, 8)
    assert packed & 1 == (kind == "matte")
    assert (primaries, transfer, matrix) == (1, 1, 1)


def test_the_level_grows_with_size_and_rate() -> None:
    assert vp9_level(1280, 720, 30) == 31
    assert vp9_level(1280, 720, 60) == 40
    assert vp9_level(16, 16, 30) == 10
    assert vp9_level(720, 1280, 24) == 31


def test_the_same_pictures_give_the_same_bytes() -> None:
    pictures = moving_square(7, 320, 180)
    encoded = {
        encode_video_segment(pictures, range(7), [1] * 7, 30, (320, 180)).media for _ in range(3)
    }
    assert len(encoded) == 1


def test_closing_early_pulls_no_further_picture() -> None:
    pulled: list[int] = []
    closed: list[bool] = []

    def mattes() -> Iterator[Plane]:
        try:
            for n, matte in enumerate(random_mattes(30, 16, 16)):
                pulled.append(n)
                yield matte
        finally:
            closed.append(True)

    chunks = segment_chunks(Rendition("matte", 16, 16, 30), mattes(), range(30), [1] * 30)
    first = next(chunks)
    assert [kind for kind, _, _ in boxes(first)] == [b"moof", b"mdat"]
    seen = len(pulled)
    assert seen == 1
    getattr(chunks, "close")()  # noqa: B009
    assert len(pulled) == seen
    assert closed == [True]


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="3 pictures for 4 frames"):
        encode_matte_segment(random_mattes(3, 16, 16), range(4), [1] * 4, 30, (16, 16))


def test_pictures_beyond_the_last_tick_are_not_asked_for() -> None:
    mattes = iter(random_mattes(3, 16, 16))
    encode_matte_segment(mattes, range(2), [1] * 2, 30, (16, 16))
    assert len(list(mattes)) == 1


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="16x16"):
        encode_matte_segment(random_mattes(1, 18, 16), [0], [1], 30, (16, 16))


def test_odd_sides_are_refused() -> None:
    with pytest.raises(ValueError, match="17x16"):
        Rendition("video", 17, 16, 30, Fraction(25))
