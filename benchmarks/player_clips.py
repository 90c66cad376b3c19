"""Write the clips that ``player.mjs`` plays: the sample clip's first seconds as ready streams.

Usage: ``python -m benchmarks.player_clips DIR``. Makes ``DIR/720`` and ``DIR/1080`` (enlarged),
each with what a server would answer: manifest, frame table and segments by the product's encoder,
the mattes those of the fish. Takes about a minute.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.media.sample import RATE, frames_and_mattes
from mattebox.media.segments import EncodedSegment, encode_matte_segment, encode_video_segment

FRAMES = 48
LENGTH = 12
TIMESCALE = 24000
DURATION = TIMESCALE // RATE
HEIGHTS = (720, 1080)

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Planes:
    """A 4:2:0 picture."""

    y: Plane
    u: Plane
    v: Plane


def planes_of(rgb: Plane) -> Planes:
    """BT.709 limited range, chroma the mean of each two by two pixels."""
    r, g, b = (np.asarray(rgb[..., i] / 255, np.float32) for i in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b

    def chroma(plane: npt.NDArray[np.floating[Any]]) -> Plane:
        half = (plane.shape[1] // 2, plane.shape[0] // 2)
        mean = cv2.resize(plane, half, interpolation=cv2.INTER_AREA)
        return np.asarray((128 + 224 * mean).round().clip(16, 240), np.uint8)

    y = (16 + 219 * luma).round().astype(np.uint8)
    return Planes(y, chroma((b - luma) / 1.8556), chroma((r - luma) / 1.5748))


def write_stream(folder: Path, pictures: Sequence[Plane], mattes: Sequence[Plane]) -> None:
    """One clip as a server would answer for it."""
    size = pictures[0].shape[1], pictures[0].shape[0]
    (folder / "segments").mkdir(parents=True)
    table: dict[str, Any] = {
        "frame_count": FRAMES,
        "timescale": TIMESCALE,
        "ticks": [i * DURATION for i in range(FRAMES)],
        "end_tick": FRAMES * DURATION,
        "damage": None,
    }
    text = json.dumps(table, sort_keys=True, separators=(",", ":"))
    table["hash"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "frame-table.json").write_text(json.dumps(table))
    video, matte = [], []
    for start in range(0, FRAMES, LENGTH):
        cell = slice(start, start + LENGTH)
        ticks = table["ticks"][cell]
        timing = (ticks, [DURATION] * LENGTH, TIMESCALE, size)
        planes = [planes_of(picture) for picture in pictures[cell]]
        video.append(encode_video_segment(planes, *timing, rate=Fraction(RATE)))
        matte.append(encode_matte_segment(mattes[cell], *timing, rate=Fraction(RATE)))
    manifest = {
        "version": 1,
        "project": "p1",
        "revision": 1,
        "frame_table": {"uri": "/api/v1/projects/p1/frame-table", "hash": table["hash"]},
        "timescale": TIMESCALE,
        "grid": {"length": LENGTH, "segment_count": len(video), "frame_count": FRAMES},
        "shots": [[0, FRAMES]],
        "video": rendition(folder, video, size) | {"matrix": "bt709", "range": "limited"},
        "objects": [
            {
                "id": "o1",
                "name": "Fish",
                "color": "#4cc2ff",
                "keyframes": [0],
                "matte": rendition(folder, matte, size) | {"range": "full"},
            }
        ],
    }
    (folder / "manifest-1.json").write_text(json.dumps(manifest))


def rendition(
    folder: Path, segments: Sequence[EncodedSegment], size: tuple[int, int]
) -> dict[str, Any]:
    """Write segments; returns how a manifest lists them."""
    addresses = []
    for made in segments:
        address = hashlib.sha256(made.media).hexdigest()[:32]
        addresses.append(address)
        (folder / "segments" / f"{address}.m4s").write_bytes(made.media)
        (folder / "segments" / address).mkdir(exist_ok=True)
        (folder / "segments" / address / "init.mp4").write_bytes(made.init)
    return {
        "codec": segments[0].codec,
        "width": size[0],
        "height": size[1],
        "init": f"/api/v1/segments/{addresses[0]}/init.mp4",
        "template": "/api/v1/segments/{address}.m4s",
        "addresses": addresses,
        "ready": [[0, len(addresses)]],
    }


def write_all(folder: Path) -> None:
    """Every size, into a folder that does not hold them yet."""
    shot = list(itertools.islice(frames_and_mattes(), FRAMES))
    for height in HEIGHTS:
        size = (height * 16 // 9, height)
        pictures, mattes = (
            [cv2.resize(one, size, interpolation=cv2.INTER_CUBIC) for one in kind]
            for kind in zip(*shot, strict=True)
        )
        write_stream(folder / str(height), pictures, mattes)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
