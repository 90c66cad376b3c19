"""Annotated sequences on disk: frames as a film or as pictures, masks as PNG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".webp", ".png")


@dataclass(frozen=True)
class AnnotatedSequence:
    """A sequence in memory; also a source of frames for propagation.

    Attributes:
        name: Its folder's name.
        frames: `(H, W, 3) uint8` RGB each.
        truths: `(H, W) bool` each.
    """

    name: str
    frames: tuple[NDArray[np.uint8], ...]
    truths: tuple[NDArray[np.bool_], ...]

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield `(index, frame)` for some frames."""
        for index in indices:
            yield index, self.frames[index]

    @property
    def sync_frames(self) -> Sequence[int]:
        """None: still pictures all cost the same."""
        return ()


def sequence_folders(root: Path) -> list[Path]:
    """Return the folders under a root that hold a sequence, sorted by name.

    Raises:
        InputError: There are none.
    """
    folders = sorted(p.parent for p in root.glob("*/masks") if p.is_dir())
    if not folders:
        raise InputError(
            f"{root} holds no sequences; it needs NAME/masks/*.png beside NAME/frames.mp4 or "
            "NAME/frames/*.jpg."
        )
    return folders


def read_sequence(folder: Path) -> AnnotatedSequence:
    """Read a sequence; frames beyond the masks, or masks beyond the frames, are left out.

    Raises:
        InputError: Frames or masks are missing, unreadable or of different sizes.
    """
    paths = sorted((folder / "masks").glob("*.png"))
    truths = [read_mask(path) for path in paths]
    frames = [frame for frame, _ in zip(read_frames(folder), truths, strict=False)]
    truths = truths[: len(frames)]
    if not truths:
        raise InputError(f"{folder} has no frame with a mask; add masks/00000.png and so on.")
    for path, frame, truth in zip(paths, frames, truths, strict=False):
        if frame.shape[:2] != truth.shape:
            raise InputError(f"{path} is not of its frame's size; redo it at that size.")
    return AnnotatedSequence(folder.name, tuple(frames), tuple(truths))


def read_frames(folder: Path) -> Iterator[NDArray[np.uint8]]:
    """Yield a sequence's frames, `(H, W, 3) uint8` RGB, from `frames.mp4` or `frames/*`.

    Raises:
        InputError: The folder has neither, or a file does not decode.
    """
    film = folder / "frames.mp4"
    if film.exists():
        with av.open(str(film)) as container:
            for frame in container.decode(video=0):
                yield np.asarray(frame.to_ndarray(format="rgb24", threads=1), np.uint8)
    elif (folder / "frames").is_dir():
        for path in sorted((folder / "frames").iterdir()):
            if path.suffix.lower() in PICTURE_SUFFIXES:
                yield _decoded(path, cv2.IMREAD_COLOR_RGB)
    else:
        raise InputError(f"{folder} has neither frames.mp4 nor a folder named frames; add one.")


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Return where a mask file, `(H, W)`, is not zero.

    Raises:
        InputError: The file does not decode.
    """
    values = _decoded(path, cv2.IMREAD_UNCHANGED)
    return np.asarray(values if values.ndim == 2 else values[..., :3].max(axis=2)) > 0


def _decoded(path: Path, flags: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise InputError(f"{path} is not a picture this build can read; remove it or convert it.")
    return np.asarray(picture, np.uint8)
