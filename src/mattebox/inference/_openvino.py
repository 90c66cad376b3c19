"""OpenVINO: the default back end on CPUs."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path
from queue import Empty, LifoQueue
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openvino
from numpy.typing import NDArray

from mattebox.inference import _openvino_graph, _openvino_norms
from mattebox.inference.engine import Stop, Tensors, check_inputs
from mattebox.inference.origin import identity_of
from mattebox.inference.weights import Card


class OpenVinoEngine:
    """A network compiled by OpenVINO for this CPU.

    Computes in bfloat16 where the network bears it and the CPU has instructions for it (AVX-512
    BF16 or AMX): that is up to three times as fast as float32 and, unlike float16, keeps
    float32's range. Nodes that the card names are computed in float32 all the same.

    A call by itself takes all threads, which is quickest. Calls at the same time take half of
    them each: threads that need not wait for one another do more.
    """

    name = "openvino"

    def __init__(self, card: Card, *, threads: int | None = None) -> None:
        self._card = card
        count = threads or os.cpu_count() or 1
        self.precision, changes, self._all = _built(card, {"INFERENCE_NUM_THREADS": count})
        facts = [card.sha256, openvino.get_version(), self.precision, sorted(card.float32)]
        self.identity = identity_of(*facts, *changes)
        self._half = self._all
        if count > 1:
            _, _, half = _built(card, {"INFERENCE_NUM_THREADS": count, "NUM_STREAMS": 2})
            # Masks must not depend on what else is called.
            if self._agree(half):
                self._half = half
        self._running = 0
        self._lock = threading.Lock()

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once; see `Engine.run`."""
        ready = check_inputs(self._card, inputs)
        with self._lock:
            requests = self._half if self._running else self._all
            self._running += 1
        try:
            return requests.run(ready, self._card.wanted, stop)
        finally:
            with self._lock:
                self._running -= 1

    def _agree(self, other: _Requests) -> bool:
        random = np.random.default_rng(0)
        inputs = {
            name: (random.random(shape) * 255).astype(self._card.types.get(name, "float32"))
            for name, shape in self._card.inputs.items()
        }
        found = [each.run(inputs, self._card.wanted) for each in (self._all, other)]
        return all(np.array_equal(found[0][name], found[1][name]) for name in found[0])


class _Requests:
    """A compiled network and its infer requests.

    A request holds the activations of one call. Idle ones wait here, so there are never more of
    them than there were calls at one time.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._idle: LifoQueue[Any] = LifoQueue()

    def run(
        self, inputs: dict[str, NDArray[Any]], outputs: Sequence[str], stop: Stop | None = None
    ) -> dict[str, Any]:
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._model.create_infer_request()
        try:
            # A cancelled request ends at its next node, a fraction of a millisecond later.
            with stop.ending(request.cancel) if stop else nullcontext():
                results = request.infer(inputs, share_inputs=True, share_outputs=False)
            return {name: results[name] for name in outputs}
        finally:
            self._idle.put(request)


def _built(card: Card, threads: dict[str, Any]) -> tuple[str, list[str], _Requests]:
    """Return the precision a network is computed in here, what was changed in it, and the network.

    What was changed is part of its identity.
    """
    core = openvino.Core()
    config = {"PERFORMANCE_HINT": "LATENCY", **threads}
    model = core.read_model(card.path)
    for result in model.get_results():
        if not result.input_value(0).get_names() & set(card.wanted):
            model.remove_result(result)
    changes = [
        *_openvino_graph.rewritten(model, card.logits),
        *_openvino_norms.rewritten(model),
    ]
    if card.precision == "bf16" and "BF16" in core.get_property("CPU", _CAPABILITIES):
        marked = _marked(core, model, card.float32) if card.float32 else model
        compiled = _compiled(core, marked, "bf16", config)
        # Another release of OpenVINO may not know the mark, and masks would differ.
        if _is_kept(compiled, card.float32):
            return "bf16", changes, _Requests(compiled)
    return "f32", changes, _Requests(_compiled(core, model, "f32", config))


def _compiled(core: Any, model: Any, precision: str, config: dict[str, Any]) -> Any:
    return core.compile_model(model, "CPU", {**config, "INFERENCE_PRECISION_HINT": precision})


def _marked(core: Any, model: Any, parts: Collection[str]) -> Any:
    """Return a model whose nodes with such names keep their precision.

    The mark can be given in OpenVINO's own format alone.
    """
    with TemporaryDirectory() as folder:
        graph, weights = Path(folder) / "marked.xml", Path(folder) / "marked.bin"
        openvino.serialize(model, graph, weights)
        tree = ElementTree.parse(graph)
        content = weights.read_bytes()
    for layer in tree.iter("layer"):
        if layer.get("type") not in _DATA and _named(layer.get("name", ""), parts):
            notes = layer.find("rt_info")
            if notes is None:
                notes = ElementTree.Element("rt_info")
                layer.insert(0 if layer.find("data") is None else 1, notes)
            mark = {"name": _MARK, "version": "0", "value": "dynamic:f16"}
            ElementTree.SubElement(notes, "attribute", mark)
    return core.read_model(ElementTree.tostring(tree.getroot()), content)


def _is_kept(model: Any, parts: Collection[str]) -> bool:
    """Say whether the convolutions with such names are computed in float32."""
    for node in model.get_runtime_model().get_ops():
        facts = node.get_rt_info()
        if facts["layerType"].astype(str) == "Convolution":
            names = facts["originalLayersNames"].astype(str)
            if _named(names, parts) and facts["runtimePrecision"].astype(str) != "f32":
                return False
    return True


_CAPABILITIES = "OPTIMIZATION_CAPABILITIES"
_DATA = frozenset({"Const", "Parameter", "Result"})
_MARK = "DisablePrecisionConversion"


def _named(name: str, parts: Collection[str]) -> bool:
    return any(part in name for part in parts)
