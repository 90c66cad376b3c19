"""Clips of any length to measure on: the generated sample clip, there and back again."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.video.reformatter import ColorRange, Colorspace

from mattebox.media.sample import FRAME_COUNT, RATE
from mattebox.media.sample import frames as pictures

FISH = ((0, 0.241, 0.435), (24, 0.348, 0.421), (96, 0.753, 0.479), (144, 0.712, 0.493))
"""Where the fish is: frame, x and y in [0, 1]. It is there again every `LOOP` frames."""

SEEN = (2, 8, 14, 20, 26, 32, 65, 70, 81, 87, 93, 99, 105, 128, 134, 140)
"""Further frames on which it lies open, on the straight way between those places."""

LOOP = 2 * FRAME_COUNT
"""Frames until the clip repeats."""


def fish_at(frame: int, loop: int = LOOP) -> tuple[int, float, float]:
    """The first frame from `frame` on on which the fish's place is known, and that place.

    Args:
        frame: Where to begin.
        loop: Frames until the clip repeats.
    """
    known = sorted((start + at, x, y) for start in range(0, frame + 2 * loop, loop)
                   for at, x, y in FISH if 2 * at < loop)  # fmt: skip
    return next(place for place in known if place[0] >= frame)


def seen_at(frame: int) -> tuple[float, float]:
    """Where the fish is on a frame of `SEEN`: x and y in [0, 1]."""
    before = next(place for place in reversed(FISH) if place[0] <= frame)
    after = next(place for place in FISH if place[0] > frame)
    share = (frame - before[0]) / (after[0] - before[0])
    return (
        before[1] + share * (after[1] - before[1]),
        before[2] + share * (after[2] - before[2]),
    )


def write(
    path: Path,
    seconds: float,
    *,
    height: int = 720,
    crf: int = 23,
    group: int = 48,
    frames: int = FRAME_COUNT,
) -> None:
    """Write the sample clip forwards, backwards, forwards ... so that it has no cut.

    One turn is encoded and its packets are repeated, so hours take no longer than a minute. It is
    left beside the clip for further ones.

    Args:
        path: Where; an MP4.
        seconds: How long.
        height: Lines; the sample clip has 720.
        crf: x264's quality; a large number for a small file.
        group: Frames from sync frame to sync frame, a divisor of twice `frames`.
        frames: How many frames to go before going back: half of `fish_at`'s `loop`.
    """
    turn = path.with_name(f"turn-{height}-{crf}-{group}-{frames}.mp4")
    if not turn.exists():
        _write_turn(turn, height, crf, group, frames)
    count, length = math.ceil(seconds * RATE), 2 * frames
    with av.open(str(path), "w", options={"movflags": "faststart"}) as written:
        stream = None
        for number in range(math.ceil(count / length)):
            with av.open(str(turn)) as read:
                source = read.streams.video[0]
                stream = stream or written.add_stream_from_template(source)
                assert source.time_base is not None
                step = 1 / (RATE * source.time_base)
                for packet in read.demux(source):
                    if packet.pts is None or packet.dts is None:
                        continue
                    place = number * length + round(packet.pts / step)
                    if place >= count:
                        break
                    packet.pts += round(number * length * step)
                    packet.dts += round(number * length * step)
                    packet.stream = stream
                    written.mux(packet)


def _write_turn(path: Path, height: int, crf: int, group: int, frames: int) -> None:
    there = [av.VideoFrame.from_ndarray(each, "rgb24") for each in islice(pictures(), frames)]
    # H.264 and the working size want even sides.
    width = 2 * round(height * 8 / 9)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {
            "preset": "veryfast",
            "crf": str(crf),
            "g": str(group),
            "keyint_min": str(group),
            "sc_threshold": "0",
            "bf": "0",
        }
        for number, picture in enumerate([*there, *reversed(there)]):
            frame = picture.reformat(
                width,
                height,
                "yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
            )
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
