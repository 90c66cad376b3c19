"""Write small clips whose frames say their numbers (see `barcode`), in ordinary and awkward forms.

`write` makes one clip; `FORMS` names the awkward forms. Nothing here uses the product's own code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from tests.support import barcode


@dataclass(frozen=True)
class Recipe:
    """How to write a clip.

    Attributes:
        suffix: File name ending, which chooses the container.
        codec: libav's encoder.
        frames: How many pictures.
        size: Width and height as stored.
        rate: Frames per second.
        pts: Presentation times in `time_base` units, instead of one after another.
        time_base: Units of `pts`.
        pix_fmt: What the encoder is given.
        options: The encoder's options.
        container: The muxer's options.
        sound_s: Seconds of sound; 0 for none.
        rotation: Degrees counter-clockwise that the file asks the player to turn the picture.
        sar: Width of a pixel over its height.
        full_range: Whether samples use all their values.
        first_number: What the first picture says.
    """

    suffix: str = ".mp4"
    codec: str = "libx264"
    frames: int = 60
    size: tuple[int, int] = (320, 180)
    rate: Fraction = Fraction(24)
    pts: Sequence[int] | None = None
    time_base: Fraction | None = None
    pix_fmt: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    sound_s: float = 0
    rotation: int = 0
    sar: Fraction | None = None
    full_range: bool = False
    first_number: int = 0


@dataclass(frozen=True)
class Written:
    """A clip on disk.

    Attributes:
        path: Where.
        numbers: What the picture of each frame says, by frame index; None where it may say
            anything (damaged).
        size: Width and height of the upright picture.
        seconds: The presentation time of each frame, from 0; None where not told.
    """

    path: Path
    numbers: tuple[int | None, ...]
    size: tuple[int, int]
    seconds: tuple[float, ...] | None = None


def write(path: Path, recipe: Recipe = Recipe()) -> Written:
    """Write a clip of bar codes; `path` gets the recipe's suffix."""
    path = path.with_suffix(recipe.suffix)
    time_base = recipe.time_base or 1 / recipe.rate
    times = list(recipe.pts) if recipe.pts is not None else list(range(recipe.frames))
    with av.open(str(path), "w", options=recipe.container) as container:
        video = _add_video(container, recipe, time_base)
        audio = _add_audio(container, path.suffix) if recipe.sound_s else None
        for number, pts in enumerate(times):
            frame = _frame(recipe, number)
            frame.pts, frame.time_base = pts, time_base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _write_sound(container, audio, recipe.sound_s)
    first = times[0]
    turned = recipe.rotation % 180 == 90
    return Written(
        path=path,
        numbers=tuple(range(recipe.first_number, recipe.first_number + len(times))),
        size=recipe.size[::-1] if turned else recipe.size,
        seconds=tuple(float((pts - first) * time_base) for pts in times),
    )


def _add_video(container: OutputContainer, recipe: Recipe, time_base: Fraction) -> VideoStream:
    video = cast(VideoStream, container.add_stream(recipe.codec, rate=recipe.rate))
    video.width, video.height = recipe.size
    video.pix_fmt = recipe.pix_fmt
    video.time_base = time_base
    context = video.codec_context
    context.time_base = time_base
    context.options = _encoder_options(recipe)
    context.color_range = ColorRange.JPEG if recipe.full_range else ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    if recipe.sar:
        context.sample_aspect_ratio = recipe.sar
    if recipe.rotation:
        video.set_display_rotation(recipe.rotation)
    return video


def _add_audio(container: OutputContainer, suffix: str) -> AudioStream:
    codec = "libopus" if suffix == ".webm" else "aac"
    return cast(AudioStream, container.add_stream(codec, rate=48000, layout="mono"))


def _encoder_options(recipe: Recipe) -> dict[str, str]:
    usual = {
        "libx264": {"preset": "ultrafast", "g": "12", "threads": "1"},
        "libx265": {"preset": "ultrafast", "g": "12", "x265-params": "log-level=none:pools=1"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "g": "12"},
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "g": "12"},
        "libsvtav1": {"preset": "8", "crf": "30", "g": "12", "svtav1-params": "lp=1"},
    }
    return {**usual.get(recipe.codec, {}), **recipe.options}


def _frame(recipe: Recipe, number: int) -> av.VideoFrame:
    width, height = recipe.size
    if recipe.rotation:
        # What is stored is the upright picture turned back.
        upright = recipe.size[::-1] if recipe.rotation % 180 == 90 else recipe.size
        picture = barcode.draw(recipe.first_number + number, *upright)
        picture = np.rot90(picture, -recipe.rotation // 90)
    else:
        picture = barcode.draw(recipe.first_number + number, width, height)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
    return frame.reformat(
        format=recipe.pix_fmt,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.JPEG if recipe.full_range else ColorRange.MPEG,
    )


def _write_sound(container: OutputContainer, stream: AudioStream, seconds: float) -> None:
    count = int(48000 * seconds)
    wave = (0.1 * np.sin(np.arange(count) * 2 * np.pi * 440 / 48000)).astype(np.float32)
    resampler = av.AudioResampler(stream.codec_context.format, "mono", 48000)
    for start in range(0, count, 960):
        block = av.AudioFrame.from_ndarray(wave[None, start : start + 960], "fltp", "mono")
        block.sample_rate, block.pts, block.time_base = 48000, start, Fraction(1, 48000)
        for piece in resampler.resample(block):
            container.mux(stream.encode(piece))
    container.mux(stream.encode(None))


def move_edit(path: Path, frames: int, rate: Fraction, last: int = 0) -> None:
    """Make an MP4's edit list leave out first and last frames, as trims without encoding do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    count = struct.unpack(">I", data[at + 8 : at + 12])[0]
    media = data.index(b"mdhd")
    timescale = struct.unpack(">I", data[media + 16 : media + 20])[0]
    movie = data.index(b"mvhd")
    movie_scale = struct.unpack(">I", data[movie + 16 : movie + 20])[0]
    entry = at + 12 + 12 * (count - 1)
    duration, start = struct.unpack(">Ii", data[entry : entry + 8])
    start += round(frames / rate * timescale)
    duration -= round((frames + last) / rate * movie_scale)
    data[entry : entry + 8] = struct.pack(">Ii", duration, start)
    path.write_bytes(data)


def cut_tail(path: Path, fraction: float) -> None:
    """Keep only the first part of a file's bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])


def zero(path: Path, start: float, stop: float) -> None:
    """Overwrite a part of a file's bytes with zeros."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * stop)
    data[first:last] = bytes(last - first)
    path.write_bytes(data)


def remux(source: Path, target: Path, *, from_sync: int = 0, offset: int = 0) -> None:
    """Copy the picture's packets to another container.

    Args:
        source: A clip.
        target: Where; the ending chooses the container.
        from_sync: How many groups of pictures to leave out at the start.
        offset: Added to all timestamps, in the source's units.
    """
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = read.streams.video[0]
        copy = written.add_stream_from_template(stream)
        syncs = -1
        for packet in read.demux(stream):
            syncs += packet.is_keyframe and bool(packet.size)
            if not packet.size or syncs < from_sync:
                continue
            packet.pts = None if packet.pts is None else packet.pts + offset
            packet.dts = None if packet.dts is None else packet.dts + offset
            packet.stream = copy
            written.mux(packet)


_B_FRAMES = {"preset": "veryfast", "bf": "3", "g": "15", "threads": "1"}
_OPEN_GOP = {**_B_FRAMES, "x264-params": "open-gop=1:keyint=15:scenecut=0:b-adapt=0"}

_LOOK_AHEAD = {"deadline": "good", "cpu-used": "5", "lag-in-frames": "16", "auto-alt-ref": "1"}


def _plain(**changes: object) -> Callable[[Path], Written]:
    recipe = replace(Recipe(), **changes)  # type: ignore[arg-type]
    return lambda path: write(path, recipe)


def _variable_rate(suffix: str, codec: str) -> Callable[[Path], Written]:
    steps = np.random.default_rng(5).choice([17, 33, 40, 67, 250], 59)
    pts = [0, *np.cumsum(steps).tolist()]
    return _plain(suffix=suffix, codec=codec, pts=pts, time_base=Fraction(1, 1000))


def _trimmed(path: Path) -> Written:
    written = write(path, Recipe(options=_B_FRAMES))
    move_edit(written.path, 7, Fraction(24))
    return replace(written, numbers=written.numbers[7:], seconds=_even(53))


def _trimmed_at_both_ends(path: Path) -> Written:
    written = write(path, Recipe(options={"g": "12", "bf": "0", "threads": "1"}))
    move_edit(written.path, 7, Fraction(24), last=9)
    return replace(written, numbers=written.numbers[7:-9], seconds=_even(44))


def _late_start(suffix: str) -> Callable[[Path], Written]:
    pts = list(range(48, 108))
    return _plain(suffix=suffix, options=_B_FRAMES, pts=pts, time_base=Fraction(1, 24))


def _repeated_times(path: Path) -> Written:
    pts = [40 * (n - n % 3) for n in range(60)]
    recipe = Recipe(".mkv", "ffv1", pts=pts, time_base=Fraction(1, 1000))
    return replace(write(path, recipe), seconds=None)


def _repeated_times_with_groups(path: Path) -> Written:
    pts = [40 * (n - n % 2) for n in range(60)]
    recipe = Recipe(".mkv", pts=pts, time_base=Fraction(1, 1000), options={"g": "7", "bf": "0"})
    return replace(write(path, recipe), seconds=None)


def _cut_open_gop(suffix: str) -> Callable[[Path], Written]:
    """A recording that starts inside a stream: its first pictures lean on what is not there."""

    def make(path: Path) -> Written:
        whole = write(path.with_name("whole"), Recipe(suffix, options=_OPEN_GOP))
        target = path.with_suffix(suffix)
        remux(whole.path, target, from_sync=1)
        with av.open(str(target)) as container:
            stream = container.streams.video[0]
            first = next(p.pts or 0 for p in container.demux(stream) if p.is_keyframe)
        with av.open(str(target)) as container:
            stream = container.streams.video[0]
            later = sum((p.pts or 0) >= first for p in container.demux(stream) if p.size)
        return Written(target, whole.numbers[-later:], whole.size, _even(later))

    return make


def _even(count: int, rate: int = 24) -> tuple[float, ...]:
    return tuple(n / rate for n in range(count))


FORMS: dict[str, Callable[[Path], Written]] = {
    "plain": _plain(),
    "b-frames": _plain(options=_B_FRAMES),
    "open gop mp4": _plain(options=_OPEN_GOP),
    "open gop mkv": _plain(suffix=".mkv", options=_OPEN_GOP),
    "open gop ts": _plain(suffix=".ts", options=_OPEN_GOP),
    "open gop hevc": _plain(codec="libx265"),
    "starts inside an open gop, mkv": _cut_open_gop(".mkv"),
    "starts inside an open gop, ts": _cut_open_gop(".ts"),
    "one group": _plain(options={"g": "999"}),
    "intra refresh": _plain(suffix=".mkv", options={"x264-params": "intra-refresh=1:keyint=20"}),
    "variable rate mp4": _variable_rate(".mp4", "libx264"),
    "variable rate webm": _variable_rate(".webm", "libvpx-vp9"),
    "variable rate mkv": _variable_rate(".mkv", "libx264"),
    "edit list": _trimmed,
    "edit list, both ends": _trimmed_at_both_ends,
    "interlaced": _plain(options={**_B_FRAMES, "x264-params": "tff=1"}),
    "late start mp4": _late_start(".mp4"),
    "late start mkv": _late_start(".mkv"),
    "late start ts": _late_start(".ts"),
    "rotated 90": _plain(rotation=90),
    "rotated 180": _plain(rotation=180),
    "rotated 270": _plain(rotation=-90),
    "odd size": _plain(size=(241, 135), pix_fmt="yuv444p"),
    "odd size 4:2:0": _plain(codec="libvpx-vp9", suffix=".webm", size=(241, 135)),
    "wide pixels": _plain(size=(240, 192), sar=Fraction(64, 45)),
    "tall pixels": _plain(size=(240, 192), sar=Fraction(4, 5)),
    "10 bit": _plain(pix_fmt="yuv420p10le"),
    "10 bit hevc": _plain(codec="libx265", pix_fmt="yuv420p10le"),
    "10 bit 4:2:2": _plain(pix_fmt="yuv422p10le", options={"profile": "high422"}),
    "repeated times": _repeated_times,
    "repeated times with groups": _repeated_times_with_groups,
    "long sound": _plain(sound_s=6),
    "short sound webm": _plain(codec="libvpx-vp9", suffix=".webm", sound_s=1),
    "no duration": _plain(suffix=".mkv", container={"live": "1"}),
    "no duration webm": _plain(codec="libvpx-vp9", suffix=".webm", container={"live": "1"}),
    "fragmented": _plain(container={"movflags": "frag_keyframe+empty_moov"}, options=_B_FRAMES),
    "vp9 look-ahead": _plain(codec="libvpx-vp9", suffix=".webm", options=_LOOK_AHEAD),
    "vp8 look-ahead": _plain(codec="libvpx", suffix=".webm", options=_LOOK_AHEAD),
    "av1": _plain(codec="libsvtav1"),
    "motion jpeg": _plain(codec="mjpeg", suffix=".mov", pix_fmt="yuvj420p", full_range=True),
    "prores": _plain(codec="prores_ks", suffix=".mov", pix_fmt="yuv422p10le"),
    "mpeg-2 ts": _plain(codec="mpeg2video", suffix=".ts", options={"bf": "2", "g": "12"},
                        rate=Fraction(25)),
    "mpeg-2 ps": _plain(codec="mpeg2video", suffix=".mpg", options={"bf": "2", "g": "12"},
                        rate=Fraction(25)),
    "mpeg-4 avi": _plain(codec="mpeg4", suffix=".avi", options={"bf": "2", "g": "12"}),
    "h264 avi": _plain(suffix=".avi", options=_B_FRAMES),
    "flv": _plain(suffix=".flv"),
    "bare h264": _plain(suffix=".h264", options=_B_FRAMES),
    "gif": _plain(codec="gif", suffix=".gif", pix_fmt="rgb8", rate=Fraction(25)),
    "ntsc": _plain(rate=Fraction(30000, 1001), options=_B_FRAMES),
    "one frame": _plain(frames=1),
    "tiny": _plain(size=(16, 16)),
}  # fmt: skip
