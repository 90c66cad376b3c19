"""From a trained torch module to an ONNX file and its card."""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from mattebox.files import write_whole

OPSET = 17
# Parameters smaller than this stay float32: they are norms and biases, where precision matters
# and size does not.
_LARGE = 4096


def export(
    module: torch.nn.Module,
    name: str,
    *,
    directory: Path,
    inputs: Mapping[str, tuple[int, ...]],
    outputs: Sequence[str],
    about: Mapping[str, Any],
    types: Mapping[str, str] | None = None,
    precision: str = "bf16",
    float32: Sequence[str] = (),
    logits: float | None = None,
) -> Path:
    """Write ``NAME.onnx`` and its card ``NAME.json`` into ``directory``.

    Shapes are fixed. Large parameters are stored as float16, which halves
    the file; ``module`` is rounded in place to the same values, so that it stays the reference.
    Parameters keep their names, from which `mattebox.inference` fills the torch module again.

    Args:
        module: The network; its class must build it without arguments.
        name: Name of the network and stem of its files.
        directory: Folder to write into.
        inputs: Shape of each input, in the order of ``forward``'s arguments.
        outputs: Names of the results, in their order.
        about: Further fields of the card: data, hours, machine, licence, scores.
        types: Type of each input that is not float32, such as ``"uint8"``.
        precision: ``"f32"`` for a network whose answers suffer from fewer bits.
        float32: Parts of the names of nodes that need float32 where the others do not.
        logits: How far from 0 the logits of its attention can be, where they are bounded.

    Returns:
        Path of the ONNX file.
    """
    module = module.float().eval()
    round_parameters(module)
    types = dict(types or {})
    model = trace(module, inputs, outputs, types)
    store_large_as_float16(model)
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    kind = type(module)
    fields = {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "module": f"{kind.__module__}:{kind.__qualname__}",
        "inputs": {key: list(shape) for key, shape in inputs.items()},
        "types": types,
        "outputs": list(outputs),
        "precision": precision,
        "float32": list(float32),
        "logits": logits,
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        **about,
    }
    path = directory / f"{name}.onnx"
    write_whole(path, content)
    write_whole(path.with_suffix(".json"), (json.dumps(fields, indent=2) + "\n").encode())
    return path


def round_parameters(module: torch.nn.Module) -> None:
    """Round the large parameters of ``module`` to what float16 can hold, in place."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() >= _LARGE:
                parameter.copy_(parameter.half().float())


def trace(
    module: torch.nn.Module,
    inputs: Mapping[str, tuple[int, ...]],
    outputs: Sequence[str],
    types: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """The ONNX graph of ``module``, with parameters under their own names."""
    examples = tuple(
        torch.zeros(shape, dtype=getattr(torch, (types or {}).get(name, "float32")))
        for name, shape in inputs.items()
    )
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "traced.onnx"
        torch.onnx.export(
            module,
            examples,
            path,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            # The tracing exporter keeps parameter names and needs no further package. Folding
            # is left to the engines, which do it when they load: folded names would be lost.
            dynamo=False,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )
        return onnx.load(path)


def store_large_as_float16(model: onnx.ModelProto) -> None:
    """Replace large float32 parameters by float16 ones and a cast, in place."""
    graph = model.graph
    casts = []
    for entry in graph.initializer:
        array = onnx.numpy_helper.to_array(entry)
        if array.dtype == np.float32 and array.size >= _LARGE:
            name = entry.name
            half = onnx.numpy_helper.from_array(array.astype(np.float16), f"{name}.float16")
            entry.CopyFrom(half)
            casts.append(
                onnx.helper.make_node(
                    "Cast", [half.name], [name], name=f"{name}.cast", to=onnx.TensorProto.FLOAT
                )
            )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
