"""A clip's sound as samples on the timeline of its pictures (worker side).

Sample `k` sounds `k / rate` seconds after the first frame is shown. Each range is decoded by
itself, from a little before it, so what comes out never depends on what was asked for before.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition

from mattebox.media._container import open_container, packets
from mattebox.media._sound import Reply

Floats = npt.NDArray[np.float32]

MOST_CHANNELS = 2
_KEPT_RATES = (44100, 48000)
_USUAL_RATE = 48000
# Where to begin before the wanted samples, in seconds: decoders need what came just before to be
# right, and a container's own answer may land behind the goal.
_STEPS_BACK_S = (Fraction(1, 2), Fraction(3), Fraction(10))
# What resampling reads beyond each end; far more than its filter is long.
_MARGIN_S = Fraction(1, 20)
_ENCODED_BITS = 16

_WRAPPING = ("mpegts", "mpeg")
_WRAP = 1 << 33


def sound_facts(reply: Reply, *, path: str, name: str) -> dict[str, Any]:
    """How a clip's sound is handed out.

    Args:
        reply: Asked to go on.
        path: The file.
        name: How the person knows it.

    Returns:
        ``rate`` in samples a second and ``channels``; no rate where there is no sound to be read.
    """
    reply.check()
    with open_container(path, name) as container:
        stream = _track(container)
        if stream is None or not stream.rate or not stream.channels:
            return {"rate": None, "channels": 0}
        rate = stream.rate if stream.rate in _KEPT_RATES else _USUAL_RATE
        return {"rate": rate, "channels": min(stream.channels, MOST_CHANNELS)}


def sound_chunk(
    reply: Reply,
    *,
    path: str,
    name: str,
    origin: tuple[int, int],
    first: int,
    stop: int,
    rate: int,
    channels: int,
) -> dict[str, Any]:
    """Send samples `first` to `stop` (not included) as one FLAC file.

    Args:
        reply: Where it goes.
        path: The file.
        name: How the person knows it.
        origin: The time in the source of sample 0, as a fraction of a second.
        first: The first sample.
        stop: The sample after the last.
        rate: Samples a second, of `sound_facts`.
        channels: How many, of `sound_facts`.
    """
    with open_container(path, name) as container:
        stream = _track(container)
        if stream is None:
            samples = np.zeros((channels, stop - first), np.float32)
        else:
            samples = _Range(reply, container, stream, Fraction(*origin), channels).read(
                first, stop, rate
            )
    reply.deliver(0, (np.frombuffer(_flac(samples, rate), np.uint8),))
    return {}


class _Range:
    """Reads ranges of samples of one track."""

    def __init__(
        self,
        reply: Reply,
        container: InputContainer,
        stream: AudioStream,
        origin: Fraction,
        channels: int,
    ) -> None:
        assert stream.time_base is not None
        self._reply, self._container, self._stream = reply, container, stream
        self._origin, self._channels, self._rate = origin, channels, stream.rate
        self._unit = stream.time_base
        wraps = container.format.name in _WRAPPING
        self._period = _WRAP * self._unit if wraps else None
        self._begins = self._time(stream.start_time or 0)
        # Two timestamps in a row may be rounded in opposite directions.
        self._slack = math.ceil(self._unit * self._rate) + 1

    def read(self, first: int, stop: int, rate: int) -> Floats:
        """`(channels, stop - first) float32` in [-1, 1], silent where the track has nothing."""
        if rate == self._rate:
            return self._placed(first, stop)
        # Resampled from a place where a sample of the one rate falls upon one of the other.
        common = math.gcd(rate, self._rate)
        margin = math.ceil(_MARGIN_S * common)
        low = first * common // rate - margin
        high = -(-stop * common // rate) + margin
        whole = self._placed(low * self._rate // common, high * self._rate // common)
        at = first - low * rate // common
        return _resampled(whole, self._rate, rate)[:, at : at + stop - first]

    def _placed(self, first: int, stop: int) -> Floats:
        """Samples of the track's own rate, each at its place."""
        found = np.zeros((self._channels, stop - first), np.float32)
        expected: int | None = None
        for frame in self._frames(first, stop):
            at = self._place(frame)
            if expected is not None and (at is None or abs(at - expected) <= self._slack):
                at = expected
            if at is None:
                continue
            if at >= stop:
                break
            expected = at + frame.samples
            low, high = max(at, first), min(expected, stop)
            if low < high:
                samples = _floats(frame, self._channels)
                found[:, low - first : high - first] = samples[:, low - at : high - at]
        return found

    def _place(self, frame: AudioFrame) -> int | None:
        """Which sample a frame begins with.

        Timestamps coarser than samples are rounded; frames of equal length tell the exact place.
        """
        if frame.pts is None:
            return None
        time = self._time(frame.pts)
        if self._unit * self._rate > 1 and frame.samples:
            steps = round((time - self._begins) * self._rate / frame.samples)
            exact = self._begins + Fraction(steps * frame.samples, self._rate)
            if abs(exact - time) <= self._unit:
                time = exact
        return math.floor((time - self._origin) * self._rate + Fraction(1, 2))

    def _time(self, timestamp: int) -> Fraction:
        """Seconds in the source, the clock unwound that starts anew every 26 hours."""
        time = timestamp * self._unit
        if self._period is not None:
            time -= round((time - self._origin) / self._period) * self._period
        return time

    def _frames(self, first: int, stop: int) -> Iterator[AudioFrame]:
        end_s = self._origin + Fraction(stop, self._rate)
        for packet in self._packets(self._origin + Fraction(first, self._rate)):
            self._reply.check()
            try:
                frames = packet.decode()
            except (av.error.InvalidDataError, av.error.UndefinedError):
                continue
            for frame in frames:
                assert isinstance(frame, AudioFrame)
                # A file may change its mind on the way; what no longer fits is not heard.
                if frame.sample_rate == self._rate:
                    yield frame
            if packet.pts is not None and self._time(packet.pts) > end_s + 1:
                return

    def _packets(self, start_s: Fraction) -> Iterator[Packet[AudioStream]]:
        sought = False
        for step in _STEPS_BACK_S:
            goal = start_s - step
            if goal <= self._begins:
                break
            sought = True
            try:
                self._container.seek(math.floor(goal / self._unit), stream=self._stream)
                found = packets(self._container, self._stream)
                head = next(found)
            except StopIteration:
                continue
            except av.error.MemoryError:
                raise
            except av.error.FFmpegError:
                break
            if head.pts is not None and self._time(head.pts) <= start_s:
                return chain((head,), _whole(found))
        if sought:
            self._container.seek(math.floor(self._begins / self._unit), stream=self._stream)
        return _whole(packets(self._container, self._stream))


def _whole(found: Iterator[Packet[AudioStream]]) -> Iterator[Packet[AudioStream]]:
    """The packets until the file ends or breaks off."""
    while True:
        try:
            yield next(found)
        except StopIteration:
            return
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:
            return


def _track(container: InputContainer) -> AudioStream | None:
    """The sound that players play: the track marked so, or the first that can be decoded."""
    known = [s for s in container.streams.audio if getattr(s, "codec_context", None) is not None]
    if not known:
        return None
    chosen = next((s for s in known if s.disposition & Disposition.default), known[0])
    for other in container.streams:
        if other is not chosen:
            other.discard = Discard.all
    return chosen


def _floats(frame: AudioFrame, channels: int) -> Floats:
    """`(channels, samples) float32`; more channels than wanted are mixed into them."""
    if frame.layout.nb_channels > channels:
        layout = "mono" if channels == 1 else "stereo"
        try:
            mixed = AudioResampler("fltp", layout, frame.sample_rate).resample(frame)
            return _planar(mixed[0])[:channels]
        except (av.error.FFmpegError, ValueError, IndexError):
            # A layout without a name; the first channels are left and right in all that are used.
            return _planar(frame)[:channels]
    samples = _planar(frame)
    # Fewer than the track began with: the last one is heard on the others, too.
    missing = channels - len(samples)
    return np.concatenate([samples, *[samples[-1:]] * missing]) if missing else samples


def _planar(frame: AudioFrame) -> Floats:
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - np.float32(128)) / np.float32(128)
    if samples.dtype.kind == "i":
        full = 1 << (8 * samples.dtype.itemsize - 1)
        return (samples.astype(np.float64) / full).astype(np.float32)
    return samples.astype(np.float32)


def _resampled(samples: Floats, rate: int, wanted: int) -> Floats:
    layout = "mono" if len(samples) == 1 else "stereo"
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    resampler = AudioResampler("fltp", layout, wanted)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([_planar(piece) for piece in pieces], axis=1)


def _flac(samples: Floats, rate: int) -> bytes:
    """16-bit FLAC, decodable by itself."""
    full = 1 << (_ENCODED_BITS - 1)
    whole = np.clip(np.rint(samples * full), -full, full - 1).astype(np.int16)
    layout = "mono" if len(samples) == 1 else "stereo"
    content = io.BytesIO()
    with av.open(content, "w", format="flac") as output:
        stream = output.add_stream("flac", rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        stream.codec_context.format = "s16"
        size = stream.codec_context.frame_size or 4096
        for at in range(0, whole.shape[1], size):
            piece = np.ascontiguousarray(whole[:, at : at + size].T).reshape(1, -1)
            frame = AudioFrame.from_ndarray(piece, "s16", layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return content.getvalue()
