"""Training of the Propagation Network: clips in, checkpoints and a curve out.

One run is a folder. It resumes from its checkpoint, so it may be ended at any time; progress is
counted in minutes of training (or in steps), and every schedule follows that progress.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import Generator

from mattebox.errors import InputError
from mattebox.networks.propagation import PropagationNetwork
from mattebox.training.clips import Clip, StaticClips, load_pictures, real_clip
from mattebox.training.configuration import check_schedule
from mattebox.training.curve import add_row, forget_after
from mattebox.training.frozen import FrozenEncoder, features, trained_parameters
from mattebox.training.images import load_images
from mattebox.training.propagation_step import Batch, Rollout, StepResult, clip_loss
from mattebox.training.sequences import Sequence as Film
from mattebox.training.sequences import load_sequences
from mattebox.training.starting import propagation_weights

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.csv"
SAVE_SECONDS = 120
"""How much of a run is lost at most where it is killed."""


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
        snapshot_minutes: How often averaged weights are kept for choosing.
        seed: Where chance starts.
        threads: CPU threads.
        device: `cpu` or `cuda`.
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
    snapshot_minutes: float = 10.0
    seed: int = 1
    threads: int = 1
    device: str = "cpu"
    pretrained: bool = True
    start: Path | None = None

    def __post_init__(self) -> None:
        check_schedule(self.sizes, self.grow_at, self.minutes, self.steps)
        if len(self.orders) != len(self.order_chances):
            raise InputError("There must be as many order_chances as orders.")


# --- data ---------------------------------------------------------------------------------------


class Clips:
    """Where a run's clips come from."""

    def __init__(self, config: PropagationTraining) -> None:
        self._config = config
        self._films, self._weights = _films(config)
        self._static = _static(config)
        if not self._films and not self._static:
            raise InputError(f"{config.data} holds neither images nor sequences to train on.")

    def batch(self, progress: float, random: Generator) -> Batch:
        """Draw a batch fit for a point of the run."""
        config = self._config
        order = config.orders[int(random.choice(len(config.orders), p=config.order_chances))]
        size = size_at(config, progress)
        count = max(1, round(config.frames / len(order) * (config.sizes[0] / size) ** 2))
        clips = [self._clip(order, size, progress, random) for _ in range(count)]
        images = np.stack([clip.images for clip in clips], 1)
        masks = np.stack([clip.masks for clip in clips], 1)
        regions = np.stack([clip.regions for clip in clips], 1)
        return Batch(
            order,
            torch.from_numpy(images).to(config.device).permute(0, 1, 4, 2, 3) / 255.0,
            torch.from_numpy(masks).to(config.device).unsqueeze(2) / 255.0,
            torch.from_numpy(regions).to(config.device),
        )

    def _clip(self, order: Sequence[int], size: int, progress: float, random: Generator) -> Clip:
        config = self._config
        if not self._static or (self._films and random.random() < config.real_share):
            film = self._films[int(random.choice(len(self._films), p=self._weights))]
            share = min(1.0, progress / config.longest_gap_at) if config.longest_gap_at else 1.0
            longest = 3 + (config.longest_gap - 3) * share
            gap = int(random.integers(1, round(longest) + 1))
            return real_clip(film, order, gap, size, random)
        return self._static[size].draw(order, random)


def size_at(config: PropagationTraining, progress: float) -> int:
    """Return the side of the crops at a point of a run."""
    return config.sizes[sum(progress >= at for at in config.grow_at)]


def _films(config: PropagationTraining) -> tuple[list[Film], list[float]]:
    films: list[Film] = []
    weights: list[float] = []
    root = config.data / "sequences"
    longest = max(len(order) for order in config.orders)
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        share = config.rough_share if folder.name in config.rough else 1.0
        for film in load_sequences(folder, config.cache):
            if film.name not in config.held_out and len(film.frames) >= longest:
                films.append(film)
                weights.append(share)
    return films, [weight / sum(weights) for weight in weights]


def _static(config: PropagationTraining) -> dict[int, StaticClips]:
    if not (config.data / "images").is_dir() or config.real_share == 1:
        return {}
    bank = load_images(config.data / "images", config.cache)
    backgrounds, cutouts = (
        load_pictures(sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else [])
        for folder in (config.data / "backgrounds", config.data / "cutouts")
    )
    return {size: StaticClips(bank, backgrounds, cutouts, size) for size in config.sizes}


# --- the run ------------------------------------------------------------------------------------


@dataclass
class _State:
    step: int = 0
    seconds: float = 0.0
    snapshots: int = 0


class Training:
    """One run, resumed where its checkpoint left off."""

    def __init__(self, config: PropagationTraining) -> None:
        self.config = config
        self.state = _State()
        torch.manual_seed(config.seed)
        self.network = PropagationNetwork(pretrained=config.pretrained)
        if config.start is not None:
            self.network.load_state_dict(propagation_weights(config.start))
        self.average = PropagationNetwork()
        self.average.load_state_dict(self.network.state_dict())
        for network in (self.network, self.average):
            network.to(config.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average.requires_grad_(False)
        self.network.encoder.requires_grad_(False)
        deep = trained_parameters(self.network.encoder)
        head = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [{"params": head, "share": 1.0}, {"params": deep, "share": config.encoder_rate}],
            weight_decay=1e-4,
            foreach=True,
        )
        self._frozen = FrozenEncoder(
            self.network.encoder, device=config.device, threads=config.threads
        )
        self._resume()

    @property
    def progress(self) -> float:
        """How far the run is, 0..1."""
        if self.config.steps is not None:
            return min(1.0, self.state.step / self.config.steps)
        return min(1.0, self.state.seconds / (60 * self.config.minutes))

    def step(self, clips: Clips) -> StepResult:
        """Take one step on the next batch; which one depends on seed and step only."""
        config, progress = self.config, self.progress
        random = np.random.default_rng([config.seed, self.state.step])
        batch = clips.batch(progress, random)
        trains_encoder = progress >= config.encoder_from
        for parameter in trained_parameters(self.network.encoder):
            parameter.requires_grad_(trains_encoder)
        falling = (1 - progress) ** 0.9
        rate = config.final_rate + (config.learning_rate - config.final_rate) * falling
        rate *= min(1.0, (self.state.step + 1) / 100)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        rollout = Rollout(
            worst=0.15 + 0.85 * _left(progress, config.worst_at),
            own=1 - (1 - config.own_from) * _left(progress, config.own_at),
            blind=config.blind,
            damage=config.damage,
        )
        with torch.autocast(config.device, torch.bfloat16):
            encoded = [
                features(self.network.encoder, self._frozen, images) for images in batch.images
            ]
            result = clip_loss(self.network, encoded, batch, rollout, random)
        self.optimizer.zero_grad(set_to_none=True)
        result.loss.backward()  # type: ignore[no-untyped-call]
        trained = [p for g in self.optimizer.param_groups for p in g["params"]]
        torch.nn.utils.clip_grad_norm_(trained, 5.0)
        self.optimizer.step()
        self._follow()
        self.state.step += 1
        return result

    @torch.no_grad()
    def _follow(self) -> None:
        decay = min(0.999, (1 + self.state.step) / (10 + self.state.step))
        pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
        for mean, parameter in pairs:
            mean.lerp_(parameter, 1 - decay)

    def save(self) -> None:
        """Write the checkpoint, aside first."""
        content = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": asdict(self.state),
        }
        _save(content, self.config.run / CHECKPOINT)

    def snapshot(self) -> Path:
        """Keep the averaged weights for choosing later; return the file."""
        path = self.config.run / "snapshots" / f"{self.state.step:07d}.pt"
        _save({"network": self.average.state_dict(), "state": asdict(self.state)}, path)
        self.state.snapshots += 1
        return path

    def _resume(self) -> None:
        path = self.config.run / CHECKPOINT
        if not path.exists():
            return
        content = torch.load(path, map_location=self.config.device, weights_only=True)
        self.network.load_state_dict(content["network"])
        self.average.load_state_dict(content["average"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.state = _State(**content["state"])
        forget_after(self.config.run / CURVE, self.state.step)


def _left(progress: float, end: float) -> float:
    """How much is left of the way from 0 to a point of a run, 1..0."""
    return max(0.0, 1 - progress / end) if end else 0.0


def _save(content: object, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    torch.save(content, aside)
    os.replace(aside, path)


def train(config: PropagationTraining, report: Callable[[str], object] = len) -> Path:
    """Train until the run's time is up; resume where a checkpoint is found.

    Args:
        config: The run.
        report: Told a line every fifty steps.

    Returns:
        The last snapshot of the averaged weights.

    Raises:
        InputError: The data folder holds nothing to train on.
    """
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(config.threads)
    training = Training(config)
    clips = Clips(config)
    config.run.mkdir(parents=True, exist_ok=True)
    plan = {key: str(v) if isinstance(v, Path) else v for key, v in asdict(config).items()}
    (config.run / "config.json").write_text(json.dumps(plan, indent=2) + "\n")
    curve: list[tuple[float, float, float]] = []
    saved = training.state.seconds
    while training.progress < 1:
        began = time.monotonic()
        result = training.step(clips)
        training.state.seconds += time.monotonic() - began
        curve.append((float(result.loss.detach()), result.first, result.last))
        if training.state.step % 50 == 0 or training.progress >= 1:
            report(_record(training, curve))
            curve.clear()
        kept = training.state.snapshots
        if training.state.seconds / 60 >= config.snapshot_minutes * (kept + 1):
            training.snapshot()
        if training.state.seconds - saved > SAVE_SECONDS or training.state.snapshots > kept:
            training.save()
            saved = training.state.seconds
    last = training.snapshot()
    training.save()
    return last


def _record(training: Training, curve: Sequence[tuple[float, float, float]]) -> str:
    loss, first, last = (float(value) for value in np.mean(np.array(curve), axis=0))
    state = training.state
    row = {
        "step": state.step,
        "seconds": round(state.seconds, 1),
        "loss": round(loss, 4),
        "first_iou": round(first, 4),
        "last_iou": round(last, 4),
    }
    add_row(training.config.run / CURVE, row)
    return (
        f"step {state.step}  {state.seconds / 60:.1f} min  "
        f"loss {loss:.3f}  IoU {first:.3f} {last:.3f}"
    )
