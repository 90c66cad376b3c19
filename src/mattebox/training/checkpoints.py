"""Checkpoints of runs, and the averaged weights in them."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mattebox.errors import InputError
from mattebox.files import written_aside

_DAMAGED = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    EOFError,
    TypeError,
    AttributeError,
    pickle.UnpicklingError,
)


def save(content: object, path: Path) -> None:
    """Write a checkpoint, aside first, so that no half file is ever resumed."""
    with written_aside(path) as aside:
        torch.save(content, aside)


def load(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a checkpoint.

    Raises:
        InputError: The file is damaged, or something else.
    """
    try:
        content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except _DAMAGED as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise InputError(f"{path} cannot be read as a checkpoint: {said}.") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} cannot be read as a checkpoint: it holds no dictionary.")
    return content


def resumed(
    path: Path,
    device: torch.device,
    parts: Mapping[str, nn.Module | torch.optim.Optimizer],
    further: tuple[str, ...],
) -> dict[str, Any]:
    """Fill a run's parts from its checkpoint.

    Args:
        path: The checkpoint.
        device: Where the run computes.
        parts: What is filled, under the checkpoint's names.
        further: What else the checkpoint must hold.

    Returns:
        All that the checkpoint holds.

    Raises:
        InputError: It is damaged, or one of another architecture.
    """
    content = load(path, device)
    try:
        for name, part in parts.items():
            part.load_state_dict(content[name])
        for name in further:
            content[name]
    except _DAMAGED:
        raise InputError(
            f"{path} does not fit this run: it is of another network or configuration; name "
            "another run, or remove it to start anew."
        ) from None
    return content


def fill(network: nn.Module, weights: Mapping[str, Tensor], source: Path) -> None:
    """Fill a network with weights to start from.

    Raises:
        InputError: They are those of another network.
    """
    try:
        network.load_state_dict(weights)
    except _DAMAGED:
        raise InputError(
            f"{source} holds other weights than those of a {type(network).__name__}; start from "
            "a run of the same network."
        ) from None


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, step: int, decay: float) -> None:
    """Move averaged weights towards a network's, faster in the first steps."""
    decay = min(decay, (1 + step) / (10 + step))
    for mean, parameter in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(parameter, 1 - decay)


def require_finite(loss: Tensor, gradient: Tensor, *, checkpoint: Path, step: int) -> None:
    """Stop a run whose numbers got lost, before they reach its weights.

    Args:
        loss: The step's loss.
        gradient: Norm of its gradients.
        checkpoint: What the run would be resumed from.
        step: The step that is being taken.

    Raises:
        InputError: One of them is infinite or no number.
    """
    for name, value in (("loss", float(loss.detach())), ("gradient", float(gradient))):
        if not math.isfinite(value):
            kept = f"{checkpoint} is kept as it is" if checkpoint.exists() else "none was saved yet"
            raise InputError(
                f"The run {checkpoint.parent} was stopped in step {step} because its {name} is "
                f"{value}; its last checkpoint ({kept}) may be resumed with a lower learning_rate."
            )
