"""Rounds of simulated clicks on a batch, and the loss of the masks that answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from mattebox.evaluation.simulated_user import (
    Point,
    centre_click,
    corrective_click,
    overlap,
    start,
)
from mattebox.networks.refinement import RefinementNetwork
from mattebox.segmentation.hints import draw_hints
from mattebox.training.refinement_data import Sample

Draw = Callable[
    [int, Iterable[tuple[float, float, bool]], NDArray[np.float32] | None], NDArray[np.float32]
]
"""Draws hint planes, as `mattebox.segmentation.hints.draw_hints` does."""

FOCAL_POWER = 2
EDGE_WEIGHT = 4.0
EDGE_WIDTH = 11
APART = 0.5
"""Chance that a single candidate is taught where a click could mean several things."""
STRAY = 0.1
"""Chance that it is any of them, so that none is left behind."""
LOOK_AGAIN = 0.15
"""Chance of a round without a new click."""
SOFTEST = 3.0
"""Standard deviation of the strongest blur of a previous mask, in pixels of the crop."""


def edge_weight(target: Tensor) -> Tensor:
    """Weight of each pixel in the cross-entropy: highest along the object's edge.

    Args:
        target: `(B, 1, S, S) float32` on the CPU, 0 or 1.
    """
    # A box filter costs the same for every width, unlike a pooling of windows that overlap.
    size = (EDGE_WIDTH, EDGE_WIDTH)
    near = [
        cv2.blur(plane, size, borderType=cv2.BORDER_REPLICATE) for plane in target[:, 0].numpy()
    ]
    return 1 + EDGE_WEIGHT * 2 * (torch.from_numpy(np.stack(near))[:, None] - target).abs()


def mask_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Normalised focal loss and boundary-weighted cross-entropy.

    Args:
        logits: `(B, 1, S, S) float32`.
        target: `(B, 1, S, S) float32`, 0 or 1.
        weight: Of each pixel in the cross-entropy, from `edge_weight`.

    Returns:
        The loss, a scalar.
    """
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    doubt = (1 - torch.exp(-entropy)) ** FOCAL_POWER
    # Focal loss fades as a mask gets good; dividing by its weights' sum keeps its pull.
    scale = doubt.detach().mean((1, 2, 3), keepdim=True).clamp_min(1e-4)
    focal = (doubt * entropy / scale).mean()
    return 0.5 * focal + (weight * entropy).sum() / weight.sum()


def expected_overlap(logits: Tensor, target: Tensor) -> Tensor:
    """IoU of each candidate, `(B, C)`, read at a quarter of the size.

    Args:
        logits: `(B, C, S/2, S/2) float32`.
        target: `(B, 1, S, S) float32`, 0 or 1.
    """
    found = (F.avg_pool2d(logits.detach(), 2) > 0).flatten(2)
    wanted = (F.avg_pool2d(target, 4) > 0.5).flatten(2)
    both = (found & wanted).sum(2).float()
    either = (found | wanted).sum(2).float()
    return both / either.clamp(min=1)


def lesson(
    candidates: Tensor, right: Tensor, unclear: NDArray[np.bool_], random: np.random.Generator
) -> Tensor:
    """The mask of each sample that is taught, logits `(B, 1, S, S)`.

    It is what is shown. Where the hints are ambiguous it is, as often, the candidate that is
    right already, so that each comes to stand for one reading of the click; now and then any.

    Args:
        candidates: `(B, C, S/2, S/2)`, logits.
        right: IoU of each candidate, `(B, C)`.
        unclear: `(B,)`: whether a click could mean several things.
        random: Where the draws come from.
    """
    count, readings = right.shape
    stray = torch.from_numpy(random.random(count) < STRAY).to(right.device)
    any_one = torch.from_numpy(random.integers(0, readings, count)).to(right.device)
    one = torch.where(stray, any_one, right.argmax(1))
    apart = torch.from_numpy(unclear & (random.random(count) < APART)).to(right.device)
    rows = torch.arange(count, device=right.device)
    taught = torch.where(apart[:, None, None], candidates[rows, one], candidates.mean(1))
    return _twice(taught[:, None])


def ambiguous(
    clicks: Sequence[Sequence[Point]], previous: Sequence[NDArray[np.float32] | None]
) -> NDArray[np.bool_]:
    """Whether each sample's hints could mean several things: a single click on no mask."""
    pairs = zip(clicks, previous, strict=True)
    return np.array([mask is None and len(made) == 1 for made, mask in pairs])


def shown(candidates: Tensor) -> Tensor:
    """What the product shows of candidates `(B, C, S/2, S/2)`: their mean, `(B, 1, S, S)`."""
    return _twice(candidates.mean(1, keepdim=True))


def _twice(logits: Tensor) -> Tensor:
    return F.interpolate(logits, scale_factor=2, mode="bilinear", align_corners=False)


def opening(
    samples: Sequence[Sample], random: np.random.Generator
) -> tuple[list[list[Point]], list[NDArray[np.float32] | None]]:
    """Clicks and previous masks of the first round."""
    clicks: list[list[Point]] = []
    previous: list[NDArray[np.float32] | None] = []
    for sample in samples:
        made, wrong = start(sample.target, random, others=sample.others, zoomed=sample.zoomed)
        clicks.append(made)
        previous.append(None if wrong is None else np.asarray(wrong / 255, np.float32))
    return clicks, previous


def correct(
    clicks: list[list[Point]],
    masks: Sequence[NDArray[np.float32] | None],
    samples: Sequence[Sample],
    random: np.random.Generator,
) -> None:
    """Add a corrective click to each sample's, in place, where its mask is wrong anywhere.

    Now and then none is added: the product also looks again, from nearer, at the same clicks.
    """
    for made, mask, sample in zip(clicks, masks, samples, strict=True):
        point = corrective_click(binary(mask), sample.target, random)
        if point is not None and random.random() >= LOOK_AGAIN:
            made.append(point)


def softened(
    masks: Sequence[NDArray[np.float32] | None], random: np.random.Generator
) -> list[NDArray[np.float32] | None]:
    """Blur half of the masks, as those that come from a frame or another window are."""
    return [
        mask
        if mask is None or random.random() < 0.5
        else np.asarray(cv2.GaussianBlur(mask, (0, 0), random.uniform(0.3, SOFTEST)), np.float32)
        for mask in masks
    ]


def held_out_scores(
    network: RefinementNetwork,
    samples: Sequence[Sample],
    device: torch.device,
    most: int = 5,
    draw: Draw = draw_hints,
) -> dict[str, float]:
    """Mean IoU after one, three and five clicks of the standard robot, without zooming in."""
    found: dict[int, list[float]] = {1: [], 3: [], 5: []}
    network.eval()
    for sample in samples:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            features = network.encoder(pictures([sample], device))
            clicks: list[Point] = []
            mask: NDArray[np.float32] | None = None
            for number in range(1, most + 1):
                point = centre_click(binary(mask, sample.target), sample.target, taken=clicks)
                clicks += [point] if point else []
                hints = hint_planes([clicks], [mask], sample.target.shape[0], device, draw)
                candidates, _ = network.decoder.candidates(features, hints)
                mask = probabilities(shown(candidates))[0]
                if number in found:
                    found[number].append(overlap(binary(mask), sample.target))
    network.train()
    return {f"IoU@{number}": round(float(np.mean(each)), 4) for number, each in found.items()}


def pictures(samples: Sequence[Sample], device: torch.device) -> Tensor:
    """Pictures of a batch, `(B, 3, S, S) float32` in [0, 1], channels last."""
    stacked = torch.from_numpy(np.stack([sample.image for sample in samples])).to(device)
    return stacked.permute(0, 3, 1, 2).float() / 255


def planes(masks: Sequence[NDArray[np.uint8]], device: torch.device) -> Tensor:
    """Masks of a batch, `(B, 1, S, S) float32`, 0 or 1."""
    return (torch.from_numpy(np.stack(masks)).to(device)[:, None] > 0).float()


def hint_planes(
    clicks: Sequence[Sequence[Point]],
    previous: Sequence[NDArray[np.float32] | None],
    size: int,
    device: torch.device,
    draw: Draw = draw_hints,
) -> Tensor:
    """Hints of a batch, `(B, 3, S, S) float32`, channels last."""
    drawn = [draw(size, made, mask) for made, mask in zip(clicks, previous, strict=True)]
    hints = torch.from_numpy(np.stack(drawn)).to(device)
    return hints.contiguous(memory_format=torch.channels_last)


def probabilities(logits: Tensor) -> list[NDArray[np.float32] | None]:
    """Masks `(S, S) float32` in [0, 1] of a batch of logits."""
    return list(torch.sigmoid(logits.detach().float())[:, 0].cpu().numpy())


def binary(
    mask: NDArray[np.float32] | None, like: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """A mask as 0 or 1; nothing is an empty mask of the shape of ``like``."""
    if mask is None:
        return np.zeros_like(like)
    return (mask > 0.5).astype(np.uint8)
