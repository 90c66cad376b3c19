"""Find the cuts of a clip: nothing is propagated across one."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import Cancelled, DecoderPool
from mattebox.media.reader import FrameReader

# A shot shorter than this is taken for a flash.
_SHORTEST_S = 0.4
_PROGRESS_EVERY = 24


class Shot(NamedTuple):
    """Frames without a cut between them.

    Attributes:
        start: The first frame.
        stop: The frame after the last.
    """

    start: int
    stop: int


class CutFinder:
    """Finds cuts in frames that are fed to it in order.

    It judges a change by those around it, so that a moving camera does not count as a cut.

    Args:
        rate: Frames per second.
    """

    def __init__(self, rate: float) -> None:
        # Imported here because it takes a third of a second, which only this work should wait for.
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector

        self._rate = rate
        self._timecode = FrameTimecode
        self._detector = AdaptiveDetector(min_scene_len=max(round(_SHORTEST_S * rate), 2))
        self._cuts: list[int] = []

    def feed(self, index: int, frame: npt.NDArray[np.uint8]) -> None:
        """Look at the next frame, `(h, w, 3) uint8` RGB of any small size."""
        bgr = np.ascontiguousarray(frame[:, :, ::-1])
        found = self._detector.process_frame(self._timecode(index, fps=self._rate), bgr)
        self._cuts += [int(cut.frame_num) for cut in found]

    def shots(self, frame_count: int) -> tuple[Shot, ...]:
        """The shots between the cuts found so far."""
        edges = [0, *self._cuts, frame_count]
        return tuple(Shot(a, b) for a, b in pairwise(edges))


def detect_shots(
    path: str | os.PathLike[str],
    info: ClipInfo,
    table: FrameTable,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    name: str | None = None,
    pool: DecoderPool | None = None,
) -> tuple[Shot, ...]:
    """Find the shots of a clip.

    Args:
        path: The file.
        info: What ingest found.
        table: The frame table that ingest made.
        cancelled: Asked at every frame; true stops the work.
        progress: Told the frames looked at and the frames there are.
        name: How the person knows the file, for messages.
        pool: The processes to use.

    Returns:
        Shots that cover the clip without gaps.

    Raises:
        Cancelled: `cancelled` said so.
        DecodingError: The decoder died, hung or ran out of memory.
    """
    count = table.frame_count
    finder = CutFinder(float(info.rate))
    with FrameReader(path, info, table, name=name, pool=pool) as reader:
        for index, frame in reader.read_small(range(count)):
            if cancelled():
                raise Cancelled
            finder.feed(index, frame)
            if (index + 1) % _PROGRESS_EVERY == 0 or index + 1 == count:
                progress(index + 1, count)
    return finder.shots(count)
