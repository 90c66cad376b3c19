"""A revision as HLS VOD media playlists (RFC 8216, protocol section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from mattebox.media import FrameTable, SegmentGrid


def media_playlist(table: FrameTable, grid: SegmentGrid, init: str, segments: Sequence[str]) -> str:
    """The playlist of one rendition.

    Args:
        table: The clip's frame table.
        grid: Its segment grid.
        init: Address of the initialisation segment.
        segments: Address of each segment, in order.
    """
    edges = [int(table.ticks[grid.cell(s)[0]]) for s in range(grid.count)] + [table.end_tick]
    lengths = [(b - a) / table.timescale for a, b in pairwise(edges)]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, ceil(max(lengths)))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{init}"',
    ]
    for length, segment in zip(lengths, segments, strict=True):
        lines += [f"#EXTINF:{length:.6f},", segment]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
