"""Chroma key: the object over a flat colour, H.264 in MP4, with the clip's sound.

The picture keeps the source's size, pixel shape, colours and timestamps. H.264 4:2:0 has no odd
sides, so an odd width or height grows by one repeated column or row. Sources of more than 8 bits
are rounded to 8.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from mattebox.export.job import ExportFormat, Job, Matte
from mattebox.export.picture import eight_bit_420, even_sides
from mattebox.export.sound import SoundTracks
from mattebox.matting import over_color, resize_matte
from mattebox.media.clip import Color
from mattebox.media.pipeline import ahead
from mattebox.media.reader import FrameReader
from mattebox.media.sound import Sound, extract_sound

Plane = npt.NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]

# Chroma is kept finer than luma: it is what a keyer looks at along the edge.
_OPTIONS = {"preset": "veryfast", "crf": "16", "x264-params": "chroma-qp-offset=-6"}

_WAITING_PIXELS = 4 * 4096 * 2304

# Numbers of ITU-T H.273 by libav's names.
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


def write(job: Job, mattes: Iterable[tuple[int, Matte]], path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    table, info = job.table, job.info
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".sound-") as folder:
        sound = _sound(job, Path(folder))
        options = {"movflags": "+faststart", "video_track_timescale": str(table.timescale)}
        with av.open(str(path), "w", format="mp4", options=options) as output:
            stream = _video_stream(output, job)
            with closing(SoundTracks(sound.files, output)) as tracks:
                pictures = ahead(_composited(job, mattes), _depth(job))
                with closing(pictures):
                    _encode(job, stream, pictures, tracks, output)
    if info.bit_depth > 8:
        return (*sound.warnings, f"The picture was rounded from {info.bit_depth} to 8 bits.")
    return sound.warnings


def _sound(job: Job, folder: Path) -> Sound:
    table = job.table
    origin = table.time_base * int(table.pts[0])
    start_s = origin + Fraction(int(table.ticks[job.start]), table.timescale)
    stop_s = None
    if job.stop < table.frame_count:
        stop_s = origin + Fraction(int(table.ticks[job.stop]), table.timescale)
    return extract_sound(job.source, folder, start_s, stop_s, cancelled=job.cancelled)


def _depth(job: Job) -> int:
    """How many pictures may wait between two stages: few, where one is large."""
    pixels = job.info.source_width * job.info.source_height
    return max(1, min(4, _WAITING_PIXELS // pixels))


def _composited(job: Job, mattes: Iterable[tuple[int, Matte]]) -> Iterator[Planes]:
    info = job.info
    full_range = info.color.range == "full"
    key = job.key_color.code_values(info.color.matrix, full_range=full_range)
    coming = ahead(mattes)
    with FrameReader(job.source, info, job.table) as reader, closing(coming):
        sources = ahead(reader.read_planes(job.start, job.stop, size="source"), _depth(job))
        with closing(sources):
            for (index, planes), (matte_index, matte) in zip(sources, coming, strict=True):
                if index != matte_index:
                    raise ValueError(f"matte {matte_index} came for frame {index}")
                plate = eight_bit_420(planes, full_range=full_range)
                fitted = resize_matte(matte, info.source_width, info.source_height)
                yield even_sides(over_color(plate, fitted, key))


def _video_stream(output: OutputContainer, job: Job) -> VideoStream:
    info = job.info
    stream = output.add_stream("libx264", rate=info.rate)
    context = stream.codec_context
    context.width = info.source_width + info.source_width % 2
    context.height = info.source_height + info.source_height % 2
    context.pix_fmt = "yuv420p"
    context.time_base = stream.time_base = Fraction(1, job.table.timescale)
    context.sample_aspect_ratio = info.sar
    context.gop_size = max(1, round(2 * info.rate))
    context.options = dict(_OPTIONS)
    _tag(context, info.color)
    return stream


def _tag(target: av.VideoFrame | av.VideoCodecContext, color: Color) -> None:
    target.colorspace = _MATRICES.get(color.matrix, _UNSPECIFIED)
    target.color_primaries = _PRIMARIES.get(color.primaries, _UNSPECIFIED)
    target.color_trc = _TRANSFERS.get(color.transfer, _UNSPECIFIED)
    target.color_range = _FULL if color.range == "full" else _LIMITED


def _encode(
    job: Job,
    stream: VideoStream,
    pictures: Iterable[Planes],
    tracks: SoundTracks,
    output: OutputContainer,
) -> None:
    table, first = job.table, int(job.table.ticks[job.start])
    durations: dict[int, int] = {}
    total = job.frame_count
    for done, picture in enumerate(pictures, 1):
        job.check()
        index = job.start + done - 1
        frame = _frame(picture, job.info.color)
        frame.pts = int(table.ticks[index]) - first
        frame.time_base = Fraction(1, table.timescale)
        durations[frame.pts] = table.duration(index)
        tracks.mux_until(Fraction(frame.pts, table.timescale))
        _mux(output, stream.encode(frame), durations)
        job.progress(done, total)
    _mux(output, stream.encode(None), durations)
    tracks.mux_until(None)


def _mux(
    output: OutputContainer, packets: Iterable[Packet[VideoStream]], durations: dict[int, int]
) -> None:
    for packet in packets:
        assert packet.pts is not None
        packet.duration = durations.pop(packet.pts)
        output.mux(packet)


def _frame(picture: Planes, color: Color) -> av.VideoFrame:
    height, width = picture[0].shape
    packed = np.concatenate([plane.reshape(-1) for plane in picture])
    frame = av.VideoFrame.from_ndarray(packed.reshape(height * 3 // 2, width), format="yuv420p")
    _tag(frame, color)
    return frame


FORMAT = ExportFormat("mp4", "Chroma key (MP4, H.264)", ".mp4", "video/mp4", write)
