"""Reads the boxes of a segment that the protocol speaks of, with code of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"}


@dataclass(frozen=True)
class Sample:
    """One picture of a fragment: when it is shown, how long, and whether decoding may start."""

    time: int
    duration: int
    size: int
    sync: bool
    offset: int


def boxes(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type, begin and end of the content of every box, containers before what they hold."""
    at, stop = start, len(data) if stop is None else stop
    while at < stop:
        size, kind = struct.unpack_from(">I4s", data, at)
        assert size >= 8
        assert at + size <= stop
        yield kind, at + 8, at + size
        if kind in _CONTAINERS:
            yield from boxes(data, at + 8, at + size)
        at += size


def top_level(data: bytes) -> list[bytes]:
    """Types of the outermost boxes, in order."""
    kinds, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        kinds.append(kind)
        at += size
    return kinds


def find(data: bytes, kind: bytes) -> bytes:
    """Content of the only box of a type, also within the sample entry of a VP9 track."""
    at = data.index(kind) - 4
    (size,) = struct.unpack_from(">I", data, at)
    return data[at + 8 : at + size]


def samples(media: bytes) -> list[Sample]:
    """All samples of a segment's fragments."""
    found: list[Sample] = []
    time = 0
    defaults: dict[str, int] = {}
    for kind, start, stop in boxes(media):
        content = media[start:stop]
        if kind == b"tfhd":
            defaults = _defaults(content)
        elif kind == b"tfdt":
            time = struct.unpack_from(">Q" if content[0] else ">I", content, 4)[0]
        elif kind == b"trun":
            for sample in _run(content, time, defaults):
                found.append(sample)
                time += sample.duration
    return found


def decode_times(media: bytes) -> list[int]:
    """`tfdt` of each fragment."""
    return [
        struct.unpack_from(">Q" if media[start] else ">I", media, start + 4)[0]
        for kind, start, _ in boxes(media)
        if kind == b"tfdt"
    ]


def _defaults(content: bytes) -> dict[str, int]:
    flags = int.from_bytes(content[1:4], "big")
    at, found = 8, {}
    for bit, name, size in (
        (0x1, "offset", 8),
        (0x2, "description", 4),
        (0x8, "duration", 4),
        (0x10, "size", 4),
        (0x20, "flags", 4),
    ):
        if flags & bit:
            found[name] = int.from_bytes(content[at : at + size], "big")
            at += size
    return found


def _run(content: bytes, time: int, defaults: dict[str, int]) -> Iterator[Sample]:
    flags = int.from_bytes(content[1:4], "big")
    (count,) = struct.unpack_from(">I", content, 4)
    at = 8 + 4 * bool(flags & 0x1)
    first_flags = None
    if flags & 0x4:
        first_flags = int.from_bytes(content[at : at + 4], "big")
        at += 4
    for number in range(count):
        values = dict(defaults)
        offset = 0
        for bit, name in ((0x100, "duration"), (0x200, "size"), (0x400, "flags")):
            if flags & bit:
                values[name] = int.from_bytes(content[at : at + 4], "big")
                at += 4
        if flags & 0x800:
            (offset,) = struct.unpack_from(">i", content, at)
            at += 4
        if number == 0 and first_flags is not None:
            values["flags"] = first_flags
        sync = not values["flags"] & 0x10000
        yield Sample(time, values["duration"], values["size"], sync, offset)
        time += values["duration"]
