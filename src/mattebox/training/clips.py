"""Short clips to train propagation on: real annotated ones, and pictures set in motion.

A clip is cut the way the product cuts it: every frame is seen through the region of interest
around the object's box in the frame before, so that training and use look at the same pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.propagation.region import Region, crop, mask_box, region_around
from mattebox.training.images import ImageBank, picture_files, read_picture
from mattebox.training.sequences import Sequence as Film

Box = tuple[float, float, float, float]
FloatArray = NDArray[np.float32]
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

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    regions: FloatArray


@dataclass(frozen=True)
class Layer:
    """A picture that moves: its pixels and where it is opaque.

    Attributes:
        image: `(H, W, 3) uint8` RGB.
        alpha: `(H, W) uint8`.
    """

    image: NDArray[np.uint8]
    alpha: NDArray[np.uint8]


def load_pictures(folders: Sequence[Path], short_side: int = 320) -> list[NDArray[np.uint8]]:
    """Read all pictures of some folders into memory, shrunk to a short side."""
    pictures = []
    for folder in folders:
        for path in picture_files(folder):
            picture = read_picture(path)
            height, width = picture.shape[:2]
            scale = min(1.0, short_side / min(height, width))
            size = (max(16, round(width * scale)), max(16, round(height * scale)))
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            pictures.append(np.asarray(small, np.uint8))
    return pictures


# --- what is common to both kinds ---------------------------------------------------------------


def jittered_region(box: Box | None, width: int, height: int, random: Generator) -> Region:
    """Return a region around a box with the errors that following one's own masks brings."""
    if box is None or random.random() < 0.02:
        return Region(0, 0, width, height)
    wide, high = box[2] - box[0], box[3] - box[1]
    # In use a region is never smaller than a share of the frame: small objects move far.
    smallest = max(SMALLEST_SIDE, random.uniform(*SMALLEST_SHARE) * min(width, height))
    side = max(max(wide, high) * random.uniform(1.3, 2.6), smallest)
    dx, dy = random.normal(0, 0.07, 2) * (wide, high)
    moved = (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
    return region_around(moved, width, height, side)


def finish(
    images: list[NDArray[np.uint8]],
    masks: list[NDArray[np.uint8]],
    regions: list[Region],
    width: int,
    random: Generator,
) -> Clip:
    """Mirror and recolour a clip's frames and stack them."""
    mirrored = random.random() < 0.5
    curve = _colour_curve(random, 0.25)
    finished, boxes = [], []
    for image, region in zip(images, regions, strict=True):
        coloured = cv2.LUT(image, _compose(curve, _colour_curve(random, 0.06)))
        finished.append(_degraded(np.asarray(coloured, np.uint8), random))
        x = width - region.x - region.width if mirrored else region.x
        boxes.append((x, region.y, region.width, region.height))
    stacked, alphas = np.stack(finished), np.stack(masks)
    if mirrored:
        stacked, alphas = stacked[:, :, ::-1], alphas[:, :, ::-1]
    return Clip(stacked, alphas, np.array(boxes, np.float32))


def _colour_curve(random: Generator, amount: float) -> FloatArray:
    levels = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    gamma = np.exp(random.uniform(-amount, amount))
    contrast = 1 + random.uniform(-amount, amount)
    shift = random.uniform(-amount, amount) * 0.4 + random.normal(0, amount * 0.12, 3)
    curve = ((levels**gamma) - 0.5) * contrast + 0.5 + shift
    return np.asarray(np.clip(curve, 0, 1), np.float32)


def _compose(first: FloatArray, second: FloatArray) -> NDArray[np.uint8]:
    positions = np.rint(first * 255).astype(np.intp)
    table = np.stack([second[positions[:, c], c] for c in range(3)], 1)
    return np.asarray(np.rint(table * 255)[None], np.uint8)


def _degraded(image: NDArray[np.uint8], random: Generator) -> NDArray[np.uint8]:
    chance = random.random()
    if chance < 0.08:
        kernel = np.zeros((9, 9), np.float32)
        angle, length = random.uniform(0, np.pi), random.uniform(1, 4)
        tip = (round(4 + length * np.cos(angle)), round(4 + length * np.sin(angle)))
        cv2.line(kernel, (8 - tip[0], 8 - tip[1]), tip, 1.0)
        return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)
    if chance < 0.16:
        quality = int(random.integers(25, 80))
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    if chance < 0.22:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.5, 1.5)), np.uint8)
    return image


def _guide(place: int, order: Sequence[int]) -> int:
    """Return the frame whose mask frames another: its predecessor, or itself where given."""
    given = place == order[0] or (place == len(order) - 1 and not _is_forward(order))
    return place if given else place - 1


def _is_forward(order: Sequence[int]) -> bool:
    return list(order) == list(range(len(order)))


# --- real clips ---------------------------------------------------------------------------------


def real_clip(
    film: Film, order: Sequence[int], longest_gap: int, size: int, random: Generator
) -> Clip:
    """Cut a clip out of an annotated sequence.

    Args:
        film: The sequence.
        order: The frames' positions in time, in the order they are used; `(0, 1, 2)` is
            forward, `(0, 3, 1, 2)` gives both ends first.
        longest_gap: Largest distance between neighbours, in frames.
        size: Side of the crops.
        random: Where chance comes from.
    """
    count = len(order)
    longest = max(1, min(longest_gap, (len(film.frames) - 1) // (count - 1)))
    gaps = random.integers(1, longest + 1, count - 1)
    start = int(random.integers(0, len(film.frames) - int(gaps.sum())))
    times = start + np.concatenate([[0], np.cumsum(gaps)])
    if random.random() < 0.5:
        times = times[::-1]
    height, width = film.frames.shape[1:3]
    images, masks, regions = [], [], []
    for place in order:
        guide = _guide(place, order)
        region = jittered_region(film.boxes[times[guide]], width, height, random)
        both = crop(film.frames[times[place]], region, size)
        images.append(np.ascontiguousarray(both[..., :3]))
        masks.append(both[..., 3])
        regions.append(region)
    return finish(images, masks, regions, width, random)


# --- pictures set in motion ---------------------------------------------------------------------


@dataclass
class _Motion:
    """A layer's way through the clip: one affine map (layer to canvas) and one warp a frame."""

    layer: Layer
    maps: list[FloatArray]
    warps: list[FloatArray]


@dataclass
class _Scene:
    """Layers from back to front."""

    below: list[_Motion]
    subject: _Motion
    above: list[_Motion]


def _affine(angle: float, scale: float, shear: float, aspect: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    stretch = np.array([[scale * aspect, shear], [0, scale / aspect]])
    return np.asarray(turn @ stretch, np.float32)


def _motion(
    layer: Layer,
    centre: tuple[float, float],
    scale: float,
    *,
    pace: float,
    count: int,
    random: Generator,
) -> _Motion:
    """Let a layer drift from a place; `pace` scales how far it goes from frame to frame."""
    height, width = layer.alpha.shape
    middle = np.array([width / 2, height / 2], np.float32)
    extent = max(width, height) * scale
    linear = _affine(random.normal(0, 0.12), scale, 0, np.exp(random.normal(0, 0.06)))
    place = np.array(centre, np.float32)
    velocity = random.normal(0, 0.07 * pace, 2) * extent
    warp = np.zeros((4, 4, 2), np.float32)
    maps, warps = [], []
    for _ in range(count):
        maps.append(np.column_stack([linear, place - linear @ middle]).astype(np.float32))
        warps.append(warp.copy())
        step = _affine(
            random.normal(0, 0.15 * pace),
            float(np.exp(random.normal(0, 0.08 * pace))),
            random.normal(0, 0.06 * pace),
            float(np.exp(random.normal(0, 0.04 * pace))),
        )
        linear = step @ linear
        place = place + velocity + random.normal(0, 0.04 * pace, 2) * extent
        warp += random.normal(0, 0.03 * pace, warp.shape) * max(width, height)
    return _Motion(layer, maps, warps)


def _box(motion: _Motion, frame: int, width: int, height: int) -> Box | None:
    inside = mask_box(motion.layer.alpha)
    if inside is None:
        return None
    x0, y0, x1, y1 = inside
    corners = np.array([(x0, y0, 1), (x1, y0, 1), (x0, y1, 1), (x1, y1, 1)], np.float32)
    moved = corners @ motion.maps[frame].T
    low = np.clip(moved.min(0), 0, (width, height))
    high = np.clip(moved.max(0), 0, (width, height))
    if (high - low).min() < 2:
        return None
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _render(
    motion: _Motion, frame: int, region: Region, size: int, *, fills: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw a layer as the crop sees it; `fills` mirrors its picture beyond its border."""
    back = cv2.invertAffineTransform(motion.maps[frame])
    zoom = np.array([[region.width / size, 0, region.x], [0, region.height / size, region.y]])
    whole = (back @ np.vstack([zoom, (0, 0, 1)])).astype(np.float32)
    warp = cv2.resize(motion.warps[frame], (size, size), interpolation=cv2.INTER_CUBIC)
    places = np.arange(size, dtype=np.float32) + 0.5
    xs = warp[..., 0] + (whole[0, 0] * places + (whole[0, 2] - 0.5))
    xs += (whole[0, 1] * places)[:, None]
    ys = warp[..., 1] + (whole[1, 0] * places + (whole[1, 2] - 0.5))
    ys += (whole[1, 1] * places)[:, None]
    border = cv2.BORDER_REFLECT_101 if fills else cv2.BORDER_REPLICATE
    layer = motion.layer
    image = cv2.remap(layer.image, xs, ys, cv2.INTER_LINEAR, borderMode=border)
    alpha = cv2.remap(
        layer.alpha, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    return np.asarray(image, np.uint8), np.asarray(alpha, np.uint8)


def _over(
    below: NDArray[np.uint8], image: NDArray[np.uint8], alpha: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    weight = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    front = cv2.multiply(image, weight, scale=1 / 255)
    back = cv2.multiply(below, cv2.bitwise_not(weight), scale=1 / 255)
    return np.asarray(cv2.add(front, back), np.uint8)


class StaticClips:
    """Makes clips out of still pictures.

    Args:
        bank: Annotated pictures.
        backgrounds: Pictures without masks, `(H, W, 3) uint8`.
        cutouts: Pictures with alpha, `(H, W, 4) uint8`.
        size: Side of the crops.
    """

    def __init__(
        self,
        bank: ImageBank,
        backgrounds: Sequence[NDArray[np.uint8]],
        cutouts: Sequence[NDArray[np.uint8]],
        size: int,
    ) -> None:
        self._bank = bank
        self._backgrounds = backgrounds
        self._cutouts = cutouts
        self._size = size

    def draw(self, order: Sequence[int], random: Generator) -> Clip:
        """Make one clip; `order` as for `real_clip`."""
        if random.random() < 0.4:
            return self._whole(order, random)
        return self._composed(order, random)

    def _instance(self, random: Generator) -> Layer:
        instance = self._bank.instances[int(random.integers(len(self._bank.instances)))]
        return Layer(self._bank.image(instance.picture), self._bank.mask(instance))

    def _cutout(self, random: Generator) -> Layer:
        if self._cutouts and random.random() < 0.35:
            picture = self._cutouts[int(random.integers(len(self._cutouts)))]
            if picture.shape[2] == 4:
                return Layer(picture[..., :3], np.ascontiguousarray(picture[..., 3]))
        layer = self._instance(random)
        x0, y0, x1, y1 = mask_box(layer.alpha) or (0, 0, *layer.alpha.shape[::-1])
        alpha = cv2.GaussianBlur(layer.alpha, (0, 0), 0.8)[y0:y1, x0:x1]
        return Layer(layer.image[y0:y1, x0:x1], np.ascontiguousarray(alpha, np.uint8))

    def _background(self, random: Generator) -> Layer:
        if self._backgrounds and random.random() < 0.6:
            image = self._backgrounds[int(random.integers(len(self._backgrounds)))][..., :3]
        else:
            image = self._bank.image(int(random.integers(len(self._bank))))
        return Layer(image, np.full(image.shape[:2], 255, np.uint8))

    def _whole(self, order: Sequence[int], random: Generator) -> Clip:
        """A picture as it is, moved and warped as one."""
        layer = self._instance(random)
        height, width = layer.alpha.shape
        centre, pace = (width / 2, height / 2), random.uniform(0.2, 1.0)
        subject = _motion(
            layer, centre, random.uniform(0.9, 1.3), pace=pace, count=len(order), random=random
        )
        return self._clip(_Scene([], subject, []), order, (width, height), random)

    def _composed(self, order: Sequence[int], random: Generator) -> Clip:
        """An object over another scene, with look-alikes and things that pass in front."""
        ground = self._background(random)
        height, width = ground.alpha.shape
        count = len(order)
        below = [
            _motion(ground, (width / 2, height / 2), 1.15, pace=0.3, count=count, random=random)
        ]
        layer = self._cutout(random)
        extent = random.uniform(0.12, 0.7) * min(width, height)
        scale = extent / max(layer.alpha.shape)
        centre = (random.uniform(0.2, 0.8) * width, random.uniform(0.2, 0.8) * height)
        pace = random.uniform(0.3, 1.3)
        subject = _motion(layer, centre, scale, pace=pace, count=count, random=random)
        above: list[_Motion] = []
        for chance, front, twin in ((0.35, False, True), (0.25, False, False), (0.3, True, False)):
            if random.random() < chance:
                other = layer if twin else self._cutout(random)
                factor = extent * random.uniform(0.5, 1.1) / max(other.alpha.shape)
                offset = random.normal(0, 0.8, 2) * extent
                at = (centre[0] + offset[0], centre[1] + offset[1])
                motion = _motion(other, at, factor, pace=pace, count=count, random=random)
                (above if front else below).append(motion)
        return self._clip(_Scene(below, subject, above), order, (width, height), random)

    def _clip(
        self,
        scene: _Scene,
        order: Sequence[int],
        canvas: tuple[int, int],
        random: Generator,
    ) -> Clip:
        width, height = canvas
        images, masks, regions = [], [], []
        for place in order:
            box = _box(scene.subject, _guide(place, order), width, height)
            region = jittered_region(box, width, height, random)
            image, mask = self._frame(scene, place, region)
            images.append(image)
            masks.append(mask)
            regions.append(region)
        return finish(images, masks, regions, width, random)

    def _frame(
        self,
        scene: _Scene,
        frame: int,
        region: Region,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        image, mask = _render(scene.subject, frame, region, self._size, fills=not scene.below)
        if scene.below:
            picture, _ = _render(scene.below[0], frame, region, self._size, fills=True)
            for motion in scene.below[1:]:
                picture = _over(picture, *_render(motion, frame, region, self._size, fills=False))
            image = _over(picture, image, mask)
        for motion in scene.above:
            front, alpha = _render(motion, frame, region, self._size, fills=False)
            image = _over(image, front, alpha)
            mask = (mask * (255 - alpha.astype(np.uint16)) // 255).astype(np.uint8)
        return image, mask
