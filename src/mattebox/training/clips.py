"""Clips to train propagation on that are made of pictures set in motion.

Like the clips of `mattebox.training.real_clips` they are cut the way the product cuts them: every
frame is seen through the region of interest around the object's box in the frame before.
"""

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.random import Generator

from mattebox.propagation.region import Region, mask_box
from mattebox.training.framing import Clip, finish, given_places, guide_of, jittered_region
from mattebox.training.images import ImageBank, Instance
from mattebox.training.layers import (
    Box,
    Layer,
    Motion,
    Pixels,
    bordered,
    bounds,
    cut_out,
    drift,
    filling,
)
from mattebox.training.recipe import DEFAULT_RECIPE, Recipe
from mattebox.training.scenes import Picture, Scene, absence, covered_up, draw, kept_in, walked_out

Thing = TypeVar("Thing")

LEAST_SHOWN = 0.01
"""Least share of a crop that the object fills in frames whose mask is given."""

MOST_COVERED = 0.5
"""Largest share of the object that is hidden in frames whose mask is given."""

ATTEMPTS = 12


class StaticClips:
    """Makes clips out of still pictures.

    Args:
        bank: Annotated pictures.
        backgrounds: Pictures without masks, `(H, W, 3) uint8`.
        cutouts: Pictures with alpha, `(H, W, 4) uint8`.
        size: Side of the crops.
        recipe: The chances.
    """

    def __init__(
        self,
        bank: ImageBank,
        backgrounds: Sequence[Pixels],
        cutouts: Sequence[Pixels],
        size: int,
        recipe: Recipe = DEFAULT_RECIPE,
    ) -> None:
        self._bank = bank
        self._backgrounds = backgrounds
        self._cutouts = [picture for picture in cutouts if picture.shape[2] == 4]
        self._size = size
        self._recipe = recipe
        self._sets: dict[str, list[Instance]] = {}
        for instance in bank.instances:
            self._sets.setdefault(instance.folder, []).append(instance)

    def draw(self, order: Sequence[int], random: Generator) -> Clip:
        """Make one clip; `order` as for `real_clip`."""
        for _ in range(ATTEMPTS):
            scene = self._scene(order, random)
            clip = self._film(scene, order, random, LEAST_SHOWN)
            if clip is not None:
                return clip
        bare = self._whole(len(order), random, ())
        clip = self._film(bare, order, random, 0)
        assert clip is not None
        return clip

    def _instance(self, random: Generator) -> Layer:
        instance = _one(self._bank.instances, random)
        return Layer(self._bank.pixels(instance.picture), self._bank.mask(instance))

    def _cutout(self, random: Generator) -> tuple[Motion, Sequence[Instance]]:
        """Return an object at rest and those of its kind."""
        if self._cutouts and random.random() < self._recipe.drawn:
            picture = _one(self._cutouts, random)
            return cut_out(Layer(picture, np.ascontiguousarray(picture[..., 3])), self._sharp), ()
        instance = _one(self._bank.instances, random)
        return self._cut(instance), self._sets[instance.folder]

    def _cut(self, instance: Instance) -> Motion:
        layer = Layer(self._bank.pixels(instance.picture), self._bank.mask(instance))
        x0, y0, x1, y1 = mask_box(layer.alpha) or (0, 0, *layer.alpha.shape[::-1])
        alpha = cv2.GaussianBlur(layer.alpha, (0, 0), 0.8)[y0:y1, x0:x1]
        return cut_out(Layer(layer.image[y0:y1, x0:x1], np.asarray(alpha, np.uint8)), self._sharp)

    @property
    def _sharp(self) -> float:
        """The longest an object is ever drawn: the closest crop is 1.3 times its size."""
        return self._size / 1.3

    def _background(self, random: Generator) -> Pixels:
        if self._backgrounds and random.random() < self._recipe.plain:
            image = _one(self._backgrounds, random)[..., :3]
            return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2RGBA), np.uint8)
        return self._bank.pixels(int(random.integers(len(self._bank))))

    def _scene(self, order: Sequence[int], random: Generator) -> Scene:
        recipe, count = self._recipe, len(order)
        leaves = count > 2 and random.random() < recipe.leaves
        passers = [self._cutout(random)[0]] if random.random() < recipe.passer else []
        whole = not leaves and random.random() < recipe.whole
        scene = (self._whole if whole else self._composed)(count, random, passers)
        if not leaves:
            return scene
        given = given_places(order)
        stays_away = count - 1 not in given and random.random() < recipe.stays_away
        gone = absence(count, random, stays_away=stays_away)
        if random.random() >= recipe.hidden:
            return walked_out(scene, gone, random)
        wall = self._background(random).copy()
        wall[..., 3] = 255
        return covered_up(scene, gone, given, wall, random)

    def _whole(self, count: int, random: Generator, passers: Sequence[Motion]) -> Scene:
        """A picture as it is, moved and warped as one."""
        layer = self._instance(random)
        height, width = layer.alpha.shape
        pixels, border = bordered(layer)
        x0, y0, x1, y1 = mask_box(layer.alpha) or (0, 0, width, height)
        box = (x0 + border, y0 + border, x1 + border, y1 + border)
        pace, scale = random.uniform(0.2, 1.0), random.uniform(0.9, 1.3)
        subject = drift(
            filling(pixels, box),
            (width / 2, height / 2),
            scale,
            pace=pace,
            count=count,
            random=random,
            speed=0.03,
            bend=0.02,
        )
        scene = Scene(width, height, kept_in(subject, width, height))
        centre, extent = ((x0 + x1) / 2, (y0 + y1) / 2), max(x1 - x0, y1 - y0) * scale
        scene.above.extend(
            _beside(each, centre, extent, pace=pace, count=count, random=random) for each in passers
        )
        return scene

    def _composed(self, count: int, random: Generator, passers: Sequence[Motion]) -> Scene:
        """An object over another scene, with look-alikes and things that pass in front."""
        recipe = self._recipe
        pixels = self._background(random)
        height, width = pixels.shape[:2]
        middle = (width / 2, height / 2)
        ground = drift(
            filling(pixels), middle, 1.15, pace=0.3, bend=0.006, count=count, random=random
        )
        still, alike = self._cutout(random)
        extent = random.uniform(recipe.smallest, recipe.largest) * min(width, height)
        scale = extent / max(still.pixels.shape)
        centre = (random.uniform(0.2, 0.8) * width, random.uniform(0.2, 0.8) * height)
        pace = random.uniform(0.3, 1.3)
        subject = drift(still, centre, scale, pace=pace, count=count, random=random)
        others = [still] if random.random() < recipe.twin else []
        if alike and random.random() < recipe.kin:
            others.append(self._cut(_one(alike, random)))
        if random.random() < recipe.stranger:
            others.append(self._cutout(random)[0])
        below, above = (
            [_beside(each, centre, extent, pace=pace, count=count, random=random) for each in group]
            for group in (others, passers)
        )
        return Scene(width, height, kept_in(subject, width, height), ground, below, above)

    def _film(
        self, scene: Scene, order: Sequence[int], random: Generator, least: float
    ) -> Clip | None:
        """Return a scene as a clip, or None where a given frame shows too little of the object."""
        recipe, given = self._recipe, given_places(order)
        images, masks = [], []
        regions: dict[int, Region] = {}
        boxes: dict[int, Box | None] = {}
        for place in order:
            guide = guide_of(place, order)
            box = _on_canvas(scene, place) if place in given else boxes[guide]
            region = jittered_region(
                box,
                scene.width,
                scene.height,
                random,
                before=regions.get(guide),
                lost=recipe.lost,
            )
            way = _way(scene.subject, place) if random.random() < recipe.smear else None
            picture = draw(scene, place, region, self._size, way)
            inside = mask_box(picture.mask)
            if place in given and least and not _shows(picture, least):
                return None
            regions[place], boxes[place] = region, _from_crop(inside, region, self._size)
            images.append(np.asarray(cv2.cvtColor(picture.image, cv2.COLOR_RGBA2RGB), np.uint8))
            masks.append(picture.mask)
        seen = list(regions.values())
        return finish(images, masks, seen, scene.width, random, order=order, recipe=recipe)


def _one(things: Sequence[Thing], random: Generator) -> Thing:
    return things[int(random.integers(len(things)))]


def _beside(
    still: Motion,
    centre: tuple[float, float],
    extent: float,
    *,
    pace: float,
    count: int,
    random: Generator,
) -> Motion:
    """Let something drift near an object of a given extent."""
    factor = extent * random.uniform(0.5, 1.1) / max(still.pixels.shape)
    offset = random.normal(0, 0.8, 2) * extent
    at = (centre[0] + float(offset[0]), centre[1] + float(offset[1]))
    return drift(still, at, factor, pace=pace, count=count, random=random)


def _on_canvas(scene: Scene, frame: int) -> Box | None:
    """Return the box around what the canvas shows of the object."""
    x0, y0, x1, y1 = bounds(scene.subject, frame)
    x0, x1 = (min(max(x, 0.0), float(scene.width)) for x in (x0, x1))
    y0, y1 = (min(max(y, 0.0), float(scene.height)) for y in (y0, y1))
    return (x0, y0, x1, y1) if min(x1 - x0, y1 - y0) >= 2 else None


def _from_crop(box: tuple[int, int, int, int] | None, region: Region, size: int) -> Box | None:
    """Return a box in a crop as a box on the canvas."""
    if box is None:
        return None
    across, down = region.width / size, region.height / size
    x0, y0, x1, y1 = box
    return (
        region.x + x0 * across,
        region.y + y0 * down,
        region.x + x1 * across,
        region.y + y1 * down,
    )


def _shows(picture: Picture, least: float) -> bool:
    share = np.count_nonzero(picture.mask > 127) / picture.mask.size
    return bool(share >= least and picture.covered <= MOST_COVERED)


def _way(motion: Motion, frame: int) -> tuple[float, float]:
    """Return how far a layer's middle moves from one frame to the next, on the canvas."""
    one, other = (bounds(motion, place) for place in (frame, max(frame - 1, 0)))
    return (one[0] + one[2] - other[0] - other[2]) / 2, (one[1] + one[3] - other[1] - other[3]) / 2
