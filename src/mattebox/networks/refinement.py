"""The Refinement Network: clicks and a previous mask to a mask.

A picture is encoded once; every click after that costs the decoder alone. The two halves are
modules of their own because they are exported, and cached, as graphs of their own.

What a person says about the picture (`hints`) enters beside the picture, not in it: a small
dense pyramid turns click disks and previous mask into features that are added to the
encoder's at strides 16, 8, 4 and 2. Everything that is trained from scratch is normalised by
GroupNorm: one set of BatchNorm statistics cannot serve both an empty and a filled previous mask.

One click may mean a thing, a part of it or a group, so the decoder answers with three candidate
masks and the IoU it expects of each.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mattebox.networks.encoder import CHANNELS, Encoder

SIZE = 384
"""Side of the square crop that the exported graphs take."""

WIDTHS = {16: 128, 8: 64, 4: 48, 2: 16}
"""Decoder channels by stride."""

CANDIDATES = 3
HEADS = 4
KEYS = 64
_GROUP = 8


class RefinementEncoder(nn.Module):
    """Picture to features in the decoder's own widths.

    Args:
        pretrained: Start from the ImageNet weights; random otherwise.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        self.backbone = Encoder(pretrained=pretrained)
        self.laterals = nn.ModuleDict(
            {str(stride): nn.Conv2d(CHANNELS[stride], width, 1) for stride, width in WIDTHS.items()}
        )

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Encode pictures.

        Args:
            image: `(B, 3, S, S) float` RGB in [0, 1]; S is a multiple of 16.

        Returns:
            Features at strides 16, 8, 4 and 2, of the widths in `WIDTHS`.
        """
        return self.project(*self.backbone(image))

    def project(
        self, f2: Tensor, f4: Tensor, f8: Tensor, f16: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Bring the backbone's features to the decoder's widths."""
        return (
            self.laterals["16"](f16),
            self.laterals["8"](f8),
            self.laterals["4"](f4),
            self.laterals["2"](f2),
        )


class _Residual(nn.Module):
    """Two normalised 3x3 convolutions around a shortcut."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(width // _GROUP, width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
        self.norm2 = nn.GroupNorm(width // _GROUP, width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(F.relu(self.norm1(x)))
        residual: Tensor = self.conv2(F.relu(self.norm2(y)))
        return x + residual


class _Attention(nn.Module):
    """Every position looks at every other: how a click reaches the far end of its object."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(width // _GROUP, width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, width, height, breadth = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, HEADS, width // HEADS, height * breadth)
        q, k, v = qkv.transpose(-1, -2).unbind(1)
        # Written out: on a CPU the fused attention's backward pass takes twice as long.
        read = torch.softmax((q * k.shape[-1] ** -0.5) @ k.transpose(-1, -2), -1) @ v
        found: Tensor = self.out(read.transpose(-1, -2).reshape(batch, width, height, breadth))
        return x + found


class _HintPyramid(nn.Module):
    """Click disks and previous mask to features at every stride of the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.to2 = nn.Conv2d(3, WIDTHS[2], 3, stride=2, padding=1)
        self.to4 = nn.Conv2d(WIDTHS[2], WIDTHS[4], 3, stride=2, padding=1)
        self.to8 = nn.Conv2d(WIDTHS[4], WIDTHS[8], 3, stride=2, padding=1)
        self.to16 = nn.Conv2d(WIDTHS[8], WIDTHS[16], 3, stride=2, padding=1)

    def forward(self, hints: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        h2 = F.relu(self.to2(hints))
        h4 = F.relu(self.to4(h2))
        h8 = F.relu(self.to8(h4))
        return self.to16(h8), h8, h4, h2


class _Likeness(nn.Module):
    """How much each position looks like what was clicked, excluded, inside and outside before.

    Cosine similarity to the mean key under each hint. The network could learn it from attention
    alone, but not from the few pictures there are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = nn.Conv2d(WIDTHS[16], KEYS, 1)
        self.mix = nn.Conv2d(4, WIDTHS[16], 1)

    def forward(self, features: Tensor, hints: Tensor) -> Tensor:
        keys = F.normalize(self.key(features).float(), dim=1, eps=1e-4)
        include, exclude, previous = F.avg_pool2d(hints.float(), 16).unbind(1)
        filled = (previous.mean((1, 2), keepdim=True) > 0).float()
        weights = torch.stack([include, exclude, previous, (1 - previous) * filled], 1)
        total = weights.sum((2, 3), keepdim=True)
        weights = (weights / (total + 1e-4)).flatten(2)
        means = F.normalize(weights @ keys.flatten(2).transpose(1, 2), dim=2, eps=1e-4)
        alike = (means @ keys.flatten(2)).reshape(*weights.shape[:2], *keys.shape[2:])
        mixed: Tensor = self.mix(alike)
        return mixed


class _Score(nn.Module):
    """The IoU that is to be expected of each candidate, from what lies under it."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(2 * WIDTHS[4] + 1, 48)
        self.out = nn.Linear(48, 1)

    def forward(self, features: Tensor, candidates: Tensor) -> Tensor:
        masks = torch.sigmoid(F.avg_pool2d(candidates.detach(), 2)).flatten(2)
        area = masks.mean(2, keepdim=True)
        # Divided first, sums stay small enough for half precision.
        shares = (masks / (masks.sum(2, keepdim=True) + 1)).to(features)
        inside = (shares @ features.flatten(2).transpose(1, 2)).float()
        around = features.mean((2, 3)).float()[:, None].expand_as(inside)
        mixed = F.relu(self.mix(torch.cat([inside, around, area], 2)))
        score: Tensor = self.out(mixed).squeeze(2)
        return score


class RefinementDecoder(nn.Module):
    """Features and hints to candidate masks."""

    def __init__(self) -> None:
        super().__init__()
        self.hints = _HintPyramid()
        self.likeness = _Likeness()
        self.stage16 = nn.Sequential(
            _Residual(WIDTHS[16]),
            _Attention(WIDTHS[16]),
            _Residual(WIDTHS[16], dilation=2),
            _Attention(WIDTHS[16]),
        )
        self.down16 = nn.Conv2d(WIDTHS[16], WIDTHS[8], 1)
        self.stage8 = _Residual(WIDTHS[8])
        self.down8 = nn.Conv2d(WIDTHS[8], WIDTHS[4], 1)
        self.stage4 = _Residual(WIDTHS[4])
        self.down4 = nn.Conv2d(WIDTHS[4], WIDTHS[2], 1)
        self.norm2 = nn.GroupNorm(WIDTHS[2] // _GROUP, WIDTHS[2])
        self.stage2 = nn.Conv2d(WIDTHS[2], WIDTHS[2], 3, padding=1)
        self.coarse = nn.Conv2d(WIDTHS[4], CANDIDATES, 3, padding=1)
        self.fine = nn.Conv2d(WIDTHS[2], CANDIDATES, 3, padding=1)
        self.score = _Score()

    def candidates(self, features: Sequence[Tensor], hints: Tensor) -> tuple[Tensor, Tensor]:
        """Decode candidate masks at half the size.

        Args:
            features: Those of `RefinementEncoder`.
            hints: As for `forward`.

        Returns:
            Logits of the masks, `(B, 3, S/2, S/2) float32`, and of the IoU expected of each,
            `(B, 3) float32`.
        """
        f16, f8, f4, f2 = features
        h16, h8, h4, h2 = self.hints(hints)
        x = self.stage16(f16 + h16 + self.likeness(f16, hints))
        x = self.stage8(f8 + h8 + _twice(self.down16(x)))
        x4 = self.stage4(f4 + h4 + _twice(self.down8(x)))
        x = f2 + h2 + _twice(self.down4(x4))
        x = F.relu(self.stage2(F.relu(self.norm2(x))))
        logits = self.fine(x).float() + _twice(self.coarse(x4).float())
        return logits, self.score(x4, logits)

    def forward(
        self, f16: Tensor, f8: Tensor, f4: Tensor, f2: Tensor, hints: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Decode candidate masks.

        Args:
            f16: Features of `RefinementEncoder`, like ``f8``, ``f4`` and ``f2``.
            f8: Features at stride 8.
            f4: Features at stride 4.
            f2: Features at stride 2.
            hints: `(B, 3, S, S) float` in [0, 1]: include disks, exclude disks, previous mask
                (zeros where there is none).

        Returns:
            Logits of the masks, `(B, 3, S, S) float32`, and the IoU expected of each in [0, 1],
            `(B, 3) float32`.
        """
        logits, scores = self.candidates((f16, f8, f4, f2), hints)
        return _twice(logits), torch.sigmoid(scores)


class RefinementNetwork(nn.Module):
    """Both halves, as they are trained.

    Args:
        pretrained: Start the encoder from the ImageNet weights; random otherwise.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        self.encoder = RefinementEncoder(pretrained=pretrained)
        self.decoder = RefinementDecoder()

    def forward(self, image: Tensor, hints: Tensor) -> tuple[Tensor, Tensor]:
        """Candidates and scores for pictures `(B, 3, S, S)` and hints `(B, 3, S, S)`."""
        logits, scores = self.decoder(*self.encoder(image), hints)
        return logits, scores


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
