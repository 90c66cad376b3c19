"""Training of the Refinement Network with simulated clicks."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from mattebox.networks.encoder import Features
from mattebox.networks.refinement import SIZE, RefinementNetwork
from mattebox.segmentation.hints import draw_hints
from mattebox.training.clicks import overlap
from mattebox.training.configuration import check_schedule
from mattebox.training.curve import add_row, forget_after
from mattebox.training.frozen import FrozenEncoder, trained_parameters
from mattebox.training.frozen import features as encoded
from mattebox.training.refinement_data import Corpus, Sample, load_corpus, whole
from mattebox.training.refinement_rounds import (
    Draw,
    binary,
    chosen,
    correct,
    edge_weight,
    expected_overlap,
    held_out_scores,
    hint_planes,
    mask_loss,
    opening,
    pictures,
    planes,
    probabilities,
    softened,
    taught,
)
from mattebox.training.starting import refinement_weights

CURVE = "curve.csv"
SAVE_SECONDS = 120
"""How much of a run is lost at most where it is killed."""
SCORE_WEIGHT = 0.2


@dataclass(frozen=True)
class Config:
    """Everything a run is made of; saved in its checkpoints.

    Attributes:
        data: Folder with `images`, and where there are any `sequences`, `cutouts`,
            `backgrounds`.
        run: Folder for checkpoints and the curve; a run found there is resumed.
        cache: Folder for decoded pictures.
        minutes: Length of the run, resumed parts included.
        steps: The run also ends after so many steps.
        batch: Samples a step at the first size.
        sizes: Sides of the crops, used one after the other.
        grow_at: Share of the run after which each further size is used.
        rounds: Rounds of clicks a step: the first, then corrections of the network's own mask.
        stubbornness: Further weight of pixels that the network's mask before the click had
            wrong; without it the network holds on to that mask.
        rate: Learning rate of what is trained from scratch, at its height.
        encoder_rate: Learning rate of the encoder's last blocks, relative to ``rate``.
        unfreeze_at: Share of the run after which those are trained.
        decay: Of the exponential moving average of the weights, which is what is exported.
        judge_every: Minutes between scores on held-out pictures.
        judged: Number of held-out pictures.
        threads: Threads for torch.
        seed: Of all draws.
        pretrained: Whether the encoder starts from the ImageNet weights.
        start: What this run starts from, see `mattebox.training.starting`.
    """

    data: Path
    run: Path
    cache: Path
    minutes: float = 90
    steps: int = 1_000_000
    batch: int = 12
    sizes: tuple[int, ...] = (256, 320)
    grow_at: tuple[float, ...] = (0.6,)
    rounds: int = 3
    stubbornness: float = 3.0
    rate: float = 6e-4
    encoder_rate: float = 0.1
    unfreeze_at: float = 0.12
    decay: float = 0.998
    judge_every: float = 8
    judged: int = 48
    threads: int = 1
    seed: int = 1
    pretrained: bool = True
    start: Path | None = None

    def __post_init__(self) -> None:
        check_schedule(self.sizes, self.grow_at, self.minutes, self.steps)


def train(config: Config, *, progress: Callable[[str], None] = print) -> Path:
    """Train, or go on training, and return the checkpoint that did best on held-out pictures.

    Args:
        config: The run.
        progress: Told one line now and then.

    Returns:
        Path of the best checkpoint, for `export`.

    Raises:
        InputError: There are no annotated pictures.
    """
    torch.set_num_threads(config.threads)
    corpus = load_corpus(config.data, config.cache)
    run = Run(config, corpus, progress)
    run.resume()
    run.go()
    return config.run / "best.pt"


class Run:
    """The state of a run that is saved and resumed.

    Args:
        config: What it is made of.
        corpus: What it learns from.
        progress: Told one line now and then.
        network: Class of the network that is trained.
        draw: How it is shown clicks.
    """

    def __init__(
        self,
        config: Config,
        corpus: Corpus,
        progress: Callable[[str], None],
        *,
        network: type[RefinementNetwork] = RefinementNetwork,
        draw: Draw = draw_hints,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.corpus, self.progress = config, corpus, progress
        self._kind, self._draw = network, draw
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = self._network(pretrained=config.pretrained)
        if config.start is not None:
            self.network.load_state_dict(refinement_weights(config.start))
        self.average = self._network()
        self.average.load_state_dict(self.network.state_dict())
        backbone = self.network.encoder.backbone
        backbone.requires_grad_(False)
        tuned = trained_parameters(backbone)
        for parameter in tuned:
            parameter.requires_grad_(True)
        deep = {id(parameter) for parameter in backbone.parameters()}
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self.network.parameters() if id(p) not in deep]},
                {"params": tuned},
            ],
            lr=config.rate,
            weight_decay=1e-4,
        )
        self.step, self.seconds, self.best = 0, 0.0, -1.0
        self._frozen = FrozenEncoder(backbone, device=self.device.type, threads=config.threads)

    def _network(self, *, pretrained: bool = False) -> RefinementNetwork:
        network = self._kind(pretrained=pretrained).to(self.device)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    @property
    def share(self) -> float:
        """How much of the run is done, 0..1."""
        config = self.config
        return min(1.0, max(self.seconds / (60 * config.minutes), self.step / config.steps))

    @property
    def size(self) -> int:
        """Side of the crops at this point of the run."""
        return self.config.sizes[sum(self.share >= at for at in self.config.grow_at)]

    def resume(self) -> None:
        """Go on where the run's last checkpoint ended, if there is one."""
        path = self.config.run / "last.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        forget_after(self.config.run / CURVE, self.step)
        self.progress(f"resumed at step {self.step}, {self.seconds / 60:.1f} minutes")

    def save(self, name: str) -> None:
        """Save the run under ``name``, aside first, so that no half file is ever resumed."""
        path = self.config.run / name
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "config": {key: str(value) for key, value in asdict(self.config).items()},
        }
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        torch.save(state, aside)
        aside.replace(path)

    def go(self) -> None:
        """Train to the end of the run."""
        judged_at = saved_at = self.seconds
        while self.share < 1:
            began = time.monotonic()
            # From seed and step alone, so that a run that was stopped draws what it would have.
            random = np.random.default_rng((self.config.seed, self.step))
            size = self.size
            count = max(1, round(self.config.batch * (self.config.sizes[0] / size) ** 2))
            samples = [self.corpus.draw(random, size) for _ in range(count)]
            losses, overlaps = self.learn(samples, random)
            self.step += 1
            self.seconds += time.monotonic() - began
            if self.step % 20 == 0:
                self.note(size, losses, overlaps, {})
            if self.seconds - judged_at > 60 * self.config.judge_every or self.share >= 1:
                judged_at = self.seconds
                self.judge(size, losses, overlaps)
            if self.seconds - saved_at > SAVE_SECONDS or judged_at == self.seconds:
                saved_at = self.seconds
                self.save("last.pt")

    def judge(self, size: int, losses: list[float], overlaps: list[float]) -> None:
        """Score the averaged weights on held-out pictures; keep them if they are the best."""
        held_out = self.corpus.held_out[:: max(1, len(self.corpus.held_out) // self.config.judged)]
        samples = [whole(bank, instance, SIZE) for bank, instance in held_out]
        scores = held_out_scores(self.average, samples, self.device, draw=self._draw)
        self.note(size, losses, overlaps, scores)
        self.progress(f"step {self.step}: {scores}")
        value = sum(scores.values())
        # Scores of the short rounds differ by luck; later weights win a tie.
        if value >= self.best - 0.003:
            self.best = max(value, self.best)
            self.save("best.pt")

    def learn(
        self, samples: Sequence[Sample], random: np.random.Generator
    ) -> tuple[list[float], list[float]]:
        """Take one step: all rounds of clicks on one batch."""
        self._set_rates()
        image = pictures(samples, self.device)
        target = planes([sample.target for sample in samples], self.device)
        weight = edge_weight(target.cpu()).to(self.device)
        with self._autocast():
            features = self.network.encoder.project(*self._encoded(image))
        # The rounds share one encoding, so gradients are gathered at the features and go
        # through the encoder once.
        leaves = [feature.detach().requires_grad_() for feature in features]
        clicks, previous = opening(samples, random)
        losses, overlaps = [], []
        total = torch.zeros((), device=self.device)
        for number in range(self.config.rounds):
            previous = softened(previous, random)
            hints = hint_planes(clicks, previous, image.shape[-1], self.device, self._draw)
            with self._autocast():
                candidates, scores = self.network.decoder.candidates(leaves, hints)
            right = expected_overlap(candidates, target)
            ambiguous = np.array(
                [
                    mask is None and len(made) == 1
                    for made, mask in zip(clicks, previous, strict=True)
                ]
            )
            logits = chosen(candidates, taught(right, scores, ambiguous, random))
            wrong = (hints[:, 2:] - target).abs() * self.config.stubbornness * (number > 0)
            loss = mask_loss(logits, target, weight + wrong)
            judging = F.binary_cross_entropy_with_logits(scores, right)
            total = total + (loss + SCORE_WEIGHT * judging) / self.config.rounds
            losses.append(float(loss.detach()))
            previous = probabilities(chosen(candidates.detach(), scores.argmax(1)))
            overlaps.append(_mean_overlap(previous, samples))
            if number + 1 < self.config.rounds:
                correct(clicks, previous, samples, random)
        # Once for all rounds: adding up gradients in place costs a tenth of a step.
        total.backward()  # type: ignore[no-untyped-call]
        torch.autograd.backward(
            [f for f in features if f.requires_grad],
            [leaf.grad for f, leaf in zip(features, leaves, strict=True) if f.requires_grad],
        )
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._average()
        return losses, overlaps

    def _encoded(self, image: Tensor) -> Features:
        """The backbone's features, with gradients through what of it is trained by now."""
        with torch.set_grad_enabled(self.share >= self.config.unfreeze_at):
            return encoded(self.network.encoder.backbone, self._frozen, image)

    def _autocast(self) -> Any:
        return torch.autocast(self.device.type, torch.bfloat16)

    def _set_rates(self) -> None:
        warm = min(1.0, (self.step + 1) / 100)
        rate = self.config.rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * self.share)) / 2)
        fresh, deep = self.optimizer.param_groups
        fresh["lr"] = rate
        deep["lr"] = rate * self.config.encoder_rate

    def _average(self) -> None:
        decay = min(self.config.decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)

    def note(
        self, size: int, losses: list[float], overlaps: list[float], scores: dict[str, float]
    ) -> None:
        """Add a line to the run's curve."""
        row = {
            "minutes": round(self.seconds / 60, 2),
            "step": self.step,
            "size": size,
            "loss first": round(losses[0], 4),
            "loss last": round(losses[-1], 4),
            "IoU first": round(overlaps[0], 4),
            "IoU last": round(overlaps[-1], 4),
            **{name: scores.get(name, "") for name in ("IoU@1", "IoU@3", "IoU@5")},
        }
        add_row(self.config.run / CURVE, row)


def _mean_overlap(masks: Sequence[NDArray[np.float32] | None], samples: Sequence[Sample]) -> float:
    found = [overlap(binary(m), s.target) for m, s in zip(masks, samples, strict=True)]
    return float(np.mean(found))
