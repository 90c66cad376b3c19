"""Clips and samples per second that one core makes, beside what the networks consume.

    .venv/bin/python benchmarks/loader.py --data DIR [--cache DIR] [--json FILE]
        [--propagation-step SECONDS CLIPS] [--refinement-step SECONDS SAMPLES]

Counted in processor time, so that other work on the machine does not blur it. What a training step
takes is read off a run's curve.csv; given here, each figure says which share of the step it is.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from mattebox.evaluation.simulated_user import corrective_click, start
from mattebox.machine import machine
from mattebox.training.clips import StaticClips
from mattebox.training.framing import Clip
from mattebox.training.images import load_images, load_pictures
from mattebox.training.real_clips import real_clip
from mattebox.training.refinement_data import Corpus, load_corpus
from mattebox.training.sequences import Film, load_sequences

ORDERS = ((0, 1, 2), (0, 3, 1, 2), (0, 1, 2, 3, 4, 5))
SIZES = (256, 320, 384)
PICTURES = 100
LONGEST_GAP = 10


@dataclass(frozen=True)
class Kind:
    """One kind of training data: what it is, its size and frames, and how it is drawn."""

    what: str
    size: int
    frames: int
    draw: Callable[[Generator], object]


@dataclass(frozen=True)
class Figure:
    """How fast one kind of training data is made.

    Attributes:
        what: Kind of data.
        size: Side of its pictures.
        frames: Pictures of each.
        milliseconds: Processor time of each, the mean.
        slowest: Processor time of one in a hundred.
        per_second: How many a core makes in a second.
        share: Processor time over that of a training step for as many, where that is known.
    """

    what: str
    size: int
    frames: int
    milliseconds: float
    slowest: float
    per_second: float
    share: float | None


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--count", type=int, default=200, help="how many of each to make")
    for name, unit in (("propagation", "CLIPS"), ("refinement", "SAMPLES")):
        parser.add_argument(f"--{name}-step", type=float, nargs=2, metavar=("SECONDS", unit))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    figures = clips(options.data, options.cache, options.count, _each(options.propagation_step))
    figures += samples(options.data, options.cache, options.count, _each(options.refinement_step))
    for row in figures:
        share = "" if row.share is None else f"{row.share:6.1%} of a step"
        print(
            f"{row.what:<28} {row.size}  {row.frames} frames {row.milliseconds:6.2f} ms  "
            f"slowest {row.slowest:6.2f}  {row.per_second:6.0f} a second {share}"
        )
    if options.json:
        report = {"machine": machine(), "figures": [asdict(row) for row in figures]}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def clips(data: Path, cache: Path, count: int, step: float | None) -> list[Figure]:
    """Measure the making of clips; `step` is the seconds a network takes for each."""
    bank = load_images(data / "images", cache)
    backgrounds, cutouts = (
        load_pictures([p for p in sorted((data / name).glob("*")) if p.is_dir()], most=PICTURES)
        for name in ("backgrounds", "cutouts")
    )
    folders = [path for path in sorted((data / "sequences").glob("*")) if path.is_dir()]
    films = [film for folder in folders for film in load_sequences(folder, cache)]
    films = [film for film in films if len(film.frames) >= max(map(len, ORDERS))]
    figures = []
    for size in SIZES:
        source = StaticClips(bank, backgrounds, cutouts, size)
        for order in ORDERS:
            # A step's time is known for three frames of the smallest size.
            known = step if (size, len(order)) == (SIZES[0], 3) else None
            draws = {"pictures set in motion": partial(source.draw, order)}
            if films:
                draws["annotated sequences"] = partial(_cut, films, order, size)
            for what, draw in draws.items():
                figures.append(figure(Kind(what, size, len(order), draw), count, known))
    return figures


def _cut(films: list[Film], order: tuple[int, ...], size: int, random: Generator) -> Clip:
    film = films[int(random.integers(len(films)))]
    return real_clip(film, order, LONGEST_GAP, size, random)


def samples(data: Path, cache: Path, count: int, step: float | None) -> list[Figure]:
    """Measure the making of samples with their clicks; `step` as for `clips`."""
    corpus = load_corpus(data, cache)
    figures = []
    for size in SIZES:
        known = step if size == SIZES[0] else None
        draws = {"samples": _drawn, "samples, 3 rounds of clicks": _clicked}
        for what, draw in draws.items():
            kind = Kind(what, size, 1, partial(draw, corpus, size))
            figures.append(figure(kind, count, known))
    return figures


def _drawn(corpus: Corpus, size: int, random: Generator) -> object:
    return corpus.draw(random, size)


def _clicked(corpus: Corpus, size: int, random: Generator) -> object:
    """Draw a sample and the clicks of three rounds, as a training step does."""
    sample = corpus.draw(random, size)
    points, previous = start(sample.target, random, others=sample.others, zoomed=sample.zoomed)
    shown = np.zeros_like(sample.target) if previous is None else previous
    return points, [corrective_click(shown, sample.target, random) for _ in range(2)]


def figure(kind: Kind, count: int, step: float | None) -> Figure:
    """Time the making of one kind of data; `step` is what a network takes for each, in seconds."""
    random = np.random.default_rng(0)
    for _ in range(10):
        kind.draw(random)
    times = []
    for _ in range(count):
        began = time.process_time()
        kind.draw(random)
        times.append(time.process_time() - began)
    mean = float(np.mean(times))
    return Figure(
        what=kind.what,
        size=kind.size,
        frames=kind.frames,
        milliseconds=round(1e3 * mean, 3),
        slowest=round(1e3 * float(np.percentile(times, 99)), 3),
        per_second=round(1 / mean, 1),
        share=None if step is None else round(mean / step, 4),
    )


def _each(step: list[float] | None) -> float | None:
    return None if step is None else step[0] / step[1]


if __name__ == "__main__":
    main()
