"""Cut a clip's sound to a range, each track as a file of its own (worker side).

The tracks are made in memory, since a decoding process may write no files, and sent in pieces.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from mattebox.media._container import open_container

SoundPacket: TypeAlias = "Packet[AudioStream]"
Packets: TypeAlias = "Iterator[SoundPacket]"

PIECE = 1 << 20
"""Bytes of a track that are sent at a time."""

SoundKind = Literal["mp4", "mov", "webm"]
"""What the tracks are for: both are made as a file of that kind."""

# What players and editors read in such a file; anything else is encoded anew.
_COPIED: dict[SoundKind, frozenset[str]] = {
    "mp4": frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}),
    "mov": frozenset(
        {"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"}
    ),
    # WebM has no edit list to hide what a copied packet brings from before the cut.
    "webm": frozenset(),
}
_AAC_RATES = frozenset(
    {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
)
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_BIT_RATE_PER_CHANNEL = 96_000

# Sound decoders need what came just before the cut to start cleanly; MP4's edit list hides it.
_PREROLL_S = Fraction(1, 10)


class Reply(Protocol):
    """Where the tracks go."""

    def check(self) -> None:
        """Show that the work goes on; raises when it should not."""

    def deliver(self, index: int, arrays: tuple[npt.NDArray[np.generic], ...]) -> None:
        """Hand over a piece of track ``index``."""


def sound(
    reply: Reply,
    *,
    path: str,
    name: str,
    start: tuple[int, int],
    stop: tuple[int, int] | None,
    kind: SoundKind,
) -> dict[str, Any]:
    """Send each sound track of a file as a file of its own that starts at time 0.

    Args:
        reply: Where they go, in pieces of at most `PIECE` bytes.
        path: The file.
        name: How the person knows it.
        start: The time in the source that becomes 0, as a fraction of a second.
        stop: Where the sound ends, or None for all that is there.
        kind: The kind of file they are made as.

    Returns:
        ``warnings``: a sentence for each track that was left out or is not whole.
    """
    opened = partial(open_container, path, name)
    with opened() as container:
        tracks = [stream.index for stream in container.streams if stream.type == "audio"]
    span_s = Fraction(*start), Fraction(*stop) if stop else None
    warnings = []
    for number, index in enumerate(tracks):
        track = _Track(reply, opened, index, span_s, kind)
        content, warning = track.read()
        whole = np.frombuffer(content.getbuffer(), np.uint8)
        for at in range(0, len(whole), PIECE):
            reply.deliver(number, (whole[at : at + PIECE],))
        if warning:
            called = "The sound" if len(tracks) == 1 else f"Sound track {number + 1}"
            warnings.append(f"{called} {warning}")
    return {"warnings": warnings}


class _Track:
    def __init__(
        self,
        reply: Reply,
        opened: Callable[[], InputContainer],
        index: int,
        span_s: tuple[Fraction, Fraction | None],
        kind: SoundKind,
    ) -> None:
        self._reply = reply
        self._open, self._index, self._kind = opened, index, kind
        self._start_s, self._stop_s = span_s
        self._broken_off: str | None = None

    def read(self) -> tuple[io.BytesIO, str | None]:
        """Copy or encode the track.

        Returns:
            The file, empty when there is none, and the end of a sentence when something is missing.
        """
        failure = "holds nothing that can be kept"
        for way in (self._copy, self._encode):
            self._broken_off = None
            content = io.BytesIO()
            try:
                if way(content):
                    left_out = None
                    if self._broken_off:
                        left_out = f"breaks off early ({self._broken_off}); what was read is kept."
                    return content, left_out
            except av.error.MemoryError:
                raise
            except (av.error.FFmpegError, ValueError, RuntimeError) as reason:
                failure = f"could not be kept ({_reason(reason)})"
        return io.BytesIO(), f"{failure}; the export goes without it."

    def _copy(self, content: io.BytesIO) -> bool:
        with self._open() as container:
            stream = _sound(container, self._index)
            if (
                stream is None
                or stream.codec_context.codec.canonical_name not in _COPIED[self._kind]
            ):
                return False
            written = 0
            with av.open(content, "w", format=self._kind) as output:
                copied = output.add_stream_from_template(stream)
                for packet in self._packets(container, stream):
                    self._shift(packet)
                    packet.stream = copied
                    output.mux(packet)
                    written += 1
            return written > 0

    def _encode(self, content: io.BytesIO) -> bool:
        with self._open() as container:
            stream = _sound(container, self._index)
            if stream is None:
                return False
            written = 0
            with av.open(content, "w", format=self._kind) as output:
                encoded = _encoded_stream(output, stream, self._kind)
                for packet in self._packets(container, stream):
                    for frame in self._decoded(packet):
                        output.mux(encoded.encode(frame))
                        written += 1
                if written:
                    output.mux(encoded.encode(None))
            return written > 0

    def _decoded(self, packet: SoundPacket) -> Iterator[av.AudioFrame]:
        try:
            frames = packet.decode()
        except (av.error.InvalidDataError, av.error.UndefinedError) as reason:
            self._broken_off = self._broken_off or _reason(reason)
            return
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)
            if frame.pts is None or frame.time_base is None:
                continue
            frame.pts -= round(self._start_s / frame.time_base)
            kept = _from_zero(frame) if self._kind == "webm" else frame
            if kept is not None:
                yield kept

    def _packets(self, container: InputContainer, stream: AudioStream) -> Packets:
        unit = stream.time_base
        assert unit is not None
        first = self._start_s - _PREROLL_S
        if first > 0:
            container.seek(max(0, int(first / unit)), stream=stream)
        packets = container.demux(stream)
        while True:
            self._reply.check()
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.MemoryError:
                raise
            except av.error.FFmpegError as reason:
                self._broken_off = _reason(reason)
                return
            if packet.pts is None or not packet.size:
                continue
            begins = packet.pts * unit
            if begins + (packet.duration or 0) * unit <= first:
                continue
            if self._stop_s is not None and begins >= self._stop_s:
                return
            yield packet

    def _shift(self, packet: SoundPacket) -> None:
        offset = round(self._start_s / packet.time_base)
        assert packet.pts is not None
        packet.pts -= offset
        packet.dts = packet.pts if packet.dts is None else packet.dts - offset


def _sound(container: InputContainer, index: int) -> AudioStream | None:
    """The track, unless its codec is unknown."""
    stream = container.streams[index]
    return stream if isinstance(stream, AudioStream) and stream.codec_context else None


def _encoded_stream(output: OutputContainer, source: AudioStream, kind: SoundKind) -> AudioStream:
    layout = _LAYOUTS.get(source.channels, "stereo")
    if kind == "mov":
        return output.add_stream("pcm_s24le", rate=source.rate, layout=layout)
    if kind == "webm":
        encoded = output.add_stream("libopus", rate=48000, layout=layout)
        encoded.bit_rate = _BIT_RATE_PER_CHANNEL * encoded.channels
        return encoded
    rate = source.rate if source.rate in _AAC_RATES else 48000
    encoded = output.add_stream("aac", rate=rate, layout=layout)
    encoded.bit_rate = _BIT_RATE_PER_CHANNEL * encoded.channels
    return encoded


def _from_zero(frame: av.AudioFrame) -> av.AudioFrame | None:
    """What of a frame is heard from time 0 on."""
    assert frame.pts is not None
    assert frame.time_base is not None
    early = math.ceil(-frame.pts * frame.time_base * frame.sample_rate)
    if early <= 0:
        return frame
    if early >= frame.samples:
        return None
    samples: npt.NDArray[Any] = frame.to_ndarray()
    step = 1 if frame.format.is_planar else frame.layout.nb_channels
    kept = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples[:, early * step :]), frame.format.name, frame.layout.name
    )
    kept.sample_rate, kept.time_base = frame.sample_rate, frame.time_base
    kept.pts = frame.pts + round(Fraction(early, frame.sample_rate) / frame.time_base)
    return kept


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
