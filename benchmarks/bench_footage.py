"""What is measured on: a real clip through a real codec, at the height and length wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mattebox.media import FrameReader, Limits, ingest, sample_clip
from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.segmentation import Click, Refiner

Picture = NDArray[np.uint8]

SAMPLE_CLICK = "0,0.35,0.5"


@dataclass(frozen=True)
class Footage:
    """A clip and its object.

    Attributes:
        path: The file.
        info: What ingest found.
        table: The clip's frame table.
        mask: The object on the first frame, `(H, W) uint8`.
    """

    path: Path
    info: ClipInfo
    table: FrameTable
    mask: Picture

    @property
    def size(self) -> str:
        """Working size, `WIDTHxHEIGHT`."""
        return f"{self.info.width}x{self.info.height}"

    def frames(self) -> list[Picture]:
        """Return all frames, `(H, W, 3) uint8` RGB."""
        with FrameReader(self.path, self.info, self.table) as reader:
            return [frame for _, frame in reader.read(range(self.table.frame_count))]


def footage(folder: Path, source: Path | None, click: str, height: int, count: int) -> Footage:
    """Make a clip of a given height and length, and find its object.

    Args:
        folder: Where to write it.
        source: The clip to take; the generated sample clip where it is None. It is played to and
            fro where it is shorter than wanted.
        click: `FRAME,X,Y` on the object, X and Y in [0, 1]; the clip starts on that frame.
        height: Height of the clip in pixels.
        count: How many frames.
    """
    if source is None:
        source = folder / "sample.mp4"
        if not source.is_file():
            sample_clip(source)
    start, x, y = click.split(",")
    path = folder / f"{height}.mp4"
    _write(source, path, int(start), height, count)
    found = ingest(path, Limits())
    with FrameReader(path, found.info, found.table) as reader:
        first = next(iter(reader.read([0])))[1]
    mask = Refiner().refine(first, [Click(float(x), float(y), True)])
    return Footage(path, found.info, found.table, mask)


def _write(source: Path, target: Path, start: int, height: int, count: int) -> None:
    with av.open(str(source)) as reading, av.open(str(target), "w") as writing:
        video = reading.streams.video[0]
        rate = video.average_rate or Fraction(24)
        stream = writing.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.height = height
        stream.width = round(video.width * height / video.height / 2) * 2
        stream.pix_fmt = "yuv420p"
        decoded = islice(reading.decode(video), start, start + count)
        small = [frame.reformat(stream.width, height, "yuv420p") for frame in decoded]
        for number, frame in enumerate(islice(to_and_fro(small), count)):
            frame.pts, frame.time_base = number, 1 / rate
            writing.mux(stream.encode(frame))
        writing.mux(stream.encode(None))


def to_and_fro(items: list[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield items forward, backward, forward, without end."""
    return cycle([*items, *items[-2:0:-1]])
