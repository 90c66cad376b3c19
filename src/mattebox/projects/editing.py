"""What a user can do to a project: each deed is checked, computed and committed as one event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mattebox.errors import InputError
from mattebox.matting.edge import Edge
from mattebox.projects.events import (
    EdgeShared,
    KeyframeRemoved,
    MaskPlaced,
    ObjectChanged,
    ObjectRemoved,
    ObjectsOrdered,
    ProjectNamed,
)
from mattebox.projects.leftovers import Leftovers
from mattebox.projects.marking import Marking
from mattebox.projects.masks import Mask
from mattebox.projects.new_objects import new_object
from mattebox.projects.store import Project


@dataclass(frozen=True)
class Moved:
    """A deed that may change which revision is present.

    Attributes:
        before: The project before it.
        after: The project after it.
    """

    before: Project
    after: Project


class Editing(Marking):
    """All deeds: on marks, see `Marking`, and those that change objects, keyframes or all at once.

    A locked object refuses all of them but being shown, ordered and unlocked, and what moves the
    whole project: undo, redo and restoring a revision.
    """

    def rename(self, project_id: str, name: str) -> Project:
        """Give the project another name."""
        with self._opened(project_id):
            return self._projects.append(project_id, ProjectNamed(name))

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
        edge: Edge | None = None,
    ) -> Project:
        """Change an object's name, colour or edge, show or hide it, lock or unlock it."""
        with self._opened(project_id) as project:
            target = project.state.object(object_id)
            if (name, color, edge) != (None, None, None) and locked is not False:
                target.check_unlocked()
            if edge is not None:
                edge.check(self._clips.get(project.clip).info.source_height)
            event = ObjectChanged(object_id, name, color, visible, locked, edge)
            return self._projects.append(project_id, event)

    def share_edge(self, project_id: str, objects: Sequence[str], edge: Edge) -> Project:
        """Give some objects the same edge, as one step.

        Args:
            project_id: Which project.
            objects: The ids of them.
            edge: Their edge.
        """
        with self._opened(project_id) as project:
            for object_id in objects:
                project.state.object(object_id).check_unlocked()
            edge.check(self._clips.get(project.clip).info.source_height)
            return self._projects.append(project_id, EdgeShared(tuple(objects), edge))

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
