"""Colour tags: libav's names as the numbers of ITU-T H.273, written to streams and pictures."""

from __future__ import annotations

import av

from mattebox.media.clip import Color

_MATRICES = {
    "bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020nc": 9,
    "bt2020c": 10,
}  # fmt: skip
_PRIMARIES = {
    "bt709": 1, "bt470m": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "film": 8, "bt2020": 9,
    "smpte431": 11, "smpte432": 12,
}  # fmt: skip
_TRANSFERS = {
    "bt709": 1, "bt470m": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "linear": 8,
    "iec61966-2-1": 13, "bt2020-10": 14, "bt2020-12": 15, "smpte2084": 16, "arib-std-b67": 18,
}  # fmt: skip
_LIMITED, _FULL = 1, 2
_UNSPECIFIED = 2


def tag(target: av.VideoFrame | av.VideoCodecContext, color: Color) -> None:
    """Say of a picture or an encoder what its numbers mean."""
    target.colorspace = _MATRICES.get(color.matrix, _UNSPECIFIED)
    target.color_primaries = _PRIMARIES.get(color.primaries, _UNSPECIFIED)
    target.color_trc = _TRANSFERS.get(color.transfer, _UNSPECIFIED)
    target.color_range = _FULL if color.range == "full" else _LIMITED
