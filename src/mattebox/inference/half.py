"""From a float32 graph to one that holds its own casts to half precision.

Strongly typed back ends compute in the types that the graph names. Convolutions and matrix
products, where the time goes, are named half; everything that a rounding would be seen in
(softmax, norms, sums over many values, sigmoids, the masks that come out) stays float32.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

REVISION = 1
"""Raised by every change to what is cast; part of a built engine's address."""

_HALF = frozenset({"Conv", "MatMul", "Gemm"})
# They follow their inputs: none of them sums many values, so none rounds much worse than they did.
_FOLLOWING = frozenset(
    {"Add", "Clip", "Concat", "Identity", "Pad", "Relu", "Reshape", "Slice", "Transpose"}
)


def to_half(model: onnx.ModelProto, keep: Collection[str] = ()) -> onnx.ModelProto:
    """Return a graph that computes in half precision where that is safe.

    Inputs, outputs and all that they are called stay as they are.

    Args:
        model: A float32 graph, possibly with parameters stored as float16 behind casts.
        keep: Parts of node names; a node whose name holds one of them stays float32.

    Raises:
        ValueError: A tensor's type cannot be told.
    """
    return _Caster(model, keep).cast()


class _Caster:
    def __init__(self, model: onnx.ModelProto, keep: Collection[str]) -> None:
        self._model = onnx.ModelProto()
        self._model.CopyFrom(model)
        self._keep = tuple(keep)
        self._nodes: list[onnx.NodeProto] = []
        self._cast: dict[tuple[str, int], str] = {}
        self._types = _types(model)
        self._constants = {entry.name for entry in model.graph.initializer}
        self._constants |= {
            name for node in model.graph.node if node.op_type == "Constant" for name in node.output
        }

    def cast(self) -> onnx.ModelProto:
        graph = self._model.graph
        outputs = {output.name for output in graph.output}
        for node in list(graph.node):
            kind = self._kind(node)
            if kind is None:
                self._nodes.append(node)
                self._note_constant(node)
                continue
            for place, name in enumerate(node.input):
                if self._is_float(name) and _takes_data(node, place):
                    node.input[place] = self._as(name, kind)
            self._nodes.append(node)
            for place, name in enumerate(node.output):
                self._types[name] = kind
                if name in outputs and kind != TensorProto.FLOAT:
                    node.output[place] = f"{name}.half"
                    self._types[node.output[place]] = kind
                    self._append_cast(node.output[place], name, TensorProto.FLOAT)
        del graph.node[:]
        graph.node.extend(self._nodes)
        del graph.value_info[:]
        _drop_unused(graph)
        onnx.checker.check_model(self._model)
        return self._model

    def _kind(self, node: onnx.NodeProto) -> int | None:
        """Return the type a node is to compute in; None where it has no float in it."""
        if node.op_type in {"Cast", "Constant", "ConstantOfShape", "Shape"}:
            return None
        if not any(self._is_float(name) for name in (*node.input, *node.output)):
            return None
        if any(part in node.name for part in self._keep):
            return TensorProto.FLOAT
        if node.op_type in _HALF:
            return TensorProto.FLOAT16
        given = [
            name for name in node.input if self._is_float(name) and name not in self._constants
        ]
        if node.op_type in _FOLLOWING and given:
            halves = all(self._types[name] == TensorProto.FLOAT16 for name in given)
            return TensorProto.FLOAT16 if halves else TensorProto.FLOAT
        return TensorProto.FLOAT

    def _is_float(self, name: str) -> bool:
        return self._types.get(name) in {TensorProto.FLOAT, TensorProto.FLOAT16}

    def _note_constant(self, node: onnx.NodeProto) -> None:
        """A parameter stored as float16 behind a cast is taken as it is stored."""
        if node.op_type == "Cast" and self._types.get(node.input[0]) == TensorProto.FLOAT16:
            self._cast[node.output[0], TensorProto.FLOAT16] = node.input[0]

    def _as(self, name: str, kind: int) -> str:
        if self._types[name] == kind:
            return name
        known = self._cast.get((name, kind))
        if known is None:
            known = f"{name}.{'half' if kind == TensorProto.FLOAT16 else 'float'}"
            self._append_cast(name, known, kind)
            self._types[known] = kind
            self._cast[name, kind] = known
        return known

    def _append_cast(self, source: str, target: str, kind: int) -> None:
        self._nodes.append(helper.make_node("Cast", [source], [target], name=target, to=kind))


def _takes_data(node: onnx.NodeProto, place: int) -> bool:
    """Say whether an input has the node's own type; scales and regions of a resize have not."""
    return node.op_type != "Resize" or place == 0


def _types(model: onnx.ModelProto) -> dict[str, int]:
    graph = onnx.shape_inference.infer_shapes(model).graph
    found = {entry.name: entry.data_type for entry in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        found[value.name] = value.type.tensor_type.elem_type
    for node in graph.node:
        for name in node.output:
            if found.get(name, TensorProto.UNDEFINED) == TensorProto.UNDEFINED:
                raise ValueError(f"the type of {name} ({node.op_type}) cannot be told")
    return found


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Remove what nothing reads any more, and store parameters in the type they are read in."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    kept.reverse()
    constants = {entry.name: entry for entry in graph.initializer if entry.name in wanted}
    folded = []
    for node in kept:
        entry = constants.get(node.input[0]) if node.op_type == "Cast" else None
        if entry is None:
            folded.append(node)
            continue
        (attribute,) = (each for each in node.attribute if each.name == "to")
        kind = helper.tensor_dtype_to_np_dtype(attribute.i)
        array = np.asarray(numpy_helper.to_array(entry)).astype(kind)
        constants[node.output[0]] = numpy_helper.from_array(array, node.output[0])
    read = {name for node in folded for name in node.input}
    del graph.node[:]
    graph.node.extend(folded)
    del graph.initializer[:]
    graph.initializer.extend(entry for name, entry in constants.items() if name in read)
