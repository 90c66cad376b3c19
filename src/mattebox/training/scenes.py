"""Scenes of moving layers: what is in front of what, and objects that leave and return."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.random import Generator

from mattebox.propagation.region import Region
from mattebox.training.layers import Box, Motion, Pixels, bounds, filling, placed
from mattebox.training.rendering import over, render, smeared


@dataclass(frozen=True)
class Scene:
    """Layers from back to front.

    Attributes:
        width: The canvas's width.
        height: The canvas's height.
        subject: The object; where it fills, it brings its own background.
        ground: The background, where the subject has none.
        below: What is behind the subject.
        above: What is in front of it.
    """

    width: int
    height: int
    subject: Motion
    ground: Motion | None = None
    below: list[Motion] = field(default_factory=list)
    above: list[Motion] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """A frame of a scene through a crop.

    Attributes:
        image: `(S, S, 4) uint8`; the fourth channel is void.
        mask: What is seen of the object, `(S, S) uint8`.
        covered: Share of the object in the crop that something hides, 0..1.
    """

    image: Pixels
    mask: Pixels
    covered: float


def draw(
    scene: Scene, frame: int, region: Region, size: int, way: tuple[float, float] | None = None
) -> Picture:
    """Draw a frame of a scene; with a `way`, in canvas pixels, the object smeared along it."""
    subject = render(scene.subject, frame, region, size)
    if subject is not None and way is not None and not scene.subject.fills:
        zoom = 0.5 * size / region.width
        subject = smeared(subject, way[0] * zoom, way[1] * zoom)
    if scene.ground is None:
        assert subject is not None
        image = subject
    else:
        ground = render(scene.ground, frame, region, size)
        assert ground is not None
        image = ground
        for motion in scene.below:
            image = _laid(image, render(motion, frame, region, size))
        image = _laid(image, subject)
    mask = np.zeros((size, size), np.uint8)
    if subject is not None:
        mask = np.asarray(cv2.extractChannel(subject, 3), np.uint8)
    before = cv2.sumElems(mask)[0]
    for motion in scene.above:
        front = render(motion, frame, region, size)
        if front is not None:
            image = over(image, front)
            through = cv2.bitwise_not(cv2.extractChannel(front, 3))
            mask = np.asarray(cv2.multiply(mask, through, scale=1 / 255), np.uint8)
    covered = 1 - cv2.sumElems(mask)[0] / before if before else 0.0
    return Picture(image, mask, covered)


def _laid(image: Pixels, front: Pixels | None) -> Pixels:
    return image if front is None else over(image, front)


def absence(count: int, random: Generator, *, stays_away: bool) -> range:
    """Return the frames for which an object is gone: never the first, at least one."""
    first = int(random.integers(1, count - 1))
    last = count - 1 if stays_away else int(random.integers(first, count - 1))
    return range(first, last + 1)


def kept_in(motion: Motion, width: int, height: int, margin: float = 0.12) -> Motion:
    """Hold the middle of an object inside the canvas, a share of its side from the edges."""
    maps = []
    for frame, before in enumerate(motion.maps):
        middle = np.array(_middle(bounds(motion, frame)))
        low = np.array([width, height]) * margin
        high = np.array([width, height]) - low
        move = before.copy()
        move[:, 2] += np.clip(middle, low, high) - middle
        maps.append(move)
    return replace(motion, maps=tuple(maps))


def walked_out(scene: Scene, gone: Collection[int], random: Generator) -> Scene:
    """Let the object leave the picture by the nearest edge, and come back by the same one."""
    subject = scene.subject
    x, y = _middle(bounds(subject, 0))
    distances = [(x, 0, -1), (scene.width - x, 0, 1), (y, 1, -1), (scene.height - y, 1, 1)]
    _, axis, sign = min(distances)
    edge = 0 if sign < 0 else (scene.width, scene.height)[axis]
    maps = []
    offset = None
    for frame, before in enumerate(subject.maps):
        box = bounds(subject, frame)
        breadth = box[axis + 2] - box[axis]
        inside = (edge - _middle(box)[axis]) * sign
        if offset is None:
            offset = random.uniform(0.4, 0.75) * breadth - inside
        if frame in gone:
            # Past the edge by half its breadth, and then some.
            wanted = -breadth * random.uniform(0.52, 0.9) - 2
        else:
            wanted = max(inside + offset, 0.35 * breadth)
        move = before.copy()
        move[axis, 2] += (inside - wanted) * sign
        maps.append(move)
    return replace(scene, subject=replace(subject, maps=tuple(maps)))


def covered_up(
    scene: Scene,
    gone: Collection[int],
    given: Collection[int],
    wall: Pixels,
    random: Generator,
) -> Scene:
    """Let something pass in front of the object that hides all of it for some frames.

    Args:
        scene: The scene.
        gone: The frames in which the object is hidden.
        given: Frames in which it must not be touched.
        wall: What passes, `(H, W, 4) uint8`, opaque.
        random: Where chance comes from.
    """
    count = len(scene.subject.maps)
    boxes = [bounds(scene.subject, frame) for frame in range(count)]
    width, height = _largest([boxes[frame] for frame in gone])
    width, height = width * random.uniform(1.15, 1.6), height * random.uniform(1.15, 1.6)
    # A wall, a pillar or a beam.
    longer = random.uniform(2, 4)
    form = random.random()
    width, height = width * (longer if form > 0.75 else 1), height * (longer if form < 0.25 else 1)
    angle = random.uniform(0, 2 * np.pi)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    returns = 1.0 if random.random() < 0.6 else -1.0
    still, maps = filling(wall), []
    for frame in range(count):
        clear = _clearance((width, height), _size(boxes[frame]), ahead)
        if frame in gone:
            along = 0.0
        else:
            away = min(abs(frame - other) for other in gone) - 1
            least = 1.05 if frame in given else random.uniform(0.6, 1.1)
            along = clear * (least + 0.5 * away)
            along *= -1.0 if frame < min(gone) else returns
        x, y = np.array(_middle(boxes[frame])) + ahead * along
        maps.append(placed(still, width, height, (float(x), float(y))).maps[0])
    slab = Motion(wall, still.box, tuple(maps), still.warps * count)
    return replace(scene, above=[*scene.above, slab])


def _clearance(one: Sequence[float], other: Sequence[float], ahead: np.ndarray) -> float:
    """Return how far two boxes' middles are apart along a direction when they just part."""
    reach = (np.array(one) + np.array(other)) / 2
    return float((reach / np.maximum(np.abs(ahead), 1e-6)).min())


def _largest(boxes: Sequence[Box]) -> tuple[float, float]:
    sizes = [_size(box) for box in boxes]
    return max(size[0] for size in sizes), max(size[1] for size in sizes)


def _size(box: Box) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
