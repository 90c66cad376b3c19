"""Chroma key: the object over a flat colour, H.264 in MP4, with the clip's sound.

The picture keeps the source's size, pixel shape, colours and timestamps. H.264 4:2:0 has no odd
sides, so an odd width or height grows by one repeated column or row. Sources of more than 8 bits
are rounded to 8.
"""

from __future__ import annotations

from pathlib import Path

import av

from mattebox.export.h264 import MP4_OPTIONS, frame_420, h264_stream
from mattebox.export.job import ExportFormat, Job, Matte, Mattes
from mattebox.export.movie import Movie, write_movie
from mattebox.export.picture import eight_bit_420, even_sides, rounding
from mattebox.matting import over_color
from mattebox.media.reader import Planes


def write(job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    return (*write_movie(_MOVIE, job, mattes, path), *rounding(job.info, 8))


def _frame(job: Job, planes: Planes, matte: Matte) -> av.VideoFrame:
    color = job.info.color
    full_range = color.range == "full"
    key = job.key_color.code_values(color.matrix, full_range=full_range)
    plate = eight_bit_420(planes, full_range=full_range)
    return frame_420(even_sides(over_color(plate, matte, key)), color)


_MOVIE = Movie(
    container="mp4",
    stream=lambda output, job: h264_stream(output, job, job.info.color),
    frame=_frame,
    sound="mp4",
    options=MP4_OPTIONS,
)

FORMAT = ExportFormat("mp4", "Chroma key (MP4, H.264)", ".mp4", "video/mp4", write)
