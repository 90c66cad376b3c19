"""Reach frames by their index in the frame table, exactly (worker side).

Identity goes by timestamp, never by counting from where a seek happened to land: a picture that
cannot be decoded leaves a hole at its own index and moves no other. Only a file whose timestamps
cannot be trusted (`ClipInfo.seekable` is false) is counted, and then always from its start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import av.error
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mattebox.media._container import open_stream, packets

# Decoding on is cheaper than a seek over gaps shorter than the usual distance of sync frames, where
# none is known to lie in the gap; over these few it always is, for a seek drops what the decoder's
# threads are at.
_WORTH_A_SEEK, _NEVER_WORTH_A_SEEK = 32, 8
# How far before a frame to look for a sync frame, in seconds, when the container's own answer
# lands behind it; after these the file is read from its start.
_STEPS_BACK_S = (0.0, 2.0, 10.0)
_NEAR_THE_START = 600


def timestamp(frame: VideoFrame) -> int | None:
    """The frame's presentation time, or its decoding time where the file gives no other."""
    return frame.pts if frame.pts is not None else frame.dts


def decode(
    source: Iterator[Packet[VideoStream]],
    stream: VideoStream,
    on_packet: Callable[[Packet[VideoStream]], None],
) -> Iterator[VideoFrame]:
    """Every picture of these packets; what cannot be decoded is passed over.

    Args:
        source: The stream's packets, the empty one that drains the decoder at their end.
        stream: The picture they belong to.
        on_packet: Called with each packet before it is decoded.
    """
    packet: Packet[VideoStream] | None
    while True:
        try:
            packet = next(source)
        except StopIteration:
            return
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:
            # The rest cannot be read, but pictures may still be inside the decoder.
            packet = None
        try:
            if packet is None:
                yield from stream.codec_context.decode(None)
                return
            if packet.size:
                on_packet(packet)
            yield from packet.decode()
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:
            continue


@dataclass(frozen=True)
class _Position:
    index: int
    frame: VideoFrame


class _Times:
    """The frame table's timestamps, found by index and by value.

    As arrays: every decoding process holds its own, and hours have a hundred thousand frames.
    """

    def __init__(self, pts: npt.NDArray[np.int64]) -> None:
        self._pts = pts
        # Stable, so that of equal timestamps the first comes first.
        self._order = np.argsort(pts, kind="stable")
        self._sorted = pts[self._order]

    def __len__(self) -> int:
        return len(self._pts)

    def __getitem__(self, index: int) -> int:
        return int(self._pts[index])

    def first_index(self, pts: int) -> int | None:
        """The first frame with this timestamp."""
        at = int(np.searchsorted(self._sorted, pts))
        if at == len(self._sorted) or int(self._sorted[at]) != pts:
            return None
        return int(self._order[at])


class Cursor:
    """A place in a clip, from which frames are read on or sought.

    Args:
        path: The file.
        name: How the person knows it.
        stream_index: Which of its streams.
        pts: The frame table's timestamps.
        seekable: Whether timestamps can be trusted.
        check: Called at every decoded picture; may raise to stop the work.
    """

    def __init__(
        self,
        path: str,
        name: str,
        stream_index: int,
        pts: npt.ArrayLike,
        *,
        seekable: bool = True,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._path, self._name, self._stream_index = path, name, stream_index
        self._times = _Times(np.asarray(pts, np.int64))
        self._seekable = seekable
        self._check = check
        self._container, self._stream = open_stream(path, name, stream_index)
        self._frames: Iterator[VideoFrame] = iter(())
        self._last: _Position | None = None
        self._ahead: _Position | None = None
        self._previous_pts: int | None = None
        self._counted = -1
        self._sync_frames_seen = 0
        self._packet_time = -math.inf
        self._goal = self._times[0]
        self._from_start = False
        self._holes: set[int] = set()

    def close(self) -> None:
        """Let go of the file."""
        self._frames = iter(())
        self._last = self._ahead = None
        self._container.close()

    def picture(self, index: int) -> VideoFrame:
        """The picture of a frame; for one that cannot be decoded, the nearest before it.

        Raises:
            IndexError: The clip has no such frame.
            EOFError: Nothing at all could be decoded.
        """
        if not 0 <= index < len(self._times):
            raise IndexError(f"frame {index} of {len(self._times)}")
        if not self._can_read_on(index):
            self._seek(index)
        self._goal = self._times[index]
        found = self._read_to(index)
        if found is None or found.index != index:
            found = self._read_hole(index, found)
        return found.frame

    def _can_read_on(self, index: int) -> bool:
        if self._last is None or index < self._last.index:
            return False
        gap = index - self._last.index
        if gap <= _NEVER_WORTH_A_SEEK or not self._seekable:
            return True
        sync = self._sync_time(index)
        # Where there is no index of sync frames (transport streams) it is not known.
        return gap <= _WORTH_A_SEEK if sync is None else sync <= self._packet_time

    def _sync_time(self, index: int) -> int | None:
        """When the sync frame that a seek would land on is decoded, where that is known."""
        entries = self._stream.index_entries
        found = entries.search_timestamp(self._times[index], backward=True)
        return entries[found].timestamp if found >= 0 else None

    def _read_to(self, index: int) -> _Position | None:
        """Read on until the frame or one behind it; the last position at or before it."""
        while self._ahead is None or self._ahead.index <= index:
            if self._ahead is not None:
                self._last, self._ahead = self._ahead, None
                if self._last.index == index:
                    break
            elif self._last is not None and self._last.index == index:
                break
            # Before the picture is fetched: one that is fetched and then dropped would be missing.
            self._check()
            frame = next(self._frames, None)
            if frame is None:
                break
            at = self._index_of(frame)
            if at is not None:
                self._ahead = _Position(at, frame)
        return self._last

    def _index_of(self, frame: VideoFrame) -> int | None:
        if not self._seekable:
            self._counted += 1
            return self._counted if self._counted < len(self._times) else None
        pts = timestamp(frame)
        first = None if pts is None else self._times.first_index(pts)
        if first is None:
            return None
        self._counted = self._counted + 1 if pts == self._previous_pts else first
        self._previous_pts = pts
        same = self._counted < len(self._times) and self._times[self._counted] == pts
        return self._counted if same else None

    def _read_hole(self, index: int, found: _Position | None) -> _Position:
        """Try again from further back; then settle for the nearest picture before the hole."""
        if index not in self._holes and self._just_landed():
            for steps_back in (1, len(_STEPS_BACK_S) if index < _NEAR_THE_START else 2):
                self._seek(index, steps_back=steps_back)
                found = self._read_to(index)
                if found is not None and found.index == index:
                    return found
        self._holes.add(index)
        nearest = found or self._last or self._ahead
        if nearest is None:
            self._restart()
            nearest = self._read_to(index) or self._ahead
        if nearest is None:
            raise EOFError(f"no picture of {self._name} could be decoded")
        return nearest

    def _just_landed(self) -> bool:
        """Whether the pictures here may lack what only an earlier sync frame would give them."""
        return self._seekable and not self._from_start and self._sync_frames_seen <= 1

    def _seek(self, index: int, *, steps_back: int = 0) -> None:
        """Go to a sync frame from which the frame can be decoded whole."""
        if not self._seekable or index == 0:
            self._restart()
            return
        goal = self._times[index]
        if (
            self._times.first_index(goal) != index
            or self._times[min(index + 1, len(self._times) - 1)] == goal
        ):
            # All pictures that share a timestamp have to come by, to be told apart.
            goal -= 1
        unit = float(self._stream.time_base or 1)
        for step in _STEPS_BACK_S[steps_back:]:
            if self._land(goal - round(step / unit), goal):
                return
        self._restart()

    def _land(self, target: int, goal: int) -> bool:
        """Seek, and see whether the sync frame there comes before the goal is shown.

        A frame shown before its group's sync frame leans on the group before (open GOP), so it is
        never decoded from there.
        """
        try:
            self._container.seek(target, stream=self._stream, backward=True)
            found = packets(self._container, self._stream)
            first = next((packet for packet in found if packet.is_keyframe), None)
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:
            return False
        if first is None or not first.size:
            return False
        shown = first.pts if first.pts is not None else first.dts
        if shown is None or shown > goal:
            return False
        self._begin(chain((first,), found), from_start=False)
        return True

    def _restart(self) -> None:
        self._frames = iter(())
        self._container.close()
        self._container, self._stream = open_stream(self._path, self._name, self._stream_index)
        self._begin(packets(self._container, self._stream), from_start=True)

    def _begin(self, source: Iterator[Packet[VideoStream]], *, from_start: bool) -> None:
        self._frames = decode(source, self._stream, self._note_packet)
        self._last = self._ahead = None
        self._previous_pts = None
        self._counted = -1
        self._sync_frames_seen = 0
        self._packet_time = -math.inf
        self._from_start = from_start

    def _note_packet(self, packet: Packet[VideoStream]) -> None:
        self._sync_frames_seen += bool(packet.is_keyframe)
        if packet.dts is not None:
            self._packet_time = packet.dts
        # Pictures on the way that no other leans on are not worth decoding.
        passed = self._seekable and packet.pts is not None and packet.pts < self._goal
        self._stream.codec_context.skip_frame = "NONREF" if passed else "DEFAULT"
