"""A clip's facts for tests that need no pictures."""

from fractions import Fraction

import numpy as np

from mattebox.media import ClipInfo, Color, FrameTable
from mattebox.projects.library import Library

HASH = "c" * 64


def info(width: int = 64, height: int = 32) -> ClipInfo:
    return ClipInfo(
        container="mp4",
        codec="h264",
        stream_index=0,
        source_width=width,
        source_height=height,
        width=width,
        height=height,
        rotation=0,
        mirrored=False,
        sar=Fraction(1),
        pix_fmt="yuv420p",
        bit_depth=8,
        color=Color(),
        rate=Fraction(24),
        has_sound=False,
        sound_streams=0,
        duration_s=10 / 24,
    )


def table(frames: int = 10) -> FrameTable:
    return FrameTable.from_pts(np.arange(frames) * 1000, Fraction(1, 24000), 1000)


def add_clip(library: Library, clip: str = HASH) -> str:
    library.clips.add(clip, info(), table())
    return clip
