"""The formats beside the chroma key: alpha, mattes and picture sequences."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from av.video.plane import VideoPlane

from mattebox.export import FORMATS, Cancelled, export_clip, format_named
from mattebox.media import ClipInfo, FrameTable, ingest
from tests.export.clips import Tone, burst_time, make_clip, shade

Mask = npt.NDArray[np.uint8]
TIMES = (0, 33, 67, 68, 200, 230)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    tone = Tone("pcm_s16le", burst_s=0.1, seconds=0.3)
    path = tmp_path / "clip.mkv"
    return make_clip(path, pts=TIMES, time_base=Fraction(1, 1000), tones=[tone])


def ramp(info: ClipInfo) -> Mask:
    """Every alpha value, twice 0 and twice 255 at the ends."""
    levels = np.linspace(-20, 275, info.width).clip(0, 255).astype(np.uint8)
    return np.tile(levels, (info.height, 1))


def export(clip: Path, out: Path, name: str) -> tuple[ClipInfo, FrameTable, tuple[str, ...]]:
    found = ingest(clip)
    mattes = ((n, [ramp(found.info)]) for n in range(found.table.frame_count))
    result = export_clip(clip, found.info, found.table, mattes, out, format=name)
    assert sorted(p.name for p in out.parent.iterdir()) == sorted({clip.name, out.name})
    return found.info, found.table, result.warnings


def test_every_format_says_what_it_is() -> None:
    assert set(FORMATS) == {"mp4", "prores4444", "webm", "matte", "png"}
    for name, known in FORMATS.items():
        assert format_named(name) is known
        assert known.suffix.startswith(".")
        assert "/" in known.media_type
        assert known.title


def test_prores_keeps_the_plate_whole_and_the_matte_as_alpha(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mov"
    info, _, warnings = export(clip, out, "prores4444")
    assert warnings == ()
    matte = ramp(info)
    with av.open(str(out), "r") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name.startswith("prores")
        assert (stream.width, stream.height) == (info.source_width, info.source_height)
        assert stream.codec_context.colorspace == 6
        sound = container.streams.audio[0].codec_context
        assert sound.codec.canonical_name == "pcm_s16le"
        times = []
        for index, frame in enumerate(container.decode(stream)):
            assert frame.pts is not None
            assert frame.time_base is not None
            times.append(frame.pts * frame.time_base)
            assert "yuva444p" in frame.format.name
            unit = 1 << (frame.format.components[0].bits - 8)
            y, _, _, alpha = (
                np.frombuffer(bytes(plane), "<u2").reshape(plane.height, -1)[:, : plane.width]
                for plane in frame.planes
            )
            top = (1 << frame.format.components[3].bits) - 1
            assert np.abs(alpha * (255 / top) - matte).max() < 0.6
            right = y[:, 3 * info.width // 4 :].astype(float) / unit
            assert np.abs(right - shade(index)).max() < 1.5
    assert times == [Fraction(t, 1000) for t in TIMES]
    assert burst_time(out) == pytest.approx(burst_time(clip), abs=0.001)


@pytest.mark.parametrize("name", ["prores4444", "png"])
def test_no_row_of_a_picture_of_any_height_is_left_unwritten(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "clip.mkv", size=(98, 66), pts=range(150))
    out = tmp_path / f"out{FORMATS[name].suffix}"
    found = ingest(clip)
    full = np.full((found.info.height, found.info.width), 255, np.uint8)
    mattes = ((n, [full]) for n in range(150))
    export_clip(clip, found.info, found.table, mattes, out, format=name)
    if name == "png":
        with zipfile.ZipFile(out) as archive:
            data = [archive.read(f"{n:06d}.png") for n in range(150)]
        seen = [cv2.imdecode(np.frombuffer(d, np.uint8), cv2.IMREAD_COLOR) for d in data]
    else:
        with av.open(str(out)) as container:
            seen = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for index, picture in enumerate(seen):
        assert picture is not None
        grey = (shade(index) + 20 - 16) * 255 / 219
        assert np.abs(picture[:, :32].astype(float) - grey).max() <= 5


def alpha_pictures(path: Path) -> Iterator[av.VideoFrame]:
    """The pictures of a WebM with their alpha, which libav's own VP9 decoder leaves out."""
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(str(path), "r") as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                assert isinstance(frame, av.VideoFrame)
                yield frame


def samples(plane: VideoPlane) -> Mask:
    return np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]


def test_webm_has_the_matte_as_alpha_and_the_plate_under_it(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.webm"
    info, _, warnings = export(clip, out, "webm")
    assert warnings == ()
    matte = ramp(info)
    with av.open(str(out), "r") as container:
        stream = container.streams.video[0]
        assert stream.metadata["alpha_mode"] == "1"
        assert container.streams.audio[0].codec_context.codec.canonical_name == "opus"
    frames = list(alpha_pictures(out))
    times = [f.pts * f.time_base for f in frames if f.pts is not None and f.time_base]
    assert times == [Fraction(t, 1000) for t in TIMES]
    for index, frame in enumerate(frames):
        assert frame.format.name == "yuva420p"
        y, _, _, alpha = (samples(plane) for plane in frame.planes)
        assert np.abs(alpha.astype(int) - matte).max() <= 8
        assert (alpha[matte == 255] >= 253).all()
        assert (alpha[matte == 0] <= 2).all()
        right = y[:, 3 * info.width // 4 :].astype(float)
        assert np.abs(right - shade(index)).max() <= 3
    assert burst_time(out) == pytest.approx(burst_time(clip), abs=0.003)


def test_a_range_in_webm_begins_at_zero_with_its_sound_in_step(tmp_path: Path) -> None:
    tones = [Tone("aac", seconds=2.0, burst_s=1.0)]
    clip = make_clip(tmp_path / "clip.mp4", pts=range(50), tones=tones)
    found = ingest(clip)
    mattes = ((n, [ramp(found.info)]) for n in range(10, 40))
    out = tmp_path / "out.webm"
    export_clip(clip, found.info, found.table, mattes, out, format="webm", start=10, stop=40)
    frames = list(alpha_pictures(out))
    assert len(frames) == 30
    assert frames[0].pts == 0
    assert burst_time(out) == pytest.approx(burst_time(clip) - 10 / 25, abs=0.003)


def test_a_luma_matte_shows_the_matte_in_video_levels(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    info, _, _ = export(clip, out, "matte")
    matte = ramp(info)
    with av.open(str(out), "r") as container:
        assert not container.streams.audio
        frames = list(container.decode(video=0))
    assert [f.pts * f.time_base for f in frames if f.pts is not None and f.time_base] == [
        Fraction(t, 1000) for t in TIMES
    ]
    for frame in frames:
        grey = frame.to_ndarray(format="rgb24")[:, :, 1].astype(int)
        assert np.abs(grey - matte).max() <= 5
        assert (grey[matte == 255] >= 253).all()
        assert (grey[matte == 0] <= 2).all()


def test_pngs_have_straight_alpha_and_tell_their_times(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    info, table, _ = export(clip, out, "png")
    matte = ramp(info)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert names == [*(f"{n:06d}.png" for n in range(len(TIMES))), "frames.json"]
        told = json.loads(archive.read("frames.json"))
        assert told == {"first": 0, "timescale": table.timescale, "ticks": list(TIMES)}
        for index, name in enumerate(names[:-1]):
            content = np.frombuffer(archive.read(name), np.uint8)
            picture = np.asarray(cv2.imdecode(content, cv2.IMREAD_UNCHANGED))
            assert picture.shape == (info.source_height, info.source_width, 4)
            np.testing.assert_array_equal(picture[:, :, 3], matte)
            grey = (shade(index) - 16) * 255 / 219
            half_seen = picture[8, 3 * info.width // 4 : -8, :3]
            assert np.abs(half_seen.astype(float) - grey).max() <= 3
            assert (picture[matte == 0] == 0).all()


@pytest.mark.parametrize("name", ["mp4", "prores4444", "matte"])
@pytest.mark.parametrize("stop", [4, len(TIMES)])
def test_the_last_picture_is_shown_as_long_as_in_the_clip(
    tmp_path: Path, name: str, stop: int
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", pts=TIMES, time_base=Fraction(1, 1000))
    found, out = ingest(clip), tmp_path / "out.file"
    mattes = ((n, [ramp(found.info)]) for n in range(stop))
    export_clip(clip, found.info, found.table, mattes, out, format=name, stop=stop)
    with av.open(str(out), "r") as container:
        told = container.duration
    table = found.table
    lasts = int(table.ticks[stop - 1]) + table.duration(stop - 1)
    assert told == 1_000_000 * lasts // table.timescale


@pytest.mark.parametrize("name", list(FORMATS))
def test_pixels_that_are_not_square_are_kept_or_warned_of(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "wide.mkv", size=(96, 64), sar=Fraction(16, 15), pts=range(2))
    out = tmp_path / f"out{FORMATS[name].suffix}"
    _, _, warnings = export(clip, out, name)
    kept = False
    if name != "png":
        with av.open(str(out), "r") as container:
            kept = container.streams.video[0].sample_aspect_ratio == Fraction(16, 15)
    assert kept != any("not square (16:15)" in warning for warning in warnings)
    assert kept == (name in {"mp4", "prores4444", "matte"})


@pytest.mark.parametrize("name", ["prores4444", "webm", "matte", "png"])
@pytest.mark.parametrize(
    ("size", "pix_fmt", "full_range"),
    [((97, 65), "yuv444p", False), ((96, 64), "yuv422p10le", False), ((96, 64), "yuvj420p", True)],
)
def test_awkward_sources_keep_their_frames(
    tmp_path: Path, name: str, size: tuple[int, int], pix_fmt: str, full_range: bool
) -> None:
    clip = make_clip(
        tmp_path / "clip.mkv", size=size, pix_fmt=pix_fmt, full_range=full_range, pts=range(4)
    )
    out = tmp_path / f"out{FORMATS[name].suffix}"
    export(clip, out, name)
    if name == "png":
        with zipfile.ZipFile(out) as archive:
            picture = cv2.imdecode(
                np.frombuffer(archive.read("000002.png"), np.uint8), cv2.IMREAD_UNCHANGED
            )
        assert picture is not None
        assert picture.shape[:2] == (size[1], size[0])
        deep = pix_fmt.endswith("10le")
        assert picture.dtype == (np.uint16 if deep else np.uint8)
        seen = float(picture[8, 3 * size[0] // 4, 1]) / (257 if deep else 1)
    else:
        with av.open(io.BytesIO(out.read_bytes()), "r") as container:
            frames = list(container.decode(video=0))
        assert len(frames) == 4
        seen = float(frames[2].to_ndarray(format="rgb24")[8, 3 * size[0] // 4, 1])
    if name != "matte":
        code = shade(2)
        expected = code if full_range else (code - 16) * 255 / 219
        assert abs(seen - expected) <= 3


def test_a_cancelled_sequence_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    found = ingest(clip)
    seen: list[int] = []

    def mattes() -> Iterator[tuple[int, list[Mask]]]:
        for n in range(found.table.frame_count):
            yield n, [ramp(found.info)]

    with pytest.raises(Cancelled):
        export_clip(
            clip, found.info, found.table, mattes(), tmp_path / "out.zip", format="png",
            progress=lambda done, total: seen.append(done), cancelled=lambda: len(seen) >= 2,
        )  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mkv"]
