"""Training of the Refinement Network with simulated clicks.

One run is a folder. It resumes from its checkpoint, so it may be ended at any time; progress is
counted in minutes of training (or in steps), and every schedule follows that progress.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from mattebox.evaluation.simulated_user import overlap
from mattebox.networks.encoder import Features
from mattebox.networks.refinement import SIZE, RefinementNetwork
from mattebox.segmentation.hints import draw_hints
from mattebox.training.batches import Moment, batches
from mattebox.training.checkpoints import fill, follow, require_finite, resumed, save
from mattebox.training.configuration import plan_of, write_plan
from mattebox.training.curve import add_row, forget_after
from mattebox.training.devices import device_named
from mattebox.training.frozen import FrozenEncoder, trained_parameters
from mattebox.training.frozen import features as encoded
from mattebox.training.refinement_data import Corpus, Sample, evenly, load_corpus, whole
from mattebox.training.refinement_rounds import (
    Draw,
    ambiguous,
    binary,
    correct,
    edge_weight,
    expected_overlap,
    held_out_scores,
    hint_planes,
    lesson,
    mask_loss,
    opening,
    pictures,
    planes,
    probabilities,
    shown,
    softened,
)
from mattebox.training.schedule import check_schedule, progress_at, shrunk_count, size_at
from mattebox.training.starting import refinement_weights

CHECKPOINT = "last.pt"
BEST = "best.pt"
CURVE = "curve.csv"
MEASURES = ("IoU@1", "IoU@3", "IoU@5")
SAVE_SECONDS = 120
"""How much of a run is lost at most where it is killed."""
CURVE_STEPS = 20
SCORE_WEIGHT = 0.2


@dataclass(frozen=True)
class RefinementTraining:
    """Everything a run depends on; saved in its checkpoints.

    Attributes:
        data: Folder with `images`, and where there are any `sequences`, `cutouts`,
            `backgrounds`.
        run: Folder for checkpoints and the curve; a run found there is resumed.
        cache: Folder for decoded pictures.
        minutes: Length of the run, resumed parts included.
        steps: Length of the run in steps instead, where given.
        batch: Samples a step at the first size.
        sizes: Sides of the crops, multiples of 16, used one after the other; larger ones take
            fewer samples a step.
        grow_at: Progress after which each further size is used.
        rounds: Rounds of clicks a step: the first, then corrections of the network's own mask.
        stubbornness: Further weight of pixels that the network's mask before the click had
            wrong; without it the network holds on to that mask.
        learning_rate: Of what is trained from scratch, at its height.
        encoder_from: Progress from which the encoder's last blocks are trained too.
        encoder_rate: Their rate, as a share of the others'.
        encoder_blocks_frozen: How many of the encoder's blocks behind its stem are never
            trained; see `mattebox.training.frozen.FrozenEncoder`. A GPU can afford 0.
        decay: Of the exponential moving average of the weights, which is what is exported.
        judge_minutes: How often the averaged weights are scored on held-out pictures.
        judged: On how many of them.
        seed: Where chance starts.
        threads: CPU threads.
        device: `auto` (CUDA where there is any, else the CPU), `cpu`, `cuda` or `cuda:1`.
        loaders: Processes that draw batches ahead; 0 for none.
        pretrained: Start the encoder from ImageNet.
        start: What this run starts from, such as an earlier one; see
            `mattebox.training.starting`.
    """

    data: Path
    run: Path
    cache: Path
    minutes: float = 90.0
    steps: int | None = None
    batch: int = 12
    sizes: tuple[int, ...] = (256, 320)
    grow_at: tuple[float, ...] = (0.6,)
    rounds: int = 3
    stubbornness: float = 3.0
    learning_rate: float = 6e-4
    encoder_from: float = 0.12
    encoder_rate: float = 0.1
    encoder_blocks_frozen: int | None = None
    decay: float = 0.998
    judge_minutes: float = 8.0
    judged: int = 48
    seed: int = 1
    threads: int = 1
    device: str = "auto"
    loaders: int = 0
    pretrained: bool = True
    start: Path | None = None

    def __post_init__(self) -> None:
        check_schedule(self)


@dataclass(frozen=True)
class StepResult:
    """What one step measured: loss, and mean IoU of the shown masks, of its rounds of clicks."""

    losses: tuple[float, ...]
    overlaps: tuple[float, ...]


class RefinementRun:
    """A run as far as it is, resumed where its checkpoint left off.

    Args:
        config: What it is made of.
        corpus: What it learns from.
        report: Told one line now and then.
        network: Class of the network that is trained.
        draw: How it is shown clicks.

    Raises:
        InputError: Its device is not there, or its checkpoint or start does not fit.
    """

    def __init__(
        self,
        config: RefinementTraining,
        corpus: Corpus,
        report: Callable[[str], object],
        *,
        network: type[RefinementNetwork] = RefinementNetwork,
        draw: Draw = draw_hints,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.corpus, self.report = config, corpus, report
        self._kind, self._draw = network, draw
        self.device = device_named(config.device)
        self.network = self._network(pretrained=config.pretrained)
        if config.start is not None:
            fill(self.network, refinement_weights(config.start), config.start)
        self.average = self._network()
        self.average.load_state_dict(self.network.state_dict())
        backbone, blocks = self.network.encoder.backbone, config.encoder_blocks_frozen
        backbone.requires_grad_(False)
        tuned = trained_parameters(backbone, blocks)
        for parameter in tuned:
            parameter.requires_grad_(True)
        deep = {id(parameter) for parameter in backbone.parameters()}
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self.network.parameters() if id(p) not in deep]},
                {"params": tuned},
            ],
            lr=config.learning_rate,
            weight_decay=1e-4,
        )
        self.steps, self.seconds, self.best = 0, 0.0, -1.0
        self._frozen = FrozenEncoder(
            backbone, device=self.device, threads=config.threads, blocks=blocks
        )

    def _network(self, *, pretrained: bool = False) -> RefinementNetwork:
        network = self._kind(pretrained=pretrained).to(self.device)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    @property
    def progress(self) -> float:
        """How far the run is, 0..1."""
        return progress_at(self.config, self.steps, self.seconds)

    def moments(self) -> Iterator[Moment]:
        """Yield the steps from here on, and how far the run is when each is asked for."""
        for step in count(self.steps):
            yield step, progress_at(self.config, step, self.seconds)

    def resume(self) -> None:
        """Go on where the run's last checkpoint ended, if there is one.

        Raises:
            InputError: It is damaged, or that of another network.
        """
        path = self.config.run / CHECKPOINT
        if not path.exists():
            return
        state = resumed(path, self.device, self._parts(), ("step", "seconds", "best"))
        self.steps, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        forget_after(self.config.run / CURVE, self.steps)
        self.report(f"resumed at step {self.steps}, {self.seconds / 60:.1f} minutes")

    def _parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        return {"network": self.network, "average": self.average, "optimizer": self.optimizer}

    def save(self, name: str) -> None:
        """Save the run under ``name``."""
        state = {
            **{key: part.state_dict() for key, part in self._parts().items()},
            "step": self.steps,
            "seconds": self.seconds,
            "best": self.best,
            "config": plan_of(self.config),
        }
        save(state, self.config.run / name)

    def draw(self, progress: float, random: Generator) -> list[Sample]:
        """Draw a batch fit for a point of the run."""
        size = size_at(self.config, progress)
        number = shrunk_count(self.config, self.config.batch, size)
        return [self.corpus.draw(random, size) for _ in range(number)]

    def go(self) -> None:
        """Train to the end of the run."""
        config = self.config
        write_plan(config)
        judged_at = saved_at = self.seconds
        drawn = batches(self.draw, config.seed, self.moments(), config.loaders)
        since: list[StepResult] = []
        while self.progress < 1:
            began = time.monotonic()
            samples, random = next(drawn)
            since.append(self.step(samples, random))
            self.seconds += time.monotonic() - began
            judges = self.seconds - judged_at > 60 * config.judge_minutes or self.progress >= 1
            if judges:
                judged_at = self.seconds
            if judges or self.steps % CURVE_STEPS == 0:
                scores = self.judge() if judges else {}
                self._note(len(samples[0].image), since, scores)
                since.clear()
            if judges or self.seconds - saved_at > SAVE_SECONDS:
                saved_at = self.seconds
                self.save(CHECKPOINT)

    def judge(self) -> dict[str, float]:
        """Score the averaged weights on held-out pictures; keep them if they are the best."""
        held_out = evenly(self.corpus.held_out, self.config.judged)
        samples = [whole(bank, instance, SIZE) for bank, instance in held_out]
        scores = held_out_scores(self.average, samples, self.device, draw=self._draw)
        self.report(f"step {self.steps}: {scores}")
        value = sum(scores.values())
        # Scores of the short rounds differ by luck; later weights win a tie.
        if value >= self.best - 0.003:
            self.best = max(value, self.best)
            self.save(BEST)
        return scores

    def step(self, samples: Sequence[Sample], random: Generator) -> StepResult:
        """Take one step: all rounds of clicks on one batch.

        Args:
            samples: The batch.
            random: What is left after drawing it.
        """
        self._set_rates()
        with self._autocast():
            features = self.network.encoder.project(*self._encoded(pictures(samples, self.device)))
        # The rounds share one encoding, so gradients are gathered at the features and go
        # through the encoder once.
        leaves = [feature.detach().requires_grad_() for feature in features]
        total, result = self._rounds(leaves, samples, random)
        # Once for all rounds: adding up gradients in place costs a tenth of a step.
        total.backward()  # type: ignore[no-untyped-call]
        torch.autograd.backward(
            [f for f in features if f.requires_grad],
            [leaf.grad for f, leaf in zip(features, leaves, strict=True) if f.requires_grad],
        )
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        require_finite(total, norm, checkpoint=self.config.run / CHECKPOINT, step=self.steps)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        follow(self.average, self.network, self.steps, self.config.decay)
        self.steps += 1
        return result

    def _rounds(
        self, leaves: Sequence[Tensor], samples: Sequence[Sample], random: Generator
    ) -> tuple[Tensor, StepResult]:
        """All rounds of clicks on features; return the loss to learn from, and the measures."""
        config = self.config
        target = planes([sample.target for sample in samples], self.device)
        weight = edge_weight(target.cpu()).to(self.device)
        total = torch.zeros((), device=self.device)
        clicks, previous = opening(samples, random)
        losses, overlaps = [], []
        for number in range(config.rounds):
            previous = softened(previous, random)
            hints = hint_planes(clicks, previous, target.shape[-1], self.device, self._draw)
            with self._autocast():
                candidates, scores = self.network.decoder.candidates(leaves, hints)
            right = expected_overlap(candidates, target)
            logits = lesson(candidates, right, ambiguous(clicks, previous), random)
            wrong = (hints[:, 2:] - target).abs() * config.stubbornness * (number > 0)
            loss = mask_loss(logits, target, weight + wrong)
            judging = F.binary_cross_entropy_with_logits(scores, right)
            total = total + (loss + SCORE_WEIGHT * judging) / config.rounds
            losses.append(float(loss.detach()))
            previous = probabilities(shown(candidates.detach()))
            overlaps.append(_mean_overlap(previous, samples))
            if number + 1 < config.rounds:
                correct(clicks, previous, samples, random)
        return total, StepResult(tuple(losses), tuple(overlaps))

    def _encoded(self, image: Tensor) -> Features:
        """The backbone's features, with gradients through what of it is trained by now."""
        with torch.set_grad_enabled(self.progress >= self.config.encoder_from):
            return encoded(self.network.encoder.backbone, self._frozen, image)

    def _autocast(self) -> Any:
        return torch.autocast(self.device.type, torch.bfloat16)

    def _set_rates(self) -> None:
        warm = min(1.0, (self.steps + 1) / 100)
        falling = 0.02 + 0.98 * (1 + math.cos(math.pi * self.progress)) / 2
        rate = self.config.learning_rate * warm * falling
        fresh, deep = self.optimizer.param_groups
        fresh["lr"] = rate
        deep["lr"] = rate * self.config.encoder_rate

    def _note(self, size: int, since: Sequence[StepResult], scores: dict[str, float]) -> None:
        """Add a line to the curve: means over the steps since the last one, and scores."""
        losses, overlaps = (
            np.mean([getattr(each, name) for each in since], axis=0)
            for name in ("losses", "overlaps")
        )
        row = {
            "minutes": round(self.seconds / 60, 2),
            "step": self.steps,
            "size": size,
            "loss first": round(float(losses[0]), 4),
            "loss last": round(float(losses[-1]), 4),
            "IoU first": round(float(overlaps[0]), 4),
            "IoU last": round(float(overlaps[-1]), 4),
            **{name: scores.get(name, "") for name in MEASURES},
        }
        add_row(self.config.run / CURVE, row)


def train(config: RefinementTraining, report: Callable[[str], object] = print) -> Path:
    """Train until the run's time is up; resume where a checkpoint is found.

    Args:
        config: The run.
        report: Told one line now and then.

    Returns:
        The checkpoint that did best on held-out pictures, for `export_refinement`.

    Raises:
        InputError: There are no annotated pictures, the device is not there, what the run starts
            from or is resumed from does not fit, or its numbers got lost.
    """
    config = replace(config, device=str(device_named(config.device)))
    torch.set_num_threads(config.threads)
    # A loader must not be forked from a process with threads of OpenCV's.
    cv2.setNumThreads(1 if config.loaders else config.threads)
    run = RefinementRun(config, load_corpus(config.data, config.cache), report)
    run.resume()
    run.go()
    return config.run / BEST


def _mean_overlap(masks: Sequence[NDArray[np.float32] | None], samples: Sequence[Sample]) -> float:
    found = [overlap(binary(m), s.target) for m, s in zip(masks, samples, strict=True)]
    return float(np.mean(found))
