"""What the Refinement Network learns from: crops of pictures around one object each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.sequences import read_frames
from mattebox.files import write_whole
from mattebox.training.fingerprint import is_made_of, listing
from mattebox.training.images import (
    ImageBank,
    Instance,
    load_images,
    picture_files,
    read_picture,
)

Thing = TypeVar("Thing")

COMPOSITES = 2000
FRAME_STEP = 4
HELD_OUT_SET = "ecssd"
HELD_OUT_STEP = 12
WHOLE_PICTURE = 0.4
SHORT_SIDE = 480
"""Of the pictures, in pixels: crops from close by are enlarged less than at 320."""
SMALLEST_VISIBLE = 0.004
SMALLEST_ZOOMED = 0.015
"""Smaller objects have too few pixels to be enlarged into a crop of their own."""


@dataclass(frozen=True)
class Sample:
    """One object in one crop.

    Attributes:
        image: `(S, S, 3) uint8` RGB.
        target: The object, `(S, S) uint8`, 0 or 255.
        others: Other objects, `(S, S) uint8`, 0 or 255.
        zoomed: Whether the crop was made around the object.
    """

    image: NDArray[np.uint8]
    target: NDArray[np.uint8]
    others: NDArray[np.uint8]
    zoomed: bool


@dataclass(frozen=True)
class Corpus:
    """Objects by folder, and some kept away from training.

    Attributes:
        folders: Per folder its objects, each with the bank it is in.
        held_out: Objects to choose checkpoints by.
    """

    folders: dict[str, list[tuple[ImageBank, Instance]]]
    held_out: list[tuple[ImageBank, Instance]]

    def draw(self, random: np.random.Generator, size: int) -> Sample:
        """Draw a training sample with a crop of ``size`` pixels a side."""
        names, chances = list(self.folders), self.chances
        while True:
            name = names[random.choice(len(names), p=chances)]
            bank, instance = self.folders[name][random.integers(len(self.folders[name]))]
            sample = crop(bank, instance, size, random)
            if np.count_nonzero(sample.target) > SMALLEST_VISIBLE * size * size:
                return sample

    @cached_property
    def chances(self) -> NDArray[np.float64]:
        """Chance of each folder to be drawn from.

        It grows with the root of the folder's count, so that small sets are seen without being
        learnt by heart, and is up to three times as high for objects that have company in their
        picture: only those teach that a click, not what catches the eye, says what is meant.
        """
        weights = []
        for entries in self.folders.values():
            pictures = len({(id(bank), instance.picture) for bank, instance in entries})
            weights.append(np.sqrt(len(entries)) * (1 + 2 * (1 - pictures / len(entries))))
        shares: NDArray[np.float64] = np.asarray(weights) / np.sum(weights)
        return shares


def load_corpus(data: Path, cache: Path) -> Corpus:
    """Load everything that may be trained on.

    Args:
        data: Holds `images`, and where there are any `sequences`, `cutouts`, `backgrounds`.
        cache: Folder for what is decoded, cut from sequences and composed; made where missing.

    Raises:
        InputError: There are no annotated pictures.
    """
    banks = [load_images(data / "images", cache, short_side=SHORT_SIDE)]
    extra = cache / "refinement-extra"
    note = extra / "done"
    sources = [data / name for name in ("sequences", "cutouts", "backgrounds")]
    if not (note.exists() and is_made_of(note, *sources)):
        rmtree(extra, ignore_errors=True)
        for masks in sorted((data / "sequences").glob("*/*/masks")):
            _extract_frames(masks.parent, extra / masks.parent.parent.name)
        _compose(data, extra / "composites")
        write_whole(note, listing(*sources).encode())
    if any(extra.glob("*/images")):
        banks.append(load_images(extra, cache / "refinement-extra-bank", short_side=SHORT_SIDE))
    folders: dict[str, list[tuple[ImageBank, Instance]]] = {}
    held_out = []
    for bank in banks:
        for instance in bank.instances:
            held = instance.folder == HELD_OUT_SET and instance.picture % HELD_OUT_STEP == 0
            if held:
                held_out.append((bank, instance))
            else:
                folders.setdefault(instance.folder, []).append((bank, instance))
    if not held_out:
        held_out = [entry for entries in folders.values() for entry in entries][:4]
    return Corpus(folders, held_out)


def evenly(things: Sequence[Thing], most: int) -> list[Thing]:
    """Return so many of some things, or all where they are fewer, spread over all of them."""
    wanted = min(most, len(things))
    return [things[place * len(things) // wanted] for place in range(wanted)]


def crop(bank: ImageBank, instance: Instance, size: int, random: np.random.Generator) -> Sample:
    """Cut a random square crop that shows an object, with colours changed.

    The crop's window may have any shape within 16:9, as windows of video frames do.
    """
    picture, inside = bank.pixels(instance.picture), bank.mask(instance)
    zoomed = instance.area > SMALLEST_ZOOMED and random.random() > WHOLE_PICTURE
    window = _window(inside, zoomed, random)
    warp = _warp(window, size, random)
    shape = (size, size)
    # Four channels bend twice as fast as three, and a view of three is copied first.
    pixels = cv2.warpAffine(
        picture, warp, shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    labels = cv2.extractChannel(picture, 3)
    cut = cv2.warpAffine(labels, warp, shape, flags=cv2.INTER_NEAREST)
    target = cv2.inRange(cut, instance.label, instance.label)
    others = cv2.subtract(cv2.inRange(cut, 1, 255), target)
    return Sample(
        image=recoloured(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8), random),
        target=np.asarray(target, np.uint8),
        others=np.asarray(others, np.uint8),
        zoomed=zoomed,
    )


def whole(bank: ImageBank, instance: Instance, size: int) -> Sample:
    """The whole picture as one square, unchanged, for judging."""
    image, labels = bank.image(instance.picture), bank.labels(instance.picture)
    cut = cv2.resize(labels, (size, size), interpolation=cv2.INTER_NEAREST)
    return Sample(
        image=np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8),
        target=np.where(cut == instance.label, 255, 0).astype(np.uint8),
        others=np.zeros((size, size), np.uint8),
        zoomed=False,
    )


def recoloured(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Change a picture's exposure and colours, and wear it as cameras and codecs do."""
    levels = np.arange(256, dtype=np.float32)[:, None] / 255
    gain = random.uniform(0.7, 1.35) * random.uniform(0.9, 1.1, 3)
    shift = random.uniform(-0.12, 0.12) + random.uniform(-0.05, 0.05, 3)
    curve = np.clip((levels ** random.uniform(0.8, 1.25) - 0.5) * gain + 0.5 + shift, 0, 1)
    changed = cv2.LUT(image, (curve * 255).astype(np.uint8)[None])
    if random.random() < 0.08:
        grey = cv2.cvtColor(changed, cv2.COLOR_RGB2GRAY)
        changed = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    if random.random() < 0.15:
        changed = cv2.GaussianBlur(changed, (0, 0), random.uniform(0.4, 1.8))
    if random.random() < 0.15:
        noise = random.standard_normal(changed.shape, np.float32) * random.uniform(2, 10)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 90))]
        coded = cv2.imencode(".jpg", changed, quality)[1]
        changed = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(changed, np.uint8)


def _window(
    inside: NDArray[np.uint8], zoomed: bool, random: np.random.Generator
) -> NDArray[np.float64]:
    """Left, top, right and bottom of a crop, within the picture."""
    height, width = inside.shape
    if not zoomed:
        cut = random.uniform(0, 0.12, 4) * (random.random(4) < 0.5)
        return np.array([cut[0], cut[1], 1 - cut[2], 1 - cut[3]]) * [width, height, width, height]
    left, top, breadth, tall = cv2.boundingRect(inside)
    factor = random.uniform(1.1, 2.2)
    size = np.array([breadth, tall]) * factor * random.uniform(0.85, 1.2, 2)
    size = np.maximum(size, size.max() / 1.78)
    centre = np.array([left + breadth / 2, top + tall / 2])
    centre += random.uniform(-0.5, 0.5, 2) * np.maximum(size - [breadth, tall], 0)
    low = np.clip(centre - size / 2, 0, None)
    high = np.clip(centre + size / 2, None, [width, height])
    return np.concatenate([low, high])


def _warp(
    window: NDArray[np.float64], size: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """The affine map from the picture to the crop: window, mirror and a slight turn."""
    left, top, right, bottom = window
    across, down = size / (right - left), size / (bottom - top)
    warp = np.array([[across, 0, -left * across], [0, down, -top * down], [0, 0, 1]])
    if random.random() < 0.5:
        warp = np.array([[-1, 0, size - 1], [0, 1, 0], [0, 0, 1]]) @ warp
    if random.random() < 0.3:
        turn = cv2.getRotationMatrix2D((size / 2, size / 2), random.uniform(-15, 15), 1)
        warp = np.vstack([turn, [0, 0, 1]]) @ warp
    return np.asarray(warp[:2])


def _extract_frames(sequence: Path, folder: Path) -> None:
    """Write every few frames of an annotated sequence as pictures and masks."""
    masks = picture_files(sequence / "masks")
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for index, (frame, path) in enumerate(zip(read_frames(sequence), masks, strict=False)):
        if index % FRAME_STEP == 0:
            stem = f"{sequence.name}-{index:05d}"
            cv2.imwrite(str(folder / "images" / f"{stem}.jpg"), frame[..., ::-1])
            binary = (read_picture(path)[..., 0] > 0).astype(np.uint8)
            cv2.imwrite(str(folder / "masks" / f"{stem}.png"), binary)


def _compose(data: Path, folder: Path, count: int = COMPOSITES) -> None:
    """Paste cut-outs over backgrounds; what is pasted later hides what is below."""
    cutouts = [p for f in sorted((data / "cutouts").glob("*/")) for p in picture_files(f)]
    backgrounds = [p for f in sorted((data / "backgrounds").glob("*/")) for p in picture_files(f)]
    if not (cutouts and backgrounds):
        return
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    # Photographic cut-outs are worth more than drawn ones, so both kinds get an equal share.
    kinds = list(_by_folder(cutouts).values())
    for number in range(count):
        plate = read_picture(backgrounds[random.integers(len(backgrounds))])[..., :3]
        plate = _fitted(plate, 400)
        labels = np.zeros(plate.shape[:2], np.uint8)
        for label in range(1, int(random.integers(2, 5))):
            kind = kinds[random.integers(len(kinds))]
            cutout = read_picture(kind[random.integers(len(kind))])
            if cutout.shape[2] == 4:
                plate = _pasted(plate, labels, cutout, label, random)
        cv2.imwrite(str(folder / "images" / f"{number:05d}.jpg"), plate[..., ::-1])
        cv2.imwrite(str(folder / "masks" / f"{number:05d}.png"), labels)


def _by_folder(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    folders: dict[Path, list[Path]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path)
    return folders


def _fitted(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    scale = side / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _pasted(
    plate: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    cutout: NDArray[np.uint8],
    label: int,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """The plate with a cut-out on it; ``labels`` is changed in place."""
    height, width = labels.shape
    scale = random.uniform(0.2, 0.8) * min(height, width) / max(cutout.shape[:2])
    middle = np.array([cutout.shape[1] / 2, cutout.shape[0] / 2])
    turn = np.asarray(
        cv2.getRotationMatrix2D((middle[0], middle[1]), random.uniform(-25, 25), scale), np.float64
    )
    turn[:, 2] += random.uniform(0.15, 0.85, 2) * [width, height] - middle
    # Colours times alpha: the colours of what is transparent stay out of the edge.
    opaque = cv2.merge([cutout[..., 3]] * 3)
    solid = np.dstack([cv2.multiply(cutout[..., :3], opaque, scale=1 / 255), cutout[..., 3]])
    placed = cv2.warpAffine(solid, turn, (width, height), flags=cv2.INTER_LINEAR)
    colours = placed[..., :3] * random.uniform(0.7, 1.15)
    alpha = placed[..., 3:].astype(np.float32) / 255
    labels[placed[..., 3] > 127] = label
    return np.clip(plate * (1 - alpha) + colours, 0, 255).astype(np.uint8)
