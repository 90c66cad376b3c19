"""The Propagation Network as it ships, with a part of its input or its method taken away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray

from mattebox.evaluation.davis import scores
from mattebox.evaluation.propagation import propagated
from mattebox.evaluation.sequences import AnnotatedSequence
from mattebox.propagation import Propagator
from mattebox.propagation.anchors import Estimate, Remembered
from mattebox.propagation.network import Network
from mattebox.propagation.region import Region
from mattebox.propagation.settings import PropagationSettings
from mattebox.training.propagation_export import export_propagation, held_out_score

SHIPPED = PropagationSettings()
KEYFRAMES, ANCHORS, LAST = (0, 1), (2, 3), (4,)
"""The memory's slots by what is in them; on the way from anchor to anchor the last anchor is in
the one for the frame before."""
_MEASURES = ("J", "F", "J&F")


@dataclass(frozen=True)
class Variant:
    """One way to propagate.

    Attributes:
        about: What it is.
        settings: How masks are carried.
        slots: Slots of the memory that are filled.
        previous: Whether the mask of the frame before is given.
    """

    about: str
    settings: PropagationSettings = SHIPPED
    slots: tuple[int, ...] = KEYFRAMES + ANCHORS + LAST
    previous: bool = True


VARIANTS = {
    "shipped": Variant("as shipped: region of interest, all slots, anchors every 8 frames"),
    "whole-frame": Variant(
        "the whole frame, squeezed into the square", replace(SHIPPED, smallest_region=100.0)
    ),
    "memory-keyframe": Variant("memory: the keyframe", slots=KEYFRAMES),
    "memory-keyframe-last": Variant("memory: and the frame before", slots=KEYFRAMES + LAST),
    "memory-keyframe-anchors": Variant("memory: and the anchors", slots=KEYFRAMES + ANCHORS),
    "no-previous-mask": Variant("previous mask empty", previous=False),
    "one-look": Variant("anchors looked at once", replace(SHIPPED, second_look=False)),
    "stride-1": Variant(
        "frame by frame, no anchors",
        replace(SHIPPED, stride=1, second_look=False, anchor_margin=SHIPPED.margin),
    ),
}


class Partial(Network):
    """The network with a part of its input taken away; counts how often it is asked.

    Args:
        variant: Says what is left.
        engine: Name of the inference engine.
        directory: Folder with the weights.
    """

    def __init__(self, variant: Variant, engine: str, directory: Path) -> None:
        super().__init__(engine, directory)
        self._variant = variant
        self.reads = 0

    def read(
        self,
        frame: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        region: Region,
        memory: Sequence[Remembered | None],
    ) -> Estimate:
        """Find the object in a frame by what is left; see `Network.read`."""
        self.reads += 1
        left = self._variant.slots
        seen = [each if slot in left else None for slot, each in enumerate(memory)]
        mask = previous if self._variant.previous else np.zeros_like(previous)
        return super().read(frame, mask, region, seen)


class PartialPropagator(Propagator):
    """The product's propagation over a `Partial` network.

    Args:
        variant: How it propagates.
        engine: Name of the inference engine.
        weights: Folder with the weights.
    """

    def __init__(self, variant: Variant, engine: str, weights: Path) -> None:
        super().__init__(engine, variant.settings, weights=weights)
        self.partial = self._network = Partial(variant, engine, weights)


def propagation_scores(
    variant: Variant, sequences: Sequence[AnnotatedSequence], engine: str, weights: Path
) -> dict[str, float]:
    """Carry the first mask of each sequence through it; return scores and cost."""
    propagator = PartialPropagator(variant, engine, weights)
    found, seconds = [], 0.0
    for sequence in sequences:
        began = time.perf_counter()
        masks = list(propagated(propagator, sequence))
        seconds += time.perf_counter() - began
        found.append(scores(masks, sequence.truths))
    frames = sum(len(sequence.frames) - 1 for sequence in sequences)
    means = {key: round(float(np.mean([each[key] for each in found])), 4) for key in _MEASURES}
    by_name = {f"J&F {s.name}": round(e["J&F"], 4) for s, e in zip(sequences, found, strict=True)}
    return {
        **means,
        **by_name,
        "reads a frame": round(propagator.partial.reads / frames, 2),
        "ms a frame": round(1000 * seconds / frames, 1),
    }


def snapshot_scores(
    snapshot: Path, sequences: Sequence[AnnotatedSequence], engine: str
) -> dict[str, float]:
    """Export a snapshot of a training run and score it on whole sequences."""
    state = torch.load(snapshot, map_location="cpu", weights_only=True)["state"]
    with TemporaryDirectory() as folder:
        export_propagation(snapshot, Path(folder), {})
        found = held_out_score(Path(folder), list(sequences), engine)
    return {**found, "steps": state["step"], "minutes": round(state["seconds"] / 60, 1)}


def snapshot_name(snapshot: Path) -> str:
    """A snapshot's run and step, without where it lies."""
    folder = snapshot.resolve().parent
    run = folder.parent if folder.name == "snapshots" else folder
    return f"{run.name}/{snapshot.stem}"
