"""What an export is asked to do, and what it says when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mattebox.export.timecode import shifted
from mattebox.matting import Edge, KeyColor
from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import Cancelled

Matte = npt.NDArray[np.uint8]
Mattes = Iterable[tuple[int, Sequence[Matte]]]
"""Frame index and one matte for each object, ``(height, width) uint8`` at working size."""
Progress = Callable[[int, int], None]


def unheard(_done: int, _total: int) -> None:
    """Progress that nobody listens to."""


@dataclass(frozen=True)
class Job:
    """One export.

    Attributes:
        source: The clip's file.
        info: What the clip is.
        table: Its frame table.
        start: First frame.
        stop: One past the last frame.
        key_color: What stands where the matte is 0.
        progress: Told ``(done, total)`` frames after each frame.
        cancelled: Asked before each frame.
        edges: Each object's edge, in the order of its mattes; without any all are neutral.
    """

    source: Path
    info: ClipInfo
    table: FrameTable
    start: int
    stop: int
    key_color: KeyColor
    progress: Progress
    cancelled: Callable[[], bool]
    edges: tuple[Edge, ...] = ()

    @property
    def frame_count(self) -> int:
        """How many frames are exported."""
        return self.stop - self.start

    @property
    def timecode(self) -> str | None:
        """What the first exported frame is called, where the source says what its first one is."""
        if self.info.timecode is None:
            return None
        elapsed = Fraction(int(self.table.ticks[self.start]), self.table.timescale)
        return shifted(self.info.timecode, round(elapsed * self.info.rate), self.info.rate)

    def check(self) -> None:
        """Raise `Cancelled` when the job was told to stop."""
        if self.cancelled():
            raise Cancelled


@dataclass(frozen=True)
class ExportResult:
    """A finished export.

    Attributes:
        path: The file.
        frame_count: Pictures in it.
        warnings: What could not be kept, one sentence each; empty when everything was.
    """

    path: Path
    frame_count: int
    warnings: tuple[str, ...] = field(default=())


class Write(Protocol):
    """Writes one format to ``path``; returns warnings."""

    def __call__(self, job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class ExportFormat:
    """A kind of file that can be exported.

    Attributes:
        name: What the command line and the protocol call it.
        title: What a person reads.
        suffix: File name suffix, with the dot.
        media_type: MIME type.
        write: Writes it.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    write: Write
