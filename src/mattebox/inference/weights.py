"""The trained networks that come with the package: one ONNX file and one card each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mattebox
from mattebox.errors import InputError

DIRECTORY = Path(mattebox.__file__).parent / "weights"


@dataclass(frozen=True)
class Card:
    """What a weights file is: its hash, its shapes and where it comes from.

    Attributes:
        name: Name of the network, which is also the stem of its files.
        path: The ONNX file.
        sha256: Hash of the ONNX file, in hex.
        inputs: Shape of each input, in the order of the torch module's arguments.
        types: Type of each input that is not float32, as numpy names it.
        outputs: Names of the outputs, in the order of the torch module's results.
        wanted: Those of them that are asked for; the others need not be computed.
        module: ``"package.module:Class"`` that builds the same network in torch.
        precision: ``"f32"`` where fewer bits change the network's answers too much, or
            ``"bf16"`` where they do not.
        float32: Parts of the names of those nodes that need float32 all the same.
        logits: No logit of the network's attention is further from 0; None where it has none, or
            none is known.
        about: Everything else on the card: data, hours, machine, licence, scores.
    """

    name: str
    path: Path
    sha256: str
    inputs: dict[str, tuple[int, ...]]
    types: dict[str, str]
    outputs: tuple[str, ...]
    wanted: tuple[str, ...]
    module: str
    precision: str
    float32: tuple[str, ...]
    logits: float | None
    about: dict[str, Any]


@cache
def card(name: str, directory: Path = DIRECTORY) -> Card:
    """Read a card and check that the weights file beside it is the one that it describes.

    Args:
        name: Name of the network, such as ``"refinement-encode"``.
        directory: Folder with ``NAME.onnx`` and ``NAME.json``.

    Raises:
        InputError: There is no such network, or its file is damaged.
    """
    path, described = directory / f"{name}.onnx", directory / f"{name}.json"
    if not (path.is_file() and described.is_file()):
        raise InputError(
            f"There are no weights named {name!r}; reinstall mattebox to get its weights back."
        )
    fields = json.loads(described.read_text())
    if hashlib.sha256(path.read_bytes()).hexdigest() != fields["sha256"]:
        raise InputError(
            f"The weights file {path.name} is damaged; reinstall mattebox to get it back."
        )
    outputs = tuple(fields.pop("outputs"))
    return Card(
        name=name,
        path=path,
        sha256=fields.pop("sha256"),
        inputs={key: tuple(shape) for key, shape in fields.pop("inputs").items()},
        types=fields.pop("types", {}),
        outputs=outputs,
        wanted=outputs,
        module=fields.pop("module"),
        precision=fields.pop("precision", "bf16"),
        float32=tuple(fields.pop("float32", ())),
        logits=fields.pop("logits", None),
        about=fields,
    )


def identity(name: str) -> str:
    """Hash of the weights of network ``name``, verified; part of every mask's address."""
    return card(name).sha256
