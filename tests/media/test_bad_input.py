"""What cannot be used is refused in one sentence that names the file and the remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.media import Limits, ingest
from tests.support.clips import Recipe, cut_tail, write


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("This is a letter, not a film.\n" * 100)


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(100_000))


def picture(path: Path) -> None:
    import cv2

    _, encoded = cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))
    path.write_bytes(encoded.tobytes())


def without_index(path: Path) -> None:
    """An MP4 whose index, at the end, was never written."""
    written = write(path, Recipe())
    cut_tail(written.path, 0.7)


def sound(path: Path, *, cover: bool = False) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=48000, layout="mono")
        art = None
        if cover:
            art = container.add_stream("mjpeg", rate=1)
            art.width, art.height, art.pix_fmt = 64, 64, "yuvj420p"
            art.disposition = av.stream.Disposition.attached_pic
            frame = av.VideoFrame(64, 64, "yuvj420p")
            frame.pts = 0
            for packet in [*art.encode(frame), *art.encode(None)]:
                container.mux(packet)
        for start in range(0, 48000, 1024):
            silence = np.zeros((1, 1024), np.float32)
            block = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
            block.sample_rate, block.pts, block.time_base = 48000, start, Fraction(1, 48000)
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))


def sound_and_cover(path: Path) -> None:
    sound(path, cover=True)


def playlist(path: Path) -> None:
    write(path.with_name("inner"), Recipe(suffix=".ts"))
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2.5,\ninner.ts\n#EXT-X-ENDLIST\n")


def script(path: Path) -> None:
    write(path.with_name("inner"), Recipe())
    path.write_text("ffconcat version 1.0\nfile inner.mp4\n")


def encrypted(path: Path) -> None:
    recipe = Recipe(
        container={
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
            "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
        }
    )
    write(path, recipe)


def unknown_codec(path: Path) -> None:
    write(path, Recipe())
    data = path.read_bytes()
    path.write_bytes(data.replace(b"avc1", b"qqqq").replace(b"avcC", b"qqqC"))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (empty, "is empty"),
        (text, "not a video"),
        (noise, "not a video"),
        (picture, "not a video"),
        (without_index, "incomplete"),
        (sound, "holds only sound"),
        (sound_and_cover, "holds only sound and a cover picture"),
        (playlist, "not a video"),
        (script, "not a video"),
        (encrypted, "encrypted"),
        (unknown_codec, "codec"),
    ],
)
def test_it_is_refused_by_name(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    path = tmp_path / "stored.mp4"
    make(path)
    with pytest.raises(InputError) as refused:
        ingest(path, name="Holiday.mp4")
    sentence = refused.value.detail
    assert sentence.startswith("Holiday.mp4 ")
    assert says in sentence
    assert sentence.endswith(".")
    assert "; " in sentence
    assert str(tmp_path) not in sentence
    assert refused.value.status == 415


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose the file again"):
        ingest(tmp_path / "nothing.mp4")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(max_pixels=320 * 180 - 1), "320 x 180 pixels"),
        (Limits(max_frames=59), "more than 59 frames"),
        (Limits(max_duration_s=2), "the limit is 2 s"),
    ],
)
def test_limits_are_told(tmp_path: Path, limits: Limits, says: str) -> None:
    written = write(tmp_path / "clip", Recipe())
    with pytest.raises(InputError) as refused:
        ingest(written.path, limits, name="Holiday.mp4")
    assert says in refused.value.detail
    assert "settings" in refused.value.detail
    assert refused.value.status == 413


def test_what_is_within_the_limits_is_accepted(tmp_path: Path) -> None:
    written = write(tmp_path / "clip", Recipe())
    limits = Limits(max_pixels=320 * 180, max_frames=60, max_duration_s=2.5)
    assert ingest(written.path, limits).table.frame_count == 60


def test_a_name_that_looks_like_an_address_is_only_a_file(tmp_path: Path) -> None:
    written = write(tmp_path / "clip", Recipe(frames=2))
    odd = tmp_path / "concat:a|b.mp4"
    shutil.copy(written.path, odd)
    assert ingest(odd).table.frame_count == 2


def test_the_default_picture_is_chosen_and_cover_art_is_not(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = []
        for size, default in ((64, False), (96, True)):
            stream = container.add_stream("ffv1", rate=10)
            stream.width, stream.height, stream.pix_fmt = size, size, "yuv420p"
            stream.disposition = av.stream.Disposition.default if default else 0  # type: ignore[assignment]
            streams.append(stream)
        for index in range(3):
            for stream in streams:
                frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
                frame.pts, frame.time_base = index, Fraction(1, 10)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    assert ingest(path).info.source_width == 96


def test_the_smallest_picture_works(tmp_path: Path) -> None:
    tiny = replace(Recipe(), suffix=".mkv", codec="ffv1", size=(1, 1), frames=1, pix_fmt="bgr0")
    written = write(tmp_path / "tiny", tiny)
    found = ingest(written.path)
    assert (found.info.source_width, found.info.width, found.info.height) == (1, 16, 16)
