"""Open one plain video file, and nothing that would make libav open another (worker side)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from mattebox.errors import InputError

# Formats whose file holds the pictures itself. Playlists, concatenation scripts, picture sequences
# and devices are left out: they name other files.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,gif,nut,ivf,"
    "yuv4mpegpipe,dv,h264,hevc,m4v,apng,wtv,rm,obu,av1"
)
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
_NOT_MOVING = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_DECODING_THREADS = 2

Track = TypeVar("Track", VideoStream, AudioStream)


def open_container(path: str, name: str) -> InputContainer:
    """Open a file for reading.

    Args:
        path: Where the file is.
        name: How the person knows it.

    Raises:
        InputError: It is empty, missing, or not a video file.
    """
    size = Path(path).stat().st_size if Path(path).is_file() else None
    if size is None:
        raise InputError(f"{name} is not there any more; choose the file again.", status=404)
    if size == 0:
        raise InputError(f"{name} is empty; choose the file again, or record it anew.", status=415)
    try:
        return av.open(f"file:{path}", mode="r", container_options=_OPTIONS)
    except (av.error.FFmpegError, ValueError, UnicodeDecodeError) as reason:
        if isinstance(reason, av.error.MemoryError):
            raise
        raise InputError(_why_not(path, name), status=415) from reason


def _why_not(path: str, name: str) -> str:
    with Path(path).open("rb") as file:
        head = file.read(64)
    if head[4:8] == b"ftyp":
        return (
            f"{name} is incomplete: it breaks off before its index;"
            " copy or record it again, or repair it."
        )
    return f"{name} is not a video that can be read; convert it to MP4 (H.264) first."


def video_stream(container: InputContainer, name: str, index: int | None = None) -> VideoStream:
    """The stream that holds the moving picture: the given one, or the first that is default.

    Raises:
        InputError: There is none, or its codec is not known.
    """
    moving = [s for s in container.streams.video if not s.disposition & _NOT_MOVING]
    if not moving:
        held = "sound" if container.streams.audio else "no moving picture"
        also = " and a cover picture" if container.streams.video else ""
        kind = f"holds only {held}{also}" if held == "sound" else f"holds {held}"
        raise InputError(f"{name} {kind}; choose a file with a video track.", status=415)
    known = [s for s in moving if s.index == index]
    stream = (known or [s for s in moving if s.disposition & Disposition.default] or moving)[0]
    if getattr(stream, "codec_context", None) is None:
        raise InputError(
            f"{name} uses a video codec that cannot be read here; convert it to MP4 (H.264) first.",
            status=415,
        )
    return stream


def open_stream(
    path: str, name: str, index: int | None = None
) -> tuple[InputContainer, VideoStream]:
    """Open a file and make ready to decode its picture alone.

    Args:
        path: Where the file is.
        name: How the person knows it.
        index: Which stream, when that is known from the ingest.
    """
    container = open_container(path, name)
    try:
        stream = video_stream(container, name, index)
    except BaseException:
        container.close()
        raise
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    stream.codec_context.thread_type = "AUTO"
    stream.codec_context.thread_count = _DECODING_THREADS
    return container, stream


@contextmanager
def closing_stream(
    path: str, name: str, index: int | None = None
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """`open_stream` for the length of a `with` block. Use nothing of it afterwards."""
    container, stream = open_stream(path, name, index)
    try:
        yield container, stream
    finally:
        container.close()


def packets(container: InputContainer, stream: Track) -> Iterator[Packet[Track]]:
    """The stream's packets from here on, and at the end the empty one that drains its decoder.

    PyAV gives up at a packet of a stream that appeared after the file was opened, which transport
    streams do; that packet is none of ours, so reading goes on behind it.
    """
    while True:
        try:
            yield from container.demux(stream)
        except IndexError:
            continue
        return
