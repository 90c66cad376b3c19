"""How many clicks a mask takes: NoC@85, NoC@90 and IoU after 1, 3 and 5 clicks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.robots import Robot, as_click, next_click, robot_named, seeded, solid
from mattebox.evaluation.sequences import PICTURE_SUFFIXES
from mattebox.evaluation.simulated_user import Point, overlap
from mattebox.segmentation import Refiner

MOST_CLICKS = 20
GOALS = (85, 90)
LOOKS = (1, 3, 5)
IGNORED = 255


@dataclass(frozen=True)
class Item:
    """One object in one picture.

    Attributes:
        name: Stem of its files.
        frame: RGB, `(H, W, 3) uint8`.
        target: The object, `(H, W) uint8`, 0 or 255.
        ignore: Pixels that count for nothing, `(H, W) uint8`, 0 or 255.
    """

    name: str
    frame: NDArray[np.uint8]
    target: NDArray[np.uint8]
    ignore: NDArray[np.uint8]


@dataclass(frozen=True)
class Attempt:
    """A robot's clicks on one item and what each of them led to.

    Attributes:
        points: The clicks, in order.
        masks: The mask after each click, `(H, W) uint8`, 0 or 255.
        curve: IoU after each click, 0..1.
    """

    points: list[Point]
    masks: list[NDArray[np.uint8]]
    curve: list[float]


def evaluate(
    data: Path,
    *,
    robot: str = "standard",
    engine: str = "auto",
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Let a robot click until the mask is right, on every object of a folder.

    Args:
        data: Holds `images/NAME.jpg` (or png, webp) and `masks/NAME.png`.
        robot: Who clicks, see `mattebox.evaluation.robots`; seeded by the item's name.
        engine: Back end, see `mattebox.inference.load`.
        progress: Told one line per item.

    Returns:
        ``{"mean": scores, "items": {name: scores}}``, scores by ``NoC@85``, ``NoC@90`` (clicks
        needed, 20 where they never suffice), ``IoU@1``, ``IoU@3``, ``IoU@5``.

    Raises:
        InputError: The folder, the robot or the engine is not there.
    """
    who = robot_named(robot)
    refiner = Refiner(engine)
    items = {}
    for item in read_items(data):
        items[item.name] = scores(attempt(refiner, item, who).curve)
        if progress is not None:
            progress(f"{item.name}: {items[item.name]}")
    if not items:
        raise InputError(f"No mask in {data / 'masks'} has an object; there is nothing to score.")
    keys = next(iter(items.values())).keys()
    mean = {key: float(np.mean([each[key] for each in items.values()])) for key in keys}
    return {"mean": mean, "items": items}


def attempt(refiner: Refiner, item: Item, robot: Robot = "standard") -> Attempt:
    """Click up to `MOST_CLICKS` times, or until no measure can change any more."""
    random = seeded(item.name)
    mask = np.zeros_like(item.target)
    made = Attempt([], [], [])
    while len(made.curve) < MOST_CLICKS:
        point = next_click(
            robot, mask, item.target, taken=made.points, random=random, ignore=item.ignore
        )
        if point is None:
            break
        made.points.append(point)
        clicks = [as_click(each, mask.shape) for each in made.points]
        mask = solid(refiner.refine(item.frame, clicks))
        made.masks.append(mask)
        made.curve.append(overlap(mask, item.target, item.ignore))
        if made.curve[-1] > max(GOALS) / 100 and len(made.curve) >= max(LOOKS):
            break
    return made


def scores(curve: list[float]) -> dict[str, float]:
    """The measures of one item from its IoU after each click."""
    found: dict[str, float] = {}
    for goal in GOALS:
        reached = [number for number, value in enumerate(curve, 1) if value >= goal / 100]
        found[f"NoC@{goal}"] = float(reached[0] if reached else MOST_CLICKS)
    for look in LOOKS:
        # Where the clicks ended early there was no error left, and none would have been made.
        found[f"IoU@{look}"] = curve[min(look, len(curve)) - 1]
    return found


def item_names(data: Path) -> list[str]:
    """Return the names of a folder's items, sorted.

    Raises:
        InputError: The folders are missing.
    """
    names = sorted(path.stem for path in (data / "masks").glob("*.png"))
    if not names or not (data / "images").is_dir():
        raise InputError(f"{data} must hold images/ and masks/*.png with the same names.")
    return names


def read_items(data: Path, names: Collection[str] | None = None) -> Iterator[Item]:
    """Read the objects of a folder, in order of name; masks without an object are left out.

    Any value but 0 is object. Where a mask of the folder has 255 beside other values, 255 means
    "does not count" in the whole folder (as in GrabCut); otherwise it is object like any other.

    Args:
        data: The folder.
        names: Read only these.

    Raises:
        InputError: The folders are missing, a mask has no picture, or a file is damaged.
    """
    masks = [data / "masks" / f"{name}.png" for name in item_names(data)]
    ignores = any(_ignores(_read(path, cv2.IMREAD_UNCHANGED)) for path in masks)
    for path in masks:
        if names is not None and path.stem not in names:
            continue
        labels = _plane(_read(path, cv2.IMREAD_UNCHANGED))
        ignore = (labels == IGNORED) & ignores
        target = (labels > 0) & ~ignore
        if not target.any():
            continue
        frame = cv2.cvtColor(_read(_picture(data, path.stem), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        if frame.shape[:2] != labels.shape:
            raise InputError(f"{path} is not of the same size as its picture.")
        yield Item(
            path.stem,
            np.asarray(frame, np.uint8),
            np.where(target, 255, 0).astype(np.uint8),
            np.where(ignore, 255, 0).astype(np.uint8),
        )


def _ignores(labels: NDArray[np.uint8]) -> bool:
    values = np.unique(_plane(labels))
    return bool(values[-1] == IGNORED and np.count_nonzero(values) > 1)


def _plane(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return labels if labels.ndim == 2 else labels[..., :3].max(axis=2)


def _picture(data: Path, stem: str) -> Path:
    for suffix in PICTURE_SUFFIXES:
        path = data / "images" / f"{stem}{suffix}"
        if path.is_file():
            return path
    raise InputError(f"The mask {stem}.png has no picture of that name in {data / 'images'}.")


def _read(path: Path, how: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), how)
    if picture is None:
        raise InputError(f"{path} is not a picture that can be read; replace or remove it.")
    return np.asarray(picture, np.uint8)
