"""How clips are framed: every frame through a region around where the object was before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.propagation.region import Region, grown, region_around
from mattebox.training.layers import Box, Pixels
from mattebox.training.recipe import DEFAULT_RECIPE, Recipe
from mattebox.training.wear import worn

SMALLEST_SIDE = 64.0
SMALLEST_SHARE = (0.25, 0.55)


@dataclass(frozen=True)
class Clip:
    """Frames in the order they are used.

    Attributes:
        images: `(F, S, S, 3) uint8` RGB.
        masks: `(F, S, S) uint8`.
        regions: `(F, 4) float32`: x, y, width, height of each crop in its frame.
    """

    images: Pixels
    masks: Pixels
    regions: NDArray[np.float32]


def jittered_region(
    box: Box | None,
    width: int,
    height: int,
    random: Generator,
    *,
    before: Region | None = None,
    lost: float = DEFAULT_RECIPE.lost,
) -> Region:
    """Return a region around a box with the errors that following one's own masks brings.

    Args:
        box: Around the object in the frame before; None where there was nothing of it.
        width: The picture's width.
        height: The picture's height.
        random: Where chance comes from.
        before: The region of the frame before; a larger one around it where there is no box.
        lost: Chance of the whole picture.
    """
    if box is None and before is not None:
        return grown(before, width, height)
    if box is None or random.random() < lost:
        return Region(0, 0, width, height)
    wide, high = box[2] - box[0], box[3] - box[1]
    # In use a region is never smaller than a share of the frame: small objects move far.
    least = max(SMALLEST_SIDE, random.uniform(*SMALLEST_SHARE) * min(width, height))
    side = max(max(wide, high) * random.uniform(1.3, 2.6), least)
    dx, dy = random.normal(0, 0.07, 2) * (wide, high)
    moved = (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
    return region_around(moved, width, height, side)


def finish(
    images: Sequence[Pixels],
    masks: Sequence[Pixels],
    regions: Sequence[Region],
    width: int,
    random: Generator,
    *,
    order: Sequence[int] | None = None,
    recipe: Recipe = DEFAULT_RECIPE,
) -> Clip:
    """Mirror a clip's frames, change their light, wear them and stack them.

    Args:
        images: `(S, S, 3) uint8` RGB each.
        masks: `(S, S) uint8` each.
        regions: What each frame shows.
        width: The picture's width.
        random: Where chance comes from.
        order: The frames' places in time, where they are not in order of time.
        recipe: The chances.
    """
    places = range(len(images)) if order is None else order
    stacked, alphas = np.stack(worn(images, places, random, recipe)), np.stack(masks)
    mirrored = random.random() < 0.5
    if mirrored:
        stacked, alphas = stacked[:, :, ::-1], alphas[:, :, ::-1]
    boxes = [
        (width - each.x - each.width if mirrored else each.x, each.y, each.width, each.height)
        for each in regions
    ]
    return Clip(stacked, alphas, np.array(boxes, np.float32))


def given_places(order: Sequence[int]) -> set[int]:
    """Return the places whose masks are given: the first, and the last where it comes second."""
    return set(order[:1]) if list(order) == sorted(order) else set(order[:2])


def guide_of(place: int, order: Sequence[int]) -> int:
    """Return the frame whose mask frames another: its predecessor, or itself where given."""
    return place if place in given_places(order) else place - 1
