"""Sources of more than 8 bits: what of them is kept, and what is said where it is not."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.export import FORMATS, export_clip
from mattebox.export.picture import deep_bgr
from mattebox.media import ingest
from mattebox.media.clip import Color
from mattebox.media.reader import Planes

SIZE = WIDTH, HEIGHT = 438, 32


def ramp_clip(path: Path, pix_fmt: str, bits: int) -> Path:
    """Two frames, lossless: grey from black to white, the even codes of 10 bits, then the odd."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pix_fmt
        stream.codec_context.color_range = 1
        for number in range(2):
            frame = av.VideoFrame(WIDTH, HEIGHT, pix_fmt)
            for index, plane in enumerate(frame.planes):
                rows = np.full((plane.height, plane.line_size // 2), 1 << bits - 1, "<u2")
                if index == 0:
                    rows[:, :WIDTH] = luma(number) << bits - 10
                plane.update(rows.tobytes())
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def luma(frame: int) -> npt.NDArray[np.int64]:
    return 64 + 2 * np.arange(WIDTH) + frame


def export(clip: Path, out: Path, name: str, code: int = 255) -> tuple[str, ...]:
    found = ingest(clip)
    matte = np.full((found.info.height, found.info.width), code, np.uint8)
    mattes = ((index, [matte]) for index in range(2))
    return export_clip(clip, found.info, found.table, mattes, out, format=name).warnings


@pytest.mark.parametrize("pix_fmt", ["yuv420p10le", "yuv422p10le", "yuv444p10le"])
def test_a_sequence_keeps_every_code_of_10_bits(tmp_path: Path, pix_fmt: str) -> None:
    clip = ramp_clip(tmp_path / "clip.mkv", pix_fmt, 10)
    out = tmp_path / "out.zip"
    assert export(clip, out, "png", code=97) == ()
    with zipfile.ZipFile(out) as archive:
        for frame in range(2):
            data = np.frombuffer(archive.read(f"{frame:06d}.png"), np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            assert picture is not None
            assert picture.dtype == np.uint16
            assert picture.shape == (HEIGHT, WIDTH, 4)
            assert (picture[:, :, 3] == 97 * 257).all()
            exact = (luma(frame) - 64) / 876 * 65535
            assert np.abs(picture[:, :, :3] - exact[:, None]).max() <= 0.51


def test_chroma_between_its_samples_is_linear(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mkv"
    with av.open(str(clip), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        for _ in range(2):
            frame = av.VideoFrame(64, 64, "yuv420p10le")
            steps = np.arange(32)
            planes = np.full((64, 64), 500), 400 + 4 * steps[None], 600 - 4 * steps[:, None]
            for plane, samples in zip(frame.planes, planes, strict=True):
                rows = np.zeros((plane.height, plane.line_size // 2), "<u2")
                rows[:, : plane.width] = samples
                plane.update(rows.tobytes())
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    export(clip, tmp_path / "out.zip", "png")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        data = np.frombuffer(archive.read("000000.png"), np.uint8)
    picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.float64) / 65535
    across, down = 400 + 2 * np.arange(64), 600 - 2 * (np.arange(64) - 0.5)
    blue, red = (across - 512) / 896 * 1.772, (down - 512) / 896 * 1.402
    grey = (500 - 64) / 876
    np.testing.assert_allclose(picture[5, :63, 0], grey + blue[:63], atol=1e-4)
    np.testing.assert_allclose(picture[1:63, 5, 2], grey + red[1:63], atol=1e-4)


def test_a_large_picture_is_converted_in_little_more_room_than_it_takes() -> None:
    chroma = np.full((540, 960), 512, np.uint16)
    planes = Planes(np.full((1080, 1920), 600, np.uint16), chroma, chroma, "4:2:0", 10, Color())
    tracemalloc.start()
    try:
        picture = deep_bgr(planes)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (picture == 40099).all()
    assert most < 1.25 * picture.nbytes


@pytest.mark.parametrize(
    ("pix_fmt", "bits", "kept"),
    [
        ("yuv420p10le", 10, {"mp4": 8, "webm": 8}),
        ("yuv422p12le", 12, {"mp4": 8, "webm": 8, "png": 10, "prores4444": 10}),
    ],
)
def test_what_is_rounded_is_said(
    tmp_path: Path, pix_fmt: str, bits: int, kept: dict[str, int]
) -> None:
    clip = ramp_clip(tmp_path / "clip.mkv", pix_fmt, bits)
    for name, known in FORMATS.items():
        warnings = export(clip, tmp_path / f"out{known.suffix}", name)
        told = f"The picture was rounded from {bits} to {kept.get(name)} bits."
        assert warnings == ((told,) if name in kept else ())
