"""The jobs a decoding process does (worker side)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import av.error
from av.video.frame import VideoFrame

from mattebox.errors import InputError
from mattebox.media._cursor import Cursor
from mattebox.media._numbers import Int64s, unpacked
from mattebox.media._picture import Array, PictureMaker
from mattebox.media._samples import sound_chunk, sound_facts
from mattebox.media._sound import sound
from mattebox.media._survey import survey
from mattebox.media.clip import ClipInfo
from mattebox.media.limits import Limits

Maker = Callable[[VideoFrame], tuple[Array, ...]]

# Pictures held back to deliver frames in another order than they are stored in.
_HELD_BYTES = 128 << 20
_MOST_HELD = 48


class Stopped(Exception):  # noqa: N818 - not an error
    """The other side wants no more of this work."""


class Reply(Protocol):
    """Where a job's results go."""

    def check(self) -> None:
        """Show that the work goes on; raises when it should not."""

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is."""

    def deliver(self, index: int, arrays: tuple[Array, ...]) -> None:
        """Hand over one frame."""


@dataclass(frozen=True)
class Clip:
    """What is being read: the file, its name for messages, its facts, its table's hash."""

    path: str
    name: str
    info: ClipInfo
    table: str


class _Open:
    """The clip that was read last, kept open so that the next read goes on where it stopped."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] | None = None
        self._cursor: Cursor | None = None
        self._reply: Reply | None = None

    def cursor(self, reply: Reply, clip: Clip, pts: Int64s | None) -> Cursor | None:
        """A cursor in the clip; None when its timestamps are needed and were not sent."""
        self._reply = reply
        status = os.stat(clip.path)
        key = (clip.path, clip.table, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._cursor is None or key != self._key:
            self.close()
            if pts is None:
                return None
            self._cursor = Cursor(
                clip.path,
                clip.name,
                clip.info.stream_index,
                pts,
                seekable=clip.info.seekable,
                check=self._check,
            )
            self._key = key
        return self._cursor

    def close(self) -> None:
        """Let go of the file."""
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = self._key = None

    def _check(self) -> None:
        if self._reply is not None:
            self._reply.check()


_open = _Open()


def ingest(
    reply: Reply, *, path: str, name: str, limits: dict[str, Any], decode_whole: bool
) -> dict[str, Any]:
    """Measure a file."""
    try:
        return survey(path, name, Limits(**limits), reply.check, decode_whole=decode_whole)
    except av.error.MemoryError:
        raise
    except av.error.FFmpegError as reason:
        detail = f"{name} is damaged or of a kind that cannot be read; convert it to MP4 (H.264)."
        raise InputError(detail, status=415) from reason


def frames(
    reply: Reply,
    *,
    path: str,
    name: str,
    info: dict[str, Any],
    table: str,
    pts: str | None,
    indices: str,
    make: str,
) -> dict[str, Any]:
    """Deliver the wanted frames in the wanted order.

    Args:
        reply: Where they go.
        path: The file.
        name: How the person knows it.
        info: The clip's facts.
        table: The frame table's hash.
        pts: The frame table's timestamps, `packed`, unless this process is thought to have them.
        indices: The frames, `packed`.
        make: `rgb`, `small_rgb`, `working_planes` or `source_planes`.

    Returns:
        Whether the timestamps are needed, with nothing delivered.
    """
    clip = Clip(path, name, ClipInfo.from_json(info), table)
    cursor = _open.cursor(reply, clip, None if pts is None else unpacked(pts))
    if cursor is None:
        return {"needs_pts": True}
    maker = _maker(clip.info, make)
    try:
        for index, arrays in _made(cursor, unpacked(indices), maker):
            reply.deliver(index, arrays)
    except Stopped:
        raise
    except BaseException:
        _open.close()
        raise
    return {"needs_pts": False}


@lru_cache(maxsize=8)
def _maker(info: ClipInfo, make: str) -> Maker:
    """A converter kept for the next read: setting one up for HDR takes seconds."""
    maker: Maker = getattr(PictureMaker(info), make)
    return maker


def _made(cursor: Cursor, wanted: Int64s, maker: Maker) -> Iterator[tuple[int, tuple[Array, ...]]]:
    """What is made of the wanted frames, decoding each group of pictures once where it can."""
    at = 0
    while at < len(wanted):
        index = int(wanted[at])
        if at + 1 == len(wanted) or wanted[at + 1] >= index:
            yield index, maker(cursor.picture(index))
            at += 1
            continue
        room = _room(maker(cursor.picture(int(wanted[at + 1]))))
        batch = wanted[at : at + room].tolist()
        held = {i: maker(cursor.picture(i)) for i in sorted(set(batch))}
        yield from ((i, held[i]) for i in batch)
        at += len(batch)


def _room(arrays: tuple[Array, ...]) -> int:
    """How many pictures of this size may be held back."""
    return min(max(_HELD_BYTES // sum(array.nbytes for array in arrays), 2), _MOST_HELD)


JOBS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "ingest": ingest,
    "frames": frames,
    "sound": sound,
    "sound_chunk": sound_chunk,
    "sound_facts": sound_facts,
}
