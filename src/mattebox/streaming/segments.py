"""Makes one segment, or one matte of it: decode, infer and encode just what is named."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeVar, cast

import numpy as np
import structlog

from mattebox.media import DecoderDiedError, FrameReader
from mattebox.media.pipeline import ahead
from mattebox.media.segments import YuvPlanes, segment_chunks
from mattebox.projects.clips import Clip
from mattebox.projects.frames import Picture
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask, decode_png, encode_png
from mattebox.propagation import Cancelled as PropagationCancelled
from mattebox.propagation import MemoryAnchors, Shot
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.confidence import to_note
from mattebox.streaming.counters import Counters
from mattebox.streaming.mattes import masks_of
from mattebox.streaming.networks import Networks
from mattebox.streaming.plan import matte_rendition, video_rendition
from mattebox.streaming.recipes import Recipe
from mattebox.streaming.scheduler import Stopped, Turn

log = structlog.get_logger(__name__)

T = TypeVar("T")


class SegmentMaker:
    """Makes segments and puts them into the cache.

    Args:
        library: Footage and keyframe masks.
        cache: Where finished segments go.
        networks: What propagates masks.
        counters: Where the work is counted.
        made: Told the address of each segment that is kept, and how sure the network was of each
            of its frames, empty for video.
        anchors: What propagation goes on from when the next segment is made; single mattes, too.
        seen: Gives a picture of a clip, `(H, W, 3) uint8`, that was decoded lately, or None.
    """

    def __init__(
        self,
        library: Library,
        cache: DiskCache,
        networks: Networks,
        counters: Counters,
        made: Callable[[str, Sequence[float]], None],
        *,
        anchors: MemoryAnchors,
        seen: Callable[[Clip, int], Picture | None] = lambda _clip, _frame: None,
    ) -> None:
        self._clips = library.clips
        self._masks = library.masks
        self._cache = cache
        self._networks = networks
        self._counters = counters
        self._made = made
        self._anchors = anchors
        self._seen = seen

    def make(self, recipe: Recipe, turn: Turn) -> Generator[bytes]:
        """Make the segment of a recipe, chunk by chunk, and keep it.

        Args:
            recipe: What to make.
            turn: Asked before each frame.

        Yields:
            ``moof``+``mdat`` pairs; joined they are the segment.

        Raises:
            Stopped: Nobody waits for it any more.
        """
        chunks: list[bytes] = []
        confidence: list[float] = []
        try:
            turn.wait()
            clip = self._clips.get(recipe.clip)
            with closing(self._tried_twice(clip, recipe, turn, confidence)) as parts:
                for chunk in parts:
                    chunks.append(chunk)
                    self._counters.bytes.labels(recipe.kind).inc(len(chunk))
                    yield chunk
        except (Stopped, PropagationCancelled):
            self._counters.stopped.labels(recipe.kind).inc()
            raise Stopped from None
        except Exception:
            self._counters.failed.labels(recipe.kind).inc()
            raise
        self._counters.segments.labels(recipe.kind).inc()
        self._keep(recipe.address, b"".join(chunks), confidence)

    def make_matte(self, recipe: Recipe, frame: int, turn: Turn) -> Generator[bytes]:
        """Make the matte of one frame of a segment, and none of those before it.

        What it is found from is kept for the segment, which is made in order; and so is the matte
        for who asks next.

        Args:
            recipe: The segment's.
            frame: The frame.
            turn: Asked before each frame.

        Yields:
            The matte as a PNG, `(H, W) uint8`.

        Raises:
            Stopped: Nobody waits for it any more.
        """
        key = _matte_key(recipe.address, frame)
        png = self._anchors.get(key)
        if png is None:
            try:
                turn.wait()
                png = encode_png(self._found(recipe, frame, turn))
            except PropagationCancelled:
                raise Stopped from None
            self._anchors.put(key, png)
            self._counters.mattes.inc()
        yield png

    def kept_matte(self, address: str, frame: int) -> Mask | None:
        """The matte of one frame that `make_matte` made, as long as there is room for it.

        Args:
            address: Of the frame's segment.
            frame: The frame.
        """
        png = self._anchors.get(_matte_key(address, frame))
        return None if png is None else decode_png(png)

    def _found(self, recipe: Recipe, frame: int, turn: Turn) -> Mask:
        clip = self._clips.get(recipe.clip)
        made = self._cache.get(recipe.address)
        if made is not None:
            masks = masks_of(matte_rendition(clip).init, made)
            return next(islice(masks, frame - recipe.start, None))
        alone = replace(recipe, start=frame, stop=frame + 1)
        mattes = self._matte(clip, alone, turn, []) if recipe.keyframes else _empty(clip, alone)
        with closing(mattes):
            return next(mattes)

    def _tried_twice(
        self, clip: Clip, recipe: Recipe, turn: Turn, confidence: list[float]
    ) -> Generator[bytes]:
        """The chunks; where its decoder dies they are made once more, behind what is out already.

        The decoder is replaced, and the bytes of a segment are always the same: nobody who is being
        sent a segment need lose the connection for it.
        """
        out: list[bytes] = []
        try:
            with closing(self._chunks(clip, recipe, turn, confidence)) as parts:
                for chunk in parts:
                    out.append(chunk)
                    yield chunk
        except DecoderDiedError as error:
            log.warning("segment made once more", address=recipe.address, error=repr(error))
        else:
            return
        confidence.clear()
        with closing(self._chunks(clip, recipe, turn, confidence)) as parts:
            yield from rest(parts, out)

    def _chunks(
        self, clip: Clip, recipe: Recipe, turn: Turn, confidence: list[float]
    ) -> Generator[bytes]:
        table = clip.table
        frames = range(recipe.start, recipe.stop)
        rendition = video_rendition(clip) if recipe.kind == "video" else matte_rendition(clip)
        pictures = self._pictures(clip, recipe, turn, confidence)
        # The encoder works on one frame while the next one is decoded or inferred.
        with closing(ahead(pictures)) as coming:
            yield from segment_chunks(
                rendition,
                self._counted(coming, recipe.kind, turn),
                [int(table.ticks[frame]) for frame in frames],
                [table.duration(frame) for frame in frames],
            )

    def _pictures(
        self, clip: Clip, recipe: Recipe, turn: Turn, confidence: list[float]
    ) -> Iterator[YuvPlanes | Mask]:
        if recipe.kind == "video":
            return self._plate(clip, recipe, turn)
        if not recipe.keyframes:
            confidence += [1.0] * (recipe.stop - recipe.start)
            return _empty(clip, recipe)
        return self._matte(clip, recipe, turn, confidence)

    def _plate(self, clip: Clip, recipe: Recipe, turn: Turn) -> Generator[YuvPlanes]:
        with (
            _reader(clip) as reader,
            closing(reader.read_planes(recipe.start, recipe.stop)) as planes,
        ):
            for _, picture in planes:
                self._counters.decoded.labels("video").inc()
                turn.wait()
                # At working size planes are 8-bit 4:2:0.
                yield cast(YuvPlanes, picture)

    def _matte(
        self, clip: Clip, recipe: Recipe, turn: Turn, confidence: list[float]
    ) -> Generator[Mask]:
        keyframes = {frame: self._masks.get(mask) for frame, mask in recipe.keyframes}
        beliefs = {frame: self._masks.belief(mask) for frame, mask in recipe.keyframes}
        with _reader(clip) as reader:
            propagated = self._networks.propagator().propagate(
                _CountedSource(reader, partial(self._seen, clip), self._counters, turn),
                keyframes,
                [Shot(start, stop) for start, stop in recipe.shots],
                recipe.start,
                recipe.stop,
                beliefs=beliefs,
                anchors=_ClipAnchors(self._anchors, clip, self._counters),
                cancelled=turn.stop_requested,
            )
            for made in propagated:
                if made.index not in keyframes:
                    self._counters.inferred.labels("propagated").inc()
                confidence.append(made.confidence)
                yield made.mask

    def _counted(self, pictures: Iterable[T], kind: str, turn: Turn) -> Iterator[T]:
        for picture in pictures:
            turn.wait()
            self._counters.encoded.labels(kind).inc()
            yield picture

    def _keep(self, address: str, data: bytes, confidence: Sequence[float]) -> None:
        try:
            self._cache.put(address, data, to_note(confidence) if confidence else b"")
        except OSError as error:
            # Whoever waits for it gets it all the same; it is made again when next asked for.
            log.error("segment not kept", address=address, error=str(error))
        else:
            self._made(address, confidence)


class _CountedSource:
    """Frames of a clip for the propagator, each at its turn; those that are decoded are counted.

    What was clicked on or looked at just now is decoded already, as Apply begins with those frames.
    """

    def __init__(
        self,
        reader: FrameReader,
        seen: Callable[[int], Picture | None],
        counters: Counters,
        turn: Turn,
    ) -> None:
        self._reader = reader
        self._seen = seen
        self._counters = counters
        self._turn = turn

    @property
    def sync_frames(self) -> Sequence[int]:
        return self._reader.sync_frames

    def read(self, indices: Iterable[int]) -> Iterator[tuple[int, Picture]]:
        wanted = list(indices)
        seen = {index: picture for index in wanted if (picture := self._seen(index)) is not None}
        with closing(self._reader.read([i for i in wanted if i not in seen])) as frames:
            for index in wanted:
                picture = seen.get(index)
                if picture is None:
                    _, picture = next(frames)
                    self._counters.decoded.labels("matte").inc()
                self._turn.wait()
                yield index, picture


class _ClipAnchors:
    """Anchors of one clip in the memory that all clips share, counted when they are made."""

    def __init__(self, anchors: MemoryAnchors, clip: Clip, counters: Counters) -> None:
        self._anchors = anchors
        self._prefix = f"{clip.hash}:"
        self._counters = counters

    def get(self, key: str) -> bytes | None:
        return self._anchors.get(self._prefix + key)

    def put(self, key: str, content: bytes) -> None:
        self._counters.inferred.labels("anchor").inc()
        self._anchors.put(self._prefix + key, content)


def rest(again: Iterable[bytes], out: Sequence[bytes]) -> Generator[bytes]:
    """What comes behind the chunks that are out already when all are made again.

    Raises:
        RuntimeError: Those before it are not the same, or fewer.
    """
    chunks = iter(again)
    if list(islice(chunks, len(out))) != list(out):
        raise RuntimeError("a segment made once more came out differently")
    yield from chunks


def _matte_key(address: str, frame: int) -> str:
    return f"{address}/{frame}"


def _reader(clip: Clip) -> FrameReader:
    return FrameReader(clip.path, clip.info, clip.table)


def _empty(clip: Clip, recipe: Recipe) -> Generator[Mask]:
    nothing = np.zeros((clip.info.height, clip.info.width), np.uint8)
    for _ in range(recipe.start, recipe.stop):
        yield nothing
