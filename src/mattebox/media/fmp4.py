"""Fragmented MP4 boxes for one VP9 track: initialisation segments and media fragments.

Written here instead of by a muxer so that the initialisation segment depends on the rendition
alone (no encoder has to run to know it, and it is the same bytes for each segment), and so that a
fragment can leave as soon as its frames are encoded. Boxes are those of ISO/IEC 14496-12 and of the
VP9 in ISO BMFF binding; every box below is named as it is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_IDENTITY_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_TRACK = 1
_BT709 = 1

# Sample flags: depends on no other sample; or depends on others and is no sync sample.
_SYNC = 0x02000000
_NOT_SYNC = 0x01010000

# Level number, luma samples per second, luma samples per picture, longer side (VP9 levels).
_LEVELS = (
    (10, 829_440, 36_864, 512),
    (11, 2_764_800, 73_728, 768),
    (20, 4_608_000, 122_880, 960),
    (21, 9_216_000, 245_760, 1344),
    (30, 20_736_000, 552_960, 2048),
    (31, 36_864_000, 983_040, 2752),
    (40, 83_558_400, 2_228_224, 4160),
    (41, 160_432_128, 2_228_224, 4160),
    (50, 311_951_360, 8_912_896, 8384),
    (51, 588_251_136, 8_912_896, 8384),
    (52, 1_176_502_272, 8_912_896, 8384),
)
_TOP_LEVEL = 62


@dataclass(frozen=True)
class TrackFormat:
    """What an initialisation segment says of its VP9 profile 0, BT.709 track.

    Attributes:
        width: Picture width in pixels.
        height: Picture height in pixels.
        timescale: Ticks per second.
        full_range: Whether luma uses 0..255 (else 16..235).
        level: VP9 level number, such as 31 for level 3.1.
    """

    width: int
    height: int
    timescale: int
    full_range: bool
    level: int

    @property
    def codec(self) -> str:
        """The ``codecs`` parameter (RFC 6381), the same facts as the ``vpcC`` box."""
        return (
            f"vp09.00.{self.level:02d}.08.01.{_BT709:02d}.{_BT709:02d}.{_BT709:02d}"
            f".{int(self.full_range):02d}"
        )


@dataclass(frozen=True)
class Sample:
    """One encoded frame.

    Attributes:
        data: The encoded bytes.
        duration: Ticks until the next frame.
        sync: Whether decoding can start here.
    """

    data: bytes
    duration: int
    sync: bool


def vp9_level(width: int, height: int, rate: float) -> int:
    """The lowest VP9 level that holds ``width`` x ``height`` pictures at ``rate`` per second."""
    picture = width * height
    for level, per_second, per_picture, side in _LEVELS:
        if picture <= per_picture and picture * rate <= per_second and max(width, height) <= side:
            return level
    return _TOP_LEVEL


def initialisation(track: TrackFormat) -> bytes:
    """The ``ftyp`` and ``moov`` of a track without samples."""
    brands = b"iso6" + struct.pack(">I", 0) + b"iso6cmfcmp41vp09"
    return _box(b"ftyp", brands) + _box(b"moov", _mvhd(track), _trak(track), _mvex())


def fragment(samples: Sequence[Sample], start: int, number: int) -> bytes:
    """One ``moof`` and ``mdat``.

    Args:
        samples: The frames, in order.
        start: Decode time of the first one in ticks.
        number: Sequence number of the fragment, from 1.
    """
    head = _moof(samples, start, number, 0)
    offset = len(head) + 8
    return _moof(samples, start, number, offset) + _box(b"mdat", *(s.data for s in samples))


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The boxes at the top of ``data``, each as ``(type, start, stop)`` with its header.

    Raises:
        ValueError: A box ends outside the data.
    """
    position = 0
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, position + 8)
        if size < 8 or position + size > len(data):
            raise ValueError(f"box {kind!r} at byte {position} does not fit in {len(data)} bytes")
        yield kind, position, position + size
        position += size


def _box(kind: bytes, *parts: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _mvhd(track: TrackFormat) -> bytes:
    return _full(
        b"mvhd",
        0,
        0,
        struct.pack(">IIIIIH10x", 0, 0, track.timescale, 0, 0x10000, 0x100),
        _IDENTITY_MATRIX,
        struct.pack(">24xI", _TRACK + 1),
    )


def _trak(track: TrackFormat) -> bytes:
    tkhd = _full(
        b"tkhd",
        0,
        3,
        struct.pack(">III4xI8xhhhxx", 0, 0, _TRACK, 0, 0, 0, 0),
        _IDENTITY_MATRIX,
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    undetermined = 0x55C4
    mdhd = _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, track.timescale, 0, undetermined, 0))
    hdlr = _full(b"hdlr", 0, 0, struct.pack(">4x4s12x", b"vide"), b"video\0")
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, _minf(track)))


def _minf(track: TrackFormat) -> bytes:
    vmhd = _full(b"vmhd", 0, 1, struct.pack(">8x"))
    here = _full(b"url ", 0, 1)
    dinf = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), here))
    stbl = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(track)),
        _full(b"stts", 0, 0, struct.pack(">I", 0)),
        _full(b"stsc", 0, 0, struct.pack(">I", 0)),
        _full(b"stsz", 0, 0, struct.pack(">II", 0, 0)),
        _full(b"stco", 0, 0, struct.pack(">I", 0)),
    )
    return _box(b"minf", vmhd, dinf, stbl)


def _sample_entry(track: TrackFormat) -> bytes:
    visual = struct.pack(
        ">6xH16xHHII4xH32xHh",
        1,
        track.width,
        track.height,
        72 << 16,
        72 << 16,
        1,
        24,
        -1,
    )
    full_range = int(track.full_range)
    depth_siting_range = 8 << 4 | 1 << 1 | full_range
    vpcc = _full(
        b"vpcC",
        1,
        0,
        struct.pack(">BBBBBBH", 0, track.level, depth_siting_range, _BT709, _BT709, _BT709, 0),
    )
    colr = _box(b"colr", struct.pack(">4sHHHB", b"nclx", _BT709, _BT709, _BT709, full_range << 7))
    pasp = _box(b"pasp", struct.pack(">II", 1, 1))
    return _box(b"vp09", visual, vpcc, colr, pasp)


def _mvex() -> bytes:
    return _box(b"mvex", _full(b"trex", 0, 0, struct.pack(">IIIII", _TRACK, 1, 0, 0, _NOT_SYNC)))


def _moof(samples: Sequence[Sample], start: int, number: int, offset: int) -> bytes:
    default_base_is_moof = 0x020000
    offset_duration_size_flags = 0x000701
    table = b"".join(
        struct.pack(">III", s.duration, len(s.data), _SYNC if s.sync else _NOT_SYNC)
        for s in samples
    )
    traf = _box(
        b"traf",
        _full(b"tfhd", 0, default_base_is_moof, struct.pack(">I", _TRACK)),
        _full(b"tfdt", 1, 0, struct.pack(">Q", start)),
        _full(
            b"trun", 0, offset_duration_size_flags, struct.pack(">Ii", len(samples), offset), table
        ),
    )
    return _box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", number)), traf)
