"""The two robots that click: one as in the literature, one as a person does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.simulated_user import Point, centre_click, corrective_click, first_click
from mattebox.segmentation import Click

Robot = Literal["standard", "realistic"]
ROBOTS: tuple[Robot, ...] = ("standard", "realistic")


def robot_named(name: str) -> Robot:
    """Return the robot of a name.

    Raises:
        InputError: There is no such robot.
    """
    for robot in ROBOTS:
        if robot == name:
            return robot
    raise InputError(f"There is no robot {name!r}; choose standard or realistic.")


def seeded(name: str) -> np.random.Generator:
    """Return the realistic robot's chance for one picture or sequence: the same in every run."""
    return np.random.default_rng(crc32(name.encode()))


def next_click(
    robot: Robot,
    mask: NDArray[np.uint8],
    target: NDArray[np.uint8],
    *,
    taken: Sequence[Point],
    random: np.random.Generator,
    ignore: NDArray[np.uint8] | None = None,
) -> Point | None:
    """Return where a robot clicks next, or nothing where it finds no error.

    Args:
        robot: ``"standard"`` clicks the centre of the largest error; ``"realistic"`` is the
            simulated person of `mattebox.evaluation.simulated_user`.
        mask: The mask so far, `(H, W) uint8`; 0 is outside, anything else inside.
        target: The object that is meant, likewise.
        taken: Clicks made before on this picture.
        random: The realistic robot's chance.
        ignore: Pixels that count for nothing, `(H, W) uint8`; anything but 0.
    """
    if robot == "standard":
        return centre_click(mask, target, ignore=ignore, taken=taken)
    if not taken and not mask.any() and target.any():
        return first_click(target, random)
    judged = mask if ignore is None else np.where(ignore > 0, target, mask)
    return corrective_click(judged, target, random)


def as_click(point: Point, shape: tuple[int, ...]) -> Click:
    """Return a click on the middle of a pixel of a picture of shape `(H, W, ...)`."""
    return Click((point.x + 0.5) / shape[1], (point.y + 0.5) / shape[0], point.include)


def solid(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a soft mask, `(H, W) uint8`, as 0 or 255: inside from 128 on."""
    return np.where(mask >= 128, 255, 0).astype(np.uint8)
