"""What a user can do to a project: each deed is checked, computed and committed as one event."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from mattebox.errors import InputError
from mattebox.projects.clips import Clip
from mattebox.projects.events import (
    ClickAdded,
    ClickChanged,
    ClickRemoved,
    Event,
    KeyframeRemoved,
    MaskPlaced,
    ObjectChanged,
    ObjectRemoved,
    ObjectsOrdered,
    ProjectNamed,
    PromptAdded,
    PromptRemoved,
)
from mattebox.projects.frame_masks import FrameMasks
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask
from mattebox.projects.new_objects import aimed, new_object
from mattebox.projects.state import Click, Keyframe, MatteObject, Prompt
from mattebox.projects.store import Leftovers, Project, new_id
from mattebox.segmentation.prompts import Shape, thin

MOST_MARKS = 256
"""So many clicks and prompts a keyframe may have: each change of an early one asks all again."""


@dataclass(frozen=True)
class Moved:
    """A deed that may change which revision is present.

    Attributes:
        before: The project before it.
        after: The project after it.
    """

    before: Project
    after: Project


class Editing:
    """The deeds that change objects, marks and keyframes.

    A locked object refuses all of them but being shown, ordered and unlocked, and what moves the
    whole project: undo, redo and restoring a revision.

    Args:
        library: Where events go.
        frame_masks: Makes the masks of keyframes.
    """

    def __init__(self, library: Library, frame_masks: FrameMasks) -> None:
        self._projects = library.projects
        self._clips = library.clips
        self._masks = library.masks
        self._frame_masks = frame_masks
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def rename(self, project_id: str, name: str) -> Project:
        """Give the project another name."""
        with self._opened(project_id):
            return self._projects.append(project_id, ProjectNamed(name))

    # --- objects --------------------------------------------------------------------------------

    def add_object(self, project_id: str, name: str | None, color: str | None) -> Project:
        """Add an object; without a name or a colour it gets the next free ones."""
        with self._opened(project_id) as project:
            return self._projects.append(project_id, new_object(project.state, name, color))

    def change_object(
        self,
        project_id: str,
        object_id: str,
        *,
        name: str | None = None,
        color: str | None = None,
        visible: bool | None = None,
        locked: bool | None = None,
    ) -> Project:
        """Change an object's name or colour, show or hide it, lock or unlock it."""
        with self._opened(project_id) as project:
            target = project.state.object(object_id)
            if (name is not None or color is not None) and locked is not False:
                target.check_unlocked()
            event = ObjectChanged(object_id, name, color, visible, locked)
            return self._projects.append(project_id, event)

    def order_objects(self, project_id: str, objects: Sequence[str]) -> Project:
        """Put the objects in another order.

        Args:
            project_id: Which project.
            objects: The ids of all of them.
        """
        with self._opened(project_id) as project:
            present = [item.id for item in project.state.objects]
            if sorted(objects) != sorted(present):
                raise InputError(
                    f"The order names {len(objects)} objects; it must name each of the"
                    f" {len(present)} objects of the project once.",
                    status=422,
                )
            return self._projects.append(project_id, ObjectsOrdered(tuple(objects)))

    def remove_object(self, project_id: str, object_id: str) -> Project:
        """Remove an object with all its keyframes."""
        with self._opened(project_id) as project:
            project.state.object(object_id).check_unlocked()
            return self._projects.append(project_id, ObjectRemoved(object_id))

    # --- clicks and prompts ---------------------------------------------------------------------

    def add_click(
        self,
        project_id: str,
        object_id: str | None,
        frame: int,
        *,
        x: float,
        y: float,
        include: bool,
    ) -> Project:
        """Click on a frame and refine its mask.

        The mask starts from what the frame shows: its own mask when it is a keyframe already,
        else the propagated matte. Without an object the click makes one, as a single step.
        """
        with self._opened(project_id) as project:
            target, made = aimed(project.state, object_id)
            click = Click(new_id("c"), x, y, include)
            mask, base = self._marked(project, target, frame, click)
            event = ClickAdded(target.id, frame, click, mask, base, made)
            return self._commit(project_id, event, mask, base)

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

    def add_prompt(
        self, project_id: str, object_id: str | None, frame: int, shape: Shape
    ) -> Project:
        """Draw a box, a stroke or a lasso on a frame; else it is `add_click`."""
        with self._opened(project_id) as project:
            target, made = aimed(project.state, object_id)
            info = self._clips.get(project.clip).info
            prompt = Prompt(new_id("m"), thin(shape, info.width, info.height))
            mask, base = self._marked(project, target, frame, prompt)
            event = PromptAdded(target.id, frame, prompt, mask, base, made)
            return self._commit(project_id, event, mask, base)

    def remove_prompt(self, project_id: str, object_id: str, frame: int, prompt_id: str) -> Project:
        """Remove a prompt; a keyframe goes with its last mark unless its mask was given."""
        with self._opened(project_id) as project:
            clip, keyframe = self._keyframe(project, object_id, frame)
            mask = self._without(clip, keyframe, keyframe.prompt(prompt_id).id)
            return self._commit(project_id, PromptRemoved(object_id, frame, prompt_id, mask), mask)

    def try_click(
        self,
        project_id: str,
        object_id: str | None,
        frame: int,
        *,
        x: float,
        y: float,
        include: bool,
    ) -> Mask:
        """The mask that one more click would lead to; changes nothing and holds nobody up.

        Args:
            project_id: Which project.
            object_id: Which object, or None for one that is yet to be made.
            frame: Frame index.
            x: See `Click`.
            y: See `Click`.
            include: See `Click`.
        """
        project = self._projects.get(project_id)
        target, _ = aimed(project.state, object_id)
        clip = self._checked(project, target, frame)
        return self._frame_masks.tried(project, clip, target, frame, Click("", x, y, include))

    def get_ready(self, project_id: str, object_id: str | None, frame: int) -> None:
        """Have at hand what the next mark on a frame needs; changes nothing.

        Args:
            project_id: Which project.
            object_id: Which object, or None for one that is yet to be made.
            frame: Frame index.
        """
        project = self._projects.get(project_id)
        target, _ = aimed(project.state, object_id)
        clip = self._clips.get(project.clip)
        check_frame(clip, frame)
        self._frame_masks.get_ready(project, clip, target, frame)

    # --- keyframes ------------------------------------------------------------------------------

    def place_mask(self, project_id: str, object_id: str, frame: int, mask: Mask) -> Project:
        """Make a frame a keyframe with a mask made elsewhere.

        Args:
            project_id: Which project.
            object_id: Which object.
            frame: Which frame.
            mask: ``(H, W) uint8`` at working size.
        """
        with self._opened(project_id) as project:
            clip, _ = self._target(project, object_id, frame)
            name = self._frame_masks.put(clip, mask)
            return self._commit(project_id, MaskPlaced(object_id, frame, name), name)

    def keep_frame(self, project_id: str, object_id: str, frame: int) -> Project:
        """Make a frame a keyframe with the propagated matte that is shown there."""
        with self._opened(project_id) as project:
            clip, target = self._target(project, object_id, frame)
            if target.keyframe(frame) is not None:
                raise InputError(
                    f"Frame {frame} is a keyframe of {target.name} already; its mask stays as it"
                    " is.",
                    status=409,
                )
            shown = self._frame_masks.shown(project, object_id, frame)
            if shown is None:
                raise InputError(
                    f"No matte of {target.name} is made on frame {frame} yet; apply and wait for"
                    " it, or click on the frame.",
                    status=409,
                )
            name = self._frame_masks.put(clip, shown)
            return self._commit(project_id, MaskPlaced(object_id, frame, name), name)

    def mark_absent(self, project_id: str, object_id: str, frame: int) -> Project:
        """Say that the object is not on a frame; replaces what was said about it."""
        with self._opened(project_id) as project:
            clip, _ = self._target(project, object_id, frame)
            name = self._frame_masks.nothing(clip)
            return self._commit(project_id, MaskPlaced(object_id, frame, name), name)

    def remove_keyframe(self, project_id: str, object_id: str, frame: int) -> Project:
        """Take back everything that was said about a frame."""
        with self._opened(project_id) as project:
            self._keyframe(project, object_id, frame)
            return self._commit(project_id, KeyframeRemoved(object_id, frame))

    # --- the whole project ----------------------------------------------------------------------

    def undo(self, project_id: str) -> Moved:
        """Take back the last change."""
        with self._opened(project_id) as project:
            return Moved(project, self._projects.undo(project_id))

    def redo(self, project_id: str) -> Moved:
        """Have back what was undone last."""
        with self._opened(project_id) as project:
            return Moved(project, self._projects.redo(project_id))

    def go_to(self, project_id: str, step: int) -> Moved:
        """Undo or redo everything up to a step of the history, at once."""
        with self._opened(project_id) as project:
            return Moved(project, self._projects.go_to(project_id, step))

    def restore(self, project_id: str, number: int) -> Moved:
        """Make everything as it was when a revision was applied."""
        with self._opened(project_id) as project:
            return Moved(project, self._projects.restore(project_id, number))

    def apply(self, project_id: str) -> Moved:
        """Make a revision of the present keyframes."""
        with self._opened(project_id) as project:
            state = project.state
            if state.revision == 0 and not any(item.keyframes for item in state.objects):
                raise InputError("No object has a mask yet; click on one first.", status=409)
            applied, _ = self._projects.apply(project_id)
            return Moved(project, applied)

    def delete(self, project_id: str) -> Leftovers:
        """Forget a project, and the masks that only it uses; its other files are the caller's."""
        with self._opened(project_id):
            leftovers = self._projects.delete(project_id)
        self._masks.remove(leftovers.masks, self._projects.has_mask)
        return leftovers

    @contextmanager
    def _opened(self, project_id: str) -> Iterator[Project]:
        # One deed at a time per project, so that each is computed from the state it changes.
        with self._guard:
            lock = self._locks.setdefault(project_id, threading.Lock())
        with lock, self._masks.needed():
            yield self._projects.get(project_id)

    def _target(self, project: Project, object_id: str, frame: int) -> tuple[Clip, MatteObject]:
        target = project.state.object(object_id)
        return self._checked(project, target, frame), target

    def _checked(self, project: Project, target: MatteObject, frame: int) -> Clip:
        clip = self._clips.get(project.clip)
        check_frame(clip, frame)
        target.check_unlocked()
        return clip

    def _keyframe(self, project: Project, object_id: str, frame: int) -> tuple[Clip, Keyframe]:
        clip, target = self._target(project, object_id, frame)
        keyframe = target.keyframe(frame)
        if keyframe is None:
            raise InputError(
                f"Frame {frame} is no keyframe of {target.name}; click on it first.", status=404
            )
        return clip, keyframe

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

    def _commit(self, project_id: str, event: Event, *masks: str | None) -> Project:
        return self._projects.append(project_id, event, [mask for mask in masks if mask])


def check_frame(clip: Clip, frame: int) -> None:
    """Refuse a frame index that is not in the clip.

    Raises:
        InputError: 422, naming the frame and the last one.
    """
    if not 0 <= frame < clip.table.frame_count:
        raise InputError(
            f"Frame {frame} is not in the clip; its frames are 0 to {clip.table.frame_count - 1}.",
            status=422,
        )
