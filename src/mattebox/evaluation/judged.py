"""What a report judges, and on what: the networks, their weights, the machine."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from mattebox.inference import card, load
from mattebox.inference.weights import DIRECTORY
from mattebox.machine import machine
from mattebox.propagation import Propagator
from mattebox.segmentation import Refiner

REFINEMENT = ("refinement-encode", "refinement-decode")
PROPAGATION = ("propagation-memorize", "propagation-read")


@dataclass(frozen=True)
class Weights:
    """One of the weights files that are judged.

    Attributes:
        name: Name of the network.
        sha256: Hash of its ONNX file, in hex.
        size: Bytes.
        engine: What runs it.
        precision: In which number format.
    """

    name: str
    sha256: str
    size: int
    engine: str
    precision: str


@dataclass(frozen=True)
class Judged:
    """The networks, ready to run, and what identifies them.

    Attributes:
        refiner: Clicks to mask.
        propagator: Keyframe masks to every mask.
        weights: What they are made of.
        clicks_identity: Stands for all that a mask made of clicks depends on.
        masks_identity: The same for propagated masks.
    """

    refiner: Refiner
    propagator: Propagator
    weights: tuple[Weights, ...]
    clicks_identity: str
    masks_identity: str


def load_judged(engine: str = "auto", directory: Path = DIRECTORY) -> Judged:
    """Load the networks of a folder.

    Args:
        engine: Back end, see `mattebox.inference.load`.
        directory: Holds the ONNX files and their cards.

    Raises:
        InputError: Weights or engine are not there.
    """
    networks = {name: load(name, engine, directory=directory) for name in REFINEMENT + PROPAGATION}
    cards = {name: card(name, directory) for name in networks}
    encode, decode = (networks[name] for name in REFINEMENT)
    refiner = Refiner(engines=(encode, decode))
    propagator = Propagator(engine, weights=directory)
    # The refiner does not know the weights behind engines that it was given.
    known = [refiner.identity, *(cards[name].sha256 for name in REFINEMENT)]
    return Judged(
        refiner,
        propagator,
        tuple(
            Weights(
                name,
                cards[name].sha256,
                cards[name].path.stat().st_size,
                network.name,
                network.precision,
            )
            for name, network in networks.items()
        ),
        sha256(dumps(known).encode()).hexdigest(),
        propagator.identity,
    )


def facts(judged: Judged) -> dict[str, Any]:
    """Return what a reader needs to weigh the scores: the machine and the weights."""
    return {
        "machine": machine(),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "weights": [asdict(weights) for weights in judged.weights],
    }
