"""Clicks, boxes, strokes and lassos on the frames of a project."""

from __future__ import annotations

from dataclasses import dataclass

from mattebox import segmentation
from mattebox.errors import InputError
from mattebox.projects.clips import Clip
from mattebox.projects.deeds import Deeds, check_frame
from mattebox.projects.events import (
    ClickAdded,
    ClickChanged,
    ClickRemoved,
    PromptAdded,
    PromptRemoved,
)
from mattebox.projects.masks import Mask
from mattebox.projects.new_objects import aimed
from mattebox.projects.state import Click, Keyframe, MatteObject, Prompt
from mattebox.projects.store import Project, new_id
from mattebox.segmentation.prompts import Shape, thin

MOST_MARKS = 256
"""So many clicks and prompts a keyframe may have: each change of an early one asks all again."""


@dataclass(frozen=True)
class Aim:
    """What a mark is for.

    Attributes:
        project: Which project.
        object: Which object, or None for one that is yet to be made.
        frame: Frame index.
    """

    project: str
    object: str | None
    frame: int


class Marking(Deeds):
    """The deeds that change marks; a locked object refuses them."""

    def add_click(self, aim: Aim, click: segmentation.Click) -> Project:
        """Click on a frame and refine its mask.

        The mask starts from what the frame shows: its own mask when it is a keyframe already,
        else the propagated matte. Without an object the click makes one, as a single step.
        """
        with self._opened(aim.project) as project:
            target, made = aimed(project.state, aim.object)
            named = Click(new_id("c"), click.x, click.y, click.include)
            mask, base = self._marked(project, target, aim.frame, named)
            event = ClickAdded(target.id, aim.frame, named, mask, base, made)
            return self._commit(aim.project, event, mask, base)

    def change_click(
        self,
        project_id: str,
        object_id: str,
        frame: int,
        click_id: str,
        *,
        x: float | None,
        y: float | None,
        include: bool | None,
    ) -> Project:
        """Move or turn a click; None leaves what it was."""
        with self._opened(project_id) as project:
            clip, keyframe = self._keyframe(project, object_id, frame)
            old = keyframe.click(click_id)
            new = Click(
                old.id,
                old.x if x is None else x,
                old.y if y is None else y,
                old.include if include is None else include,
            )
            marks = [new if mark.id == old.id else mark for mark in keyframe.marks]
            mask = self._frame_masks.made(clip, keyframe, marks)
            return self._commit(project_id, ClickChanged(object_id, frame, new, mask), mask)

    def remove_click(self, project_id: str, object_id: str, frame: int, click_id: str) -> Project:
        """Remove a click; a keyframe goes with its last mark unless its mask was given."""
        with self._opened(project_id) as project:
            clip, keyframe = self._keyframe(project, object_id, frame)
            mask = self._without(clip, keyframe, keyframe.click(click_id).id)
            return self._commit(project_id, ClickRemoved(object_id, frame, click_id, mask), mask)

    def add_prompt(self, aim: Aim, shape: Shape) -> Project:
        """Draw a box, a stroke or a lasso on a frame; else it is `add_click`."""
        with self._opened(aim.project) as project:
            target, made = aimed(project.state, aim.object)
            info = self._clips.get(project.clip).info
            prompt = Prompt(new_id("m"), thin(shape, info.width, info.height))
            mask, base = self._marked(project, target, aim.frame, prompt)
            event = PromptAdded(target.id, aim.frame, prompt, mask, base, made)
            return self._commit(aim.project, event, mask, base)

    def remove_prompt(self, project_id: str, object_id: str, frame: int, prompt_id: str) -> Project:
        """Remove a prompt; a keyframe goes with its last mark unless its mask was given."""
        with self._opened(project_id) as project:
            clip, keyframe = self._keyframe(project, object_id, frame)
            mask = self._without(clip, keyframe, keyframe.prompt(prompt_id).id)
            return self._commit(project_id, PromptRemoved(object_id, frame, prompt_id, mask), mask)

    def try_click(self, aim: Aim, click: segmentation.Click) -> Mask:
        """The mask that one more click would lead to; changes nothing and holds nobody up."""
        project = self._projects.get(aim.project)
        target, _ = aimed(project.state, aim.object)
        clip = self._checked(project, target, aim.frame)
        return self._frame_masks.tried(project, clip, target, aim.frame, click)

    def get_ready(self, aim: Aim) -> None:
        """Have at hand what the next mark on a frame needs; changes nothing."""
        project = self._projects.get(aim.project)
        target, _ = aimed(project.state, aim.object)
        clip = self._clips.get(project.clip)
        check_frame(clip, aim.frame)
        self._frame_masks.get_ready(project, clip, target, aim.frame)

    def _marked(
        self, project: Project, target: MatteObject, frame: int, mark: Click | Prompt
    ) -> tuple[str, str | None]:
        """The mask after one more mark, and what the first mark on the frame started from."""
        clip = self._checked(project, target, frame)
        present = target.keyframe(frame) or self._frame_masks.begun(project, target.id, frame)
        if len(present.marks) >= MOST_MARKS:
            raise InputError(
                f"Frame {frame} of {target.name} has {MOST_MARKS} clicks, boxes and strokes, which"
                " is the most; remove some of them first.",
                status=409,
            )
        mask = self._frame_masks.made(clip, present, (*present.marks, mark))
        return mask, None if present.marks else present.base

    def _without(self, clip: Clip, keyframe: Keyframe, mark: str) -> str | None:
        """The mask without one of the marks; None where the keyframe goes with it."""
        marks = [other for other in keyframe.marks if other.id != mark]
        if not marks and not keyframe.placed:
            return None
        return self._frame_masks.made(clip, keyframe, marks)
