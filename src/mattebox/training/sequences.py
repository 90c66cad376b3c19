"""Annotated sequences, decoded once into one flat file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.sequences import read_frames
from mattebox.files import write_whole, written_aside
from mattebox.propagation.region import mask_box
from mattebox.training.fingerprint import is_made_of, listing
from mattebox.training.images import picture_files, read_picture


@dataclass(frozen=True)
class Film:
    """Consecutive frames with the mask of one object.

    Attributes:
        name: The sequence's folder name.
        frames: `(N, H, W, 4) uint8`: RGB and mask (0 or 255).
        boxes: The box around each frame's mask, None where it is empty.
    """

    name: str
    frames: NDArray[np.uint8]
    boxes: tuple[tuple[int, int, int, int] | None, ...]


def load_sequences(root: Path, cache: Path) -> list[Film]:
    """Load every sequence under a folder, from the cache where it has been decoded before.

    Args:
        root: Holds `NAME/frames.mp4` (or `NAME/frames/*`) and `NAME/masks/*.png`.
        cache: Folder for the decoded frames; made where missing.

    Raises:
        InputError: The folder holds no sequences.
    """
    pixels = cache / f"{root.name}.npy"
    index = cache / f"{root.name}.json"
    note = cache / f"{root.name}.source"
    if not (pixels.exists() and index.exists() and is_made_of(note, root)):
        _decode(root, pixels, index)
        write_whole(note, listing(root).encode())
    store = np.load(pixels, mmap_mode="r")
    sequences, offset = [], 0
    for entry in json.loads(index.read_text()):
        shape = tuple(entry["shape"])
        size = int(np.prod(shape))
        frames = store[offset : offset + size].reshape(shape)
        boxes = tuple(mask_box(frame[..., 3]) for frame in frames)
        sequences.append(Film(entry["name"], frames, boxes))
        offset += size
    return sequences


@dataclass(frozen=True)
class _Entry:
    name: str
    shape: tuple[int, ...]


def _decode(root: Path, pixels: Path, index: Path) -> None:
    folders = sorted(p for p in root.iterdir() if (p / "masks").is_dir()) if root.is_dir() else []
    if not folders:
        raise InputError(f"{root} holds no sequences; it needs NAME/frames.mp4 and NAME/masks.")
    entries: list[_Entry] = []
    blocks = []
    for folder in folders:
        masks = [read_picture(path)[..., 0] for path in picture_files(folder / "masks")]
        pairs = zip(read_frames(folder), masks, strict=False)
        solid = np.uint8(255)
        frames = np.stack([np.dstack([frame, (mask > 0) * solid]) for frame, mask in pairs])
        entries.append(_Entry(folder.name, frames.shape))
        blocks.append(frames.ravel())
    with written_aside(pixels) as aside, aside.open("wb") as file:
        np.save(file, np.concatenate(blocks))
    write_whole(index, json.dumps([asdict(entry) for entry in entries]).encode())
