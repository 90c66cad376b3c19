"""What all movie formats share: frames at their times, sound beside them, stages that overlap."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from mattebox.export.job import Job, Matte, Mattes
from mattebox.export.sound import SoundTracks
from mattebox.matting import Cutout, EdgeStage, Reach, despill, resize_matte
from mattebox.media.pipeline import ahead
from mattebox.media.reader import FrameReader, Planes
from mattebox.media.sound import Sound, SoundKind, extract_sound

T = TypeVar("T")

_WAITING_PIXELS = 4 * 4096 * 2304


@dataclass(frozen=True)
class Movie:
    """How one format writes its movie.

    Attributes:
        container: libav's name of the file format.
        stream: Adds the picture's stream to an output.
        frame: Makes the picture to encode from the source's planes and the matte at the source's
            size.
        sound: How sound is kept, or None for a format without.
        options: Options of the file format.
    """

    container: str
    stream: Callable[[OutputContainer, Job], VideoStream]
    frame: Callable[[Job, Planes, Matte], av.VideoFrame]
    sound: SoundKind | None = None
    options: dict[str, str] = field(default_factory=dict)


def write_movie(movie: Movie, job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write a movie whose frames have the source's times, the first at 0.

    Returns:
        Warnings about the sound.

    Raises:
        Cancelled: The job was told to stop.
    """
    timescale = str(job.table.timescale)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".sound-") as folder:
        sound = _sound(movie, job, Path(folder))
        # WebM counts in milliseconds and cannot be told otherwise.
        exact = {} if movie.container == "webm" else {"video_track_timescale": timescale}
        options = {**exact, **movie.options}
        with av.open(str(path), "w", format=movie.container, options=options) as output:
            stream = movie.stream(output, job)
            if job.timecode is not None:
                stream.metadata["timecode"] = job.timecode
            stream.codec_context.time_base = Fraction(1, job.table.timescale)
            stream.time_base = Fraction(1, job.table.timescale)
            with closing(SoundTracks(sound.files, output)) as tracks:
                pairs = matched(job, mattes)
                frames = (movie.frame(job, planes, matte) for planes, matte in pairs)
                with closing(ahead(_closing(frames, pairs), depth(job))) as coming:
                    _encode(job, stream, coming, tracks, output)
    return sound.warnings


def matched(job: Job, mattes: Mattes) -> Generator[tuple[Planes, Matte], None, None]:
    """Each source picture with its matte at the source's size, both after the objects' edges.

    Raises:
        ValueError: A matte is missing, or belongs to another frame.
    """
    info = job.info
    stage = EdgeStage(job.edges, (info.height, info.width), (info.source_height, info.source_width))
    cut_out = ((index, stage.cut_out(each)) for index, each in mattes)
    coming = ahead(_closing(cut_out, mattes))
    with FrameReader(job.source, info, job.table) as reader, closing(coming):
        sources = ahead(reader.read_planes(job.start, job.stop, size="source"), depth(job))
        with closing(sources):
            for (index, planes), (matte_index, cutout) in zip(sources, coming, strict=True):
                if index != matte_index:
                    raise ValueError(f"matte {matte_index} came for frame {index}")
                plate = _cleaned(planes, cutout, stage.source_reach) if stage.cleans else planes
                yield plate, resize_matte(cutout.matte, info.source_width, info.source_height)


def _cleaned(planes: Planes, cutout: Cutout, reach: Reach) -> Planes:
    height, width = planes.y.shape
    plain = resize_matte(cutout.plain, width, height)
    y, u, v = despill(
        (planes.y, planes.u, planes.v), plain, cutout.despill, reach, planes.bit_depth
    )
    return replace(planes, y=y, u=u, v=v)


def depth(job: Job) -> int:
    """How many pictures may wait between two stages: few, where one is large."""
    pixels = job.info.source_width * job.info.source_height
    return max(1, min(4, _WAITING_PIXELS // pixels))


def _closing(items: Iterable[T], source: Iterable[object]) -> Iterator[T]:
    try:
        yield from items
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def _sound(movie: Movie, job: Job, folder: Path) -> Sound:
    if movie.sound is None:
        return Sound()
    table = job.table
    origin = table.time_base * int(table.pts[0])
    start_s = origin + Fraction(int(table.ticks[job.start]), table.timescale)
    stop_s = None
    if job.stop < table.frame_count:
        stop_s = origin + Fraction(int(table.ticks[job.stop]), table.timescale)
    return extract_sound(
        job.source, folder, start_s, stop_s, kind=movie.sound, cancelled=job.cancelled
    )


def _encode(
    job: Job,
    stream: VideoStream,
    frames: Iterable[av.VideoFrame],
    tracks: SoundTracks,
    output: OutputContainer,
) -> None:
    table, first = job.table, int(job.table.ticks[job.start])
    durations: dict[int, int] = {}
    total = job.frame_count
    for done, frame in enumerate(frames, 1):
        job.check()
        index = job.start + done - 1
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
