"""ONNX Runtime: the fall-back where OpenVINO has no build."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from mattebox.inference.engine import Stop, Tensors, check_inputs
from mattebox.inference.origin import identity_of
from mattebox.inference.weights import Card


class OnnxRuntimeEngine:
    """A network run by ONNX Runtime on the CPU in float32."""

    name = "onnxruntime"
    precision = "f32"

    def __init__(self, card: Card, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        # Its idle threads spin by default, which takes the CPU from decoding and encoding.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if threads is not None:
            options.intra_op_num_threads = threads
        self._card = card
        self.identity = identity_of(card.sha256, onnxruntime.__version__)
        self._session = onnxruntime.InferenceSession(
            card.path, options, providers=["CPUExecutionProvider"]
        )

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once; see `Engine.run`."""
        ready = check_inputs(self._card, inputs)
        call = onnxruntime.RunOptions()

        def end() -> None:
            call.terminate = True

        with stop.ending(end) if stop else nullcontext():
            results = self._session.run(list(self._card.wanted), ready, call)
        return dict(zip(self._card.wanted, results, strict=True))
