"""What a run may start from: another run, one of its checkpoints, or weights that were exported.

Exported weights hold every parameter, so training goes on from what ships where the runs are gone.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from torch import Tensor

from mattebox.errors import InputError
from mattebox.inference._torch import parameters


def propagation_weights(start: Path) -> dict[str, Tensor]:
    """Return the parameters of a `PropagationNetwork` to start from.

    Args:
        start: A run, of which the last snapshot is taken; a snapshot; or a folder with
            ``propagation-read.onnx``.

    Raises:
        InputError: It is none of these.
    """
    graph = start / "propagation-read.onnx"
    if graph.is_file():
        found = _exported(graph)
        return {name.removeprefix("network."): value for name, value in found.items()}
    snapshots = [start] if start.is_file() else sorted((start / "snapshots").glob("*.pt"))
    if not snapshots:
        raise InputError(
            f"{start} is no run with snapshots, no snapshot and no folder of exported weights."
        )
    return _checkpoint(snapshots[-1], "network")


def refinement_weights(start: Path) -> dict[str, Tensor]:
    """Return the parameters of a `RefinementNetwork` to start from.

    Args:
        start: A run, of which the best checkpoint is taken; a checkpoint; or a folder with
            ``refinement-encode.onnx`` and ``refinement-decode.onnx``.

    Raises:
        InputError: It is none of these.
    """
    halves = {half: start / f"refinement-{half[:-1]}.onnx" for half in ("encoder", "decoder")}
    if all(path.is_file() for path in halves.values()):
        return {
            f"{half}.{name}": value
            for half, path in halves.items()
            for name, value in _exported(path).items()
        }
    checkpoint = start / "best.pt" if start.is_dir() else start
    if not checkpoint.is_file():
        raise InputError(
            f"{start} is no run with a best.pt, no checkpoint and no folder of exported weights."
        )
    return _checkpoint(checkpoint, "average")


def _exported(graph: Path) -> dict[str, Tensor]:
    found = parameters(onnx.load(graph))
    # The halves that large parameters are stored as stand beside the parameters themselves.
    return {name: value for name, value in found.items() if not name.endswith(".float16")}


def _checkpoint(path: Path, part: str) -> dict[str, Tensor]:
    try:
        found: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)[part]
    except (OSError, RuntimeError, KeyError, ValueError, EOFError) as error:
        raise InputError(f"{path} cannot be read as a checkpoint: {error}") from None
    return found
