"""One step of training the Propagation Network: a batch of clips to a loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from torch import Tensor

from mattebox.networks.encoder import Features
from mattebox.networks.propagation import Memory, PropagationNetwork


@dataclass(frozen=True)
class Batch:
    """Clips of one order, frames first.

    Attributes:
        order: The frames' places in time, in the order they are used.
        images: `(F, B, 3, S, S)` float in [0, 1].
        masks: `(F, B, 1, S, S)` float in [0, 1].
        regions: `(F, B, 4)` float: x, y, width, height.
    """

    order: tuple[int, ...]
    images: Tensor
    masks: Tensor
    regions: Tensor


def seen_through(mask: Tensor, region: Tensor, query: Tensor) -> Tensor:
    """Return masks as another crop of the same canvas sees them.

    Args:
        mask: `(B, 1, S, S)` float, seen through `region`.
        region: `(B, 4)` float: x, y, width, height.
        query: `(B, 4)` float, the other crop.
    """
    scale = query[:, 2:] / region[:, 2:]
    shift = (2 * (query[:, :2] - region[:, :2]) + query[:, 2:]) / region[:, 2:] - 1
    theta = torch.zeros(len(mask), 2, 3, device=mask.device)
    theta[:, 0, 0], theta[:, 1, 1] = scale[:, 0], scale[:, 1]
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, list(mask.shape), align_corners=False)
    return F.grid_sample(mask, grid, align_corners=False)


def mask_loss(logits: Tensor, target: Tensor, share: float) -> Tensor:
    """Return bootstrapped cross-entropy (the worst `share` of the pixels) plus dice."""
    pixels = F.binary_cross_entropy_with_logits(logits, target, reduction="none").flatten(1)
    worst = pixels.topk(max(1, int(pixels.shape[1] * share)), dim=1, sorted=False).values
    found, wanted = torch.sigmoid(logits).flatten(1), target.flatten(1)
    overlap = (found * wanted).sum(1)
    dice = 1 - (2 * overlap + 1) / (found.sum(1) + wanted.sum(1) + 1)
    return worst.mean() + dice.mean()


def overlap(logits: Tensor, target: Tensor) -> Tensor:
    """Return the IoU of each mask, `(B,)`; two empty masks agree."""
    found, wanted = (logits > 0).flatten(1), (target > 0.5).flatten(1)
    both = (found & wanted).sum(1).float()
    either = (found | wanted).sum(1).float()
    return torch.where(either > 0, both / either.clamp(min=1), torch.ones_like(both))


def damaged(mask: Tensor, chance: float, random: Generator) -> Tensor:
    """Return masks of which some lost a part and as many gained one.

    On its training clips a network hardly errs, so its own masks alone do not teach it to find
    again what they lost.

    Args:
        mask: `(B, 1, S, S)` float in [0, 1].
        chance: How many masks are damaged, 0..1.
        random: Where chance comes from.
    """
    count, size = len(mask), mask.shape[-1]
    noise = torch.from_numpy(random.random((count, 2, 5, 5), np.float32)).to(mask)
    hills = F.interpolate(noise, (size, size), mode="bicubic", align_corners=False)
    draws = torch.from_numpy(random.random((count, 3), np.float32)).to(mask)[..., None, None, None]
    lost = hills[:, :1] > 0.45 + 0.35 * draws[:, 0]
    gained = hills[:, 1:] > 0.6 + 0.3 * draws[:, 2]
    loses = draws[:, 1] < 0.5 * chance
    gains = ~loses & (draws[:, 1] < chance)
    without = torch.where(loses & lost, torch.zeros_like(mask), mask)
    return torch.where(gains & gained, torch.ones_like(mask), without)


@dataclass(frozen=True)
class StepResult:
    """What one step measured: the loss and the IoU of the first and of the last read."""

    loss: Tensor
    first: float
    last: float


@dataclass(frozen=True)
class Rollout:
    """How a batch of clips is read; the chances are of a point of the run.

    Attributes:
        worst: Share of a mask's pixels that the cross-entropy looks at.
        own: Chance that a read goes on from the network's own mask, as in use, and not from the
            true one.
        blind: Chance that a read gets no previous mask, as an anchor's second look does.
        damage: Chance that a mask it goes on from lost a part or gained one.
    """

    worst: float
    own: float
    blind: float
    damage: float


def given_frames(order: Sequence[int]) -> int:
    """Return how many of an order's frames are given: both ends, or the first alone.

    Args:
        order: The frames' places in time, in the order they are used.
    """
    return 1 if list(order) == sorted(order) else 2


def clip_loss(
    network: PropagationNetwork,
    encoded: Sequence[Features],
    batch: Batch,
    rollout: Rollout,
    random: Generator,
) -> StepResult:
    """Propagate through a batch of clips and say how wrong it went.

    The frames that the order names first are given; each further one is read from their memory
    and from that of one or two frames read before it, under the masks they were left with.
    """
    given = given_frames(batch.order)
    keys = [network.keys(features) for features in encoded]
    values = [network.memorize(encoded[i], batch.masks[i]) for i in range(given)]
    loss = torch.zeros((), device=batch.masks.device)
    scores = []
    before, carried = 0, batch.masks[0]
    for query in range(given, len(batch.order)):
        previous = seen_through(carried, batch.regions[before], batch.regions[query])
        seen = torch.from_numpy(random.random(len(previous)) >= rollout.blind).to(previous)
        remembered = _remembered(given, query, random)
        memory = Memory(
            torch.stack([keys[i] for i in remembered], 1),
            torch.stack([values[i] for i in remembered], 1),
            torch.ones(len(previous), len(remembered), device=previous.device),
        )
        logits, confidence = network.read(
            encoded[query], keys[query], memory, previous * seen[:, None, None, None]
        )
        logits, target = logits.float(), batch.masks[query]
        score = overlap(logits.detach(), target)
        loss = loss + mask_loss(logits, target, rollout.worst)
        loss = loss + 0.1 * F.binary_cross_entropy_with_logits(confidence.float(), score)
        scores.append(float(score.mean()))
        own = random.random() < rollout.own
        carried = torch.sigmoid(logits.detach()) if own else target
        carried = damaged(carried, rollout.damage, random)
        if query + 1 < len(batch.order):
            values.append(network.memorize(encoded[query], carried))
        before = query
    return StepResult(2 * loss / len(scores), scores[0], scores[-1])


def _remembered(given: int, query: int, random: Generator) -> list[int]:
    """Draw what a read may look at: the given frames, and most often the ones read last."""
    read = list(range(given, query))
    kept = [] if not read or random.random() < 0.1 else read[-1:]
    if len(read) > 1 and random.random() < 0.5:
        kept.append(int(random.choice(read[:-1])))
    return [*range(given), *kept]
