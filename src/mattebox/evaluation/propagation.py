"""How well masks are carried through annotated sequences, beside two baselines."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.davis import scores
from mattebox.evaluation.label_propagation import LabelPropagation
from mattebox.evaluation.sequences import AnnotatedSequence, read_sequence, sequence_folders
from mattebox.propagation import Propagator, Shot

Masks = Iterator[NDArray[np.bool_]]


def evaluate(
    data: Path,
    *,
    engine: str = "auto",
    progress: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Propagate the first mask of every sequence of a folder and score the others.

    The masks come from the product's own `Propagator`. First and last frames are not scored
    (the official semi-supervised DAVIS protocol).

    Args:
        data: Holds `NAME/frames.mp4` or `NAME/frames/*.jpg` (or webp, png) and
            `NAME/masks/*.png`, where every value but 0 is the object.
        engine: Back end, see `mattebox.inference.load`.
        progress: Told one line per sequence.

    Returns:
        `{"mean": scores, "items": {name: scores}, "baselines": {name: the same}}`, scores by
        `J`, `F` and `J&F`, 0..1. The baselines are `copy_first_mask` and
        `label_propagation_imagenet`.

    Raises:
        InputError: There are no sequences, or one of them does not read.
    """
    folders = sequence_folders(data)
    propagator = Propagator(engine)
    features = LabelPropagation(engine)
    methods: dict[str, Callable[[AnnotatedSequence], Masks]] = {
        "mattebox": lambda sequence: propagated(propagator, sequence),
        "copy_first_mask": copied,
        "label_propagation_imagenet": features.masks,
    }
    items: dict[str, dict[str, dict[str, float]]] = {name: {} for name in methods}
    for folder in folders:
        sequence = read_sequence(folder)
        for name, masks in methods.items():
            items[name][sequence.name] = scores(list(masks(sequence)), sequence.truths)
        if progress is not None:
            found = items["mattebox"][sequence.name]
            progress(f"{sequence.name}: J {found['J']:.3f}, F {found['F']:.3f}")
    own, *baselines = ({"mean": _mean(found), "items": found} for found in items.values())
    return {**own, "baselines": dict(zip(list(methods)[1:], baselines, strict=True))}


def propagated(propagator: Propagator, sequence: AnnotatedSequence) -> Masks:
    """Yield every frame's mask, `(H, W) bool`, as the product finds it from the first one."""
    first = np.where(sequence.truths[0], 255, 0).astype(np.uint8)
    count = len(sequence.frames)
    for found in propagator.propagate(sequence, {0: first}, [Shot(0, count)], 0, count):
        yield found.mask >= 128


def copied(sequence: AnnotatedSequence) -> Masks:
    """Yield the first mask for every frame."""
    for _ in sequence.frames:
        yield sequence.truths[0]


def _mean(items: dict[str, dict[str, float]]) -> dict[str, float]:
    keys = next(iter(items.values())).keys()
    return {key: float(np.mean([found[key] for found in items.values()])) for key in keys}
