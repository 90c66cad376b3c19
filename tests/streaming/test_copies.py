"""How often a picture is copied on its way, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.propagation import Propagator, Shot
from tests.propagation.film import HEIGHT, WIDTH, Film

PIXELS = HEIGHT * WIDTH
FRAMES = 12


class Watched(np.ndarray[Any, Any]):
    """A picture that notes when it is copied whole."""

    copies: ClassVar[list[tuple[int, ...]]] = []

    def __array_finalize__(self, source: object) -> None:
        if source is not None and self.flags.owndata and self.size >= PIXELS:
            self.copies.append(self.shape)


class WatchedFilm(Film):
    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        for index, picture in super().read(indices):
            yield index, picture.view(Watched)


@pytest.fixture(autouse=True)
def _forget_copies() -> None:
    Watched.copies.clear()


def test_a_copy_is_noticed() -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8).view(Watched)
    assert not Watched.copies
    assert picture[10:20, 30:40].copy().size
    assert not Watched.copies
    assert picture.copy().shape == picture.shape
    assert Watched.copies == [(HEIGHT, WIDTH, 3)]


def test_pictures_come_to_the_network_without_a_copy() -> None:
    film = WatchedFilm(FRAMES)
    found = list(Propagator().propagate(film, {0: film.mask(0)}, [Shot(0, FRAMES)], 0, FRAMES))
    assert len(found) == FRAMES
    assert Watched.copies == []
