"""Single pictures of clips, with the last few kept for the clicks that follow."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mattebox.media import FrameReader
from mattebox.projects.clips import Clip

Picture = npt.NDArray[np.uint8]

_KEPT = 8


class Frames:
    """Decodes one frame at a time and remembers the latest.

    Args:
        decoded: Told of each frame that had to be decoded.
    """

    def __init__(self, decoded: Callable[[], None]) -> None:
        self._decoded = decoded
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], Picture] = OrderedDict()

    def get(self, clip: Clip, index: int) -> Picture:
        """Frame `index` at working size, ``(H, W, 3) uint8`` RGB; not to be written to."""
        key = (clip.hash, index)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with FrameReader(clip.path, clip.info, clip.table) as reader:
            _, picture = next(reader.read([index]))
        self._decoded()
        picture.setflags(write=False)
        with self._lock:
            self._kept[key] = picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return picture
