"""What mask a frame gets from what was said about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mattebox import segmentation
from mattebox.errors import InputError
from mattebox.projects.clips import Clip
from mattebox.projects.masks import Mask, MaskStore
from mattebox.projects.state import Click, Keyframe, Mark, MatteObject
from mattebox.projects.store import Project
from mattebox.segmentation.cache import Recent

Picture = npt.NDArray[np.uint8]

# Picture, marks in their order, and the mask they start from, to a mask; a pure function.
Answer = Callable[[Picture, Sequence[segmentation.Mark], Mask | None], segmentation.FrameMask]

# The same arguments: does what can be done before the next mark is known.
Expect = Callable[[Picture, Sequence[segmentation.Mark], Mask | None], None]

# Gives the propagated matte that the present revision shows for an object on a frame, or None
# where none is made.
Shown = Callable[[Project, str, int], Mask | None]

_SHOWN_KEPT = 4


class FrameMasks:
    """Masks of single frames.

    Args:
        masks: Where masks are kept.
        picture: Gives frame `i` of a clip at working size, ``(H, W, 3) uint8``.
        answer: Turns marks into a mask.
        shown: Gives propagated mattes.
        expect: Told where one more mark is likely to come.
        settled: Returns once the mattes that are about to be shown are made.
    """

    def __init__(
        self,
        masks: MaskStore,
        picture: Callable[[Clip, int], Picture],
        answer: Answer,
        shown: Shown,
        *,
        expect: Expect = lambda _picture, _marks, _base: None,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self._masks = masks
        self._picture = picture
        self._answer = answer
        self._shown = shown
        self._expect = expect
        self._settled = settled
        self._found: Recent[Mask] = Recent(_SHOWN_KEPT)

    def shown(self, project: Project, object_id: str, frame: int) -> Mask | None:
        """The propagated matte that the present revision shows, or None where none is made."""
        key = (project.id, project.state.revision, object_id, frame)
        mask = self._found.get(key)
        if mask is None:
            mask = self._shown(project, object_id, frame)
            if mask is not None:
                self._found.put(key, mask)
        return mask

    def begun(self, project: Project, object_id: str, frame: int) -> Keyframe:
        """The keyframe that the first mark on a frame begins: it starts from what is shown."""
        shown = self.shown(project, object_id, frame)
        base = self._masks.put(shown) if shown is not None and shown.any() else None
        return Keyframe(frame, mask="", base=base)

    def made(self, clip: Clip, keyframe: Keyframe, marks: Sequence[Mark]) -> str:
        """The hash of the mask that these marks lead to from a keyframe's base; it is kept."""
        if not marks and keyframe.base is not None:
            return keyframe.base
        base = self._masks.get(keyframe.base) if keyframe.base else None
        picture = self._picture(clip, keyframe.frame)
        return self._masks.put(*self._answer(picture, _spoken(marks), base))

    def tried(
        self,
        project: Project,
        clip: Clip,
        target: MatteObject,
        frame: int,
        click: segmentation.Click,
    ) -> Mask:
        """The mask that one more click would lead to; nothing is kept of it.

        Args:
            project: Which project.
            clip: Its clip.
            target: Which object; it need not be in the project yet.
            frame: Frame index.
            click: The click.
        """
        marks, base = self._said(project, target, frame)
        return self._answer(self._picture(clip, frame), [*_spoken(marks), click], base).mask

    def get_ready(self, project: Project, clip: Clip, target: MatteObject, frame: int) -> None:
        """Have at hand what the next mark on a frame needs, see `tried`."""
        picture = self._picture(clip, frame)
        # The mark would start from such a matte, and reading the picture would only delay it.
        self._settled()
        marks, base = self._said(project, target, frame)
        self._expect(picture, _spoken(marks), base)

    def _said(
        self, project: Project, target: MatteObject, frame: int
    ) -> tuple[tuple[Mark, ...], Mask | None]:
        """The marks on a frame, and the mask that the first one starts from or would."""
        keyframe = target.keyframe(frame)
        if keyframe is not None:
            return keyframe.marks, self._masks.get(keyframe.base) if keyframe.base else None
        shown = self.shown(project, target.id, frame)
        return (), shown if shown is not None and shown.any() else None

    def put(self, clip: Clip, mask: Mask) -> str:
        """Keep a mask made elsewhere; returns its hash.

        Raises:
            InputError: It is not of the clip's working size (422).
        """
        if mask.shape != (clip.info.height, clip.info.width):
            raise InputError(
                f"The mask is {mask.shape[1]}x{mask.shape[0]} pixels; make it"
                f" {clip.info.width}x{clip.info.height}.",
                status=422,
            )
        return self._masks.put(mask)

    def nothing(self, clip: Clip) -> str:
        """Keep the mask of a frame without the object; returns its hash."""
        return self._masks.put(np.zeros((clip.info.height, clip.info.width), np.uint8))


def _spoken(marks: Sequence[Mark]) -> list[segmentation.Mark]:
    """Marks without their names."""
    return [
        segmentation.Click(mark.x, mark.y, mark.include) if isinstance(mark, Click) else mark.shape
        for mark in marks
    ]
