"""The way from clicks to a mask as it ships, with a step taken away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.robots import as_click, solid
from mattebox.evaluation.simulated_user import Point, centre_click, overlap
from mattebox.inference import load
from mattebox.segmentation import Refiner
from mattebox.segmentation import window as windows
from mattebox.segmentation.refiner import DECODER, ENCODER, SIZE, _State, _Task
from mattebox.segmentation.window import Window
from mattebox.training.images import ImageBank, Instance

LOOKS = (1, 3, 5)


class OneLook(Refiner):
    """The first click is answered from the whole frame alone; later ones zoom in."""

    def _begin(self, task: _Task) -> _State:
        window = windows.whole(task.frame.shape)
        return _State(self._look(task, None, window), window)


class WholeFrame(OneLook):
    """Every click is answered from the whole frame."""

    def _look(
        self,
        task: _Task,
        previous: NDArray[np.uint8] | None,
        window: Window,  # noqa: ARG002 - the point is to look elsewhere
    ) -> NDArray[np.uint8]:
        return super()._look(task, previous, windows.whole(task.frame.shape))


class WholeFrameTwice(WholeFrame):
    """The same, and the first answer is refined in one more pass, without zooming in."""

    def _begin(self, task: _Task) -> _State:
        first = super()._begin(task)
        assert first.window is not None
        return _State(self._look(task, first.mask, first.window), first.window)


class FirstCandidate(Refiner):
    """Takes the first candidate, whatever its score."""

    def _decode(
        self, encoding: dict[str, NDArray[Any]], hints: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        found = self._decoder.run({**encoding, "hints": hints[None]})
        return np.asarray(found["logits"][0, 0], np.float32)


class SurestCandidate(Refiner):
    """Takes the candidate that scores highest."""

    def _decode(
        self, encoding: dict[str, NDArray[Any]], hints: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        found = self._decoder.run({**encoding, "hints": hints[None]})
        return np.asarray(found["logits"][0, int(found["scores"][0].argmax())], np.float32)


class BestCandidate(Refiner):
    """Takes the candidate that is like the truth: how much a perfect score would give.

    Attributes:
        truth: The object in the picture that is asked about, `(H, W) uint8`.
    """

    truth: NDArray[np.uint8]

    def _look(
        self, task: _Task, previous: NDArray[np.uint8] | None, window: Window
    ) -> NDArray[np.uint8]:
        part = self.truth[window.slices]
        self._wanted = cv2.resize(part, (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
        return super()._look(task, previous, window)

    def _decode(
        self, encoding: dict[str, NDArray[Any]], hints: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        found = self._decoder.run({**encoding, "hints": hints[None]})
        masks = (found["logits"][0] > 0).astype(np.uint8)
        wanted = np.asarray(self._wanted, np.uint8)
        best = int(np.argmax([overlap(mask, wanted) for mask in masks]))
        return np.asarray(found["logits"][0, best], np.float32)


@dataclass(frozen=True)
class Variant:
    """One way to answer clicks.

    Attributes:
        about: What it is.
        kind: What answers them.
    """

    about: str
    kind: type[Refiner]


VARIANTS = {
    "shipped": Variant("as shipped: zoom-in, closer look, the mean of the candidates", Refiner),
    "no-closer-look": Variant("zoom-in from the second click on", OneLook),
    "whole-frame": Variant("no zoom-in, one pass", WholeFrame),
    "whole-frame-twice": Variant("no zoom-in, first answer in two passes", WholeFrameTwice),
    "first-candidate": Variant("always the first candidate", FirstCandidate),
    "surest-candidate": Variant("the candidate that scores highest", SurestCandidate),
    "best-candidate": Variant("the candidate that is best in truth", BestCandidate),
}


@dataclass(frozen=True)
class Item:
    """One object to click on.

    Attributes:
        frame: RGB, `(H, W, 3) uint8`.
        target: The object, `(H, W) uint8`, 0 or 255.
    """

    frame: NDArray[np.uint8]
    target: NDArray[np.uint8]


def items(objects: Sequence[tuple[ImageBank, Instance]]) -> list[Item]:
    """Return the objects of pictures."""
    return [
        Item(np.ascontiguousarray(bank.image(instance.picture)), bank.mask(instance))
        for bank, instance in objects
    ]


def mosaics(pictures: Sequence[Item]) -> list[Item]:
    """Return each object again, its picture one of four in a frame of twice the height and width.

    The pictures show one large thing each; in films the thing is smaller and has company.
    """
    found = []
    for number, item in enumerate(pictures):
        height, width = item.target.shape
        frame = np.zeros((2 * height, 2 * width, 3), np.uint8)
        target = np.zeros((2 * height, 2 * width), np.uint8)
        for step in range(4):
            row, column = divmod((number + step) % 4, 2)
            part = (
                slice(row * height, (row + 1) * height),
                slice(column * width, (column + 1) * width),
            )
            other = pictures[(number + step) % len(pictures)].frame
            frame[part] = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
            if step == 0:
                target[part] = item.target
        found.append(Item(frame, target))
    return found


def refinement_scores(
    variant: Variant, objects: Sequence[Item], engine: str, weights: Path
) -> dict[str, float]:
    """Let the standard robot click on each object; return mean IoU and cost."""
    engines = (load(ENCODER, engine, directory=weights), load(DECODER, engine, directory=weights))
    refiner = variant.kind(engines=engines)
    curves, began = [], time.perf_counter()
    for item in objects:
        if isinstance(refiner, BestCandidate):
            refiner.truth = item.target
        curves.append(curve(refiner, item))
    clicks = sum(len(made) for made in curves)
    milliseconds = 1000 * (time.perf_counter() - began) / clicks
    found = {look: np.mean([made[min(look, len(made)) - 1] for made in curves]) for look in LOOKS}
    return {
        **{f"IoU@{look}": round(float(value), 4) for look, value in found.items()},
        "ms a click": round(milliseconds, 1),
    }


def curve(refiner: Refiner, item: Item) -> list[float]:
    """IoU after each click of the standard robot, up to the last look."""
    points: list[Point] = []
    found: list[float] = []
    mask = np.zeros_like(item.target)
    while len(points) < LOOKS[-1]:
        point = centre_click(mask, item.target, taken=points)
        if point is None:
            break
        points.append(point)
        clicks = [as_click(each, mask.shape) for each in points]
        mask = solid(refiner.refine(item.frame, clicks))
        found.append(overlap(mask, item.target))
    return found
