"""Where a run computes."""

from __future__ import annotations

import torch

from mattebox.errors import InputError
from mattebox.machine import machine


def device_named(name: str) -> torch.device:
    """Return the device of a configuration's ``device``.

    Args:
        name: ``"auto"`` (CUDA where there is any, else the CPU), ``"cpu"``, ``"cuda"`` or one
            GPU of several, such as ``"cuda:1"``.

    Raises:
        InputError: There is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"There is no device {name!r}; choose auto, cpu, cuda or cuda:1.")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.type == "cuda" and (device.index or 0) >= there:
        raise InputError(
            f"The device {name!r} is not there: PyTorch sees {there} GPUs; choose auto or cpu."
        )
    return device


def described(name: str, threads: int) -> str:
    """Return a line for a card about what a run computed on.

    Args:
        name: A configuration's ``device``.
        threads: CPU threads.
    """
    device = device_named(name)
    gpu = "" if device.type == "cpu" else f", {torch.cuda.get_device_name(device)}"
    return f"{threads} thread(s) of {machine()}{gpu}"
