"""What a user can do to a project: each deed is checked, computed and committed as one event."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from mattebox import segmentation
from mattebox.errors import InputError
from mattebox.projects.clips import Clip
from mattebox.projects.events import (
    ClickAdded,
    ClickChanged,
    ClickRemoved,
    Event,
    KeyframeRemoved,
    MaskPlaced,
    ObjectAdded,
    ObjectChanged,
    ObjectRemoved,
    ProjectNamed,
)
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask
from mattebox.projects.revisions import Revision
from mattebox.projects.state import Click, Keyframe, MatteObject
from mattebox.projects.store import Project, new_id

Picture = npt.NDArray[np.uint8]

# Frame, clicks in their order, and the mask they correct, to a mask; a pure function.
Refine = Callable[[Picture, Sequence[segmentation.Click], Mask | None], Mask]

COLORS = ("#ff4fa3", "#4cc2ff", "#8bd450", "#d58cff", "#ffd23f", "#2ee6c5", "#ff7a59", "#b0b7ff")


class Editing:
    """The deeds that change objects, clicks and keyframes.

    Args:
        library: Where events and masks go.
        picture: Gives frame `i` of a clip at working size, ``(H, W, 3) uint8``.
        refine: Turns clicks into a mask.
        shown: Gives the propagated matte that the present revision shows for an object on a
            frame, or None where none is made.
    """

    def __init__(
        self,
        library: Library,
        picture: Callable[[Clip, int], Picture],
        refine: Refine,
        shown: Callable[[Project, str, int], Mask | None],
    ) -> None:
        self._projects = library.projects
        self._clips = library.clips
        self._masks = library.masks
        self._picture = picture
        self._refine = refine
        self._shown = shown
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def rename(self, project_id: str, name: str) -> Project:
        """Give the project another name."""
        with self._opened(project_id):
            return self._projects.append(project_id, ProjectNamed(name))

    def add_object(self, project_id: str, name: str | None, color: str | None) -> Project:
        """Add an object; without a name or a colour it gets the next free ones."""
        with self._opened(project_id) as project:
            objects = project.state.objects
            names = {o.name for o in objects}
            colors = {o.color for o in objects}
            number = next(n for n in range(1, len(names) + 2) if f"Object {n}" not in names)
            unused = [c for c in COLORS if c not in colors] or [COLORS[len(objects) % len(COLORS)]]
            added = ObjectAdded(new_id("o"), name or f"Object {number}", color or unused[0])
            return self._projects.append(project_id, added)

    def change_object(
        self, project_id: str, object_id: str, name: str | None, color: str | None
    ) -> Project:
        """Change an object's name or colour."""
        with self._opened(project_id) as project:
            project.state.object(object_id)
            return self._projects.append(project_id, ObjectChanged(object_id, name, color))

    def remove_object(self, project_id: str, object_id: str) -> Project:
        """Remove an object with all its keyframes."""
        with self._opened(project_id) as project:
            project.state.object(object_id)
            return self._projects.append(project_id, ObjectRemoved(object_id))

    def add_click(
        self, project_id: str, object_id: str, frame: int, *, x: float, y: float, include: bool
    ) -> Project:
        """Click on a frame and refine its mask.

        The mask starts from what the frame shows: its own mask when it is a keyframe already,
        else the propagated matte.
        """
        with self._opened(project_id) as project:
            clip, target = self._target(project, object_id, frame)
            click = Click(new_id("c"), x, y, include)
            present = target.keyframe(frame)
            if present is None:
                base = self._keep(self._shown(project, object_id, frame))
                present = Keyframe(frame, mask="", base=base)
            base = None if present.clicks else present.base
            name = self._refined(clip, present, (*present.clicks, click))
            event = ClickAdded(object_id, frame, click, name, base)
            return self._commit(project_id, event, name, base)

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
            clicks = [new if c.id == old.id else c for c in keyframe.clicks]
            name = self._refined(clip, keyframe, clicks)
            return self._commit(project_id, ClickChanged(object_id, frame, new, name), name)

    def remove_click(self, project_id: str, object_id: str, frame: int, click_id: str) -> Project:
        """Remove a click; the keyframe goes with its last one unless its mask was handed in."""
        with self._opened(project_id) as project:
            clip, keyframe = self._keyframe(project, object_id, frame)
            keyframe.click(click_id)
            clicks = [c for c in keyframe.clicks if c.id != click_id]
            if not clicks and not keyframe.placed:
                return self._commit(project_id, ClickRemoved(object_id, frame, click_id, None))
            name = self._refined(clip, keyframe, clicks)
            event = ClickRemoved(object_id, frame, click_id, name)
            return self._commit(project_id, event, name)

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
            if mask.shape != (clip.info.height, clip.info.width):
                raise InputError(
                    f"The mask is {mask.shape[1]}x{mask.shape[0]} pixels; make it"
                    f" {clip.info.width}x{clip.info.height}.",
                    status=422,
                )
            name = self._masks.put(mask)
            return self._commit(project_id, MaskPlaced(object_id, frame, name), name)

    def remove_keyframe(self, project_id: str, object_id: str, frame: int) -> Project:
        """Take back everything that was said about a frame."""
        with self._opened(project_id) as project:
            self._keyframe(project, object_id, frame)
            return self._commit(project_id, KeyframeRemoved(object_id, frame))

    def undo(self, project_id: str) -> Project:
        """Take back the last change."""
        with self._opened(project_id):
            return self._projects.undo(project_id)

    def redo(self, project_id: str) -> Project:
        """Have back what was undone last."""
        with self._opened(project_id):
            return self._projects.redo(project_id)

    def apply(self, project_id: str) -> tuple[Project, Revision]:
        """Make a revision of the present keyframes."""
        with self._opened(project_id):
            return self._projects.apply(project_id)

    @contextmanager
    def _opened(self, project_id: str) -> Iterator[Project]:
        # One deed at a time per project, so that each is computed from the state it changes. Asked
        # for first, so that names nobody gave out leave no lock behind.
        self._projects.get(project_id)
        with self._guard:
            lock = self._locks[project_id]
        with lock:
            yield self._projects.get(project_id)

    def _target(self, project: Project, object_id: str, frame: int) -> tuple[Clip, MatteObject]:
        target = project.state.object(object_id)
        clip = self._clips.get(project.clip)
        check_frame(clip, frame)
        return clip, target

    def _keyframe(self, project: Project, object_id: str, frame: int) -> tuple[Clip, Keyframe]:
        clip, target = self._target(project, object_id, frame)
        keyframe = target.keyframe(frame)
        if keyframe is None:
            raise InputError(
                f"Frame {frame} is no keyframe of {target.name}; click on it first.", status=404
            )
        return clip, keyframe

    def _refined(self, clip: Clip, keyframe: Keyframe, clicks: Sequence[Click]) -> str:
        base = self._masks.get(keyframe.base) if keyframe.base else None
        if not clicks and keyframe.base is not None:
            return keyframe.base
        points = [segmentation.Click(c.x, c.y, c.include) for c in clicks]
        return self._masks.put(self._refine(self._picture(clip, keyframe.frame), points, base))

    def _keep(self, mask: Mask | None) -> str | None:
        return self._masks.put(mask) if mask is not None and mask.any() else None

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
