"""Frames as propagation reads them: ascending, and few of them held at a time."""

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
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

    One thread holds and passes over frames; any thread may look at those that are held.

    Args:
        source: Where frames come from.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._held: dict[int, Frame] = {}
        self._reasons: dict[int, frozenset[int]] = {}
        self._lock = Lock()
        self.sync_frames = tuple(source.sync_frames)

    def hold(self, reason: int, indices: Iterable[int]) -> None:
        """Hold these frames until they are let go for the same reason.

        Args:
            reason: Any number; what was held for it and is not named now is let go.
            indices: Frames.
        """
        wanted = frozenset(indices)
        with self._lock:
            self._reasons[reason] = wanted
            missing = sorted(wanted - self._held.keys())
        if missing:
            for index, frame in self._source.read(missing):
                with self._lock:
                    self._held[index] = frame
        self._forget()

    def let_go(self, reason: int) -> None:
        """Hold nothing for a reason any more."""
        with self._lock:
            self._reasons.pop(reason, None)
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            wanted = frozenset[int]().union(*self._reasons.values())
            self._held = {i: frame for i, frame in self._held.items() if i in wanted}

    def pass_over(self, indices: Sequence[int]) -> Iterator[tuple[int, Frame]]:
        """Yield frames in ascending order without holding more of them."""
        held = self._held
        missing = [i for i in indices if i not in held]
        fresh = iter(self._source.read(missing)) if missing else iter(())
        for index in indices:
            yield (index, held[index]) if index in held else next(fresh)

    def __getitem__(self, index: int) -> Frame:
        return self._held[index]
