"""Encode one grid cell of video or matte as an immutable stream segment (protocol P10-P12, P17).

The bytes of a segment are a pure function of its pictures, its ticks and its rendition: one closed
group of VP9 pictures, every setting (threads included) fixed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, Protocol

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from mattebox.media.fmp4 import Sample, TrackFormat, fragment, initialisation, vp9_level

__all__ = [
    "EncodedSegment",
    "Rendition",
    "YuvPlanes",
    "encode_matte_segment",
    "encode_video_segment",
    "segment_chunks",
]

Plane = npt.NDArray[np.uint8]
Kind = Literal["video", "matte"]

# Frames in the moof+mdat pairs of a segment; the last number holds for all that follow. The first
# picture of a cold segment leaves at once, and box headers stay near one percent of the bytes.
FRAGMENT_FRAMES = (1, 2, 3, 6)

_NEUTRAL = 128

# Alternate reference frames and look-ahead would hide or delay pictures; two tile columns let two
# threads work without making the bytes depend on how they were scheduled.
_COMMON = {
    "deadline": "realtime",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "tile-columns": "1",
    "row-mt": "0",
}
_OPTIONS: dict[Kind, dict[str, str]] = {
    "video": _COMMON | {"cpu-used": "8", "crf": "24", "b": "0"},
    "matte": _COMMON | {"cpu-used": "7", "lossless": "1"},
}
_THREADS = 2


class YuvPlanes(Protocol):
    """One 4:2:0 picture in 8-bit BT.709 limited range.

    Attributes:
        y: ``(H, W) uint8``.
        u: ``(H / 2, W / 2) uint8``.
        v: ``(H / 2, W / 2) uint8``.
    """

    @property
    def y(self) -> Plane: ...  # noqa: D102
    @property
    def u(self) -> Plane: ...  # noqa: D102
    @property
    def v(self) -> Plane: ...  # noqa: D102


@dataclass(frozen=True)
class Rendition:
    """A stream of segments that share one initialisation segment.

    Attributes:
        kind: ``"video"`` (lossy, BT.709 limited range) or ``"matte"`` (lossless luma, full range).
        width: Picture width, even.
        height: Picture height, even.
        timescale: Ticks per second.
        rate: Average frames per second; decides the VP9 level alone.
    """

    kind: Kind
    width: int
    height: int
    timescale: int
    rate: Fraction = Fraction(30)

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 2:
            raise ValueError(f"a rendition has even sides, not {self.width}x{self.height}")

    @property
    def codec(self) -> str:
        """The ``codecs`` string of the manifest, such as ``vp09.00.31.08.01.01.01.01.00``."""
        return self._track.codec

    @cached_property
    def init(self) -> bytes:
        """The initialisation segment (``ftyp`` and ``moov``); no picture is needed to make it."""
        return initialisation(self._track)

    @property
    def settings(self) -> str:
        """All encoder settings in one line: part of a segment's address (protocol P8)."""
        options = ",".join(f"{k}={v}" for k, v in sorted(_OPTIONS[self.kind].items()))
        fragments = ",".join(map(str, FRAGMENT_FRAMES))
        libavcodec = ".".join(map(str, av.library_versions["libavcodec"]))
        return (
            f"vp9;{self.codec};{self.width}x{self.height};{self.timescale};{options};"
            f"threads={_THREADS};fragments={fragments};libavcodec={libavcodec}"
        )

    @property
    def _track(self) -> TrackFormat:
        return TrackFormat(
            width=self.width,
            height=self.height,
            timescale=self.timescale,
            full_range=self.kind == "matte",
            level=vp9_level(self.width, self.height, float(self.rate)),
        )


@dataclass(frozen=True)
class EncodedSegment:
    """A finished segment.

    Attributes:
        init: Initialisation segment of its rendition.
        media: ``moof``+``mdat`` pairs with exactly the frames that were given.
        codec: The ``codecs`` string.
    """

    init: bytes
    media: bytes
    codec: str


def encode_video_segment(
    planes: Iterable[YuvPlanes],
    ticks: Sequence[int],
    durations: Sequence[int],
    timescale: int,
    size: tuple[int, int],
    *,
    rate: Fraction = Fraction(30),
) -> EncodedSegment:
    """Encode the plate of one segment.

    Args:
        planes: The pictures in order, 8-bit 4:2:0 BT.709 limited range.
        ticks: Presentation time of each picture.
        durations: Ticks each picture is shown.
        timescale: Ticks per second.
        size: ``(width, height)``, both even.
        rate: Average frames per second of the clip, the same for each of its segments.

    Raises:
        ValueError: Fewer pictures than ticks, or a picture has another size.
    """
    rendition = Rendition("video", *size, timescale, rate)
    return _collect(rendition, segment_chunks(rendition, planes, ticks, durations))


def encode_matte_segment(
    masks: Iterable[Plane],
    ticks: Sequence[int],
    durations: Sequence[int],
    timescale: int,
    size: tuple[int, int],
    *,
    rate: Fraction = Fraction(30),
) -> EncodedSegment:
    """Encode the mattes of one segment so that the decoded Y plane equals each of them.

    Args:
        masks: ``(H, W) uint8`` mattes in order, 0 background to 255 object.
        ticks: Presentation time of each matte.
        durations: Ticks each matte is shown.
        timescale: Ticks per second.
        size: ``(width, height)``, both even.
        rate: Average frames per second of the clip, the same for each of its segments.

    Raises:
        ValueError: Fewer mattes than ticks, or a matte has another size.
    """
    rendition = Rendition("matte", *size, timescale, rate)
    return _collect(rendition, segment_chunks(rendition, masks, ticks, durations))


def segment_chunks(
    rendition: Rendition,
    pictures: Iterable[YuvPlanes | Plane],
    ticks: Sequence[int],
    durations: Sequence[int],
) -> Iterator[bytes]:
    """Encode one segment and yield each ``moof``+``mdat`` as soon as its frames are done.

    Joined, the chunks are the segment's media bytes. Pictures are pulled one at a time, so closing
    this iterator stops the work within a frame; ``pictures`` is closed too when it is a generator.
    Pictures beyond the last tick are not asked for.

    Args:
        rendition: What to encode for.
        pictures: For video objects with ``y``, ``u``, ``v``; for a matte ``(H, W) uint8`` arrays.
        ticks: Presentation time of each picture.
        durations: Ticks each picture is shown.

    Raises:
        ValueError: Fewer pictures than ticks, or a picture has another size.
    """
    if len(ticks) != len(durations) or not len(ticks):
        raise ValueError(f"{len(ticks)} ticks and {len(durations)} durations; both at least 1")
    samples = _samples(rendition, pictures, durations)
    try:
        sizes = iter(FRAGMENT_FRAMES)
        done = number = 0
        while done < len(ticks):
            wanted = next(sizes, FRAGMENT_FRAMES[-1])
            group = [next(samples) for _ in range(min(wanted, len(ticks) - done))]
            number += 1
            yield fragment(group, int(ticks[done]), number)
            done += len(group)
    finally:
        samples.close()


def _samples(
    rendition: Rendition,
    pictures: Iterable[YuvPlanes | Plane],
    durations: Sequence[int],
) -> Generator[Sample]:
    encoder = _encoder(rendition)
    source = iter(pictures)
    try:
        for number, duration in enumerate(durations):
            picture = next(source, None)
            if picture is None:
                raise ValueError(f"{number} pictures for {len(durations)} frames")
            frame = _frame(rendition, picture)
            frame.pts = number
            packets = encoder.encode(frame)
            if len(packets) != 1:
                raise RuntimeError(f"libvpx-vp9 gave {len(packets)} packets for one picture")
            yield Sample(bytes(packets[0]), int(duration), packets[0].is_keyframe)
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def _collect(rendition: Rendition, chunks: Iterable[bytes]) -> EncodedSegment:
    return EncodedSegment(rendition.init, b"".join(chunks), rendition.codec)


def _encoder(rendition: Rendition) -> VideoCodecContext:
    context = av.CodecContext.create("libvpx-vp9", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = rendition.width, rendition.height, "yuv420p"
    # Constant quality ignores time, so frames are simply numbered.
    context.time_base, context.framerate = Fraction(1, 30), Fraction(30)
    context.gop_size = 1 << 20
    context.thread_count = _THREADS
    context.options = dict(_OPTIONS[rendition.kind])
    context.color_range = _range(rendition)
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return context


def _range(rendition: Rendition) -> ColorRange:
    return ColorRange.JPEG if rendition.kind == "matte" else ColorRange.MPEG


def _frame(rendition: Rendition, picture: YuvPlanes | Plane) -> av.VideoFrame:
    width, height = rendition.width, rendition.height
    if isinstance(picture, np.ndarray):
        chroma = np.full((height // 2, width // 2), _NEUTRAL, np.uint8)
        planes: tuple[Plane, Plane, Plane] = (picture, chroma, chroma)
    else:
        planes = (picture.y, picture.u, picture.v)
    shapes = [plane.shape for plane in planes]
    half = (height // 2, width // 2)
    if shapes != [(height, width), half, half] or any(p.dtype != np.uint8 for p in planes):
        raise ValueError(f"a {width}x{height} 8-bit 4:2:0 picture is needed, not planes {shapes}")
    packed = np.concatenate([plane.reshape(-1) for plane in planes])
    frame = av.VideoFrame.from_ndarray(packed.reshape(height * 3 // 2, width), format="yuv420p")
    frame.color_range = _range(rendition)
    frame.colorspace = Colorspace.ITU709
    return frame
