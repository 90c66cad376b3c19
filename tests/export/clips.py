"""Small generated clips whose frames can be told apart after an export."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer

RATE = 25


@dataclass(frozen=True)
class Tone:
    """A sound track: silence but for one click-like burst.

    Attributes:
        codec: libav's name of the encoder.
        seconds: How long it is.
        begins_s: When it begins.
        burst_s: When the burst is, on the clip's clock.
        rate: Samples per second.
    """

    codec: str = "aac"
    seconds: float = 2.0
    begins_s: float = 0.0
    burst_s: float = 1.0
    rate: int = 48000


def shade(frame: int) -> int:
    """The luma of a frame of a made clip, limited range, 8 bits."""
    return 30 + 6 * (frame % 32)


def make_clip(
    path: Path,
    *,
    size: tuple[int, int] = (96, 64),
    pts: Sequence[int] = tuple(range(12)),
    time_base: Fraction = Fraction(1, RATE),
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    full_range: bool = False,
    sar: Fraction = Fraction(1),
    tones: Sequence[Tone] = (),
    timecode: str | None = None,
) -> Path:
    """Write a clip; frame ``i`` is flat with the luma ``shade(i)`` and a lighter left half."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        stream.codec_context.time_base = stream.time_base = time_base
        stream.codec_context.sample_aspect_ratio = sar
        stream.codec_context.options = {"crf": "4", "preset": "ultrafast", "bf": "2"}
        stream.codec_context.color_range = 2 if full_range else 1
        sounds = [_sound_stream(output, tone) for tone in tones]
        for frame in _pictures(size, pts, time_base, pix_fmt, full_range):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        for sound, tone in zip(sounds, tones, strict=True):
            for samples in _samples(tone):
                output.mux(sound.encode(samples))
            output.mux(sound.encode(None))
    return path


def rotate_mp4(path: Path, *, clockwise: bool) -> Path:
    """Set the display matrix of an MP4's picture to a quarter turn."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    one = 0x10000 if clockwise else -0x10000
    matrix = (0, one, 0, -one, 0, 0, 0, 0, 0x40000000)
    struct.pack_into(">9i", content, at, *matrix)
    path.write_bytes(content)
    return path


def _pictures(
    size: tuple[int, int],
    pts: Sequence[int],
    time_base: Fraction,
    pix_fmt: str,
    full_range: bool,
) -> Iterator[av.VideoFrame]:
    width, height = size
    deep = pix_fmt.endswith("10le")
    dtype, unit = (np.uint16, 4) if deep else (np.uint8, 1)
    for index, when in enumerate(pts):
        frame = av.VideoFrame(width, height, pix_fmt)
        for number, plane in enumerate(frame.planes):
            rows = np.zeros((plane.height, plane.line_size // np.dtype(dtype).itemsize), dtype)
            rows[:] = unit * (128 if number else shade(index))
            if number == 0:
                rows[:, : width // 2] += 20 * unit
            plane.update(rows.tobytes())
        frame.pts, frame.time_base = when, time_base
        frame.color_range = 2 if full_range else 1
        yield frame


def _sound_stream(output: OutputContainer, tone: Tone) -> av.AudioStream:
    stream = output.add_stream(tone.codec, rate=tone.rate, layout="stereo")
    assert isinstance(stream, av.AudioStream)
    return stream


def _samples(tone: Tone) -> Iterator[av.AudioFrame]:
    wave = burst(tone)
    for at in range(0, len(wave), 1024):
        part = np.repeat(wave[at : at + 1024], 2)[None]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "s16", "stereo")
        frame.rate = tone.rate
        frame.pts = round(tone.begins_s * tone.rate) + at
        frame.time_base = Fraction(1, tone.rate)
        yield frame


def burst(tone: Tone) -> npt.NDArray[np.int16]:
    """The track's samples, one channel."""
    wave = np.zeros(round(tone.seconds * tone.rate), np.int16)
    at = round((tone.burst_s - tone.begins_s) * tone.rate)
    length = tone.rate // 50
    wave[at : at + length] = 16000 * np.sin(np.arange(length) * 0.3)
    return wave


def burst_time(path: Path, track: int = 0) -> float:
    """When the burst of a sound track is heard, in seconds on the file's clock."""
    with av.open(str(path), "r") as container:
        stream = container.streams.audio[track]
        for frame in container.decode(stream):
            assert isinstance(frame, av.AudioFrame)
            samples = np.abs(frame.to_ndarray().astype(np.float64))
            channel = samples[0] if frame.format.is_planar else samples[0, ::2]
            top = 1.0 if channel.max(initial=0) <= 1.5 else 32768.0
            loud = np.flatnonzero(channel > 0.1 * top)
            if len(loud):
                assert frame.time is not None
                return float(frame.time) + float(loud[0]) / frame.sample_rate
    raise AssertionError(f"no burst in track {track} of {path}")
