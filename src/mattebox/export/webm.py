"""VP9 with alpha in WebM, with the clip's sound as Opus: what browsers play over a page.

The plate keeps its colours under the matte (straight alpha) and a little beyond it; farther out,
where nothing can be seen, it is black, which costs no bytes. VP9 4:2:0 has no odd sides here, so an
odd width or height grows by one repeated column or row. WebM counts in milliseconds: times are
rounded to them. It could say the shape of pixels, but PyAV has no way to: a warning does.
"""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from mattebox.export.job import ExportFormat, Job, Matte, Mattes
from mattebox.export.movie import Movie, write_movie
from mattebox.export.picture import eight_bit_420, even_sides, pixel_shape, rounding
from mattebox.export.tags import tag
from mattebox.media.reader import Planes

# The encoder cannot look ahead for alternate references where there is alpha.
_OPTIONS = {
    "crf": "20",
    "b": "0",
    "deadline": "good",
    "cpu-used": "4",
    "row-mt": "1",
    "auto-alt-ref": "0",
}
_SEEN = 16
"""Pixels beyond the matte that keep their colours: filters and blocks reach there."""


def write(job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    warnings = write_movie(_MOVIE, job, mattes, path)
    return (*warnings, *rounding(job.info, 8), *pixel_shape(job.info, "WebM"))


def _stream(output: OutputContainer, job: Job) -> VideoStream:
    info = job.info
    stream = output.add_stream("libvpx-vp9", rate=info.rate)
    context = stream.codec_context
    context.width = info.source_width + info.source_width % 2
    context.height = info.source_height + info.source_height % 2
    context.pix_fmt = "yuva420p"
    context.gop_size = max(1, round(2 * info.rate))
    context.options = dict(_OPTIONS)
    tag(context, info.color)
    return stream


def _frame(job: Job, planes: Planes, matte: Matte) -> av.VideoFrame:
    full_range = job.info.color.range == "full"
    y, u, v = even_sides(eight_bit_420(planes, full_range=full_range))
    alpha, _, _ = even_sides((matte, u, v))
    reach = np.ones((2 * _SEEN + 1, 2 * _SEEN + 1), np.uint8)
    unseen = cv2.dilate(alpha, reach) == 0
    frame = av.VideoFrame(y.shape[1], y.shape[0], "yuva420p")
    blank = ((y, 0 if full_range else 16), (u, 128), (v, 128))
    filled = [
        np.where(unseen[::2, ::2] if number else unseen, value, plane)
        for number, (plane, value) in enumerate(blank)
    ]
    for plane, samples in zip(frame.planes, (*filled, alpha), strict=True):
        rows = np.zeros((plane.height, plane.line_size), np.uint8)
        rows[:, : plane.width] = samples
        plane.update(rows.tobytes())
    tag(frame, job.info.color)
    return frame


_MOVIE = Movie(container="webm", stream=_stream, frame=_frame, sound="webm")

FORMAT = ExportFormat("webm", "WebM with alpha (VP9)", ".webm", "video/webm", write)
