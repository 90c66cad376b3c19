"""TensorRT, or TensorRT for RTX, on an NVIDIA GPU: one interface, whichever is installed."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import structlog
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.files import write_whole
from mattebox.inference import TENSORRT
from mattebox.inference.engine import Stop, Tensors, check_inputs
from mattebox.inference.half import REVISION, to_half
from mattebox.inference.weights import Card

log = structlog.get_logger(__name__)

CACHE_VARIABLE = "MATTEBOX_ENGINE_CACHE"


class TensorRtEngine:
    """A network run by TensorRT in float16 where the network bears it, else in float32.

    The graph holds its casts and the network is strongly typed, so nothing is left to a builder's
    judgement of precision. A built engine is kept in `cache_folder`, under an address that names
    the weights, the casts, the GPU and the library; building one takes seconds to minutes.
    """

    name = "tensorrt"

    def __init__(self, card: Card, *, threads: int | None = None) -> None:
        del threads
        self.precision = "f32" if card.precision == "f32" else "f16"
        self._library = import_module(library())
        self._cuda = import_module("cuda.bindings.runtime")
        device = _Device(self._cuda)
        address = engine_address(card, self._library, device.name)
        path = cache_folder() / f"{card.name}-{address[:32]}.engine"
        plan = path.read_bytes() if path.is_file() else self._build(card, path)
        # The plan decides the bits, and one built again may differ.
        self.identity = hashlib.sha256(plan).hexdigest()
        self._card = card
        self._logger = self._library.Logger(self._library.Logger.WARNING)
        self._runtime = self._library.Runtime(self._logger)
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            path.unlink(missing_ok=True)
            raise RuntimeError(f"{path.name} could not be loaded; it will be built again")
        self._context = self._engine.create_execution_context()
        self._buffers = _Buffers(self._cuda, self._engine, self._context, card)
        self._lock = threading.Lock()

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once, to its end; see `Engine.run`."""
        del stop
        ready = check_inputs(self._card, inputs)
        with self._lock:
            return self._buffers.run(ready)

    def _build(self, card: Card, path: Path) -> bytes:
        # Somebody waits for it, and is to know for what.
        log.warning(
            "building an engine; this happens once and may take minutes",
            network=card.name,
            file=path.name,
        )
        plan = build(self._library, typed(card).SerializeToString(), card.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, plan)
        return plan


def typed(card: Card) -> onnx.ModelProto:
    """Return a network's graph with the types that it is to be computed in."""
    model = onnx.load(card.path)
    return model if card.precision == "f32" else to_half(model)


def library() -> str:
    """Return the name of the installed module; TensorRT goes before TensorRT for RTX.

    Raises:
        ImportError: Neither is installed.
    """
    for module in TENSORRT:
        if find_spec(module) is not None:
            return module
    raise ImportError(f"neither {' nor '.join(TENSORRT)} is installed")


def cache_folder() -> Path:
    """Return where built engines are kept: `MATTEBOX_ENGINE_CACHE`, or the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE, "").strip()
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME", "").strip() or Path.home() / ".cache"
    return Path(home) / "mattebox" / "engines"


def engine_address(card: Card, library: Any, device: str) -> str:
    """Return the hash of all that a built engine depends on.

    Args:
        card: The network.
        library: The module that builds it.
        device: Name of the GPU.
    """
    facts = [card.sha256, REVISION, library.__name__, library.__version__, device]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def build(library: Any, graph: bytes, network: str, *, architecture: int | None = None) -> bytes:
    """Build an engine from a graph that holds its casts, and tell how far it is.

    Args:
        library: `tensorrt` or `tensorrt_rtx`.
        graph: The ONNX graph.
        network: What to call it in messages.
        architecture: Compute capability such as 89 to build for without a GPU (TensorRT for RTX
            alone can do that); None for the GPU at hand.

    Raises:
        RuntimeError: The graph does not parse, or the engine cannot be built.
    """
    logger = library.Logger(library.Logger.WARNING)
    builder = library.Builder(logger)
    definition = builder.create_network(_strongly_typed(library))
    parser = library.OnnxParser(definition, logger)
    if not parser.parse(graph):
        errors = "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors))
        raise RuntimeError(f"{library.__name__} does not take {network}: {errors}")
    config = builder.create_builder_config()
    config.progress_monitor = _monitor(library, network)
    # What the graph calls float32 is float32, not 19 bits of it.
    config.clear_flag(library.BuilderFlag.TF32)
    if architecture is not None:
        config.num_compute_capabilities = 1
        capability = getattr(library.ComputeCapability, f"SM{architecture}")
        config.set_compute_capability(capability, 0)
    plan = builder.build_serialized_network(definition, config)
    if plan is None:
        raise RuntimeError(f"{library.__name__} could not build an engine of {network}")
    return bytes(plan)


def _strongly_typed(library: Any) -> int:
    # From version 11 on every network is, and the flag may be gone.
    flag = getattr(library.NetworkDefinitionCreationFlag, "STRONGLY_TYPED", None)
    return 0 if flag is None else 1 << int(flag)


def _monitor(library: Any, network: str) -> Any:
    class Monitor(library.IProgressMonitor):  # type: ignore[misc]
        """Reports the outermost phase of a build, a tenth at a time."""

        def __init__(self) -> None:
            library.IProgressMonitor.__init__(self)
            self._steps: dict[str, int] = {}
            self._told = -1

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            if parent_phase is None:
                self._steps[phase_name] = max(1, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            if phase_name in self._steps:
                tenth = 10 * (step + 1) // self._steps[phase_name]
                if tenth != self._told:
                    self._told = tenth
                    log.warning("building an engine", network=network, percent=10 * tenth)
            return True

        def phase_finish(self, phase_name: str) -> None:
            self._steps.pop(phase_name, None)

    return Monitor()


class _Device:
    """The GPU that networks run on."""

    def __init__(self, cuda: Any) -> None:
        status, count = cuda.cudaGetDeviceCount()
        # Without a driver that is an error, with one and no GPU it may be none.
        if int(status) != 0 or count == 0:
            reason = "" if int(status) == 0 else f" ({_error(cuda, status)})"
            raise InputError(
                f"TensorRT needs an NVIDIA GPU with its driver, and there is none here{reason};"
                " choose the engine openvino.",
                status=503,
            )
        properties = _checked(cuda, cuda.cudaGetDeviceProperties(0))
        self.name = f"{_text(properties.name)} {properties.major}.{properties.minor}"


class _Buffers:
    """Memory on the GPU for one execution context, and the way there and back."""

    def __init__(self, cuda: Any, engine: Any, context: Any, card: Card) -> None:
        self._cuda, self._context, self._card = cuda, context, card
        self._stream = _checked(cuda, cuda.cudaStreamCreate())
        self._types = {
            name: np.dtype(_NUMPY[str(engine.get_tensor_dtype(name)).rpartition(".")[2]])
            for name in (*card.inputs, *card.outputs)
        }
        self._shapes = {
            name: tuple(engine.get_tensor_shape(name)) for name in (*card.inputs, *card.outputs)
        }
        self._places = {}
        for name, shape in self._shapes.items():
            size = int(np.prod(shape)) * self._types[name].itemsize
            self._places[name] = _checked(cuda, cuda.cudaMalloc(size))
            context.set_tensor_address(name, int(self._places[name]))

    def run(self, inputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        cuda, stream = self._cuda, self._stream
        for name, array in inputs.items():
            there = (self._places[name], array.ctypes.data, array.nbytes)
            kind = cuda.cudaMemcpyKind.cudaMemcpyHostToDevice
            _checked(cuda, cuda.cudaMemcpyAsync(*there, kind, stream))
        if not self._context.execute_async_v3(int(stream)):
            raise RuntimeError(f"{self._card.name} failed on the GPU")
        found = {}
        for name in self._card.wanted:
            array = np.empty(self._shapes[name], self._types[name])
            back = (array.ctypes.data, self._places[name], array.nbytes)
            kind = cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost
            _checked(cuda, cuda.cudaMemcpyAsync(*back, kind, stream))
            found[name] = array
        _checked(cuda, cuda.cudaStreamSynchronize(stream))
        return found


_NUMPY = {"FLOAT": np.float32, "HALF": np.float16, "UINT8": np.uint8, "INT32": np.int32}


def _checked(cuda: Any, answer: tuple[Any, ...]) -> Any:
    """Return what a CUDA call gave beside its status.

    Raises:
        RuntimeError: The call failed.
    """
    status, *results = answer
    if int(status) != 0:
        raise RuntimeError(f"CUDA: {_error(cuda, status)}")
    return results[0] if results else None


def _error(cuda: Any, status: Any) -> str:
    _, text = cuda.cudaGetErrorString(status)
    return _text(text)


def _text(value: bytes | str) -> str:
    return value.decode().rstrip("\0") if isinstance(value, bytes) else value
