"""What the Propagation Network learns from: batches of clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.training.clips import StaticClips
from mattebox.training.framing import Clip
from mattebox.training.images import load_images, load_pictures
from mattebox.training.layers import Pixels
from mattebox.training.propagation_step import Batch
from mattebox.training.real_clips import real_clip
from mattebox.training.schedule import shrunk_count, size_at
from mattebox.training.sequences import Film, load_sequences

if TYPE_CHECKING:
    from mattebox.training.propagation import PropagationTraining


@dataclass(frozen=True)
class DrawnClips:
    """Clips of one order as they were drawn, frames first.

    Attributes:
        order: The frames' places in time, in the order they are used.
        images: `(F, B, S, S, 3) uint8` RGB.
        masks: `(F, B, S, S) uint8`.
        regions: `(F, B, 4) float32`: x, y, width, height.
    """

    order: tuple[int, ...]
    images: Pixels
    masks: Pixels
    regions: NDArray[np.float32]

    def on(self, device: torch.device) -> Batch:
        """Bring them to where the network is."""
        return Batch(
            self.order,
            torch.from_numpy(self.images).to(device).permute(0, 1, 4, 2, 3) / 255.0,
            torch.from_numpy(self.masks).to(device).unsqueeze(2) / 255.0,
            torch.from_numpy(self.regions).to(device),
        )


class Clips:
    """Where a run's clips come from.

    Raises:
        InputError: The data folder holds nothing to train on.
    """

    def __init__(self, config: PropagationTraining) -> None:
        self._config = config
        self._films, self._weights = _films(config)
        self._static = _static(config)
        if not self._films and not self._static:
            raise InputError(f"{config.data} holds neither images nor sequences to train on.")

    def draw(self, progress: float, random: Generator) -> DrawnClips:
        """Draw a batch fit for a point of the run."""
        config = self._config
        order = config.orders[int(random.choice(len(config.orders), p=config.order_chances))]
        size = size_at(config, progress)
        count = shrunk_count(config, config.frames / len(order), size)
        clips = [self._clip(order, size, progress, random) for _ in range(count)]
        return DrawnClips(
            order,
            np.stack([clip.images for clip in clips], 1),
            np.stack([clip.masks for clip in clips], 1),
            np.stack([clip.regions for clip in clips], 1),
        )

    def _clip(self, order: Sequence[int], size: int, progress: float, random: Generator) -> Clip:
        config = self._config
        if not self._static or (self._films and random.random() < config.real_share):
            film = self._films[int(random.choice(len(self._films), p=self._weights))]
            share = min(1.0, progress / config.longest_gap_at) if config.longest_gap_at else 1.0
            longest = 3 + (config.longest_gap - 3) * share
            gap = int(random.integers(1, round(longest) + 1))
            return real_clip(film, order, gap, size, random)
        return self._static[size].draw(order, random)


def _films(config: PropagationTraining) -> tuple[list[Film], list[float]]:
    films: list[Film] = []
    weights: list[float] = []
    root = config.data / "sequences"
    longest = max(len(order) for order in config.orders)
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        share = config.rough_share if folder.name in config.rough else 1.0
        for film in load_sequences(folder, config.cache):
            if film.name not in config.held_out and len(film.frames) >= longest:
                films.append(film)
                weights.append(share)
    return films, [weight / sum(weights) for weight in weights]


def _static(config: PropagationTraining) -> dict[int, StaticClips]:
    if not (config.data / "images").is_dir() or config.real_share == 1:
        return {}
    bank = load_images(config.data / "images", config.cache)
    backgrounds, cutouts = (
        load_pictures(sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else [])
        for folder in (config.data / "backgrounds", config.data / "cutouts")
    )
    return {size: StaticClips(bank, backgrounds, cutouts, size) for size in config.sizes}
