"""What is said about single frames of an object, and the masks it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from mattebox.errors import InputError
from mattebox.media import ClipInfo
from mattebox.segmentation import Box, Click, Mark, Replay

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]


class MarkedFrames:
    """Clicks, boxes, strokes and lassos on frames, each of which becomes a keyframe.

    Args:
        info: The clip.
        check: Refuses a frame that is not in the clip.
        picture: Gives a frame at working size.
        replay: Gives what turns marks into a mask.
    """

    def __init__(
        self,
        info: ClipInfo,
        check: Callable[[int], None],
        picture: Callable[[int], Picture],
        replay: Callable[[], Replay],
    ) -> None:
        self._size = info.height, info.width
        self._check = check
        self._picture = picture
        self._replay = replay
        self._marks: dict[int, list[Mark]] = {}
        self._keyframes: dict[int, Mask] = {}
        self._beliefs: dict[int, Mask] = {}

    @property
    def marks(self) -> Mapping[int, Sequence[Mark]]:
        """What was said about each frame, in order."""
        return MappingProxyType(self._marks)

    @property
    def clicks(self) -> Mapping[int, Sequence[Click]]:
        """The clicks on each frame, in the order they were made."""
        return {
            frame: [mark for mark in marks if isinstance(mark, Click)]
            for frame, marks in self._marks.items()
        }

    @property
    def keyframes(self) -> Mapping[int, Mask]:
        """The mask of each frame that was marked or given, ``(H, W) uint8``."""
        return MappingProxyType(self._keyframes)

    def include(self, frame: int, x: float, y: float) -> Mask:
        """Say that a point belongs to the object; see `click`."""
        return self.click(frame, x, y, include=True)

    def exclude(self, frame: int, x: float, y: float) -> Mask:
        """Say that a point does not belong to the object; see `click`."""
        return self.click(frame, x, y, include=False)

    def click(self, frame: int, x: float, y: float, *, include: bool) -> Mask:
        """Click on a frame, which makes it a keyframe.

        Args:
            frame: Frame index, 0-based.
            x: 0 (left) to 1 (right) of the displayed picture.
            y: 0 (top) to 1 (bottom) of the displayed picture.
            include: Whether the point belongs to the object.

        Returns:
            The frame's new mask, ``(H, W) uint8``.

        Raises:
            InputError: There is no such frame or the point is outside it; nothing changes.
        """
        return self.mark(frame, Click(x, y, include))

    def box(self, frame: int, left: float, top: float, right: float, bottom: float) -> Mask:
        """Draw a box around the object; each side 0 to 1 of the displayed picture, see `click`."""
        return self.mark(frame, Box((left, top, right, bottom)))

    def mark(self, frame: int, mark: Mark) -> Mask:
        """Say something about a frame: a `mattebox.segmentation` Click, Box, Brush or Lasso.

        Returns:
            The frame's new mask, ``(H, W) uint8``.

        Raises:
            InputError: There is no such frame or the mark leaves it; nothing changes.
        """
        self._check(frame)
        picture = self._picture(frame)
        marks = [*self._marks.get(frame, ()), mark]
        mask, belief = self._replay().mask(picture, marks)
        self._marks[frame] = marks
        self._keyframes[frame] = mask
        self._beliefs[frame] = belief
        return mask

    def set_mask(self, frame: int, mask: Mask) -> None:
        """Make a frame a keyframe with a mask from elsewhere; what was said of it is dropped.

        Args:
            frame: Frame index, 0-based.
            mask: ``(H, W) uint8`` at working size; an empty one says that the object is absent.

        Raises:
            InputError: There is no such frame, or the mask has another shape.
        """
        self._check(frame)
        if mask.shape != self._size or mask.dtype != np.uint8:
            height, width = self._size
            raise InputError(
                f"The mask is {mask.shape} {mask.dtype}; it must be ({height}, {width}) uint8."
            )
        self._marks.pop(frame, None)
        self._beliefs.pop(frame, None)
        self._keyframes[frame] = mask.copy()
