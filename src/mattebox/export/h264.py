"""H.264 streams and 4:2:0 pictures, shared by the MP4 formats."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.video.stream import VideoStream

from mattebox.export.job import Job
from mattebox.export.tags import tag
from mattebox.media.clip import Color

Plane = npt.NDArray[np.uint8]

# Chroma is kept finer than luma: it is what a keyer looks at along the edge.
_OPTIONS = {"preset": "veryfast", "crf": "16", "x264-params": "chroma-qp-offset=-6"}

MP4_OPTIONS = {"movflags": "+faststart"}


def h264_stream(output: OutputContainer, job: Job, color: Color) -> VideoStream:
    """Add an H.264 stream of the source's size, sides rounded up to even."""
    info = job.info
    stream = output.add_stream("libx264", rate=info.rate)
    context = stream.codec_context
    context.width = info.source_width + info.source_width % 2
    context.height = info.source_height + info.source_height % 2
    context.pix_fmt = "yuv420p"
    context.sample_aspect_ratio = info.sar
    context.gop_size = max(1, round(2 * info.rate))
    context.options = {**_OPTIONS} if _is_even(job) else {**_OPTIONS, "bf": "0"}
    tag(context, color)
    return stream


def _is_even(job: Job) -> bool:
    """Whether all pictures are shown equally long, but for a tick.

    Where they are not, B-frames have MP4 state a wrong length: it adds up the steps from one
    picture to the next in decoding order, and players that believe it leave the last ones out.
    """
    steps = np.diff(job.table.ticks[job.start : job.stop])
    return not steps.size or int(steps.max() - steps.min()) <= 1


def frame_420(planes: tuple[Plane, Plane, Plane], color: Color) -> av.VideoFrame:
    """A 4:2:0 picture with even sides as libav takes it."""
    height, width = planes[0].shape
    packed = np.concatenate([plane.reshape(-1) for plane in planes])
    frame = av.VideoFrame.from_ndarray(packed.reshape(height * 3 // 2, width), format="yuv420p")
    tag(frame, color)
    return frame
