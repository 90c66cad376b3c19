"""Single pictures of clips, with the last few kept for the clicks that follow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mattebox.media import FrameReader
from mattebox.projects.clips import Clip
from mattebox.segmentation.cache import Recent

Picture = npt.NDArray[np.uint8]

_KEPT = 8


class Frames:
    """Decodes one frame at a time and remembers the latest.

    Args:
        decoded: Told of each frame that had to be decoded.
    """

    def __init__(self, decoded: Callable[[], None]) -> None:
        self._decoded = decoded
        self._kept: Recent[Picture] = Recent(_KEPT)

    def get(self, clip: Clip, index: int) -> Picture:
        """Frame `index` at working size, ``(H, W, 3) uint8`` RGB; not to be written to."""
        return self._kept.get_or_make((clip.hash, index), lambda: self._read(clip, index))

    def kept(self, clip: Clip, index: int) -> Picture | None:
        """Frame `index`, if it is still remembered; not to be written to."""
        return self._kept.get((clip.hash, index))

    def _read(self, clip: Clip, index: int) -> Picture:
        with FrameReader(clip.path, clip.info, clip.table) as reader:
            _, picture = next(reader.read([index]))
        self._decoded()
        picture.setflags(write=False)
        return picture
