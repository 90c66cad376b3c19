"""The chroma-key MP4: every frame at its time, exact colours, sound in step, nothing half-made."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

import mattebox.export
from mattebox.errors import InputError
from mattebox.export import Cancelled, ExportFormat, ExportResult, export_chroma_key, export_clip
from mattebox.media import ClipInfo, FrameTable, ingest
from tests.export.clips import Tone, burst_time, make_clip, rotate_mp4, shade

Mask = npt.NDArray[np.uint8]
GREEN_709, GREEN_601 = (173, 42, 26), (145, 54, 34)


def flat_mattes(
    info: ClipInfo, start: int, stop: int, value: int
) -> Iterator[tuple[int, list[Mask]]]:
    for index in range(start, stop):
        yield index, [np.full((info.height, info.width), value, np.uint8)]


def export(
    clip: Path, out: Path, *, value: int = 255, start: int = 0, stop: int | None = None
) -> tuple[ExportResult, ClipInfo, FrameTable]:
    found = ingest(clip)
    end = found.table.frame_count if stop is None else stop
    mattes = flat_mattes(found.info, start, end, value)
    result = export_chroma_key(clip, found.info, found.table, mattes, out, start=start, stop=stop)
    return result, found.info, found.table


def pictures(path: Path) -> tuple[list[Fraction], list[tuple[Mask, Mask, Mask]]]:
    times, planes = [], []
    with av.open(str(path), "r") as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            times.append(frame.pts * frame.time_base)
            height, width = frame.height, frame.width
            packed = frame.to_ndarray().astype(np.uint8)
            assert frame.format.name in {"yuv420p", "yuvj420p"}
            half = (2, height // 2, width // 2)
            u, v = packed[height:].reshape(half)
            planes.append((packed[:height], u, v))
    return times, planes


def expected_times(table: FrameTable, start: int = 0, stop: int | None = None) -> list[Fraction]:
    ticks = [int(tick) for tick in table.ticks[start:stop]]
    return [Fraction(tick - ticks[0], table.timescale) for tick in ticks]


def assert_shades(
    planes: list[tuple[Mask, Mask, Mask]], first: int = 0, tolerance: int = 1
) -> None:
    for offset, (y, u, v) in enumerate(planes):
        width = y.shape[1]
        assert abs(int(y[8, 3 * width // 4]) - shade(first + offset)) <= tolerance
        assert abs(int(y[8, width // 4]) - shade(first + offset) - 20) <= tolerance
        assert abs(int(u[4, 4]) - 128) <= 1
        assert abs(int(v[4, 4]) - 128) <= 1


def test_variable_times_and_every_frame_are_kept(tmp_path: Path) -> None:
    pts = (0, 33, 67, 68, 200, 230, 500, 501, 502, 900)
    clip = make_clip(tmp_path / "vfr.mp4", pts=pts, time_base=Fraction(1, 1000))
    result, _, table = export(clip, tmp_path / "out.mp4")
    times, planes = pictures(result.path)
    assert times == expected_times(table) == [Fraction(p, 1000) for p in pts]
    assert_shades(planes)
    assert result.frame_count == len(pts)
    assert result.warnings == ()
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["out.mp4", "vfr.mp4"]


def test_a_late_first_picture_comes_at_zero(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "late.mkv", pts=range(500, 520), time_base=Fraction(1, 1000))
    result, _, table = export(clip, tmp_path / "out.mp4")
    times, planes = pictures(result.path)
    assert times == expected_times(table)
    assert times[0] == 0
    assert_shades(planes)


@pytest.mark.parametrize("range_", [(0, 5), (3, 9), (11, 12)])
def test_a_range_begins_at_zero(tmp_path: Path, range_: tuple[int, int]) -> None:
    start, stop = range_
    clip = make_clip(tmp_path / "clip.mp4", tones=[Tone()])
    result, _, table = export(clip, tmp_path / "out.mp4", start=start, stop=stop)
    times, planes = pictures(result.path)
    assert times == expected_times(table, start, stop)
    assert_shades(planes, start)


@pytest.mark.parametrize(
    ("size", "green"), [((96, 64), GREEN_601), ((1280, 720), GREEN_709)], ids=["601", "709"]
)
def test_an_empty_matte_leaves_the_exact_key(
    tmp_path: Path, size: tuple[int, int], green: tuple[int, int, int]
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=size, pts=range(3))
    result, _, _ = export(clip, tmp_path / "out.mp4", value=0)
    for picture in pictures(result.path)[1]:
        for plane, code in zip(picture, green, strict=True):
            assert np.abs(plane.astype(int) - code).max() <= 1


def test_key_and_plate_are_true_beside_an_edge(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(192, 128))
    found = ingest(clip)
    matte = np.zeros((128, 192), np.uint8)
    matte[32:96, 48:144] = 255
    mattes = ((n, [matte]) for n in range(found.table.frame_count))
    out = tmp_path / "out.mp4"
    export_chroma_key(clip, found.info, found.table, mattes, out, key_color="#0000ff")
    blue = (41, 240, 110)
    for index, picture in enumerate(pictures(out)[1]):
        for plane, code in zip(picture, blue, strict=True):
            assert np.abs(plane[: plane.shape[0] // 8].astype(int) - code).max() <= 2
        assert abs(int(picture[0][64, 120]) - shade(index)) <= 2


def test_full_range_and_its_tags_are_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "full.mkv", pix_fmt="yuvj420p", full_range=True)
    result, info, _ = export(clip, tmp_path / "out.mp4")
    assert info.color.range == "full"
    assert_shades(pictures(result.path)[1])
    with av.open(str(result.path), "r") as container:
        assert container.streams.video[0].codec_context.color_range == 2


@pytest.mark.parametrize(
    ("size", "pix_fmt"),
    [
        ((96, 64), "yuv444p"),
        ((97, 64), "yuv444p"),
        ((96, 63), "yuv444p"),
        ((33, 35), "yuv444p"),
        ((96, 64), "yuv420p10le"),
        ((96, 64), "yuv422p10le"),
    ],
)
def test_other_depths_and_odd_sides(tmp_path: Path, size: tuple[int, int], pix_fmt: str) -> None:
    clip = make_clip(tmp_path / "clip.mkv", size=size, pix_fmt=pix_fmt)
    result, _, table = export(clip, tmp_path / "out.mp4")
    times, planes = pictures(result.path)
    assert times == expected_times(table)
    assert planes[0][0].shape == (size[1] + size[1] % 2, size[0] + size[0] % 2)
    assert_shades(planes, tolerance=2)
    y = planes[0][0]
    assert np.abs(y[-1].astype(int) - y[-3]).max() <= 2
    assert bool(result.warnings) == pix_fmt.endswith("10le")


def test_odd_sides_in_420_grow_by_one_repeated_column_and_row(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "odd.mkv", size=(97, 65), codec="libvpx-vp9", pts=range(4))
    result, info, table = export(clip, tmp_path / "out.mp4")
    assert (info.source_width, info.source_height) == (97, 65)
    times, planes = pictures(result.path)
    assert times == expected_times(table)
    assert planes[0][0].shape == (66, 98)
    assert_shades(planes, tolerance=2)


def test_pixel_shape_is_kept_and_rotation_is_baked_in(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "wide.mp4", size=(96, 64), sar=Fraction(16, 15))
    result, _, _ = export(clip, tmp_path / "out.mp4")
    with av.open(str(result.path), "r") as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio == Fraction(16, 15)
        assert (stream.width, stream.height) == (96, 64)
    turned = rotate_mp4(clip, clockwise=True)
    result, _, _ = export(turned, tmp_path / "turned.mp4")
    with av.open(str(result.path), "r") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 96)
        assert stream.sample_aspect_ratio == Fraction(15, 16)
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        # The lighter left half is on top once the picture is turned clockwise.
        luma = frame.to_ndarray()[:96]
        assert luma[10, 32] > luma[80, 32] + 10


@pytest.mark.parametrize(
    ("suffix", "codec", "kept_as"),
    [(".mp4", "aac", "aac"), (".mkv", "flac", "flac"), (".mov", "pcm_s16le", "aac")],
)
def test_sound_stays_in_step(tmp_path: Path, suffix: str, codec: str, kept_as: str) -> None:
    tone = Tone(codec, burst_s=0.3, seconds=0.6)
    clip = make_clip(tmp_path / f"clip{suffix}", tones=[tone])
    result, _, _ = export(clip, tmp_path / "out.mp4")
    assert result.warnings == ()
    with av.open(str(result.path), "r") as container:
        codec_context = container.streams.audio[0].codec_context
        assert codec_context.codec.canonical_name == kept_as
    # AAC smears an attack over some milliseconds: the source's own time is the measure.
    assert burst_time(result.path) == pytest.approx(burst_time(clip), abs=0.004)


def test_sound_that_begins_late_and_a_second_track_are_kept(tmp_path: Path) -> None:
    tones = [Tone(begins_s=0.2, burst_s=0.35, seconds=0.5), Tone(burst_s=0.1, seconds=0.5)]
    clip = make_clip(tmp_path / "clip.mkv", tones=tones)
    result, _, _ = export(clip, tmp_path / "out.mp4")
    for track in range(2):
        expected = burst_time(clip, track)
        assert burst_time(result.path, track) == pytest.approx(expected, abs=0.004)


def test_sound_of_a_range_is_trimmed(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(50), tones=[Tone(burst_s=1.1)])
    result, _, _ = export(clip, tmp_path / "out.mp4", start=20, stop=35)
    assert burst_time(result.path) == pytest.approx(1.1 - 20 / 25, abs=0.006)
    with av.open(str(result.path), "r") as container:
        sound = container.streams.audio[0]
        assert sound.duration is not None
        assert sound.time_base is not None
        assert float(sound.duration * sound.time_base) == pytest.approx(15 / 25, abs=0.05)


def test_sound_of_an_unknown_codec_costs_a_warning_and_no_picture(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", tones=[Tone("flac", seconds=0.4, burst_s=0.2)])
    content = clip.read_bytes()
    clip.write_bytes(content.replace(b"A_FLAC", b"A_NONE"))
    result, _, table = export(clip, tmp_path / "out.mp4")
    assert len(pictures(result.path)[0]) == table.frame_count
    assert len(result.warnings) == 1
    assert "the export goes without it" in result.warnings[0]
    with av.open(str(result.path), "r") as container:
        assert not container.streams.audio


def test_progress_counts_every_frame_and_cancel_leaves_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), tones=[Tone()])
    found = ingest(clip)
    seen: list[tuple[int, int]] = []
    out = tmp_path / "out.mp4"
    export_clip(
        clip, found.info, found.table, flat_mattes(found.info, 0, 30, 255), out,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert seen == [(n, 30) for n in range(1, 31)]
    out.unlink()
    seen.clear()
    closed: list[bool] = []

    def mattes() -> Iterator[tuple[int, list[Mask]]]:
        try:
            yield from flat_mattes(found.info, 0, 30, 255)
        finally:
            closed.append(True)

    with pytest.raises(Cancelled):
        export_clip(
            clip, found.info, found.table, mattes(), out,
            progress=lambda done, total: seen.append((done, total)),
            cancelled=lambda: len(seen) >= 3,
        )  # fmt: skip
    assert len(seen) == 3
    assert closed == [True]
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_failing_matte_leaves_nothing_and_keeps_an_older_file(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    found = ingest(clip)
    out = tmp_path / "out.mp4"
    out.write_bytes(b"older")

    def mattes() -> Iterator[tuple[int, list[Mask]]]:
        yield from flat_mattes(found.info, 0, 4, 255)
        raise LookupError("the network failed")

    with pytest.raises(LookupError, match="the network failed"):
        export_clip(clip, found.info, found.table, mattes(), out)
    assert out.read_bytes() == b"older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]


def test_a_matte_for_another_frame_is_refused(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    found = ingest(clip)
    wrong = flat_mattes(found.info, 1, 13, 255)
    with pytest.raises(ValueError, match="matte 1 came for frame 0"):
        export_clip(clip, found.info, found.table, wrong, tmp_path / "out.mp4")


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    clip = make_clip(tmp_path / "clip.mp4")
    found = ingest(clip)

    def write(job: object, mattes: object, path: Path) -> tuple[str, ...]:
        path.write_bytes(b"begun")
        with full.open("wb") as file:
            file.write(b"x")
        return ()

    registry = mattebox.export.FORMATS
    registry["full"] = ExportFormat("full", "To a full disk", ".x", "x/x", write)
    try:
        with pytest.raises(InputError, match="disk is full") as caught:
            export_clip(
                clip, found.info, found.table, iter(()), tmp_path / "out.mp4", format="full"
            )
    finally:
        del registry["full"]
    assert caught.value.status == 507
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_what_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    found = ingest(clip)

    def attempt(out: Path, **named: object) -> str:
        with pytest.raises(InputError) as caught:
            export_clip(clip, found.info, found.table, iter(()), out, **named)  # type: ignore[arg-type]
        return caught.value.detail

    out = tmp_path / "out.mp4"
    assert "holds no frames" in attempt(out, start=5, stop=5)
    assert "holds no frames" in attempt(out, start=5, stop=13)
    assert "holds no frames" in attempt(out, start=-1)
    assert "no export format" in attempt(out, format="avi")
    assert "no colour" in attempt(out, key_color="green")
    assert "does not exist" in attempt(tmp_path / "none" / "out.mp4")
    assert "is a folder" in attempt(tmp_path)
    assert "the clip itself" in attempt(clip)
    link = tmp_path / "link.mp4"
    os.link(clip, link)
    assert "the clip itself" in attempt(link)


def test_a_clip_without_an_end_keeps_its_frames(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", pts=range(20))
    shortened = tmp_path / "cut.mkv"
    shutil.copy(clip, shortened)
    os.truncate(shortened, shortened.stat().st_size * 3 // 4)
    result, _, table = export(shortened, tmp_path / "out.mp4")
    assert 5 < table.frame_count < 20
    times, _ = pictures(result.path)
    assert times == expected_times(table)
