"""Batches for the steps of a run, drawn in the process itself or ahead in others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_all_start_methods
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.random import Generator
from torch.utils.data import DataLoader, Dataset

from mattebox.errors import InputError

Drawn = TypeVar("Drawn")
Draw = Callable[[float, Generator], Drawn]
"""Draws a batch, without torch, for a point of the run."""

Moment = tuple[int, float]
"""A step, and how far the run then is."""


class _Steps(Dataset[Any], Generic[Drawn]):
    """A batch for each step, from seed and step alone, and the chance that is left after it."""

    def __init__(self, draw: Draw[Drawn], seed: int) -> None:
        self._draw, self._seed = draw, seed

    def __getitem__(self, moment: Moment) -> tuple[Drawn, Generator]:
        step, progress = moment
        random = np.random.default_rng((self._seed, step))
        return self._draw(progress, random), random


def batches(
    draw: Draw[Drawn], seed: int, moments: Iterable[Moment], loaders: int
) -> Iterator[tuple[Drawn, Generator]]:
    """Draw batches for the steps of a run; which ones depends on seed and moments only.

    Args:
        draw: Draws one. Its data is shared with the loaders, not copied.
        seed: Where chance starts.
        moments: The steps; read a few ahead where there are loaders.
        loaders: Processes that draw ahead; none, and each is drawn when it is asked for.

    Yields:
        The batch, and the generator it was drawn from, for what else the step draws.

    Raises:
        InputError: This system cannot share the data with loaders.
    """
    if loaders and "fork" not in get_all_start_methods():
        raise InputError("This system cannot fork loaders; set loaders to 0.")
    loader = DataLoader(
        _Steps(draw, seed),
        sampler=moments,
        batch_size=None,
        num_workers=loaders,
        collate_fn=_as_it_is,
        multiprocessing_context="fork" if loaders else None,
        # A generator of its own leaves the run's alone.
        generator=torch.Generator(),
    )
    return iter(loader)


def _as_it_is(drawn: object) -> object:
    return drawn
