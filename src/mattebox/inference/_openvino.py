"""OpenVINO: the default back end on CPUs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from queue import Empty, LifoQueue
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import openvino
from numpy.typing import NDArray

from mattebox.inference.engine import Tensors, check_inputs
from mattebox.inference.weights import Card


class OpenVinoEngine:
    """A network compiled by OpenVINO for this CPU.

    Computes in bfloat16 where the network bears it and the CPU has instructions for it (AVX-512
    BF16 or AMX): that is up to three times as fast as float32 and, unlike float16, keeps
    float32's range. Nodes that the card names are computed in float32 all the same.
    """

    name = "openvino"

    def __init__(self, card: Card, *, threads: int | None = None) -> None:
        core = openvino.Core()
        able = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if able and card.precision == "bf16" else "f32"
        self.identity = card.sha256
        self._card = card
        config: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads is not None:
            config["INFERENCE_NUM_THREADS"] = threads
        model = core.read_model(card.path)
        if self.precision == "bf16" and card.float32:
            model = _marked(core, model, card.float32)
        self._model = _compiled(core, model, self.precision, config)
        if self.precision == "bf16" and not _is_kept(self._model, card.float32):
            # Another release of OpenVINO may not know the mark, and masks would differ.
            self.precision = "f32"
            self._model = _compiled(core, core.read_model(card.path), self.precision, config)
        # A request holds the activations of one call. Idle ones wait here, so there are never
        # more of them than there were calls at one time.
        self._idle: LifoQueue[Any] = LifoQueue()

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """Run the network once; see `Engine.run`."""
        ready = check_inputs(self._card, inputs)
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._model.create_infer_request()
        try:
            results = request.infer(ready, share_inputs=True, share_outputs=False)
            return {name: results[name] for name in self._card.outputs}
        finally:
            self._idle.put(request)


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


_DATA = frozenset({"Const", "Parameter", "Result"})
_MARK = "DisablePrecisionConversion"


def _named(name: str, parts: Collection[str]) -> bool:
    return any(part in name for part in parts)
