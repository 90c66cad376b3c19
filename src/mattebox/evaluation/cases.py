"""The parts of a report, case by case: what is run, what is scored, what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

import numpy as np

from mattebox.errors import InputError
from mattebox.evaluation import refinement, rounds
from mattebox.evaluation.davis import Flags, boundary_accuracy, region_similarity, scored
from mattebox.evaluation.flicker import steadiness
from mattebox.evaluation.judged import Judged
from mattebox.evaluation.propagation import propagated
from mattebox.evaluation.records import Record, Scores
from mattebox.evaluation.refinement import Attempt, Item
from mattebox.evaluation.robots import Robot
from mattebox.evaluation.rounds import Round
from mattebox.evaluation.sequences import AnnotatedSequence, read_sequence, sequence_folders
from mattebox.evaluation.sheets import Picture, grid, panel, view_of
from mattebox.evaluation.simulated_user import Point

Progress = Callable[[str], object]

VERSION = 1
"""Counts changes of this package that change scores: older ones are then out of date."""
PARTS = ("clicks", "propagation", "rounds")
CLICK_MEASURES = ("NoC@85", "NoC@90", "IoU@1", "IoU@3", "IoU@5")
PROPAGATION_MEASURES = (
    "J", "F", "J&F", "flicker", "flicker of truth", "still", "steadiness", "steadiness of truth"
)  # fmt: skip
SHOWN = 8
"""Evenly spaced frames in the picture of a sequence."""


@dataclass(frozen=True)
class Sets:
    """The sets of a folder, by name.

    Attributes:
        clicks: Folders with `images/` and `masks/`.
        sequences: Folders of folders with `frames.mp4` or `frames/`, and `masks/`.
    """

    clicks: dict[str, Path]
    sequences: dict[str, Path]


def find_sets(data: Path) -> Sets:
    """Return the sets in a folder; the folder itself may be one.

    Raises:
        InputError: There are none.
    """
    folders = [data, *sorted(path for path in data.glob("*") if path.is_dir())]
    clicks = {f.resolve().name: f for f in folders if _is_click_set(f)}
    sequences = {
        f.resolve().name: f for f in folders if any(_is_sequence(path) for path in f.glob("*"))
    }
    if not clicks and not sequences:
        raise InputError(
            f"{data} holds nothing to score: neither SET/images with SET/masks, nor "
            "SET/NAME/masks beside SET/NAME/frames.mp4 or SET/NAME/frames."
        )
    return Sets(clicks, sequences)


def _is_click_set(folder: Path) -> bool:
    return (folder / "images").is_dir() and (folder / "masks").is_dir()


def _is_sequence(folder: Path) -> bool:
    film, pictures = folder / "frames.mp4", folder / "frames"
    return (folder / "masks").is_dir() and (film.is_file() or pictures.is_dir())


def chosen(names: Sequence[str], limit: int | None) -> list[str]:
    """Return at most so many names, evenly spaced."""
    if limit is None or limit >= len(names):
        return list(names)
    return [names[int(place)] for place in np.linspace(0, len(names) - 1, limit).round()]


def identity_of(*facts: Any) -> str:
    """Return a hash of what scores depend on."""
    return sha256(dumps([VERSION, *facts]).encode()).hexdigest()


def judge_clicks(
    judged: Judged,
    data: Path,
    record: Record,
    *,
    robot: Robot,
    limit: int | None,
    progress: Progress,
) -> None:
    """Let a robot click on the items of a folder that the record has not seen yet."""
    missing = record.missing(chosen(refinement.item_names(data), limit))
    for item in refinement.read_items(data, missing):
        made = refinement.attempt(judged.refiner, item, robot)
        found: Scores = refinement.scores(made.curve)
        record.add(item.name, found, draw_attempt(item, made))
        progress(
            f"{record.key} {item.name}: {found['NoC@90']:.0f} clicks, IoU@3 {found['IoU@3']:.3f}"
        )


def judge_propagation(
    judged: Judged, data: Path, record: Record, *, limit: int | None, progress: Progress
) -> None:
    """Propagate the first mask of the sequences that the record has not seen yet."""
    for sequence in _sequences(data, record, limit):
        masks = list(propagated(judged.propagator, sequence))
        similarity = [region_similarity(*pair) for pair in zip(masks, sequence.truths, strict=True)]
        accuracy = [boundary_accuracy(*pair) for pair in zip(masks, sequence.truths, strict=True)]
        own, true = steadiness(sequence.frames, masks, sequence.truths)
        counted = scored(len(masks))
        mean_j, mean_f = (float(np.mean(each[counted])) for each in (similarity, accuracy))
        worst = min(range(len(masks))[counted], key=lambda index: similarity[index])
        found: Scores = {
            "J": mean_j,
            "F": mean_f,
            "J&F": (mean_j + mean_f) / 2,
            "flicker": own.flicker,
            "flicker of truth": true.flicker,
            "still": own.still_share,
            "steadiness": own.steadiness,
            "steadiness of truth": true.steadiness,
            "frames": len(masks),
            "worst frame": worst,
            "J of frames": [round(value, 4) for value in similarity],
        }
        record.add(sequence.name, found, draw_sequence(sequence, masks, similarity, worst))
        progress(f"{record.key} {sequence.name}: J {mean_j:.3f}, F {mean_f:.3f}")


def judge_rounds(
    judged: Judged,
    data: Path,
    record: Record,
    *,
    robot: Robot,
    limit: int | None,
    count: int,
    progress: Progress,
) -> None:
    """Let a robot work on the sequences that the record has not seen yet."""
    for sequence in _sequences(data, record, limit):
        made = list(
            rounds.interact(judged.refiner, judged.propagator, sequence, robot, rounds=count)
        )
        found = rounds.summary(made)
        record.add(sequence.name, found, draw_rounds(sequence, made))
        progress(
            f"{record.key} {sequence.name}: R-AUC {found['R-AUC']:.3f}, "
            f"{found['clicks']:.0f} clicks"
        )


def _sequences(data: Path, record: Record, limit: int | None) -> Iterator[AnnotatedSequence]:
    folders = {folder.name: folder for folder in sequence_folders(data)}
    missing = record.missing(chosen(list(folders), limit))
    yield from (read_sequence(folders[name]) for name in missing)


def draw_attempt(item: Item, made: Attempt) -> Picture:
    """Draw an item: the true outline, then the mask after 1, 3 and 5 clicks and at the end."""
    truth = item.target > 0
    view = view_of(truth, *(mask > 0 for mask in made.masks), _clicked(made.points, truth))
    panels = [panel(item.frame, f"{item.name}: truth", truth=truth, view=view)]
    looks = sorted({min(look, len(made.curve)) for look in (1, 3, 5, len(made.curve))})
    for look in looks:
        clicks = "click" if look == 1 else "clicks"
        panels.append(
            panel(
                item.frame,
                f"{look} {clicks}: IoU {made.curve[look - 1]:.3f}",
                mask=made.masks[look - 1] > 0,
                truth=truth,
                points=made.points[:look],
                view=view,
            )
        )
    return grid(panels, len(panels))


def draw_sequence(
    sequence: AnnotatedSequence,
    masks: Sequence[Flags],
    similarity: Sequence[float],
    worst: int,
) -> Picture:
    """Draw a sequence: evenly spaced frames, and the worst one last."""
    places = np.linspace(0, len(masks) - 1, min(SHOWN, len(masks))).round().astype(int)
    shown = [(int(place), "frame") for place in places] + [(worst, "worst: frame")]
    panels = [
        panel(
            sequence.frames[index],
            f"{word} {index}: J {similarity[index]:.3f}",
            mask=masks[index],
            truth=sequence.truths[index],
            view=view_of(masks[index], sequence.truths[index]),
        )
        for index, word in shown
    ]
    return grid(panels, 3)


def draw_rounds(sequence: AnnotatedSequence, made: Sequence[Round]) -> Picture:
    """Draw the frame of every round, its clicks and the mask that they led to."""
    panels = []
    for each in made:
        mask, truth = each.mask >= 128, sequence.truths[each.frame]
        caption = f"round {each.number}: frame {each.frame}, J&F of all {each.both:.3f}"
        view = view_of(mask, truth, _clicked(each.points, truth))
        panels.append(
            panel(
                sequence.frames[each.frame],
                caption,
                mask=mask,
                truth=truth,
                points=each.points,
                view=view,
            )
        )
    return grid(panels, 4)


def _clicked(points: Sequence[Point], like: Flags) -> Flags:
    """The pixels that were clicked, in the shape of a mask."""
    flags = np.zeros_like(like)
    for point in points:
        flags[point.y, point.x] = True
    return flags
