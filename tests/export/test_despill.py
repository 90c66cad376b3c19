"""Colours of exported edges at the source's size, against a reading of docs/decisions/edges.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.export.job import Job, unheard
from mattebox.export.movie import matched
from mattebox.matting import Edge, chroma_matte, combine, cover, parse_color, resize_matte
from mattebox.media import ClipInfo, ingest
from tests.matting.literal_edge import despilled

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.unsignedinteger[Any]]
Box = tuple[slice, slice]

EDGES = (Edge(grow=3.2, feather=5, despill=1), Edge(feather=4, despill=0.3))
FRAMES = 2
FORMATS = {"yuv420p": (2, 2, 8), "yuv422p10le": (1, 2, 10)}


def plates(size: tuple[int, int], pix_fmt: str) -> list[Samples]:
    """Y', Cb and Cr of every code, in blocks with noise: estimates go beyond black and white."""
    down, across, bits = FORMATS[pix_fmt]
    draw, top = np.random.default_rng(5), (1 << bits) - 1

    def plane(rows: int, columns: int) -> Samples:
        coarse = draw.integers(0, top + 1, (1 + rows // 11, 1 + columns // 11)).astype(np.float32)
        large = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_NEAREST)
        noisy = large + draw.normal(0, top / 30, (rows, columns))
        return noisy.clip(0, top).astype(np.uint8 if bits == 8 else np.uint16)

    width, height = size
    half = height // down, width // across
    return [plane(height, width), plane(*half), plane(*half)]


def write_clip(path: Path, planes: Sequence[Samples], pix_fmt: str, sar: Fraction) -> Path:
    height, width = planes[0].shape
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"qp": "0", "preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.sample_aspect_ratio = sar
        for _ in range(FRAMES):
            frame = av.VideoFrame(width, height, pix_fmt)
            for plane, samples in zip(frame.planes, planes, strict=True):
                rows = np.zeros((plane.height, plane.line_size // samples.itemsize), samples.dtype)
                rows[:, : plane.width] = samples
                plane.update(rows.tobytes())
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def unit_of(width: int, height: int) -> int:
    """Two fifths of it to the left of the middle is the left object's rim."""
    return min(height, width * 9 // 16)


def touching(width: int, height: int, frame: int) -> list[Plane]:
    """Two soft objects side by side, of which the left one is not full anywhere."""
    mattes = []
    for side, code in ((-1, 200), (1, 255)):
        drawn = np.zeros((height, width), np.uint8)
        unit = unit_of(width, height)
        centre = width // 2 + side * unit // 5 + frame, height // 2
        cv2.ellipse(drawn, centre, (unit // 5, unit // 3), 20, 0, 360, code, cv2.FILLED)
        mattes.append(np.asarray(cv2.GaussianBlur(drawn, (0, 0), 2.5), np.uint8))
    return mattes


class Reading:
    """What the decision says of one picture."""

    def __init__(self, info: ClipInfo, mattes: Sequence[Plane]) -> None:
        self._size = info.height, info.width
        self._source = info.source_height, info.source_width
        scale = info.height / info.source_height
        covered = [cover(one, edge, scale) for one, edge in zip(mattes, EDGES, strict=True)]
        self._owners = np.argmax(np.stack(covered), axis=0)
        self._plain = resize_matte(combine(mattes), info.source_width, info.source_height)
        moved = max(math.ceil((edge.grow + 1.25 * edge.feather) * scale) for edge in EDGES)
        reaches = max(math.ceil(info.height / 48), moved), math.ceil(info.height / 180)
        self._reaches = [
            [math.ceil(reach * s / w) for s, w in zip(self._source, self._size, strict=True)]
            for reach in reaches
        ]

    def plane(self, samples: Samples, box: Box, top: int) -> npt.NDArray[np.float64]:
        """A part of a plane, which is far from the picture's border."""
        steps = [-(-side // own) for side, own in zip(self._source, samples.shape, strict=True)]
        wide, close = (
            tuple(-(-one // step) for one, step in zip(reach, steps, strict=True))
            for reach in self._reaches
        )
        margins = [one + other for one, other in zip(wide, close, strict=True)]
        around = tuple(
            slice(part.start - margin, part.stop + margin)
            for part, margin in zip(box, margins, strict=True)
        )
        places = (
            (2 * np.arange(part.start, part.stop) * step + 1) * size // (2 * source)
            for part, step, size, source in zip(
                around, steps, self._size, self._source, strict=True
            )
        )
        shares = np.array([edge.despill for edge in EDGES])[self._owners[np.ix_(*places)]]
        matte = self._matte(steps)[around]
        whole = samples[around].astype(np.int64)
        clean = despilled(whole, matte, shares, ((wide[0], wide[1]), (close[0], close[1])), top)
        down, across = margins
        return clean[down:-down, across:-across]

    def _matte(self, steps: Sequence[int]) -> Plane:
        if steps == [2, 2]:
            return chroma_matte(self._plain)
        if steps == [1, 2]:
            pairs = self._plain[:, 0::2].astype(int) + self._plain[:, 1::2] + 1
            return np.asarray(pairs // 2, np.uint8)
        return self._plain


def job_of(clip: Path) -> Job:
    found = ingest(clip)
    return Job(
        source=clip,
        info=found.info,
        table=found.table,
        start=0,
        stop=FRAMES,
        key_color=parse_color("#00ff00"),
        progress=unheard,
        cancelled=lambda: False,
        edges=EDGES,
    )


@pytest.mark.parametrize(
    ("size", "pix_fmt", "sar", "working"),
    [
        ((640, 720), "yuv420p", Fraction(2), (1280, 720)),
        ((640, 360), "yuv420p", Fraction(1, 2), (640, 720)),
        ((1536, 900), "yuv422p10le", Fraction(1), (1228, 720)),
    ],
    ids=["wide pixels", "tall pixels", "larger"],
)
def test_colours_are_cleaned_at_the_sources_size_as_the_decision_says(
    tmp_path: Path, size: tuple[int, int], pix_fmt: str, sar: Fraction, working: tuple[int, int]
) -> None:
    planes = plates(size, pix_fmt)
    job = job_of(write_clip(tmp_path / "clip.mp4", planes, pix_fmt, sar))
    info = job.info
    assert (info.width, info.height) == working
    mattes = [touching(info.width, info.height, frame) for frame in range(FRAMES)]
    top = (1 << FORMATS[pix_fmt][2]) - 1
    made = list(matched(job, enumerate(mattes)))
    assert len(made) == FRAMES
    frame = 1
    cleaned, reading = made[frame][0], Reading(info, mattes[frame])
    for samples, own in zip(planes, (cleaned.y, cleaned.u, cleaned.v), strict=True):
        rows, columns = samples.shape
        rim = int(0.4 * columns * unit_of(info.width, info.height) / info.width)
        # Where the objects touch, and the outer rim of one.
        for middle in (columns // 2, columns // 2 - rim):
            box = slice(rows // 2 - 12, rows // 2 + 12), slice(middle - 12, middle + 12)
            wanted = reading.plane(samples, box, top)
            assert np.abs(own[box] - wanted).max() <= 0.5 + 1 / 64 + (top + 1) / 2**20
            assert np.abs(own[box].astype(int) - samples[box]).max() > top // 16
