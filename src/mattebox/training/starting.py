"""What a run may start from: another run, one of its checkpoints, or weights that were exported.

Exported weights hold every parameter, so training goes on from what ships where the runs are gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
from torch import Tensor

from mattebox.errors import InputError
from mattebox.inference._torch import parameters
from mattebox.training.checkpoints import load


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


def propagation_history(start: Path | None) -> list[dict[str, Any]]:
    """Return the runs that led to what a run of the Propagation Network starts from.

    Args:
        start: As for `propagation_weights`, or None.

    Returns:
        ``{"steps": count, "hours": length}`` of each run, the first one first; those whose files
        are gone are left out.
    """
    if start is None:
        return []
    card = start / "propagation-read.json"
    if card.is_file():
        return _told(card)
    snapshots = [start] if start.is_file() else sorted((start / "snapshots").glob("*.pt"))
    if not snapshots:
        return []
    state = load(snapshots[-1])["state"]
    plan = snapshots[-1].parent.parent / "config.json"
    before = earlier(json.loads(plan.read_text())) if plan.is_file() else None
    return [*propagation_history(before), _run(state["step"], state["seconds"])]


def refinement_history(start: Path | None) -> list[dict[str, Any]]:
    """Return the runs that led to what a run of the Refinement Network starts from.

    Args:
        start: As for `refinement_weights`, or None.

    Returns:
        As of `propagation_history`.
    """
    if start is None:
        return []
    card = start / "refinement-encode.json"
    if card.is_file():
        return _told(card)
    checkpoint = start / "best.pt" if start.is_dir() else start
    if not checkpoint.is_file():
        return []
    state = load(checkpoint)
    return [*refinement_history(earlier(state["config"])), _run(state["step"], state["seconds"])]


def earlier(config: Mapping[str, Any]) -> Path | None:
    """Return what the run of a checkpoint's configuration started from.

    Args:
        config: As the checkpoint holds it; older ones hold all of it as text.
    """
    start = config.get("start")
    return None if start in (None, "None") else Path(start)


def _told(card: Path) -> list[dict[str, Any]]:
    fields = json.loads(card.read_text())
    own = {"steps": fields["steps"], "hours": fields.get("hours")}
    return [*fields.get("history", []), own]


def _run(steps: int, seconds: float) -> dict[str, Any]:
    return {"steps": steps, "hours": round(seconds / 3600, 2)}


def _checkpoint(path: Path, part: str) -> dict[str, Tensor]:
    content = load(path)
    if part not in content:
        raise InputError(f"{path} holds no {part} weights; start from a run of the same network.")
    found: dict[str, Tensor] = content[part]
    return found
