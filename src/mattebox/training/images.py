"""Pictures to train on: annotated ones, decoded once into one flat file, and plain ones."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.sequences import PICTURE_SUFFIXES
from mattebox.files import write_whole, written_aside
from mattebox.training.fingerprint import is_made_of, listing

SMALLEST_AREA = 0.005
LARGEST_AREA = 0.85
UNSOUND = frozenset({"laboro_tomato"})
"""Sets left out: in a quarter of this one's pictures masks lie where there is no object, as if
the annotations of a turned picture had been added to its own."""


@dataclass(frozen=True)
class Instance:
    """One object in one picture.

    Attributes:
        picture: The picture's position in the bank.
        label: The object's value in the picture's label map.
        area: Its share of the picture, 0..1.
        folder: The set it comes from.
    """

    picture: int
    label: int
    area: float
    folder: str


@dataclass(frozen=True)
class _Entry:
    height: int
    width: int
    offset: int


class ImageBank:
    """Pictures with label maps, memory-mapped, and the objects worth training on.

    Attributes:
        instances: Every object whose area is between 0.5 % and 85 % of its picture, sets with
            wrong masks left out.
    """

    def __init__(
        self, store: NDArray[np.uint8], entries: Sequence[_Entry], instances: Sequence[Instance]
    ) -> None:
        self._store = store
        self._entries = tuple(entries)
        self.instances = tuple(instances)

    def __len__(self) -> int:
        return len(self._entries)

    def _block(self, picture: int) -> NDArray[np.uint8]:
        entry = self._entries[picture]
        size = entry.height * entry.width * 4
        flat = self._store[entry.offset : entry.offset + size]
        return flat.reshape(entry.height, entry.width, 4)

    def image(self, picture: int) -> NDArray[np.uint8]:
        """Return a picture, `(H, W, 3) uint8` RGB (a read-only view)."""
        return self._block(picture)[..., :3]

    def labels(self, picture: int) -> NDArray[np.uint8]:
        """Return a picture's label map, `(H, W) uint8`: 0 background, 1..N objects."""
        return self._block(picture)[..., 3]

    def pixels(self, picture: int) -> NDArray[np.uint8]:
        """Return a picture and its label map as one, `(H, W, 4) uint8` (a read-only view)."""
        return self._block(picture)

    def mask(self, instance: Instance) -> NDArray[np.uint8]:
        """Return an object's mask, `(H, W) uint8`, 0 or 255."""
        low, high = (0, 0, 0, instance.label), (255, 255, 255, instance.label)
        return np.asarray(cv2.inRange(self._block(instance.picture), low, high), np.uint8)


def load_images(root: Path, cache: Path, *, short_side: int = 320) -> ImageBank:
    """Load every set under a folder, from the cache where it has been decoded before.

    Args:
        root: Holds `SET/images/*` and `SET/masks/*.png`, paired by stem.
        cache: Folder for the decoded pictures; made where missing.
        short_side: Larger pictures are shrunk until their short side is this long.

    Raises:
        InputError: The folder holds no annotated pictures.
    """
    pixels = cache / f"images-{short_side}.raw"
    index = cache / f"images-{short_side}.json"
    note = cache / f"images-{short_side}.source"
    if not (pixels.exists() and index.exists() and is_made_of(note, root)):
        _decode(root, pixels, index, short_side)
        write_whole(note, listing(root).encode())
    table = json.loads(index.read_text())
    return ImageBank(
        np.memmap(pixels, np.uint8, "r"),
        [_Entry(**entry) for entry in table["entries"]],
        [Instance(**each) for each in table["instances"] if each["folder"] not in UNSOUND],
    )


def picture_files(folder: Path) -> list[Path]:
    """Return the picture files of a folder, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read a picture file as `(H, W, 3) uint8` RGB, or `(H, W, 4)` where it has alpha.

    Raises:
        InputError: The file does not decode.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise InputError(f"{path} is not a picture this build can read; remove it or convert it.")
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
    code = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(picture, code), np.uint8)


def load_pictures(
    folders: Sequence[Path], short_side: int = 320, most: int | None = None
) -> list[NDArray[np.uint8]]:
    """Read the pictures of some folders into memory, shrunk to a short side.

    Args:
        folders: Where they are.
        short_side: Larger pictures are shrunk until their short side is this long.
        most: Largest number to take from a folder, evenly spread; all where not given.
    """
    pictures = []
    for folder in folders:
        paths = picture_files(folder)
        step = 1 if most is None else max(1, -(-len(paths) // most))
        for path in paths[::step]:
            picture = read_picture(path)
            height, width = picture.shape[:2]
            scale = min(1.0, short_side / min(height, width))
            size = (max(16, round(width * scale)), max(16, round(height * scale)))
            pictures.append(_resized(picture, size))
    return pictures


def _resized(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Shrink a picture; where it has alpha, the colours of what is transparent stay out."""
    if picture.shape[2] == 3:
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    alpha = picture[..., 3:].astype(np.float32) / 255
    weighed = np.concatenate([picture[..., :3] * alpha, alpha], axis=2)
    small = cv2.resize(weighed, size, interpolation=cv2.INTER_AREA)
    colours = small[..., :3] / np.maximum(small[..., 3:], 1 / 255)
    shrunk = np.dstack([colours.clip(0, 255), small[..., 3] * 255])
    return np.asarray(np.rint(shrunk), np.uint8)


def _pairs(root: Path) -> Iterator[tuple[str, Path, Path]]:
    for folder in sorted(p for p in root.iterdir() if (p / "masks").is_dir()):
        for path in picture_files(folder / "images"):
            mask = folder / "masks" / f"{path.stem}.png"
            if mask.exists():
                yield folder.name, path, mask


def _shrunk(block: NDArray[np.uint8], short_side: int) -> NDArray[np.uint8]:
    height, width = block.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return block
    size = (round(width * scale), round(height * scale))
    small = np.empty((size[1], size[0], 4), np.uint8)
    small[..., :3] = cv2.resize(block[..., :3], size, interpolation=cv2.INTER_AREA)
    small[..., 3] = cv2.resize(block[..., 3], size, interpolation=cv2.INTER_NEAREST)
    return small


def _decode(root: Path, pixels: Path, index: Path, short_side: int) -> None:
    entries: list[_Entry] = []
    instances: list[Instance] = []
    offset = 0
    with written_aside(pixels) as aside, aside.open("wb") as file:
        for folder, block in _blocks(root, short_side):
            values, counts = np.unique(block[..., 3], return_counts=True)
            for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                area = count / block[..., 3].size
                if value and SMALLEST_AREA <= area <= LARGEST_AREA:
                    instances.append(Instance(len(entries), value, area, folder))
            entries.append(_Entry(block.shape[0], block.shape[1], offset))
            file.write(block.tobytes())
            offset += block.size
        if not instances:
            raise InputError(
                f"{root} holds no annotated pictures; it needs SET/images and SET/masks folders."
            )
    table = {"entries": [asdict(e) for e in entries], "instances": [asdict(i) for i in instances]}
    write_whole(index, json.dumps(table).encode())


def _blocks(root: Path, short_side: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Each set's name with a picture and its labels, `(H, W, 4) uint8`."""
    for folder, picture_path, mask_path in _pairs(root) if root.is_dir() else ():
        image = read_picture(picture_path)[..., :3]
        labels = read_picture(mask_path)[..., 0]
        if labels.shape == image.shape[:2]:
            yield folder, _shrunk(np.dstack([image, labels]), short_side)
