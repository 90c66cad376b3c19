"""What every change of a project goes through: one at a time, checked, committed as one event."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from mattebox.errors import InputError
from mattebox.projects.clips import Clip
from mattebox.projects.events import Event
from mattebox.projects.frame_masks import FrameMasks
from mattebox.projects.library import Library
from mattebox.projects.state import Keyframe, MatteObject
from mattebox.projects.store import Project


class Deeds:
    """What deeds have in common.

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
