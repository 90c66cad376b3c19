"""Write the browser tests' data: a clip with its mattes, and a ready-made stream of both.

Usage: ``python -m tests.browser.support.fixture DIR``. Makes

- ``clip.mp4``: the clip, variable rate, with a click in its sound at every twelfth frame, for a
  running server;
- ``masks/R/FRAME.png``: the masks of revision R for every frame;
- ``edges/``: mattes with edges, and what the product makes of them;
- ``stream/NAME/``: what a server would answer (manifests, frame table, sound, segments made by the
  product's encoder): as it should be with one object (``right``) and with two (``two``), and with
  each matte one frame late (``shifted``), which a working bar-code test must notice.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from mattebox.media.segments import encode_matte_segment, encode_video_segment
from tests.browser.support.edges import write_edges
from tests.browser.support.picture import HEIGHT, WIDTH, matte, plate, second_matte

FRAMES = 96
LENGTH = 12
TIMESCALE = 24000
RATE = Fraction(24)
# Every third frame is held half as long again: nothing here is `index / rate`.
DURATIONS = [1000 if i % 3 else 1500 for i in range(FRAMES)]
TICKS = [sum(DURATIONS[:i]) for i in range(FRAMES)]
# Frames with a click in the sound as they appear.
CLICKS = range(LENGTH, FRAMES, LENGTH)
SAMPLE_RATE = 48000
REVISIONS = (1, 2)

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Bars:
    """An object of the ready-made streams."""

    id: str
    draw: Callable[[int, int], Plane]
    # Segments whose mattes revision 2 changes.
    changed: range
    # The code in revision 1; revision 2 has the next one.
    code: int


OBJECTS = (Bars("o1", matte, range(2, 6), 1), Bars("o2", second_matte, range(4, 7), 3))


@dataclass(frozen=True)
class Planes:
    """A 4:2:0 picture."""

    y: Plane
    u: Plane
    v: Plane


def planes_of(rgb: Plane) -> Planes:
    """BT.709 limited range, chroma the mean of each two by two pixels."""
    r, g, b = (rgb[..., i].astype(np.float64) / 255 for i in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b

    def chroma(plane: npt.NDArray[np.float64]) -> Plane:
        mean = plane.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))
        return np.asarray((128 + 224 * mean).round().clip(16, 240), np.uint8)

    y = (16 + 219 * luma).round().astype(np.uint8)
    return Planes(y, chroma((b - luma) / 1.8556), chroma((r - luma) / 1.5748))


def clicks() -> npt.NDArray[np.float32]:
    """The sound: silence but for bursts of 3 ms, ``(2, samples) float32``."""
    sound = np.zeros(sum(DURATIONS) * SAMPLE_RATE // TIMESCALE, np.float32)
    burst = 0.9 * np.sin(2 * np.pi * 4000 * np.arange(SAMPLE_RATE * 3 // 1000) / SAMPLE_RATE + 1.5)
    for frame in CLICKS:
        at = TICKS[frame] * SAMPLE_RATE // TIMESCALE
        sound[at : at + len(burst)] = burst
    return np.stack([sound, sound])


def write_clip(path: Path) -> None:
    """The clip as an editor would upload it: H.264 with B-frames and AAC in MP4."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "10", "preset": "fast"})
        sound = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, TIMESCALE)
        for index, tick in enumerate(TICKS):
            frame = av.VideoFrame.from_ndarray(plate(index), "rgb24")
            frame.pts, frame.time_base = tick, Fraction(1, TIMESCALE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        sound.codec_context.time_base = sound.time_base = Fraction(1, SAMPLE_RATE)
        block = av.AudioFrame.from_ndarray(clicks(), "fltp", "stereo")
        block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
        container.mux(sound.encode(block))
        container.mux(sound.encode(None))


def write_masks(folder: Path) -> None:
    """One PNG for each frame and revision."""
    for revision in REVISIONS:
        target = folder / str(revision)
        target.mkdir(parents=True)
        for index in range(FRAMES):
            cv2.imwrite(str(target / f"{index}.png"), matte(index, revision))


class StreamWriter:
    """Writes one ready-made stream.

    Args:
        folder: Where to.
        shift: By how many frames mattes are late.
        objects: How many there are.
        singles: Whether mattes can be had frame by frame, and are told of as not made, so that a
            player asks for those.
    """

    def __init__(
        self, folder: Path, *, shift: int = 0, objects: int = 1, singles: bool = False
    ) -> None:
        self.folder = folder
        self.singles = singles
        self.shift = shift
        self.objects = OBJECTS[:objects]
        (folder / "segments").mkdir(parents=True)

    def write(self) -> None:
        """Frame table, segments and the manifests of both revisions."""
        table: dict[str, Any] = {
            "frame_count": FRAMES,
            "timescale": TIMESCALE,
            "ticks": TICKS,
            "end_tick": sum(DURATIONS),
            "damage": None,
        }
        text = json.dumps(table, sort_keys=True, separators=(",", ":"))
        table["hash"] = hashlib.sha256(text.encode()).hexdigest()
        self._json("frame-table.json", table)
        self._sound()
        video = self._rendition(None, 0)
        for revision in REVISIONS:
            self._json(f"manifest-{revision}.json", self._manifest(revision, table["hash"], video))

    def _sound(self) -> None:
        """The whole sound as one chunk."""
        samples = clicks()
        interleaved = (samples.T * 32767).round().astype(np.int16).reshape(1, -1)
        (self.folder / "sound").mkdir()
        with av.open(str(self.folder / "sound" / "0.flac"), "w") as container:
            stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="stereo", format="s16")
            block = av.AudioFrame.from_ndarray(interleaved, "s16", "stereo")
            block.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(block))
            container.mux(stream.encode(None))
        count = samples.shape[1]
        about = {"sample_rate": SAMPLE_RATE, "channels": 2, "start_sample": 0, "chunk_count": 1}
        self._json("sound.json", about | {"chunk_samples": count, "total_samples": count})

    def _manifest(self, revision: int, table_hash: str, video: dict[str, Any]) -> dict[str, Any]:
        return {
            "version": 1,
            "project": "p1",
            "revision": revision,
            "frame_table": {"uri": "/api/v1/projects/p1/frame-table", "hash": table_hash},
            "timescale": TIMESCALE,
            "grid": {
                "length": LENGTH,
                "segment_count": len(video["addresses"]),
                "frame_count": FRAMES,
            },
            "shots": [[0, FRAMES]],
            "video": video,
            "objects": [
                {
                    "id": bars.id,
                    "name": f"Object {bars.id}",
                    "color": "#ff0000",
                    "keyframes": list(range(FRAMES)),
                    "matte": self._rendition(bars, revision),
                }
                for bars in self.objects
            ],
        }

    def _rendition(self, bars: Bars | None, revision: int) -> dict[str, Any]:
        """An object's matte, or without one the video."""
        starts = range(0, FRAMES, LENGTH)
        addresses = [self._segment(bars, revision, s, start) for s, start in enumerate(starts)]
        full = bars is not None
        singly = full and self.singles
        return {
            "codec": self.codec,
            "width": WIDTH,
            "height": HEIGHT,
            **({} if full else {"matrix": "bt709"}),
            "range": "full" if full else "limited",
            "init": f"/api/v1/segments/{addresses[0]}/init.mp4",
            "template": "/api/v1/segments/{address}.m4s",
            **({"frame_template": "/api/v1/segments/{address}/{frame}.png"} if singly else {}),
            "addresses": addresses,
            "ready": [] if singly else [[0, len(addresses)]],
        }

    def _segment(self, bars: Bars | None, revision: int, segment: int, start: int) -> str:
        frames = range(start, min(start + LENGTH, FRAMES))
        ticks = [TICKS[i] for i in frames]
        durations = [DURATIONS[i] for i in frames]
        size = (WIDTH, HEIGHT)
        if bars is None:
            planes = (planes_of(plate(i)) for i in frames)
            made = encode_video_segment(planes, ticks, durations, TIMESCALE, size, rate=RATE)
        else:
            code = bars.code + (revision == 2 and segment in bars.changed)
            masks = [bars.draw(i + self.shift, code) for i in frames]
            made = encode_matte_segment(masks, ticks, durations, TIMESCALE, size, rate=RATE)
        self.codec = made.codec
        address = hashlib.sha256(made.media).hexdigest()[:32]
        (self.folder / "segments" / f"{address}.m4s").write_bytes(made.media)
        (self.folder / "segments" / address).mkdir(exist_ok=True)
        (self.folder / "segments" / address / "init.mp4").write_bytes(made.init)
        if bars is not None and self.singles:
            for i, mask in zip(frames, masks, strict=True):
                cv2.imwrite(str(self.folder / "segments" / address / f"{i}.png"), mask)
        return address

    def _json(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(json.dumps(value))


def write_all(folder: Path) -> None:
    """Everything, into a folder that does not exist yet."""
    folder.mkdir(parents=True)
    write_clip(folder / "clip.mp4")
    write_masks(folder / "masks")
    write_edges(folder / "edges")
    StreamWriter(folder / "stream" / "right").write()
    StreamWriter(folder / "stream" / "two", objects=2, singles=True).write()
    StreamWriter(folder / "stream" / "shifted", shift=1).write()


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
