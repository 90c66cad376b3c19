"""ProRes 4444 with alpha, in QuickTime, with the clip's sound.

The plate is left whole under the matte (straight alpha, 10 bits; alpha has 16 in the file), so an
edge can still be moved in the compositor. Despill, where it is asked for, changes the plate's
colours in the edge and around it. Size, pixel shape, colours and times are the source's.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream

from mattebox.export.job import ExportFormat, Job, Matte, Mattes
from mattebox.export.movie import Movie, write_movie
from mattebox.export.picture import SWSCALE_THREADS, plate_frame, rounding
from mattebox.export.tags import tag
from mattebox.media.clip import Color
from mattebox.media.reader import Planes

_PIX_FMT = "yuva444p10le"
# The finest quantiser for every slice: the encoder's own search comes to it as well, noise or not,
# in five times the time. 118 is what libav counts one step of a quantiser as.
_FINEST = {"flags": "+qscale", "global_quality": "118"}
_ALPHA = np.rint(np.arange(256) * 1023 / 255).astype("<u2")


def write(job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    return (*write_movie(_MOVIE, job, mattes, path), *rounding(job.info, 10))


def _stream(output: OutputContainer, job: Job) -> VideoStream:
    info = job.info
    stream = output.add_stream("prores_ks", rate=info.rate)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = info.source_width, info.source_height, _PIX_FMT
    context.sample_aspect_ratio = info.sar
    context.options = {"profile": "4444", "alpha_bits": "16", "vendor": "apl0", **_FINEST}
    tag(context, _color(job))
    return stream


def _frame(job: Job, planes: Planes, matte: Matte) -> av.VideoFrame:
    plate = plate_frame(planes)
    deep = VideoReformatter().reformat(
        plate,
        format=_PIX_FMT,
        src_color_range=plate.color_range,
        dst_color_range=ColorRange.MPEG,
        threads=SWSCALE_THREADS,
    )
    alpha = deep.planes[3]
    rows = np.zeros((alpha.height, alpha.line_size // 2), "<u2")
    rows[:, : alpha.width] = _ALPHA[matte]
    alpha.update(rows.tobytes())
    tag(deep, _color(job))
    return deep


def _color(job: Job) -> Color:
    """The source's colours; ProRes is limited range by definition."""
    return replace(job.info.color, range="limited")


_MOVIE = Movie(
    container="mov",
    stream=_stream,
    frame=_frame,
    sound="mov",
)

FORMAT = ExportFormat(
    "prores4444", "ProRes 4444 with alpha (QuickTime)", ".mov", "video/quicktime", write
)
