"""A drawn clip: a textured ball over a textured ground that slides the other way."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, RADIUS = 320, 180, 26


class Film:
    """A frame source that counts what is read.

    Attributes:
        reads: Every index that was read, in order.
    """

    def __init__(self, count: int = 40, *, seed: int = 5, sync: Sequence[int] = ()) -> None:
        self.sync = sync
        random = np.random.default_rng(seed)
        self.count = count
        self.reads: list[int] = []
        ground = random.integers(0, 255, (12, 40, 3), np.uint8)
        self._ground = cv2.resize(ground, (WIDTH * 2, HEIGHT), interpolation=cv2.INTER_CUBIC)
        ball = random.integers(0, 255, (6, 6, 3), np.uint8) // 2 + np.uint8(120)
        ball[..., 2] = 30
        self._ball = cv2.resize(ball, (2 * RADIUS, 2 * RADIUS), interpolation=cv2.INTER_CUBIC)

    def mask(self, index: int) -> NDArray[np.uint8]:
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(mask, self._place(index), RADIUS - 1, 255, -1, cv2.LINE_AA)
        return mask

    def frame(self, index: int) -> NDArray[np.uint8]:
        frame = np.array(self._ground[:, 2 * index : 2 * index + WIDTH], np.uint8)
        x, y = self._place(index)
        box = np.s_[y - RADIUS : y + RADIUS, x - RADIUS : x + RADIUS]
        weight = self.mask(index)[box][..., None] / 255
        frame[box] = np.rint(self._ball * weight + frame[box] * (1 - weight))
        return frame

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        assert list(indices) == sorted(indices)
        for index in indices:
            assert 0 <= index < self.count
            self.reads.append(index)
            yield index, self.frame(index)

    @property
    def sync_frames(self) -> Sequence[int]:
        return self.sync

    @staticmethod
    def _place(index: int) -> tuple[int, int]:
        return 50 + 5 * index, round(90 + 30 * np.sin(index / 6))


class Leaving(Film):
    """The same, faster: the ball rolls out of the picture on the right and is gone."""

    def frame(self, index: int) -> NDArray[np.uint8]:
        ground = np.array(self._ground[:, 2 * index : 2 * index + WIDTH], np.uint8)
        wide = np.pad(ground, ((0, 0), (0, 4 * RADIUS), (0, 0)), mode="edge")
        x, y = self._place(index)
        if x - RADIUS < WIDTH:
            box = np.s_[y - RADIUS : y + RADIUS, x - RADIUS : x + RADIUS]
            whole = np.zeros(wide.shape[:2], np.uint8)
            cv2.circle(whole, (x, y), RADIUS - 1, 255, -1, cv2.LINE_AA)
            weight = whole[box][..., None] / 255
            wide[box] = np.rint(self._ball * weight + wide[box] * (1 - weight))
        return wide[:, :WIDTH]

    @staticmethod
    def _place(index: int) -> tuple[int, int]:
        return 150 + 10 * index, round(90 + 30 * np.sin(index / 6))


class ThereAndBack(Film):
    """The same, for hours: the ball rolls to and fro."""

    def mask(self, index: int) -> NDArray[np.uint8]:
        return super().mask(self._turned(index))

    def frame(self, index: int) -> NDArray[np.uint8]:
        at = self._turned(index)
        return super().frame(at) if at == index else self.frame(at)

    @staticmethod
    def _turned(index: int, turn: int = 39) -> int:
        at = index % (2 * turn)
        return min(at, 2 * turn - at)
