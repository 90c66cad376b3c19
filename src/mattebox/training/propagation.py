"""Training of the Propagation Network: clips in, checkpoints and a curve out.

One run is a folder. It resumes from its checkpoint, so it may be ended at any time; progress is
counted in minutes of training (or in steps), and every schedule follows that progress.
"""

import csv
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
from torch import Tensor

from mattebox.errors import InputError
from mattebox.networks.encoder import Encoder, Features
from mattebox.networks.propagation import PropagationNetwork
from mattebox.training.clips import Clip, StaticClips, load_pictures, real_clip
from mattebox.training.images import load_images
from mattebox.training.propagation_step import Batch, StepResult, clip_loss
from mattebox.training.sequences import Sequence as Film
from mattebox.training.sequences import load_sequences

FORWARD = (0, 1, 2)
TWO_SIDED = (0, 3, 1, 2)
CHECKPOINT = "checkpoint.pt"
CURVE = "curve.csv"
FROZEN_BLOCKS = 6
"""Encoder blocks that stay as ImageNet left them: gradients through larger maps cost too much."""


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
        batch: Clips a step.
        size: Side of the crops, a multiple of 16.
        real_share: Share of clips from annotated sequences.
        held_out: Sequences kept for choosing checkpoints and settings.
        rough: Sets of sequences with rough masks, drawn `rough_share` as often as the others.
        rough_share: See `rough`.
        longest_gap: Largest distance between a clip's frames, reached at 60 % of the run.
        learning_rate: At the start.
        final_rate: At the end.
        encoder_from: Progress from which the encoder's last blocks are trained too.
        encoder_rate: Their rate, as a share of the others'.
        snapshot_minutes: How often averaged weights are kept for choosing.
        seed: Where chance starts.
        threads: CPU threads.
        device: `cpu` or `cuda`.
        pretrained: Start the encoder from ImageNet.
    """

    data: Path
    run: Path
    cache: Path
    minutes: float = 90.0
    steps: int | None = None
    batch: int = 8
    size: int = 256
    real_share: float = 0.5
    held_out: tuple[str, ...] = ("breakdance-flare", "drift-turn", "horsejump-low", "bmx-bumps")
    rough: tuple[str, ...] = ("chen_xiph",)
    rough_share: float = 0.25
    longest_gap: int = 25
    learning_rate: float = 4e-4
    final_rate: float = 2e-5
    encoder_from: float = 0.1
    encoder_rate: float = 0.25
    snapshot_minutes: float = 10.0
    seed: int = 1
    threads: int = 1
    device: str = "cpu"
    pretrained: bool = True


# --- data ---------------------------------------------------------------------------------------


class Clips:
    """Where a run's clips come from."""

    def __init__(self, config: PropagationTraining) -> None:
        self._config = config
        self._films, self._weights = _films(config)
        self._static = _static(config)
        if not self._films and self._static is None:
            raise InputError(f"{config.data} holds neither images nor sequences to train on.")

    def batch(self, progress: float, random: Generator) -> Batch:
        """Draw a batch fit for a point of the run."""
        config = self._config
        order = TWO_SIDED if random.random() < 0.35 else FORWARD
        clips = [self._clip(order, progress, random) for _ in range(config.batch)]
        images = np.stack([clip.images for clip in clips], 1)
        masks = np.stack([clip.masks for clip in clips], 1)
        regions = np.stack([clip.regions for clip in clips], 1)
        return Batch(
            order,
            torch.from_numpy(images).to(config.device).permute(0, 1, 4, 2, 3) / 255.0,
            torch.from_numpy(masks).to(config.device).unsqueeze(2) / 255.0,
            torch.from_numpy(regions).to(config.device),
        )

    def _clip(self, order: Sequence[int], progress: float, random: Generator) -> Clip:
        config = self._config
        real = self._static is None or (self._films and random.random() < config.real_share)
        if not real and self._static is not None:
            return self._static.draw(order, random)
        film = self._films[int(random.choice(len(self._films), p=self._weights))]
        longest = 3 + (config.longest_gap - 3) * min(1.0, progress / 0.6)
        gap = int(random.integers(1, round(longest) + 1))
        return real_clip(film, order, gap, config.size, random)


def _films(config: PropagationTraining) -> tuple[list[Film], list[float]]:
    films: list[Film] = []
    weights: list[float] = []
    root = config.data / "sequences"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        share = config.rough_share if folder.name in config.rough else 1.0
        for film in load_sequences(folder, config.cache):
            if film.name not in config.held_out and len(film.frames) >= len(TWO_SIDED):
                films.append(film)
                weights.append(share)
    return films, [weight / sum(weights) for weight in weights]


def _static(config: PropagationTraining) -> StaticClips | None:
    if not (config.data / "images").is_dir():
        return None
    bank = load_images(config.data / "images", config.cache)
    backgrounds, cutouts = (
        load_pictures(sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else [])
        for folder in (config.data / "backgrounds", config.data / "cutouts")
    )
    return StaticClips(bank, backgrounds, cutouts, config.size)


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
        self.average = PropagationNetwork()
        self.average.load_state_dict(self.network.state_dict())
        for network in (self.network, self.average):
            network.to(config.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average.requires_grad_(False)
        self.network.encoder.requires_grad_(False)
        deep = self._deep_parameters()
        head = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [{"params": head, "share": 1.0}, {"params": deep, "share": config.encoder_rate}],
            weight_decay=1e-4,
            foreach=True,
        )
        self._frozen = _frozen_encoder(self.network, config)
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
        for parameter in self._deep_parameters():
            parameter.requires_grad_(trains_encoder)
        falling = (1 - progress) ** 0.9
        rate = config.final_rate + (config.learning_rate - config.final_rate) * falling
        rate *= min(1.0, (self.state.step + 1) / 100)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        with torch.autocast(config.device, torch.bfloat16):
            encoded = [self._encode(images) for images in batch.images]
            result = clip_loss(self.network, encoded, batch, progress, random)
        self.optimizer.zero_grad(set_to_none=True)
        result.loss.backward()  # type: ignore[no-untyped-call]
        trained = [p for g in self.optimizer.param_groups for p in g["params"]]
        torch.nn.utils.clip_grad_norm_(trained, 5.0)
        self.optimizer.step()
        self._follow()
        self.state.step += 1
        return result

    def _encode(self, images: Tensor) -> Features:
        f2, f4, f8, f16 = self._frozen(images)
        for block in self._trained_blocks():
            f16 = block(f16)
        return Features(f2, f4, f8, f16)

    def _deep_parameters(self) -> list[torch.nn.Parameter]:
        # Pointwise convolutions only: a depthwise 5x5's weight gradient takes longer on a CPU
        # than the rest of the network together.
        return [
            parameter
            for block in self._trained_blocks()
            for name, parameter in block.named_parameters()
            if "depthwise" not in name
        ]

    def _trained_blocks(self) -> torch.nn.ModuleList:
        return self.network.encoder.blocks[FROZEN_BLOCKS:]

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


def _save(content: object, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    torch.save(content, aside)
    os.replace(aside, path)


class _Frozen(torch.nn.Module):
    """The part of the encoder that is not trained."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        f2, f4, f8 = self.encoder.shallow(self.encoder.stem_features(images))
        f16: Tensor = self.encoder.blocks[5](f8)
        for block in self.encoder.blocks[6:FROZEN_BLOCKS]:
            f16 = block(f16)
        return f2, f4, f8, f16


def _frozen_encoder(
    network: PropagationNetwork, config: PropagationTraining
) -> Callable[[Tensor], tuple[Tensor, ...]]:
    """Return the encoder's frozen part; on a CPU it runs in OpenVINO, at twice the speed."""
    frozen = _Frozen(network.encoder).eval()

    @torch.no_grad()
    def by_torch(images: Tensor) -> tuple[Tensor, ...]:
        found: tuple[Tensor, ...] = frozen(images.contiguous(memory_format=torch.channels_last))
        return found

    if config.device != "cpu":
        return by_torch

    import openvino

    example = torch.zeros(config.batch, 3, config.size, config.size)
    model = openvino.convert_model(frozen, example_input=example)
    model.reshape(list(example.shape))
    settings = {
        "INFERENCE_NUM_THREADS": config.threads,
        "INFERENCE_PRECISION_HINT": "bf16",
        "ENABLE_CPU_PINNING": False,
    }
    compiled = openvino.Core().compile_model(model, "CPU", settings)

    def by_openvino(images: Tensor) -> tuple[Tensor, ...]:
        found = compiled([images.contiguous().numpy()])
        return tuple(
            torch.from_numpy(found[place]).to(
                torch.bfloat16, memory_format=torch.channels_last, copy=True
            )
            for place in range(4)
        )

    return by_openvino


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
    while training.progress < 1:
        began = time.monotonic()
        result = training.step(clips)
        training.state.seconds += time.monotonic() - began
        curve.append((float(result.loss.detach()), result.first, result.second))
        if training.state.step % 50 == 0 or training.progress >= 1:
            report(_record(training, curve))
            curve.clear()
        if training.state.step % 500 == 0:
            training.save()
        if training.state.seconds / 60 >= config.snapshot_minutes * (training.state.snapshots + 1):
            training.snapshot()
    last = training.snapshot()
    training.save()
    return last


def _record(training: Training, curve: Sequence[tuple[float, float, float]]) -> str:
    loss, first, second = (float(value) for value in np.mean(np.array(curve), axis=0))
    state, path = training.state, training.config.run / CURVE
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(["step", "seconds", "loss", "first_iou", "second_iou"])
        writer.writerow([state.step, round(state.seconds, 1), *np.round((loss, first, second), 4)])
    return (
        f"step {state.step}  {state.seconds / 60:.1f} min  "
        f"loss {loss:.3f}  IoU {first:.3f} {second:.3f}"
    )
