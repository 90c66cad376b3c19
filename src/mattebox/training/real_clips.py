"""Clips to train propagation on that are cut out of annotated sequences.

A clip is cut the way the product cuts it: every frame is seen through the region of interest
around the object's box in the frame before, so that training and use look at the same pictures.
Where the object is gone, the region grows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.propagation.region import Region, crop
from mattebox.training.framing import Clip, finish, given_places, guide_of, jittered_region
from mattebox.training.recipe import DEFAULT_RECIPE, Recipe
from mattebox.training.sequences import Film

LEAST_BREADTH = 8
ATTEMPTS = 12


def real_clip(
    film: Film,
    order: Sequence[int],
    longest_gap: int,
    size: int,
    random: Generator,
    *,
    recipe: Recipe = DEFAULT_RECIPE,
) -> Clip:
    """Cut a clip out of an annotated sequence.

    Args:
        film: The sequence.
        order: The frames' positions in time, in the order they are used; `(0, 1, 2)` is
            forward, `(0, 3, 1, 2)` gives both ends first.
        longest_gap: Largest distance between neighbours, in frames.
        size: Side of the crops.
        random: Where chance comes from.
        recipe: The chances of light and wear.

    Raises:
        InputError: The sequence is shorter than the clip.
    """
    times = _times(film, order, longest_gap, random)
    height, width = film.frames.shape[1:3]
    images, masks = [], []
    regions: dict[int, Region] = {}
    for place in order:
        guide = guide_of(place, order)
        regions[place] = jittered_region(
            film.boxes[times[guide]],
            width,
            height,
            random,
            before=regions.get(guide),
            lost=recipe.lost,
        )
        both = crop(film.frames[times[place]], regions[place], size)
        images.append(np.ascontiguousarray(both[..., :3]))
        masks.append(both[..., 3])
    seen = list(regions.values())
    return finish(images, masks, seen, width, random, order=order, recipe=recipe)


def _times(
    film: Film, order: Sequence[int], longest_gap: int, random: Generator
) -> NDArray[np.int64]:
    """Draw which frames of a film make a clip: the object is there where its mask is given."""
    count, length = len(order), len(film.frames)
    if length < count:
        raise InputError(f"{film.name} has {length} frames; a clip of {count} needs more.")
    longest = max(1, min(longest_gap, (length - 1) // (count - 1)))
    for _ in range(ATTEMPTS):
        gaps = random.integers(1, longest + 1, count - 1)
        start = int(random.integers(0, length - int(gaps.sum())))
        times = start + np.concatenate([[0], np.cumsum(gaps)])
        if random.random() < 0.5:
            times = times[::-1]
        if all(_is_seen(film.boxes[times[place]]) for place in given_places(order)):
            break
    return times


def _is_seen(box: tuple[int, int, int, int] | None) -> bool:
    return box is not None and min(box[2] - box[0], box[3] - box[1]) >= LEAST_BREADTH
