"""The Propagation Network alone: batch 1, one object, memory full, a frame at a time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.bench_footage import Picture
from mattebox.inference import Engine, load
from mattebox.inference.weights import DIRECTORY
from mattebox.networks.propagation import KEY_CHANNELS, SLOTS, VALUE_CHANNELS
from mattebox.propagation.anchors import Estimate
from mattebox.propagation.network import READ, Network
from mattebox.propagation.region import Region, region_around, steady_box
from mattebox.propagation.settings import PropagationSettings
from mattebox.training.propagation_export import FLOAT32_WHOLE, export_again

FULL = (480, 864)
"""Height and width of the whole frame at 480p, in multiples of 16."""

IN_A_ROW = 10
"""Frames that each takes before the next has its turn."""

Step = Callable[[Picture], None]


class RegionPath:
    """One frame after the other as the product fills in: region, crop, network, mask in place.

    Args:
        engine: Name of the inference engine.
        frames: The first frames, from which the memory is filled.
        mask: The object on the first of them.
    """

    def __init__(self, engine: str, frames: Sequence[Picture], mask: Picture) -> None:
        self._network = Network(engine)
        self._settings = PropagationSettings()
        region = self._region(mask, None)
        remembered = self._network.memorize(frames[0], mask, region)
        self._before = Estimate(mask, 1.0, region, remembered)
        self._memory = [remembered] * self._network.slots
        for slot in range(self._network.slots):
            self.step(frames[min(slot, len(frames) - 1)])
            self._memory[slot] = self._before.remembered

    def step(self, frame: Picture) -> None:
        """Find the object on the next frame."""
        before = self._before
        region = self._region(before.mask, before.region)
        self._memory[-1] = before.remembered
        self._before = self._network.read(frame, before.mask, region, self._memory)

    def _region(self, mask: Picture, last: Region | None) -> Region:
        height, width = mask.shape
        box = steady_box(mask, self._settings.speck)
        if box is None:
            return last or Region(0, 0, width, height)
        side = self._settings.margin * max(box[2] - box[0], box[3] - box[1])
        side = max(side, self._settings.smallest_region * min(height, width))
        return region_around(box, width, height, side)


class WholeFrame:
    """The same network over the whole frame at 480p, `FULL` pixels, memory full.

    Args:
        engine: Name of the inference engine.
        folder: Where to export the network for that size.
        mask: The object on the first frame.
    """

    def __init__(self, engine: str, folder: Path, mask: Picture) -> None:
        if not (folder / f"{READ}.onnx").is_file():
            export_again(DIRECTORY, folder, FULL, FLOAT32_WHOLE)
        self._engine: Engine = load(READ, engine, directory=folder)
        tokens = FULL[0] * FULL[1] // 256
        random = np.random.default_rng(0)
        keys = random.normal(size=(1, SLOTS, tokens, KEY_CHANNELS))
        keys /= np.linalg.norm(keys, axis=-1, keepdims=True)
        values = random.normal(size=(1, SLOTS, tokens, VALUE_CHANNELS))
        self._keys, self._values = keys.astype(np.float16), values.astype(np.float16)
        self._mask = fitted(mask)

    def step(self, frame: Picture) -> None:
        """Find the object on the next frame."""
        found = self._engine.run(
            {
                "image": fitted(frame)[None],
                "previous": self._mask[None, None],
                "keys": self._keys,
                "values": self._values,
                "valid": np.ones((1, SLOTS), np.float32),
            }
        )
        self._mask = found["mask"][0, 0]
        self._keys[0, -1], self._values[0, -1] = found["key"][0], found["value"][0]


def fitted(picture: Picture) -> NDArray[np.uint8]:
    """Return a picture or mask at `FULL` size."""
    return np.asarray(cv2.resize(picture, FULL[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def beside_each_other(
    steps: Mapping[str, Step], frames: Iterator[Picture], counts: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """Time steps in turn, a few frames each, so that all meet the same machine.

    Each has several frames in a row, as in use: the first after another network meets cold caches.

    Args:
        steps: What to time.
        frames: What they get; each frame goes to all of them.
        counts: How many frames each gets, the first of those there are.

    Returns:
        By name: `ms` (median), `ms_p95`, `fps` (1000 over the median) and `frames`.
    """
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for start in range(0, max(counts.values()), IN_A_ROW):
        row = list(islice(frames, IN_A_ROW))
        for name, step in steps.items():
            for frame in row[: max(0, counts[name] - start)]:
                began = time.perf_counter()
                step(frame)
                taken[name].append(1000 * (time.perf_counter() - began))
    return {name: _summary(times) for name, times in taken.items()}


def _summary(times: Sequence[float]) -> dict[str, Any]:
    median = float(np.median(times))
    return {
        "ms": round(median, 2),
        "ms_p95": round(float(np.percentile(times, 95)), 2),
        "fps": round(1000 / median, 2),
        "frames": len(times),
    }
