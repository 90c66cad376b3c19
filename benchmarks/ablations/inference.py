"""What parts of the method give, with the weights that ship: each is left out in turn.

    .venv/bin/python -m benchmarks.ablations.inference --data DIR [--only GROUP[/NAME] ...]
        [--snapshots FILE ...]

`propagation` carries the first mask through the held-out training sequences, `refinement` lets
the standard robot click on the held-out pictures, `mosaic` on the same four to a frame, where
objects are small and have company; `snapshots` scores averaged weights that a training run kept.
The JSON file is written after each variant; variants that are in it are not
measured again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2

from benchmarks.ablations import propagation, refinement
from benchmarks.ablations.record import Record
from mattebox.evaluation.sequences import AnnotatedSequence
from mattebox.inference import card
from mattebox.inference.weights import DIRECTORY
from mattebox.propagation.network import READ
from mattebox.segmentation.refiner import DECODER
from mattebox.training.propagation import PropagationTraining
from mattebox.training.propagation_export import held_out_sequences
from mattebox.training.refinement_data import load_corpus

PROPAGATION, REFINEMENT, MOSAIC = "propagation", "refinement", "mosaic"
NAMES = {
    PROPAGATION: list(propagation.VARIANTS),
    REFINEMENT: list(refinement.VARIANTS),
    MOSAIC: list(refinement.VARIANTS),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the variants and write JSON."""
    options = _options(arguments)
    cv2.setNumThreads(1)
    record = Record(
        options.json,
        {
            "engine": options.engine,
            "weights": {name: card(name, options.weights).sha256[:12] for name in (READ, DECODER)},
            "sequences": options.sequences,
            "frames": options.frames,
            "pictures": options.pictures,
        },
    )
    where = (options.engine, options.weights)
    carried, clicked, mosaic = (
        [name for name in names if _wanted(group, name, options.only)]
        for group, names in NAMES.items()
    )
    sequences = _sequences(options) if carried or options.snapshots else []
    for name in carried:
        way = propagation.VARIANTS[name]
        measure = partial(propagation.propagation_scores, way, sequences, *where)
        record.keep(PROPAGATION, name, way.about, measure)
    for file in options.snapshots:
        measure = partial(propagation.snapshot_scores, file, sequences, options.engine)
        record.keep("snapshots", propagation.snapshot_name(file), "averaged weights", measure)
    objects = _objects(options) if clicked or mosaic else []
    for group, names, seen in (
        (REFINEMENT, clicked, objects),
        (MOSAIC, mosaic, refinement.mosaics(objects)),
    ):
        for name in names:
            answer = refinement.VARIANTS[name]
            measure = partial(refinement.refinement_scores, answer, seen, *where)
            record.keep(group, name, answer.about, measure)


def _wanted(group: str, name: str, only: Sequence[str] | None) -> bool:
    return only is None or group in only or f"{group}/{name}" in only


def _sequences(options: argparse.Namespace) -> list[AnnotatedSequence]:
    config = PropagationTraining(data=options.data, run=Path(), cache=options.cache)
    if options.sequences is not None:
        config = replace(config, held_out=tuple(options.sequences))
    found = [
        replace(each, frames=each.frames[: options.frames], truths=each.truths[: options.frames])
        for each in held_out_sequences(config)
    ]
    if not found:
        raise SystemExit(f"{options.data} holds none of the sequences {config.held_out}.")
    return found


def _objects(options: argparse.Namespace) -> list[refinement.Item]:
    objects = load_corpus(options.data, options.cache).held_out
    return refinement.items(objects[:: max(1, len(objects) // options.pictures)])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    known = [*NAMES, *(f"{group}/{name}" for group, names in NAMES.items() for name in names)]
    parser.add_argument("--data", type=Path, required=True, help="holds sequences/ and images/")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--json", type=Path, default=Path("runs/ablations-inference.json"))
    parser.add_argument(
        "--only", nargs="*", choices=known, help="groups, or variants as GROUP/NAME; may be empty"
    )
    parser.add_argument("--snapshots", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--sequences", nargs="+", help="names; by default the four held out")
    parser.add_argument("--frames", type=int, help="of each sequence at most so many")
    parser.add_argument("--pictures", type=int, default=84, help="about so many held-out objects")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--weights", type=Path, default=DIRECTORY)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
