"""Mattebox from Python: open a clip, click, read mattes, export.

clip = mattebox.open_clip("in.mp4")
dog = clip.object()
dog.include(0, 0.5, 0.4)
dog.export("out.mp4")
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from mattebox.errors import InputError
from mattebox.export import ExportResult, export_clip, format_for, frames_of
from mattebox.export.job import Progress, unheard
from mattebox.marked_frames import MarkedFrames
from mattebox.matting import Edge, cover
from mattebox.media import ClipInfo, FrameReader, FrameTable, Limits, detect_shots, ingest
from mattebox.media.pipeline import ahead
from mattebox.media.pool import Cancelled
from mattebox.propagation import Cancelled as PropagationCancelled
from mattebox.propagation import MemoryAnchors, Propagator, Shot
from mattebox.segmentation import Refiner, Replay

__all__ = ["Clip", "ClipObject", "Exported", "open_clip"]

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Exported:
    """A finished export.

    Attributes:
        path: The file.
        frame_count: Pictures in it.
        warnings: What is missing of the clip or could not be kept, one sentence each.
        mattes_sha256: Hash of every object's matte of every frame, in order, at working size and
            before its edge: the same for two runs that made the same mattes.
    """

    path: Path
    frame_count: int
    warnings: tuple[str, ...]
    mattes_sha256: str


def open_clip(
    path: str | os.PathLike[str],
    *,
    engine: str = "auto",
    limits: Limits | None = None,
    cancelled: Callable[[], bool] = _never,
) -> Clip:
    """Open a video file.

    Args:
        path: The file.
        engine: What runs the networks, see `mattebox.inference.load`.
        limits: What is accepted.
        cancelled: Asked while the file is measured; true stops it.

    Raises:
        InputError: It is missing, or no video that can be read.
        Cancelled: ``cancelled`` said so.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file} does not exist or is no file; check the path.", status=404)
    found = ingest(file, limits, cancelled=cancelled)
    return Clip(file, found.info, found.table, engine)


class Clip:
    """An open clip; made by `open_clip`. A context manager, for those who like to close things.

    Attributes:
        path: The file.
        info: What it is.
        table: Its frame table.
    """

    def __init__(self, path: Path, info: ClipInfo, table: FrameTable, engine: str) -> None:
        self.path = path
        self.info = info
        self.table = table
        self._engine = engine
        self._reader = FrameReader(path, info, table)
        self._anchors = MemoryAnchors()
        self._shots: tuple[Shot, ...] | None = None

    def __enter__(self) -> Clip:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop all reading."""
        self._reader.close()

    @property
    def frame_count(self) -> int:
        """How many frames the clip has."""
        return self.table.frame_count

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The stretches between cuts; found when first asked for."""
        return self.find_shots()

    def find_shots(
        self, *, progress: Progress = unheard, cancelled: Callable[[], bool] = _never
    ) -> tuple[Shot, ...]:
        """Find the cuts, which takes a look at every frame; the answer is kept.

        Args:
            progress: Told ``(done, total)`` frames now and then.
            cancelled: Asked before each frame; true stops the work.

        Raises:
            Cancelled: ``cancelled`` said so.
        """
        if self._shots is None:
            found = detect_shots(
                self.path, self.info, self.table, progress=progress, cancelled=cancelled
            )
            self._shots = tuple(Shot(*shot) for shot in found)
        return self._shots

    @cached_property
    def refiner(self) -> Refiner:
        """The network from clicks to a mask."""
        return Refiner(self._engine)

    @cached_property
    def replay(self) -> Replay:
        """From everything that is said about a frame to its mask."""
        return Replay(self.refiner)

    @cached_property
    def propagator(self) -> Propagator:
        """The network from keyframes to every mask."""
        return Propagator(self._engine)

    def frame(self, index: int) -> Picture:
        """One frame at working size.

        Args:
            index: 0-based.

        Returns:
            RGB, ``(H, W, 3) uint8``.

        Raises:
            InputError: There is no such frame.
        """
        self._check_frame(index)
        with closing(self._reader.read([index])) as frames:
            return next(frames)[1]

    def object(self, edge: Edge | None = None) -> ClipObject:
        """A new object, without any click yet.

        Args:
            edge: How its matte is composited, see `ClipObject.edge`.

        Raises:
            InputError: The edge is out of its limits.
        """
        made = ClipObject(self)
        if edge is not None:
            made.edge = edge
        return made

    def export(
        self,
        out: str | os.PathLike[str],
        objects: Sequence[ClipObject],
        *,
        format: str | None = None,
        key_color: str = "#00ff00",
        start: int = 0,
        stop: int | None = None,
        progress: Progress = unheard,
        cancelled: Callable[[], bool] = _never,
    ) -> Exported:
        """Export one or several objects in one file.

        Args:
            out: The file to write; appears only when it is whole.
            objects: What stays of the picture.
            format: One of `mattebox.export.FORMATS`; by default what the file ends in.
            key_color: ``#rrggbb`` behind the objects.
            start: First frame.
            stop: One past the last frame; by default the end of the clip.
            progress: Told ``(done, total)`` frames after each frame.
            cancelled: Asked before each frame; true stops the export.

        Raises:
            InputError: An argument makes no sense, or there is nothing to export.
            Cancelled: ``cancelled`` said so; nothing is left of the export.
        """
        if not objects:
            raise InputError("There is no object to export; add one and click on it.")
        for chosen in objects:
            chosen.check_keyframes()
        known = format_for(Path(out), format)
        frames = frames_of(self.table, start, stop)
        digest = hashlib.sha256()
        with closing(self._mattes(objects, frames, digest, cancelled)) as mattes:
            result: ExportResult = export_clip(
                self.path,
                self.info,
                self.table,
                mattes,
                Path(out),
                format=known.name,
                key_color=key_color,
                edges=[each.edge for each in objects],
                start=frames.start,
                stop=frames.stop,
                progress=progress,
                cancelled=cancelled,
            )
        damage = self.table.damage
        warnings = result.warnings if damage is None else (damage, *result.warnings)
        return Exported(result.path, result.frame_count, warnings, digest.hexdigest())

    def _mattes(
        self,
        objects: Sequence[ClipObject],
        frames: range,
        digest: hashlib._Hash,
        cancelled: Callable[[], bool],
    ) -> Generator[tuple[int, list[Mask]], None, None]:
        with ExitStack() as stack:
            streams = [
                stack.enter_context(
                    closing(ahead(each.masks(frames.start, frames.stop, cancelled=cancelled)))
                )
                for each in objects
            ]
            for together in zip(*streams, strict=True):
                mattes = [mask for _, mask in together]
                for matte in mattes:
                    digest.update(matte.tobytes())
                yield together[0][0], mattes

    def _check_frame(self, index: int) -> None:
        if not 0 <= index < self.frame_count:
            raise InputError(
                f"There is no frame {index}; {self.path.name} has the frames 0 to"
                f" {self.frame_count - 1}."
            )


class ClipObject(MarkedFrames):
    """What is taken out of a clip: marks on some frames, masks on all. Made by `Clip.object`."""

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip.info, clip._check_frame, clip.frame, lambda: clip.replay)
        self._clip = clip
        self._edge = Edge()

    @property
    def edge(self) -> Edge:
        """How the object's matte is composited in an export; neutral at first.

        Setting one that is out of its limits raises `InputError`.
        """
        return self._edge

    @edge.setter
    def edge(self, edge: Edge) -> None:
        edge.check(self._clip.info.source_height)
        self._edge = edge

    def masks(
        self, start: int = 0, stop: int | None = None, *, cancelled: Callable[[], bool] = _never
    ) -> Iterator[tuple[int, Mask]]:
        """The object's mask on each frame, propagated from its keyframes, before its edge.

        Args:
            start: First frame.
            stop: One past the last frame; by default the end of the clip.
            cancelled: Asked before each frame; true stops the work.

        Yields:
            Frame index and mask, ``(H, W) uint8`` at working size.

        Raises:
            InputError: The object has no keyframe, or there are no such frames.
            Cancelled: ``cancelled`` said so.
        """
        clip = self._clip
        self.check_keyframes()
        stop = clip.frame_count if stop is None else stop
        if not 0 <= start <= stop <= clip.frame_count:
            raise InputError(
                f"The range {start} to {stop} is not within the frames 0 to {clip.frame_count}."
            )
        return self._propagated(start, stop, cancelled)

    def mattes(
        self, start: int = 0, stop: int | None = None, *, cancelled: Callable[[], bool] = _never
    ) -> Iterator[tuple[int, Mask]]:
        """The object's matte on each frame: its mask after its edge as it is set now.

        It is what the page shows and exports scale to the source's size. Despill changes colours
        and is in exports only. Arguments and errors are those of `masks`.

        Yields:
            Frame index and matte, ``(H, W) uint8`` at working size.
        """
        info, edge = self._clip.info, self._edge
        scale = info.height / info.source_height
        masks = self.masks(start, stop, cancelled=cancelled)
        return ((index, cover(mask, edge, scale)) for index, mask in masks)

    def _propagated(
        self, start: int, stop: int, cancelled: Callable[[], bool]
    ) -> Generator[tuple[int, Mask], None, None]:
        clip = self._clip
        propagated = clip.propagator.propagate(
            clip._reader,
            dict(self._keyframes),
            clip.find_shots(cancelled=cancelled),
            start,
            stop,
            beliefs=dict(self._beliefs),
            anchors=clip._anchors,
            cancelled=cancelled,
        )
        try:
            for made in propagated:
                yield made.index, made.mask
        except PropagationCancelled:
            raise Cancelled from None

    def export(
        self,
        out: str | os.PathLike[str],
        *,
        format: str | None = None,
        key_color: str = "#00ff00",
        start: int = 0,
        stop: int | None = None,
        progress: Progress = unheard,
        cancelled: Callable[[], bool] = _never,
    ) -> Exported:
        """Export this object alone; see `Clip.export`."""
        return self._clip.export(
            out,
            [self],
            format=format,
            key_color=key_color,
            start=start,
            stop=stop,
            progress=progress,
            cancelled=cancelled,
        )

    def check_keyframes(self) -> None:
        """Raise `InputError` when the object has no keyframe yet."""
        if not self._keyframes:
            raise InputError("The object has no keyframe yet; click on it in some frame first.")
