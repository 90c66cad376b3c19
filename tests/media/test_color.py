"""Colours come out as they went in, whatever the file's matrix, range and depth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from mattebox.media import FrameReader, Planes, ingest

COLORS = [(200, 30, 40), (20, 180, 60), (30, 50, 210), (128, 128, 128), (240, 230, 20)]


def write_bars(
    path: Path,
    *,
    matrix: Colorspace = Colorspace.ITU709,
    tagged: int | None = None,
    full: bool = False,
    pix_fmt: str = "yuv444p",
    codec: str = "ffv1",
    size: tuple[int, int] = (320, 64),
) -> npt.NDArray[np.uint8]:
    """One picture of flat bars; gives it."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    for bar, color in enumerate(COLORS):
        picture[:, bar * size[0] // 5 : (bar + 1) * size[0] // 5] = color
    span = ColorRange.JPEG if full else ColorRange.MPEG
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=10))
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        context = stream.codec_context
        if tagged is not None:
            context.colorspace = tagged
        context.color_range = span
        frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
            format=pix_fmt, dst_colorspace=matrix, dst_color_range=span
        )
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return picture


def middles(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    height, width = picture.shape[:2]
    columns = [(2 * bar + 1) * width // 10 for bar in range(5)]
    return picture[height // 2, columns].astype(np.int16)


CASES = {
    "709": {"matrix": Colorspace.ITU709, "tagged": 1},
    "601": {"matrix": Colorspace.ITU601, "tagged": 6},
    "2020": {"matrix": Colorspace.BT2020, "tagged": 9},
    "full": {"matrix": Colorspace.ITU709, "tagged": 1, "full": True},
    "untagged small": {"matrix": Colorspace.ITU601},
    "untagged large": {"matrix": Colorspace.ITU709, "size": (1280, 720)},
    "10 bit": {"matrix": Colorspace.ITU709, "tagged": 1, "pix_fmt": "yuv444p10le"},
    "rgb": {"pix_fmt": "bgr0"},
    "jpeg": {"matrix": Colorspace.ITU601, "pix_fmt": "yuvj444p", "codec": "mjpeg", "full": True},
}


@pytest.mark.parametrize("case", CASES)
def test_colors_survive(tmp_path: Path, case: str) -> None:
    path = tmp_path / "bars.mkv"
    picture = write_bars(path, **CASES[case])  # type: ignore[arg-type]
    found = ingest(path)
    with FrameReader(path, found.info, found.table) as reader:
        ((_, rgb),) = reader.read([0])
        ((_, planes),) = reader.read_planes(0, 1)
        ((_, source),) = reader.read_planes(0, 1, size="source")
    np.testing.assert_allclose(middles(rgb), middles(picture), atol=4)
    assert (planes.subsampling, planes.bit_depth) == ("4:2:0", 8)
    shown = to_rgb(planes, "yuv420p", Colorspace.ITU709, ColorRange.MPEG)
    np.testing.assert_allclose(middles(shown), middles(picture), atol=5)
    assert source.color == found.info.color
    matrix = {"bt709": Colorspace.ITU709, "bt2020nc": Colorspace.BT2020}
    span = ColorRange.JPEG if source.color.range == "full" else ColorRange.MPEG
    deep = "10le" if source.bit_depth == 10 else ""
    shown = to_rgb(
        source,
        f"yuv444p{deep}",
        matrix.get(source.color.matrix, Colorspace.ITU601),
        span,
    )
    assert source.subsampling == "4:4:4"
    np.testing.assert_allclose(middles(shown), middles(picture), atol=4)


def to_rgb(
    planes: Planes, pix_fmt: str, matrix: Colorspace, span: ColorRange
) -> npt.NDArray[np.uint8]:
    height, width = planes.y.shape
    frame = av.VideoFrame(width, height, pix_fmt)
    for plane, samples in zip(frame.planes, (planes.y, planes.u, planes.v), strict=True):
        row = plane.line_size // samples.itemsize
        padded = np.zeros((plane.height, row), samples.dtype)
        padded[:, : samples.shape[1]] = samples
        plane.update(padded.tobytes())
    shown = frame.reformat(
        format="rgb24",
        src_colorspace=matrix,
        src_color_range=span,
        dst_color_range=ColorRange.JPEG,
    )
    return shown.to_ndarray().astype(np.uint8)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv420p10le", "yuv422p10le"])
def test_source_planes_are_the_stored_samples(tmp_path: Path, pix_fmt: str) -> None:
    path = tmp_path / "bars.mkv"
    write_bars(path, tagged=1, pix_fmt=pix_fmt, size=(322, 66))
    found = ingest(path)
    with FrameReader(path, found.info, found.table) as reader:
        ((_, planes),) = reader.read_planes(0, 1, size="source")
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    dtype = np.dtype("<u2" if "10" in pix_fmt else "u1")
    for plane, samples in zip(frame.planes, (planes.y, planes.u, planes.v), strict=True):
        rows = np.frombuffer(bytes(plane), dtype).reshape(plane.height, -1)
        np.testing.assert_array_equal(rows[:, : plane.width], samples)


def test_hdr_is_brought_into_the_range_of_an_ordinary_screen(tmp_path: Path) -> None:
    path = tmp_path / "hdr.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_range = Colorspace.BT2020, ColorRange.MPEG
        context.color_trc, context.color_primaries = ColorTrc.SMPTE2084, ColorPrimaries.BT2020
        frame = av.VideoFrame(64, 64, "yuv420p10le")
        # Paper white, 203 candela per square metre, is at 58 % of the PQ curve.
        for plane, value in zip(frame.planes, (64 + 508, 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, value, "<u2").tobytes())
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = ingest(path)
    assert found.info.color.is_hdr
    with FrameReader(path, found.info, found.table) as reader:
        ((_, rgb),) = reader.read([0])
        ((_, source),) = reader.read_planes(0, 1, size="source")
    assert rgb.min() > 225
    assert source.y[5, 5] == 64 + 508
