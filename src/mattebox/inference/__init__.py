"""Running the networks: one small protocol, several back ends behind it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import structlog

from mattebox.errors import InputError
from mattebox.inference.attended import Attend, AttendedEngine
from mattebox.inference.engine import Engine, Interrupted, Stop, Tensors
from mattebox.inference.weights import DIRECTORY, Card, card, identity

__all__ = [
    "Attend",
    "Card",
    "Engine",
    "Interrupted",
    "Stop",
    "Tensors",
    "available",
    "card",
    "identity",
    "load",
]

log = structlog.get_logger(__name__)

TENSORRT = ("tensorrt", "tensorrt_rtx", "tensorrt_rtx_bindings")
THREADS_VARIABLE = "MATTEBOX_INFERENCE_THREADS"

# Name, module, class, what it imports (one of each group), what to install.
_ENGINES = {
    "tensorrt": (
        "_tensorrt",
        "TensorRtEngine",
        (TENSORRT, ("cuda",), ("onnx",)),
        "'mattebox[gpu]'",
    ),
    "openvino": ("_openvino", "OpenVinoEngine", (("openvino",),), "openvino"),
    "onnxruntime": ("_onnxruntime", "OnnxRuntimeEngine", (("onnxruntime",),), "onnxruntime"),
    "torch": ("_torch", "TorchEngine", (("torch",), ("onnx",)), "'mattebox[train]'"),
}
_AUTOMATIC = ("tensorrt", "openvino", "onnxruntime")


def available() -> tuple[str, ...]:
    """Names of the back ends that are installed here, best first."""
    return tuple(name for name in _ENGINES if _installed(name))


def load(
    weights_name: str,
    engine: str = "auto",
    *,
    threads: int | None = None,
    directory: Path = DIRECTORY,
    attend: Attend | None = None,
    wanted: Sequence[str] = (),
) -> Engine:
    """Load a network that comes with the package and compile it for this machine.

    Args:
        weights_name: Name of the network, such as ``"refinement-encode"``.
        engine: ``"tensorrt"``, ``"openvino"``, ``"onnxruntime"``, ``"torch"``, or ``"auto"`` for
            the first of TensorRT, OpenVINO and ONNX Runtime that works here.
        threads: Number of threads; by default ``MATTEBOX_INFERENCE_THREADS``, else the back
            end's own choice (all cores).
        directory: Folder with the ONNX file and its card.
        attend: Who stands by at each call.
        wanted: The outputs that are asked for, by default all of them.

    Raises:
        InputError: There is no such network or back end, or the back end is not installed.
    """
    described = card(weights_name, directory)
    if wanted:
        described = replace(described, wanted=tuple(wanted))
    if threads is None:
        threads = _threads_wanted()
    loaded = _load(described, engine, threads)
    return loaded if attend is None else AttendedEngine(loaded, weights_name, attend)


def _load(described: Card, engine: str, threads: int | None) -> Engine:
    if engine != "auto":
        return _build(_known(engine), described, threads)
    failures = []
    for name in _AUTOMATIC:
        if _installed(name):
            try:
                return _build(name, described, threads)
            except Exception as failure:
                # Whatever a library of another release or a driver may raise.
                _tell_once(name, f"{type(failure).__name__}: {failure}")
                failures.append(f"{name}: {failure}")
    reasons = f" ({'; '.join(failures)})" if failures else ""
    raise InputError(f"No inference engine works here{reasons}; pip install openvino.", status=503)


@cache
def _tell_once(engine: str, reason: str) -> None:
    log.warning("an installed engine does not work here", engine=engine, reason=reason)


def _known(engine: str) -> str:
    if engine not in _ENGINES:
        choices = ", ".join(("auto", *_ENGINES))
        raise InputError(f"There is no inference engine {engine!r}; choose one of {choices}.")
    if not _installed(engine):
        remedy = _ENGINES[engine][3]
        raise InputError(f"The inference engine {engine!r} is not installed; pip install {remedy}.")
    return engine


def _installed(engine: str) -> bool:
    groups = _ENGINES[engine][2]
    return all(any(find_spec(module) is not None for module in group) for group in groups)


def _build(engine: str, described: Card, threads: int | None) -> Engine:
    module, kind, _, _ = _ENGINES[engine]
    built: Engine = getattr(import_module(f"mattebox.inference.{module}"), kind)(
        described, threads=threads
    )
    return built


def _threads_wanted() -> int | None:
    text = os.environ.get(THREADS_VARIABLE, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise InputError(f"{THREADS_VARIABLE} is {text!r}; set it to a whole number of threads.")
    return int(text)
