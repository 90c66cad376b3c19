"""The Propagation Network: from masks on a few frames to the mask on another.

Correspondence by memory reading (the STM family), cut for fixed shapes and small machines: keys
are L2-normalised and compared under a learned temperature, so that bfloat16 is precise enough;
the memory is a fixed number of slots. All shapes below are for square crops of S pixels with
T = (S / 16) ** 2 tokens.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mattebox.networks.encoder import CHANNELS, Encoder, Features

KEY_CHANNELS = 64
VALUE_CHANNELS = 128
SLOTS = 5
"""Left keyframe, right keyframe, left anchor, right anchor, previous frame."""

SIZE = 384
"""Side of the crop the exported networks take."""

TOKENS = (SIZE // 16) ** 2

_MASK_CHANNELS = 32
_UNUSED = -1e4


class Memory(NamedTuple):
    """What the query frame may look at.

    Attributes:
        keys: `(B, M, 64, T)`, L2-normalised along the channels.
        values: `(B, M, 128, T)`.
        valid: `(B, M)`, 1 where the slot is filled and 0 where it is empty.
    """

    keys: Tensor
    values: Tensor
    valid: Tensor


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2)


class _Residual(nn.Module):
    """Two convolutions beside an identity, activation first."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = _conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(F.relu(self.first(F.relu(x))))
        return x + y


class _MaskPyramid(nn.Module):
    """A mask at strides 4, 8 and 16; full resolution is read by space-to-depth, not convolved."""

    def __init__(self) -> None:
        super().__init__()
        self.at4 = _conv(16, _MASK_CHANNELS)
        self.at8 = _conv(_MASK_CHANNELS, _MASK_CHANNELS, stride=2)
        self.at16 = _conv(_MASK_CHANNELS, _MASK_CHANNELS, stride=2)

    def forward(self, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        m4 = F.relu(self.at4(F.pixel_unshuffle(mask, 4)))
        m8 = F.relu(self.at8(m4))
        return m4, m8, F.relu(self.at16(m8))


class _ValueEncoder(nn.Module):
    """A frame's features and its mask, as what is remembered of it."""

    def __init__(self) -> None:
        super().__init__()
        self.mask = _MaskPyramid()
        self.at4 = _conv(CHANNELS[4] + _MASK_CHANNELS, 48)
        self.at8 = _conv(48 + CHANNELS[8] + _MASK_CHANNELS, 64)
        self.at16 = _conv(64 + CHANNELS[16] + _MASK_CHANNELS, VALUE_CHANNELS)
        self.residual = _Residual(VALUE_CHANNELS)

    def forward(self, features: Features, mask: Tensor) -> Tensor:
        m4, m8, m16 = self.mask(mask)
        x = F.avg_pool2d(F.relu(self.at4(torch.cat([features.f4, m4], 1))), 2)
        x = F.avg_pool2d(F.relu(self.at8(torch.cat([x, features.f8, m8], 1))), 2)
        value: Tensor = self.residual(self.at16(torch.cat([x, features.f16, m16], 1)))
        return value.flatten(2)


class _Confidence(nn.Sequential):
    """The logit of the expected IoU, from the mean and the maximum of each feature.

    Its matrix products are written as convolutions: engines share the sums of a product out
    among threads, and then the result depends on how many there are.
    """

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)], 1)
        for layer in self:
            if isinstance(layer, nn.Linear):
                x = F.conv2d(x, layer.weight[:, :, None, None], layer.bias)
            else:
                x = layer(x)
        return x.flatten()


class _Decoder(nn.Module):
    """Readout, features and the previous mask, to logits."""

    phases: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.mask = _MaskPyramid()
        self.at16 = _conv(VALUE_CHANNELS + CHANNELS[16] + _MASK_CHANNELS, 128)
        self.residual16 = nn.Sequential(_Residual(128), _Residual(128))
        self.down16 = _conv(128, 64)
        self.at8 = _conv(CHANNELS[8] + _MASK_CHANNELS, 64)
        self.residual8 = _Residual(64)
        self.down8 = _conv(64, 48)
        self.at4 = _conv(CHANNELS[4] + _MASK_CHANNELS, 48)
        self.residual4 = _Residual(48)
        self.down4 = _conv(48, 16)
        self.at2 = _conv(CHANNELS[2], 16)
        self.logits = _conv(16, 1)
        self.confidence = _Confidence(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 1))
        line = torch.tensor([[0.25, 0.75, 0.0], [0.0, 0.75, 0.25]])
        phases = line[:, None, :, None] * line[None, :, None, :]
        self.register_buffer("phases", phases.reshape(4, 1, 3, 3), persistent=False)

    def forward(self, features: Features, readout: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        m4, m8, m16 = self.mask(mask)
        x16 = self.residual16(self.at16(torch.cat([readout, features.f16, m16], 1)))
        x8 = _doubled(self.down16(F.relu(x16))) + self.at8(torch.cat([features.f8, m8], 1))
        x8 = self.residual8(x8)
        x4 = _doubled(self.down8(F.relu(x8))) + self.at4(torch.cat([features.f4, m4], 1))
        x4 = self.residual4(x4)
        x2 = F.relu(_doubled(self.down4(F.relu(x4))) + self.at2(features.f2))
        return self.full_size(self.logits(x2)), self.confidence(x16)

    def full_size(self, logits: Tensor) -> Tensor:
        """Do what `_doubled` does; engines convolve a plane to its phases far more quickly."""
        padded = F.pad(logits, (1, 1, 1, 1), mode="replicate")
        return F.pixel_shuffle(F.conv2d(padded, self.phases.to(padded)), 2)


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class RememberingNetwork(nn.Module):
    """The half of the network that turns frames and masks into memory.

    Args:
        pretrained: Start the encoder from ImageNet weights.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__()
        self.encoder = Encoder(pretrained=pretrained)
        self.key = _conv(CHANNELS[16], KEY_CHANNELS)
        self.value = _ValueEncoder()

    def keys(self, features: Features) -> Tensor:
        """Return the keys of encoded frames, `(B, 64, T)`, L2-normalised."""
        key: Tensor = self.key(features.f16)
        return F.normalize(key.flatten(2).float(), dim=1)

    def memorize(self, features: Features, mask: Tensor) -> Tensor:
        """Return what is remembered of frames with masks, `(B, 128, T)`.

        Args:
            features: The frames' features.
            mask: `(B, 1, S, S)` in [0, 1].
        """
        value: Tensor = self.value(features, mask)
        return value


class PropagationNetwork(RememberingNetwork):
    """Reads the mask of a query frame out of frames whose masks are known.

    Args:
        pretrained: Start the encoder from ImageNet weights.
    """

    def __init__(self, *, pretrained: bool = False) -> None:
        super().__init__(pretrained=pretrained)
        self.temperature = nn.Parameter(torch.tensor(10.0).log())
        self.decoder = _Decoder()

    def attend(self, key: Tensor, memory: Memory) -> Tensor:
        """Read the memory at every query position, `(B, 128, T)`."""
        batch, slots, channels, tokens = memory.keys.shape
        keys = memory.keys.permute(0, 1, 3, 2).reshape(batch, slots * tokens, channels)
        values = memory.values.permute(0, 1, 3, 2).reshape(batch, slots * tokens, -1)
        return self.attend_tokens(key, keys, values, memory.valid)

    def attend_tokens(self, key: Tensor, keys: Tensor, values: Tensor, valid: Tensor) -> Tensor:
        """Do the same with a memory that lies token by token.

        Args:
            key: `(B, 64, T)`.
            keys: `(B, M * T, 64)`.
            values: `(B, M * T, 128)`.
            valid: `(B, M)`.
        """
        batch, slots = valid.shape
        query = (key * self.temperature.exp()).transpose(1, 2).unsqueeze(1)
        bias = ((1 - valid) * _UNUSED)[:, None, None, :, None]
        tokens = keys.shape[1] // slots
        bias = bias.expand(-1, -1, -1, -1, tokens).reshape(batch, 1, 1, slots * tokens)
        readout = F.scaled_dot_product_attention(
            query,
            keys.unsqueeze(1).to(query),
            values.unsqueeze(1).to(query),
            attn_mask=bias.to(query),
            scale=1.0,
        )
        return readout.squeeze(1).transpose(1, 2)

    def read(
        self, features: Features, key: Tensor, memory: Memory, previous: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Find the object in query frames.

        Args:
            features: The query frames' features.
            key: Their keys.
            memory: What may be looked at.
            previous: The mask of the frame before, seen through the query's crop,
                `(B, 1, S, S)` in [0, 1].

        Returns:
            Logits `(B, 1, S, S)` and the logit of the expected IoU `(B,)`.
        """
        return self.decode(features, self.attend(key, memory), previous)

    def decode(
        self, features: Features, readout: Tensor, previous: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Find the object, as `read` does, from what the memory says, `(B, 128, T)`."""
        batch, _, height, width = features.f16.shape
        readout = readout.reshape(batch, VALUE_CHANNELS, height, width)
        logits, confidence = self.decoder(features, readout, previous)
        return logits, confidence


class PropagationMemorize(nn.Module):
    """Exported: a frame and its mask to what is remembered of it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = RememberingNetwork()

    def forward(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Run one frame.

        Args:
            image: `(1, S, S, 3) uint8` RGB.
            mask: `(1, 1, S, S) uint8`, 255 times the share of a pixel.

        Returns:
            Key `(1, T, 64)` and value `(1, T, 128)`, both float16.
        """
        features = self.network.encoder(image)
        key = self.network.keys(features)
        return _kept(key), _kept(self.network.memorize(features, mask.float() / 255))


class PropagationRead(nn.Module):
    """Exported: the mask of a frame, and what is to be remembered of it should it be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.network = PropagationNetwork()

    def forward(
        self, image: Tensor, previous: Tensor, keys: Tensor, values: Tensor, valid: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Run one frame.

        Args:
            image: `(1, S, S, 3) uint8` RGB.
            previous: `(1, 1, S, S) uint8`, 255 times a probability.
            keys: `(1, 5, T, 64) float16`.
            values: `(1, 5, T, 128) float16`.
            valid: `(1, 5) float32`, 1 where the slot is filled and 0 where it is empty.

        Returns:
            Mask `(1, 1, S, S) uint8`, 255 times a probability; confidence `(1,) float32` in
            [0, 1]; key `(1, T, 64)` and value `(1, T, 128)`, both float16, of this frame under
            that mask.
        """
        features = self.network.encoder(image)
        key = self.network.keys(features)
        readout = self.network.attend_tokens(
            key, keys.flatten(1, 2).float(), values.flatten(1, 2).float(), valid
        )
        logits, confidence = self.network.decode(features, readout, previous.float() / 255)
        mask = torch.sigmoid(logits)
        value = self.network.memorize(features, mask)
        whole = (mask * 255).round().to(torch.uint8)
        return whole, torch.sigmoid(confidence), _kept(key), _kept(value)


def _kept(remembered: Tensor) -> Tensor:
    """Return what is remembered token by token in half precision, whether it is then kept or not.

    Results must not depend on what was cached.
    """
    return remembered.transpose(1, 2).half()
