"""The same network on an NVIDIA GPU, one frame of the region path at a time.

`ms` is from a picture on the CPU to a mask on the CPU, as the product calls it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import torch

from benchmarks import bench_pipeline
from benchmarks.bench_footage import Footage, Picture
from benchmarks.bench_network import RegionPath, Step, beside_each_other
from benchmarks.bench_nvdec import ON_CPU, HardwareFrames
from benchmarks.bench_trace import Trace
from mattebox.errors import InputError
from mattebox.inference import card
from mattebox.inference._torch import fill_from
from mattebox.inference.weights import Card
from mattebox.networks.propagation import PropagationRead
from mattebox.propagation.network import READ

NO_GPU = "There is no NVIDIA GPU that PyTorch can use here, so nothing was measured on one."
_WARM = 20


def measured(
    footage: Footage, frames: Sequence[Picture], count: int, *, nvdec: bool
) -> dict[str, Any]:
    """Return milliseconds a frame by back end, and how many times as fast as eager each is.

    What is not installed, or fails, is named with the reason; nothing is made up.

    Args:
        footage: The clip, for the pipeline.
        frames: Its frames.
        count: How many frames to measure.
        nvdec: Whether the pipeline decodes on the GPU, too.
    """
    mask = footage.mask
    if not torch.cuda.is_available():
        return {"note": NO_GPU}
    described = card(READ)
    ways: dict[str, Callable[[], Step]] = {
        "torch_eager_f32": lambda: _TorchPath(described, compiled=False, half=False).step,
        "torch_compiled_f16": lambda: _TorchPath(described, compiled=True, half=True).step,
        "onnxruntime_cuda": lambda: _OnnxRuntimePath(described).step,
        "tensorrt": lambda: RegionPath("tensorrt", frames, mask).step,
    }
    steps: dict[str, Step] = {}
    missing: dict[str, str] = {}
    for name, make in ways.items():
        try:
            steps[name] = _warmed(make(), frames)
        except (ImportError, InputError, RuntimeError, OSError) as failure:
            missing[name] = str(failure).splitlines()[0]
    figures = beside_each_other(steps, _endless(frames), dict.fromkeys(steps, count))
    eager = figures.get("torch_eager_f32")
    for found in figures.values():
        found["over_eager"] = round(eager["ms"] / found["ms"], 2) if eager else None
    report = {"gpu": torch.cuda.get_device_name(0), "figures": figures, "not_measured": missing}
    if "tensorrt" in figures:
        report["pipeline_720p"] = piped(footage, "tensorrt", nvdec=nvdec)
    return report


def piped(footage: Footage, engine: str, *, nvdec: bool) -> dict[str, Any]:
    """Return the figures of the whole way, decoded by NVDEC if that is wanted and possible."""
    if not nvdec:
        return bench_pipeline.measure(footage, engine, Trace())
    source = HardwareFrames(footage)
    found = bench_pipeline.measure(footage, engine, Trace(), source)
    found["decoded_by"] = "NVDEC" if source.on_gpu else "the CPU"
    return found if source.on_gpu else {**found, "note": ON_CPU}


class _TorchPath:
    """The torch module on the GPU; memory stays there, frames go to and fro."""

    def __init__(self, described: Card, *, compiled: bool, half: bool) -> None:
        module = PropagationRead()
        fill_from(module, described)
        module = module.cuda().eval()
        # `reduce-overhead` is what records CUDA graphs.
        self._module: Any = torch.compile(module, mode="reduce-overhead") if compiled else module
        self._half = half
        self._inputs = _inputs(described)

    def step(self, frame: Picture) -> None:
        size = self._inputs["image"].shape[1]
        self._inputs["image"].copy_(torch.from_numpy(_cropped(frame, size))[None])
        with torch.inference_mode(), torch.autocast("cuda", torch.float16, enabled=self._half):
            found = self._module(*self._inputs.values())
        found[0].cpu()


class _OnnxRuntimePath:
    """ONNX Runtime's CUDA provider."""

    def __init__(self, described: Card) -> None:
        import onnxruntime

        if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            raise ImportError("this ONNX Runtime has no CUDA provider; pip install onnxruntime-gpu")
        self._session = onnxruntime.InferenceSession(
            described.path, providers=["CUDAExecutionProvider"]
        )
        self._inputs = {name: each.cpu().numpy() for name, each in _inputs(described).items()}

    def step(self, frame: Picture) -> None:
        size = self._inputs["image"].shape[1]
        self._inputs["image"] = np.ascontiguousarray(_cropped(frame, size))[None]
        self._session.run(["mask", "key", "value"], self._inputs)


def _inputs(described: Card) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    found = {}
    for name, shape in described.inputs.items():
        kind = getattr(torch, described.types.get(name, "float32"))
        drawn = torch.rand(shape, generator=generator) * (255 if kind == torch.uint8 else 1)
        found[name] = drawn.to(kind).cuda()
    return found


def _cropped(frame: Picture, size: int) -> Picture:
    top, left = (frame.shape[0] - size) // 2, (frame.shape[1] - size) // 2
    return np.ascontiguousarray(frame[top : top + size, left : left + size])


def _warmed(step: Step, frames: Sequence[Picture]) -> Step:
    began = time.perf_counter()
    for _, frame in zip(range(_WARM), cycle(frames), strict=False):
        step(frame)
    print(f"warm after {time.perf_counter() - began:.1f} s")
    return step


def _endless(frames: Sequence[Picture]) -> Iterator[Picture]:
    return cycle([*frames, *frames[-2:0:-1]])
