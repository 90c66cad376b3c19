"""What the networks are trained on, drawn for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.sheets import GREEN, YELLOW, outline
from mattebox.evaluation.simulated_user import overlap, start
from mattebox.files import write_whole
from mattebox.training.clips import StaticClips
from mattebox.training.framing import Clip, given_places
from mattebox.training.images import load_images, load_pictures
from mattebox.training.marks import captioned, mark, sheet
from mattebox.training.real_clips import real_clip
from mattebox.training.recipe import DEFAULT_RECIPE, Recipe
from mattebox.training.refinement_data import Corpus, load_corpus
from mattebox.training.sequences import Film, load_sequences

Picture = NDArray[np.uint8]
Kind = Literal["refinement", "propagation", "all"]

COLUMNS = 6
ORDERS = ((0, 1, 2, 3, 4, 5), (0, 5, 1, 2, 3, 4))
LONGEST_GAP = 12
PICTURES = 60
"""Backgrounds, and cut-outs, read from each folder: enough to look at, and quickly there."""


@dataclass(frozen=True)
class Preview:
    """What to show.

    Attributes:
        data: The folder with `images/`, `sequences/`, `cutouts/` and `backgrounds/`.
        cache: Folder for decoded pictures; filled where it is empty.
        kind: What is shown: samples with clicks, clips, or both.
        count: Samples, and clips of each source.
        size: Side of a picture, in pixels.
        seed: Where chance starts.
        recipe: The chances of the clips.
    """

    data: Path
    cache: Path
    kind: Kind = "all"
    count: int = 12
    size: int = 256
    seed: int = 0
    recipe: Recipe = DEFAULT_RECIPE

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(
                f"There is no kind {self.kind!r} of data; choose {', '.join(get_args(Kind))}."
            )
        if not self.data.is_dir():
            raise InputError(f"{self.data} is not a folder; give the one that holds images/.")


def write_preview(preview: Preview, output: Path) -> None:
    """Write a contact sheet of training data as PNG.

    Args:
        preview: What to show.
        output: The file, its name ending in `.png`.

    Raises:
        InputError: The folder holds nothing to show, or the file's name is not a PNG's.
    """
    if output.suffix.lower() != ".png":
        raise InputError(f"{output} does not end in .png; a preview is written as PNG.")
    sheet = draw_preview(preview)
    _, content = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    write_whole(output, content.tobytes())


def draw_preview(preview: Preview) -> Picture:
    """Draw a contact sheet of training data, `(H, W, 3) uint8` RGB.

    Raises:
        InputError: The folder holds nothing to show.
    """
    parts = []
    if preview.kind in ("refinement", "all"):
        corpus = load_corpus(preview.data, preview.cache)
        random = np.random.default_rng(preview.seed)
        samples = refinement_panels(corpus, preview.count, preview.size, random)
        title = "Refinement: object in green, mask to correct in yellow, clicks"
        parts.append(captioned(sheet(samples, COLUMNS), title))
    if preview.kind in ("propagation", "all"):
        random = np.random.default_rng(preview.seed)
        for name, clips in _clips(preview, random).items():
            rows = [each for order, clip in clips for each in clip_panels(clip, order)]
            title = f"Propagation, {name}: one clip a row, object in green"
            parts.append(captioned(sheet(rows, COLUMNS), title))
    return np.concatenate(parts)


def refinement_panels(corpus: Corpus, count: int, size: int, random: Generator) -> list[Picture]:
    """Draw samples as the Refinement Network is first asked about them."""
    panels = []
    for _ in range(count):
        sample = corpus.draw(random, size)
        points, previous = start(sample.target, random, others=sample.others, zoomed=sample.zoomed)
        picture = np.ascontiguousarray(sample.image)
        caption = "closer" if sample.zoomed else "whole"
        if previous is not None:
            caption += f", corrects IoU {overlap(previous, sample.target):.2f}"
            outline(picture, previous > 0, YELLOW)
        outline(picture, sample.target > 0, GREEN)
        mark(picture, points)
        panels.append(captioned(picture, caption))
    return panels


def clip_panels(clip: Clip, order: Sequence[int]) -> list[Picture]:
    """Draw a clip's frames in order of time, `COLUMNS` at most."""
    given = given_places(order)
    panels = []
    for place in sorted(order)[:COLUMNS]:
        at = list(order).index(place)
        inside = clip.masks[at] > 127
        picture = np.ascontiguousarray(clip.images[at])
        outline(picture, inside, GREEN)
        caption = f"{place}: {'given' if place in given else 'found'}"
        panels.append(captioned(picture, caption + ("" if inside.any() else ", not there")))
    return panels


def _clips(preview: Preview, random: Generator) -> dict[str, list[tuple[Sequence[int], Clip]]]:
    films = _films(preview)
    made = _static(preview)
    if not films and made is None:
        raise InputError(f"{preview.data} holds neither images nor sequences to show.")
    orders = [ORDERS[number % len(ORDERS)] for number in range(preview.count)]
    clips: dict[str, list[tuple[Sequence[int], Clip]]] = {}
    if films:
        chosen = [films[int(random.integers(len(films)))] for _ in orders]
        clips["annotated sequences"] = [
            (order, real_clip(film, order, LONGEST_GAP, preview.size, random))
            for film, order in zip(chosen, orders, strict=True)
        ]
    if made is not None:
        clips["pictures set in motion"] = [(order, made.draw(order, random)) for order in orders]
    return clips


def _films(preview: Preview) -> list[Film]:
    films = [
        film
        for folder in _folders(preview.data / "sequences")
        for film in load_sequences(folder, preview.cache)
    ]
    return [film for film in films if len(film.frames) >= COLUMNS]


def _static(preview: Preview) -> StaticClips | None:
    images = preview.data / "images"
    if not images.is_dir():
        return None
    bank = load_images(images, preview.cache)
    backgrounds, cutouts = (
        load_pictures(_folders(preview.data / name), most=PICTURES)
        for name in ("backgrounds", "cutouts")
    )
    return StaticClips(bank, backgrounds, cutouts, preview.size, preview.recipe)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
