"""Frames as propagation reads them: ascending, and few of them held at a time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]


class FrameSource(Protocol):
    """A clip's pictures at working size."""

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, Frame]]:
        """Yield `(index, picture)` for ascending frame indices; pictures `(H, W, 3) uint8` RGB."""
        ...

    @property
    def sync_frames(self) -> Sequence[int]:
        """Frames that decode by themselves, ascending; empty where that is not known.

        A property of the clip: masks may depend on it.
        """
        ...


class HeldFrames:
    """Frames of a source, some of them held so that they are decoded once.

    Args:
        source: Where frames come from.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._held: dict[int, Frame] = {}
        self.sync_frames = source.sync_frames

    def hold(self, indices: Iterable[int]) -> None:
        """Hold these frames and let go of all others."""
        wanted = sorted(set(indices))
        held = {i: self._held[i] for i in wanted if i in self._held}
        self._held = held
        missing = [i for i in wanted if i not in held]
        if missing:
            held.update(self._source.read(missing))

    def pass_over(self, indices: Sequence[int]) -> Iterator[tuple[int, Frame]]:
        """Yield frames in ascending order without holding more of them."""
        missing = [i for i in indices if i not in self._held]
        fresh = iter(self._source.read(missing)) if missing else iter(())
        for index in indices:
            yield (index, self._held[index]) if index in self._held else next(fresh)

    def __getitem__(self, index: int) -> Frame:
        return self._held[index]
