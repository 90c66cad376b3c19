"""Luma matte: the matte itself as a grey picture, H.264 in MP4, without sound.

White is object. Levels are those of limited-range video (16 to 235), which is what an editor turns
back into 0 to 255.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np

from mattebox.export.h264 import MP4_OPTIONS, frame_420, h264_stream
from mattebox.export.job import ExportFormat, Job, Matte, Mattes
from mattebox.export.movie import Movie, write_movie
from mattebox.export.picture import even_sides
from mattebox.media.clip import Color
from mattebox.media.reader import Planes

_COLOR = Color()
_LEVELS = np.rint(16 + np.arange(256) * 219 / 255).astype(np.uint8)


def write(job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    # No colour is written, so that none needs cleaning.
    edges = tuple(replace(edge, despill=0.0) for edge in job.edges)
    return write_movie(_MOVIE, replace(job, edges=edges), mattes, path)


def _frame(_job: Job, _planes: Planes, matte: Matte) -> av.VideoFrame:
    height, width = matte.shape
    grey = np.full(((height + 1) // 2, (width + 1) // 2), 128, np.uint8)
    return frame_420(even_sides((_LEVELS[matte], grey, grey)), _COLOR)


_MOVIE = Movie(
    container="mp4",
    stream=lambda output, job: h264_stream(output, job, _COLOR),
    frame=_frame,
    options=MP4_OPTIONS,
)

FORMAT = ExportFormat("matte", "Luma matte (MP4, H.264)", ".mp4", "video/mp4", write)
