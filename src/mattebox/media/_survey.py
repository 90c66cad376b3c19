"""Find out what a file holds: its facts and its frame table (worker side).

The rule, with its reasons, is in docs/decisions/frame-table.md: the packets' timestamps are taken
where every packet is known to be one picture, and every picture is decoded where not.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mattebox.errors import InputError
from mattebox.media import _picture
from mattebox.media._bitstream import length_prefix, nal_units_are_whole
from mattebox.media._container import closing_stream
from mattebox.media._container import packets as packets_of
from mattebox.media._cursor import Cursor, decode, timestamp
from mattebox.media.clip import ClipInfo, working_size
from mattebox.media.frame_table import FrameTable
from mattebox.media.limits import Limits

# Codecs whose every packet is one shown picture in the containers below.
_ONE_PICTURE_A_PACKET = {
    "h264", "hevc", "vp9", "av1", "prores", "dnxhd", "mjpeg", "png", "ffv1", "qtrle", "cfhd",
    "huffyuv", "ffvhuff", "utvideo", "rawvideo", "v210", "hap",
}  # fmt: skip
_TIMED_CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
# Pictures decoded at the head: more than any codec holds back, so that what the decoder drops
# there (leading pictures, edits) has shown.
_HEAD = 24
# Below this many pixels a clip is decoded whole: that costs less than a blink.
_CHEAP_PIXELS = 40_000_000
_SEEK_TRIALS = 4
_SLACK_S = 1.0
_USUAL_RATE = Fraction(25)
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d[:;.]\d{2,3}")


@dataclass
class _Packets:
    """What the packets say, in file order."""

    pts: list[int] = field(default_factory=list)
    sync: set[int] = field(default_factory=set)
    count: int = 0
    left_out: int = 0
    last_duration: int = 0
    untimed: bool = False
    damaged: bool = False
    broke_off: bool = False


@dataclass
class _Pictures:
    """What decoding says, in the order of presentation."""

    pts: list[int] = field(default_factory=list)
    signatures: list[int] = field(default_factory=list)
    timed: bool = True
    damaged: int = 0
    last_duration: int = 0


def survey(
    path: str,
    name: str,
    limits: Limits,
    check: Callable[[], None],
    *,
    decode_whole: bool = False,
) -> dict[str, Any]:
    """Measure a file.

    Args:
        path: The file.
        name: How the person knows it.
        limits: What is accepted.
        check: Called at every packet and picture; may raise to stop the work.
        decode_whole: Decode every picture even where the packets could be trusted.

    Returns:
        `{"info": ..., "table": ...}`, as their classes write them.

    Raises:
        InputError: The file is not a video that can be used.
    """
    with closing_stream(path, name) as (container, stream):
        limits.check_size(name, stream.codec_context.width, stream.codec_context.height)
        first, head = _head(container, stream, name)
        limits.check_size(name, first.width, first.height)
        index = stream.index
    with closing_stream(path, name, index) as (container, stream):
        packets = _read_packets(container, stream, name, limits, check)
        trusted = (
            not decode_whole
            and _is_sound(container, stream, packets)
            and len(packets.pts) * first.width * first.height > _CHEAP_PIXELS
            and head == packets.pts[:_HEAD]
        )
    with closing_stream(path, name, index) as (container, stream):
        pictures = None if trusted else _decode_all(container, stream, name, limits, check)
        damage = _damage(stream, packets, pictures)
        table = _table(stream, packets, pictures, damage)
        limits.check_duration(name, table.duration_s)
        info = _info(container, stream, first, table)
    if pictures is not None:
        sure = info.container in _TIMED_CONTAINERS or not damage
        seekable = sure and pictures.timed and _seeks_agree(path, name, index, pictures)
        info = replace(info, seekable=seekable)
    if info.seekable:
        sync = np.flatnonzero(np.isin(table.pts, list(packets.sync)))
        table = replace(table, sync=sync.astype(np.int64))
    return {"info": info.to_json(), "table": table.to_json()}


def _head(
    container: InputContainer, stream: VideoStream, name: str
) -> tuple[VideoFrame, list[int | None]]:
    """The first picture, and the timestamps of the first few."""
    seen = 0

    def look(packet: Packet[VideoStream]) -> None:
        nonlocal seen
        seen += 1
        if packet.has_sidedata("encryption_info"):
            raise InputError(
                f"{name} is encrypted (DRM); export it without protection first.", status=415
            )

    first, head = None, []
    for frame in islice(decode(packets_of(container, stream), stream, look), _HEAD):
        first = first or frame
        head.append(timestamp(frame))
    if first is None:
        codec = stream.codec_context.name
        why = f"no picture of its {codec} video can be decoded" if seen else "its video is empty"
        raise _unusable(name, why)
    return first, head


def _unusable(name: str, why: str) -> InputError:
    return InputError(
        f"{name} cannot be used: {why}; record or export it again as MP4 (H.264).", status=415
    )


def _read_packets(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    limits: Limits,
    check: Callable[[], None],
) -> _Packets:
    packets = _Packets()
    prefix = length_prefix(stream.codec_context.name, stream.codec_context.extradata)
    latest = None
    try:
        for packet in packets_of(container, stream):
            check()
            if not packet.size:
                continue
            packets.count += 1
            packets.left_out += packet.is_discard
            packets.untimed |= packet.pts is None
            packets.damaged |= packet.is_corrupt or bool(
                prefix and not nal_units_are_whole(bytes(packet), prefix)
            )
            if packet.pts is not None:
                packets.pts.append(packet.pts)
                if packet.is_keyframe:
                    packets.sync.add(packet.pts)
                if latest is None or packet.pts >= latest:
                    latest, packets.last_duration = packet.pts, packet.duration or 0
            limits.check_frames(name, packets.count)
    except av.error.MemoryError:
        raise
    except av.error.FFmpegError:
        packets.broke_off = True
    packets.pts.sort()
    return packets


def _is_sound(container: InputContainer, stream: VideoStream, packets: _Packets) -> bool:
    """Whether each packet can be taken for one picture, without decoding it."""
    return (
        stream.codec_context.name in _ONE_PICTURE_A_PACKET
        and container.format.name in _TIMED_CONTAINERS
        and not (packets.untimed or packets.left_out or packets.damaged or packets.broke_off)
        and stream.frames in (0, len(packets.pts))
        and all(np.diff(packets.pts) > 0)
    )


def _decode_all(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    limits: Limits,
    check: Callable[[], None],
) -> _Pictures:
    pictures = _Pictures()
    for frame in decode(packets_of(container, stream), stream, lambda _packet: None):
        check()
        limits.check_size(name, frame.width, frame.height)
        pts = timestamp(frame)
        if pts is None or (pictures.pts and pts < pictures.pts[-1]):
            pictures.timed = False
        if pts is None:
            pts = pictures.pts[-1] + max(pictures.last_duration, 1) if pictures.pts else 0
        pictures.pts.append(pts)
        pictures.signatures.append(_signature(frame))
        pictures.damaged += bool(frame.is_corrupt)
        pictures.last_duration = frame.duration or pictures.last_duration
        limits.check_frames(name, len(pictures.pts))
    if not pictures.pts:
        raise _unusable(name, "none of its pictures can be decoded")
    return pictures


def _signature(frame: VideoFrame) -> int:
    plane = frame.planes[0]
    return zlib.crc32(memoryview(plane)[:: max(plane.buffer_size // 4096, 1)].tobytes())


def _damage(stream: VideoStream, packets: _Packets, pictures: _Pictures | None) -> str | None:
    found = len(pictures.pts if pictures is not None else packets.pts)
    promised = stream.frames or int(_tag(stream, "NUMBER_OF_FRAMES") or 0)
    if packets.broke_off or promised > packets.count or _is_cut_short(stream, packets):
        missing = max(promised - packets.left_out - found, 0)
        what = f"{missing} of {promised} frames are" if missing else "its end is"
        return f"The file breaks off early: {what} missing; the {found} frames before can be used."
    if pictures is None:
        return None
    missing = max(packets.count - packets.left_out - found, 0)
    if packets.damaged and missing:
        return (
            f"The file is damaged: {missing} of {found + missing} frames are missing, and frames"
            " near them may show errors."
        )
    if pictures.damaged:
        return f"The file is damaged: {pictures.damaged} of {found} frames show errors."
    return None


def _is_cut_short(stream: VideoStream, packets: _Packets) -> bool:
    """Whether a Matroska track ends well before the length that its tags state."""
    stated = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d*)?)", _tag(stream, "DURATION") or "")
    if not stated or not packets.pts:
        return False
    hours, minutes, seconds = (float(part) for part in stated.groups())
    end = float(packets.pts[-1] * (stream.time_base or 0))
    return hours * 3600 + minutes * 60 + seconds > end + _SLACK_S


def _tag(stream: VideoStream, name: str) -> str | None:
    """A statistic that Matroska writers leave; some mark it with a language."""
    found = (value for key, value in stream.metadata.items() if key.split("-")[0] == name)
    return next(found, None)


def _table(
    stream: VideoStream, packets: _Packets, pictures: _Pictures | None, damage: str | None
) -> FrameTable:
    time_base = Fraction(stream.time_base or Fraction(1, 1000))
    if pictures is None:
        pts, last = packets.pts, packets.last_duration
    else:
        pts = pictures.pts
        last = packets.last_duration or pictures.last_duration
    usual = _usual_duration(stream, pts, time_base)
    if not 0 < last <= 10 * usual:
        last = usual
    return FrameTable.from_pts(pts, time_base, last, damage)


def _usual_duration(stream: VideoStream, pts: list[int], time_base: Fraction) -> int:
    steps = np.diff(pts)
    steps = steps[steps > 0]
    if len(steps):
        return int(np.median(steps))
    return max(round(1 / (stream.average_rate or _USUAL_RATE) / time_base), 1)


def _seeks_agree(path: str, name: str, stream_index: int, pictures: _Pictures) -> bool:
    """Whether frames reached by timestamp are the pictures that decoding in order gave."""
    count = len(pictures.pts)
    cursor = Cursor(path, name, stream_index, pictures.pts)
    try:
        for trial in range(_SEEK_TRIALS, 0, -1):
            index = (count - 1) * trial // _SEEK_TRIALS
            same = _signature(cursor.picture(index)) == pictures.signatures[index]
            # A damaged picture may be patched in another way when it is come to in another way.
            if not same and not pictures.damaged:
                return False
    except (EOFError, av.error.FFmpegError):
        return False
    finally:
        cursor.close()
    return True


def _info(
    container: InputContainer,
    stream: VideoStream,
    first: VideoFrame,
    table: FrameTable,
) -> ClipInfo:
    rotation, mirrored = _picture.orientation_of(first)
    source_width, source_height = _picture.upright_size(first, rotation)
    sar = _picture.upright_sar(stream.sample_aspect_ratio, rotation)
    width, height = working_size(source_width, source_height, sar)
    sound = sum(s.codec_context is not None for s in container.streams.audio)
    return ClipInfo(
        container=container.format.name,
        codec=stream.codec_context.name,
        stream_index=stream.index,
        source_width=source_width,
        source_height=source_height,
        width=width,
        height=height,
        rotation=rotation,
        mirrored=mirrored,
        sar=sar,
        pix_fmt=first.format.name,
        bit_depth=first.format.components[0].bits,
        color=_picture.color_of(first),
        rate=_rate(stream, table),
        has_sound=sound > 0,
        sound_streams=sound,
        duration_s=table.duration_s,
        timecode=_timecode(container, stream),
    )


def _timecode(container: InputContainer, stream: VideoStream) -> str | None:
    """The label of the first frame: with the picture, in a track of its own, or of the file."""
    places = (stream, *container.streams, container)
    # Matroska's tags are in capitals.
    tags = ((name.lower(), text) for place in places for name, text in place.metadata.items())
    return next((s for name, s in tags if name == "timecode" and _TIMECODE.fullmatch(s)), None)


def _rate(stream: VideoStream, table: FrameTable) -> Fraction:
    """The average rate: the file's own where the table bears it out."""
    measured = Fraction(table.frame_count * table.timescale, table.end_tick)
    stated = stream.average_rate
    if stated and abs(stated / measured - 1) < Fraction(1, 200):
        return Fraction(stated)
    return measured.limit_denominator(1001)
