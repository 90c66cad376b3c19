"""PyTorch in float32: the reference that the other back ends are measured against."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from mattebox.inference.engine import Stop, Tensors, check_inputs
from mattebox.inference.origin import identity_of
from mattebox.inference.weights import Card


class TorchEngine:
    """The torch module that a card names, with the parameters of its ONNX file.

    The ONNX file is the one truth about the weights: exports keep the parameters' names, so the
    module is filled from it and cannot drift from what the other back ends run.
    """

    name = "torch"
    precision = "f32"

    def __init__(self, card: Card, *, threads: int | None = None) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        package, _, attribute = card.module.partition(":")
        module: torch.nn.Module = getattr(import_module(package), attribute)()
        fill_from(module, card)
        self._card = card
        self.identity = identity_of(card.sha256, str(torch.__version__))
        self._module = module.eval()

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once, to its end; see `Engine.run`."""
        del stop
        ready = check_inputs(self._card, inputs)
        with torch.inference_mode():
            # A copy, because torch warns about (and could write into) read-only arrays.
            results = self._module(*(torch.tensor(array) for array in ready.values()))
        if isinstance(results, torch.Tensor):
            results = (results,)
        return {
            name: result.numpy().copy()
            for name, result in zip(self._card.outputs, results, strict=True)
            if name in self._card.wanted
        }


def fill_from(module: torch.nn.Module, card: Card) -> None:
    """Fill a module with the parameters of a card's file.

    Raises:
        ValueError: The file has not all of them.
    """
    missing, _ = module.load_state_dict(parameters(onnx.load(card.path)), strict=False)
    wanting = [name for name in missing if not name.endswith("num_batches_tracked")]
    if wanting:
        raise ValueError(f"{card.path.name} has no parameters {wanting}")


def parameters(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """The named parameters of an exported network, as float32.

    The exporter shares equal parameters by ``Identity`` nodes, and ours stores large ones as
    float16 behind ``Cast`` nodes; both carry the parameter's own name on their output.
    """
    found = {
        entry.name: np.array(onnx.numpy_helper.to_array(entry)) for entry in model.graph.initializer
    }
    for node in model.graph.node:
        if node.op_type in {"Cast", "Identity"} and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return {
        name: torch.from_numpy(array.astype(np.float32))
        for name, array in found.items()
        if np.issubdtype(array.dtype, np.floating)
    }
