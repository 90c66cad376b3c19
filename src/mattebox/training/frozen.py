"""Which part of the encoder is trained, and a fast way through the part that is not.

Early blocks see large maps, so a gradient through them costs more than the rest of a network
together; ImageNet taught them well enough.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from mattebox.errors import InputError
from mattebox.networks.encoder import Encoder, Features
from mattebox.training.export import trace


class _Frozen(nn.Module):
    """The part of the encoder that is not trained."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        f2, f4, f8 = self.encoder.shallow(self.encoder.stem_features(images))
        return f2, f4, f8, self.encoder.blocks[self.encoder.entry](f8)


class FrozenEncoder:
    """The encoder's frozen part; on a CPU it runs in OpenVINO, at twice the speed.

    Args:
        encoder: The encoder. What of it is not trained must stay as it is.
        device: Where it is.
        threads: CPU threads.
        blocks: How many blocks behind the stem are frozen; None for those that a CPU cannot
            afford to train, up to the first at stride 16.
    """

    def __init__(
        self, encoder: Encoder, *, device: torch.device, threads: int, blocks: int | None = None
    ) -> None:
        self._module = _Frozen(encoder).eval()
        self.blocks = blocks
        self._device = device
        self._threads = threads
        self._compiled: dict[tuple[int, ...], Any] = {}

    @torch.no_grad()
    def __call__(self, images: Tensor) -> tuple[Tensor, ...]:
        """Take `(B, 3, S, S) float32`; return features at strides 2, 4, 8, and at 16 so far."""
        if self._device.type != "cpu":
            found: tuple[Tensor, ...] = self._module(
                images.contiguous(memory_format=torch.channels_last)
            )
            return found
        shape = tuple(images.shape)
        if shape not in self._compiled:
            self._compiled[shape] = self._compile(shape)
        results = self._compiled[shape]([images.contiguous().numpy()])
        return tuple(
            torch.from_numpy(results[place]).to(
                torch.bfloat16, memory_format=torch.channels_last, copy=True
            )
            for place in range(4)
        )

    def _compile(self, shape: tuple[int, ...]) -> Any:
        import openvino

        # Through ONNX: OpenVINO's own reading of torch modules crashed where it read several.
        with torch.autocast("cpu", enabled=False):
            graph = trace(self._module, {"images": shape}, ["f2", "f4", "f8", "f16"])
        core = openvino.Core()
        settings = {
            "INFERENCE_NUM_THREADS": self._threads,
            # What is used runs in float32 too: bfloat16 moves the narrow bottlenecks' features.
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,
        }
        return core.compile_model(core.read_model(graph.SerializeToString()), "CPU", settings)


def features(encoder: Encoder, frozen: FrozenEncoder, images: Tensor) -> Features:
    """Encode pictures with gradients through the trained blocks alone."""
    if frozen.blocks is not None:
        return _features_behind(encoder, frozen.blocks, images)
    f2, f4, f8, f16 = frozen(images)
    for block in trained_blocks(encoder):
        f16 = block(f16)
    return Features(f2, f4, f8, f16)


def _features_behind(encoder: Encoder, frozen: int, images: Tensor) -> Features:
    """Encode pictures with gradients through all but the stem and some blocks behind it."""
    trains = torch.is_grad_enabled()
    halved: list[Tensor] = []
    with torch.no_grad():
        x = encoder.stem_features(images.contiguous(memory_format=torch.channels_last))
    for place, block in enumerate(encoder.blocks):
        if block.depthwise.stride[0] == 2:  # type: ignore[index]
            halved.append(x)
        with torch.set_grad_enabled(trains and place >= frozen):
            x = block(x)
    f2, f4, f8 = halved
    return Features(f2, f4, f8, x)


def trained_blocks(encoder: Encoder, frozen: int | None = None) -> nn.ModuleList:
    """Return the blocks that are trained; the others stay as ImageNet left them.

    Args:
        encoder: The encoder.
        frozen: How many blocks are not; None for all up to the entry to stride 16.

    Raises:
        InputError: It has fewer blocks.
    """
    if frozen is not None and not 0 <= frozen <= len(encoder.blocks):
        raise InputError(f"encoder_blocks_frozen must be 0 to {len(encoder.blocks)}, not {frozen}.")
    return encoder.blocks[encoder.entry + 1 if frozen is None else frozen :]


def trained_parameters(encoder: Encoder, frozen: int | None = None) -> list[nn.Parameter]:
    """Return what of the encoder is trained; `frozen` as for `trained_blocks`.

    By default pointwise convolutions alone: a depthwise 5x5's weight gradient takes longer on a
    CPU than the rest of a network together.
    """
    return [
        parameter
        for block in trained_blocks(encoder, frozen)
        for name, parameter in block.named_parameters()
        if frozen is not None or "depthwise" not in name
    ]
