"""Exports go through the edges of their objects, in every format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.errors import InputError
from mattebox.export import FORMATS, export_clip
from mattebox.matting import Edge, EdgeStage, combine, cover, resize_matte
from mattebox.media import ingest
from tests.export.clips import make_clip

Mask = npt.NDArray[np.uint8]

EDGES = (Edge(clip_black=0.1, grow=-2.5, feather=3), Edge(smooth=0.5, grow=1.5))
SOFT = Edge(grow=1.5, feather=3)
FRAMES = 3


def mattes_of(width: int, height: int, frame: int) -> list[Mask]:
    """Two objects that touch: a soft disc and a bar."""
    disc, bar = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    cv2.circle(disc, (width // 3 + 2 * frame, height // 2), height // 4, 255, cv2.FILLED)
    bar[height // 3 : height // 2, width // 2 :] = 220
    return [np.asarray(cv2.GaussianBlur(disc, (0, 0), 2), np.uint8), bar]


def export(
    clip: Path,
    out: Path,
    edges: Sequence[Edge],
    *,
    combined: bool = False,
    frames: range = range(FRAMES),
    **named: Any,
) -> list[Mask]:
    """Export both objects; returns what the matte of each frame should be, at the source's size."""
    found = ingest(clip)
    info = found.info
    mattes = [mattes_of(info.width, info.height, frame) for frame in frames]
    if combined:
        mattes = [[combine(each)] for each in mattes]
    pairs = zip(frames, mattes, strict=True)
    named |= {"start": frames.start, "stop": frames.stop}
    export_clip(clip, info, found.table, pairs, out, edges=edges, **named)
    scale = info.height / info.source_height
    return [
        resize_matte(
            combine([cover(one, edge, scale) for one, edge in zip(each, edges, strict=True)]),
            info.source_width,
            info.source_height,
        )
        for each in mattes
        if edges
    ]


def pngs(path: Path) -> Iterator[npt.NDArray[Any]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".png"):
                data = np.frombuffer(archive.read(name), np.uint8)
                yield np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))


@pytest.mark.parametrize("name", ["mp4", "matte", "png"])
def test_neutral_edges_leave_every_byte(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    plain, neutral, joined = (tmp_path / f"{n}{FORMATS[name].suffix}" for n in ("p", "n", "j"))
    for frames in single_frames():
        export(clip, plain, (), format=name, frames=frames)
        export(clip, neutral, (Edge(), Edge()), format=name, frames=frames)
        export(clip, joined, (), format=name, frames=frames, combined=True)
        if name == "png":
            for one, other, third in zip(pngs(plain), pngs(neutral), pngs(joined), strict=True):
                np.testing.assert_array_equal(one, other)
                np.testing.assert_array_equal(one, third)
        else:
            assert plain.read_bytes() == neutral.read_bytes() == joined.read_bytes()


def single_frames() -> list[range]:
    """For exports whose bytes are compared.

    Of three equal pictures and more libx264 does not always make equal bytes: its macroblock tree
    then reads memory that it never wrote, wherever a row is no multiple of some macroblocks.
    """
    return [range(frame, frame + 1) for frame in range(FRAMES)]


def test_despill_leaves_every_byte_of_a_luma_matte(tmp_path: Path) -> None:
    clip = spilled(tmp_path / "clip.mkv", "yuv420p")
    soft, clean, other = (tmp_path / f"{name}.mp4" for name in ("soft", "clean", "other"))
    for frames in single_frames():
        for out, edge in ((soft, SOFT), (clean, replace(SOFT, despill=1)), (other, Edge())):
            export(clip, out, (edge, edge), format="matte", frames=frames)
        assert soft.read_bytes() == clean.read_bytes()
        # The comparison can fail: another matte makes other bytes.
        assert soft.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("size", [(96, 64), (97, 65), (1920, 1080)])
def test_a_sequences_alpha_is_each_objects_edge_at_working_size_scaled_up(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", size=size, pix_fmt="yuv444p", pts=range(FRAMES))
    expected = export(clip, tmp_path / "out.zip", EDGES, format="png")
    for picture, matte in zip(pngs(tmp_path / "out.zip"), expected, strict=True):
        np.testing.assert_array_equal(picture[:, :, 3], matte)


def greys(path: Path) -> Iterator[Mask]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24").astype(np.uint8)[:, :, 1]


def alphas(path: Path) -> Iterator[Mask]:
    decoder = None
    with av.open(str(path)) as container:
        if container.streams.video[0].codec_context.name == "vp9":
            decoder = av.CodecContext.create("libvpx-vp9", "r")
        for packet in container.demux(video=0):
            for frame in decoder.decode(packet) if decoder else packet.decode():
                assert isinstance(frame, av.VideoFrame)
                plane, bits = frame.planes[3], frame.format.components[3].bits
                samples = np.frombuffer(memoryview(plane), "<u2" if bits > 8 else "u1")
                rows = samples.reshape(plane.height, -1)[:, : plane.width]
                yield np.asarray(rows >> (bits - 8), np.uint8)


@pytest.mark.parametrize(
    ("name", "read"), [("matte", greys), ("prores4444", alphas), ("webm", alphas)]
)
def test_movies_show_the_same_matte(
    tmp_path: Path, name: str, read: Callable[[Path], Iterator[Mask]]
) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    out = tmp_path / f"out{FORMATS[name].suffix}"
    expected = export(clip, out, EDGES, format=name)
    for number, (seen, matte) in enumerate(zip(read(out), expected, strict=True)):
        # Codecs round a hard edge; the matte without its edges is off by ten times as much.
        assert np.abs(seen.astype(int) - matte).mean() < 1
        plain = combine(mattes_of(96, 64, number))
        assert np.abs(seen.astype(int) - plain).mean() > 8


def test_the_key_colour_stands_where_the_edges_leave_it(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    key = tmp_path / "key.mp4"
    matte = export(clip, key, (Edge(grow=-3), Edge(clip_black=0.9, clip_white=1)), format="mp4")[0]
    plain = combine(mattes_of(96, 64, 0))
    gone = (matte == 0) & (plain > 128)
    assert gone.sum() > 200
    with av.open(str(key)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    inner = cv2.erode(gone.astype(np.uint8), np.ones((7, 7))) > 0
    assert inner.any()
    assert np.abs(picture[inner] - (0, 255, 0)).max() < 40


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "yuv444p10le"])
def test_despill_changes_the_edges_colours_and_nothing_under_a_full_matte(
    tmp_path: Path, pix_fmt: str
) -> None:
    clip = spilled(tmp_path / "clip.mkv", pix_fmt)
    pictures = []
    for share in (0.0, 1.0):
        out = tmp_path / f"{share}.zip"
        export(clip, out, (Edge(despill=share), Edge(despill=share)), format="png")
        pictures.append(next(pngs(out)).astype(float))
    before, after = pictures
    unit = 257 if before.max() > 255 else 1
    alpha = before[:, :, 3] / unit
    np.testing.assert_array_equal(before[:, :, 3], after[:, :, 3])
    solid = cv2.erode((alpha == 255).astype(np.uint8), np.ones((5, 5))) > 0
    np.testing.assert_array_equal(before[solid], after[solid])
    edge = (alpha > 40) & (alpha < 210) & (np.arange(96) < 48)
    red = [255 * picture[edge, 2] / (255 * unit) for picture in pictures]
    # The object is red and what is behind it is not: the edge has what is missing given back.
    assert red[1].mean() - red[0].mean() > 20


def spilled(path: Path, pix_fmt: str) -> Path:
    """A red disc over dark green, mixed by its matte."""
    deep = pix_fmt.endswith("10le")
    red, green = (81, 90, 240), (60, 110, 100)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pix_fmt
        for number in range(FRAMES):
            disc, bar = mattes_of(96, 64, number)
            alpha = np.maximum(disc, bar) / 255
            frame = av.VideoFrame(96, 64, pix_fmt)
            for plane, ours, theirs in zip(frame.planes, red, green, strict=True):
                part = cv2.resize(alpha, (plane.width, plane.height), interpolation=cv2.INTER_AREA)
                mixed = np.rint((part * ours + (1 - part) * theirs) * (4 if deep else 1))
                dtype = np.dtype("<u2" if deep else "u1")
                rows = np.zeros((plane.height, plane.line_size // dtype.itemsize), dtype)
                rows[:, : plane.width] = mixed
                plane.update(rows.tobytes())
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def test_an_edge_beyond_its_limits_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with pytest.raises(InputError, match=r"grow is 4; set it within -3\.2 to 3\.2 pixels"):
        export(clip, tmp_path / "out.mp4", (Edge(grow=4), Edge()))
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_matte_without_an_edge_among_others_is_an_error(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with pytest.raises(ValueError, match="zip"):
        export(clip, tmp_path / "out.mp4", (Edge(),))
    assert EdgeStage([], (64, 64), (64, 64)).cut_out([np.zeros((2, 2), np.uint8)]).despill == 0
