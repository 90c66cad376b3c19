"""Training of the Propagation Network: clips in, checkpoints and a curve out.

One run is a folder. It resumes from its checkpoint, so it may be ended at any time; progress is
counted in minutes of training (or in steps), and every schedule follows that progress.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import Generator

from mattebox.errors import InputError
from mattebox.networks.propagation import PropagationNetwork
from mattebox.training.batches import Moment, batches
from mattebox.training.checkpoints import fill, follow, require_finite, resumed, save
from mattebox.training.configuration import write_plan
from mattebox.training.curve import add_row, forget_after
from mattebox.training.devices import device_named
from mattebox.training.frozen import FrozenEncoder, features, trained_parameters
from mattebox.training.propagation_data import Clips, DrawnClips
from mattebox.training.propagation_step import Rollout, StepResult, clip_loss
from mattebox.training.schedule import check_schedule, progress_at
from mattebox.training.starting import propagation_weights

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.csv"
SAVE_SECONDS = 120
"""How much of a run is lost at most where it is killed."""
CURVE_STEPS = 50
DECAY = 0.999
"""Of the moving average of the weights, which is what is exported."""


@dataclass(frozen=True)
class PropagationTraining:
    """Everything a run depends on.

    Attributes:
        data: Holds `images/`, `cutouts/`, `backgrounds/` and `sequences/`; what is missing is
            done without, as long as there are images or sequences.
        run: Folder of the run: checkpoint, snapshots, curve.
        cache: Folder for decoded pictures.
        minutes: Length of the run.
        steps: Length of the run in steps instead, where given.
        frames: Frames a step: the longer its clips, the fewer.
        sizes: Sides of the crops, multiples of 16, used one after the other; larger ones take
            fewer clips a step.
        grow_at: Progress after which each further size is used.
        orders: Orders of clips, one drawn for each step; see `propagation_step.Batch`.
        order_chances: Chance of each.
        own_from: Chance of going on from the network's own mask, at the start.
        own_at: Progress from which it always goes on from its own.
        blind: Chance of a read without the mask before.
        damage: Chance that a mask it goes on from is damaged first.
        worst_at: Progress from which the loss looks at the worst pixels alone.
        real_share: Share of clips from annotated sequences.
        held_out: Sequences kept for choosing checkpoints and settings.
        rough: Sets of sequences with rough masks, drawn `rough_share` as often as the others.
        rough_share: See `rough`.
        longest_gap: Largest distance between a clip's frames.
        longest_gap_at: Progress at which it is reached.
        learning_rate: At the start.
        final_rate: At the end.
        encoder_from: Progress from which the encoder's last blocks are trained too.
        encoder_rate: Their rate, as a share of the others'.
        encoder_blocks_frozen: How many of the encoder's blocks behind its stem are never
            trained; see `mattebox.training.frozen.FrozenEncoder`. A GPU can afford 0.
        snapshot_minutes: How often averaged weights are kept for choosing.
        seed: Where chance starts.
        threads: CPU threads.
        device: `auto` (CUDA where there is any, else the CPU), `cpu`, `cuda` or `cuda:1`.
        loaders: Processes that draw batches ahead; 0 for none.
        pretrained: Start the encoder from ImageNet.
        start: What this run starts from, such as the phase before; see
            `mattebox.training.starting`.
    """

    data: Path
    run: Path
    cache: Path
    minutes: float = 90.0
    steps: int | None = None
    frames: int = 24
    sizes: tuple[int, ...] = (256,)
    grow_at: tuple[float, ...] = ()
    orders: tuple[tuple[int, ...], ...] = ((0, 1, 2), (0, 3, 1, 2))
    order_chances: tuple[float, ...] = (0.65, 0.35)
    own_from: float = 0.25
    own_at: float = 0.5
    blind: float = 0.1
    damage: float = 0.0
    worst_at: float = 0.25
    real_share: float = 0.5
    held_out: tuple[str, ...] = ("breakdance-flare", "drift-turn", "horsejump-low", "bmx-bumps")
    rough: tuple[str, ...] = ("chen_xiph",)
    rough_share: float = 0.25
    longest_gap: int = 25
    longest_gap_at: float = 0.6
    learning_rate: float = 4e-4
    final_rate: float = 2e-5
    encoder_from: float = 0.1
    encoder_rate: float = 0.25
    encoder_blocks_frozen: int | None = None
    snapshot_minutes: float = 10.0
    seed: int = 1
    threads: int = 1
    device: str = "auto"
    loaders: int = 0
    pretrained: bool = True
    start: Path | None = None

    def __post_init__(self) -> None:
        check_schedule(self)
        if len(self.orders) != len(self.order_chances):
            raise InputError("There must be as many order_chances as orders.")


@dataclass
class _State:
    step: int = 0
    seconds: float = 0.0
    snapshots: int = 0


class PropagationRun:
    """A run as far as it is, resumed where its checkpoint left off.

    Args:
        config: What it is made of.

    Raises:
        InputError: Its device is not there, or its checkpoint or start does not fit.
    """

    def __init__(self, config: PropagationTraining) -> None:
        self.config = config
        self.device = device_named(config.device)
        self.state = _State()
        torch.manual_seed(config.seed)
        self.network = PropagationNetwork(pretrained=config.pretrained)
        if config.start is not None:
            fill(self.network, propagation_weights(config.start), config.start)
        self.average = PropagationNetwork()
        self.average.load_state_dict(self.network.state_dict())
        for network in (self.network, self.average):
            network.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average.requires_grad_(False)
        encoder, blocks = self.network.encoder, config.encoder_blocks_frozen
        encoder.requires_grad_(False)
        self._deep = trained_parameters(encoder, blocks)
        head = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": head, "share": 1.0},
                {"params": self._deep, "share": config.encoder_rate},
            ],
            weight_decay=1e-4,
            foreach=True,
        )
        self._frozen = FrozenEncoder(
            encoder, device=self.device, threads=config.threads, blocks=blocks
        )
        self._resume()

    @property
    def progress(self) -> float:
        """How far the run is, 0..1."""
        return progress_at(self.config, self.state.step, self.state.seconds)

    def moments(self) -> Iterator[Moment]:
        """Yield the steps from here on, and how far the run is when each is asked for."""
        for step in count(self.state.step):
            yield step, progress_at(self.config, step, self.state.seconds)

    def step(self, drawn: DrawnClips, random: Generator) -> StepResult:
        """Take one step on a batch; ``random`` is what is left after drawing it."""
        progress = self.progress
        self._set_rates(progress)
        batch = drawn.on(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            encoded = [
                features(self.network.encoder, self._frozen, images) for images in batch.images
            ]
            rollout = _rollout(self.config, progress)
            result = clip_loss(self.network, encoded, batch, rollout, random)
        self.optimizer.zero_grad(set_to_none=True)
        result.loss.backward()  # type: ignore[no-untyped-call]
        trained = [p for g in self.optimizer.param_groups for p in g["params"]]
        norm = torch.nn.utils.clip_grad_norm_(trained, 5.0)
        require_finite(
            result.loss, norm, checkpoint=self.config.run / CHECKPOINT, step=self.state.step
        )
        self.optimizer.step()
        follow(self.average, self.network, self.state.step, DECAY)
        self.state.step += 1
        return result

    def _set_rates(self, progress: float) -> None:
        config = self.config
        for parameter in self._deep:
            parameter.requires_grad_(progress >= config.encoder_from)
        falling = (1 - progress) ** 0.9
        rate = config.final_rate + (config.learning_rate - config.final_rate) * falling
        rate *= min(1.0, (self.state.step + 1) / 100)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]

    def save(self) -> None:
        """Write the checkpoint."""
        content = {name: part.state_dict() for name, part in self._parts().items()}
        save({**content, "state": asdict(self.state)}, self.config.run / CHECKPOINT)

    def snapshot(self) -> Path:
        """Keep the averaged weights for choosing later; return the file."""
        path = self.config.run / "snapshots" / f"{self.state.step:07d}.pt"
        save({"network": self.average.state_dict(), "state": asdict(self.state)}, path)
        self.state.snapshots += 1
        return path

    def _parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        return {"network": self.network, "average": self.average, "optimizer": self.optimizer}

    def _resume(self) -> None:
        path = self.config.run / CHECKPOINT
        if not path.exists():
            return
        content = resumed(path, self.device, self._parts(), ("state",))
        self.state = _State(**content["state"])
        forget_after(self.config.run / CURVE, self.state.step)


def _rollout(config: PropagationTraining, progress: float) -> Rollout:
    return Rollout(
        worst=0.15 + 0.85 * _left(progress, config.worst_at),
        own=1 - (1 - config.own_from) * _left(progress, config.own_at),
        blind=config.blind,
        damage=config.damage,
    )


def _left(progress: float, end: float) -> float:
    """How much is left of the way from 0 to a point of a run, 1..0."""
    return max(0.0, 1 - progress / end) if end else 0.0


def train(config: PropagationTraining, report: Callable[[str], object] = print) -> Path:
    """Train until the run's time is up; resume where a checkpoint is found.

    Args:
        config: The run.
        report: Told a line every fifty steps.

    Returns:
        The last snapshot of the averaged weights.

    Raises:
        InputError: The data folder holds nothing to train on, the device is not there, what the
            run starts from or is resumed from does not fit, or its numbers got lost.
    """
    config = replace(config, device=str(device_named(config.device)))
    torch.set_num_threads(config.threads)
    # A loader must not be forked from a process with threads of OpenCV's.
    cv2.setNumThreads(1 if config.loaders else config.threads)
    run = PropagationRun(config)
    clips = Clips(config)
    write_plan(config)
    _go(run, clips, report)
    last = run.snapshot()
    run.save()
    return last


def _go(run: PropagationRun, clips: Clips, report: Callable[[str], object]) -> None:
    config, state = run.config, run.state
    drawn = batches(clips.draw, config.seed, run.moments(), config.loaders)
    curve: list[tuple[float, float, float]] = []
    saved = state.seconds
    while run.progress < 1:
        began = time.monotonic()
        result = run.step(*next(drawn))
        state.seconds += time.monotonic() - began
        curve.append((float(result.loss.detach()), result.first, result.last))
        if state.step % CURVE_STEPS == 0 or run.progress >= 1:
            report(_record(run, curve))
            curve.clear()
        kept = state.snapshots
        if state.seconds / 60 >= config.snapshot_minutes * (kept + 1):
            run.snapshot()
        if state.seconds - saved > SAVE_SECONDS or state.snapshots > kept:
            run.save()
            saved = state.seconds


def _record(run: PropagationRun, curve: Sequence[tuple[float, float, float]]) -> str:
    """Add a line to the curve, means over the steps since the last one; return it as text."""
    loss, first, last = (float(value) for value in np.mean(np.array(curve), axis=0))
    state = run.state
    row = {
        "step": state.step,
        "seconds": round(state.seconds, 1),
        "loss": round(loss, 4),
        "first_iou": round(first, 4),
        "last_iou": round(last, 4),
    }
    add_row(run.config.run / CURVE, row)
    return (
        f"step {state.step}  {state.seconds / 60:.1f} min  "
        f"loss {loss:.3f}  IoU {first:.3f} {last:.3f}"
    )
