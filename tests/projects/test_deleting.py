"""Deleting a project takes nothing from those who work at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mattebox import segmentation
from mattebox.errors import InputError
from mattebox.projects.editing import Editing
from mattebox.projects.frame_masks import FrameMasks
from mattebox.projects.library import Library
from mattebox.projects.marking import Aim
from mattebox.projects.masks import Mask
from mattebox.projects.store import Project
from tests.projects.facts import add_clip

WIDTH, HEIGHT = 64, 32
PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
SHOWN = np.full((HEIGHT, WIDTH), 200, np.uint8)


class Slow:
    """A network that answers when it is told to."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(
        self, picture: np.ndarray, _marks: Sequence[segmentation.Mark], _base: Mask | None
    ) -> segmentation.FrameMask:
        self.asked.set()
        assert self.go.wait(30)
        nothing = np.zeros(picture.shape[:2], np.uint8)
        return segmentation.FrameMask(nothing, nothing)


def opened(folder: Path, slow: Slow) -> tuple[Library, Editing]:
    library = Library.open(folder)

    def shown(_project: Project, _object: str, _frame: int) -> Mask:
        return SHOWN

    return library, Editing(
        library, FrameMasks(library.masks, lambda _clip, _frame: PICTURE, slow, shown)
    )


def begun(library: Library, editing: Editing) -> tuple[str, str]:
    """A project with an object."""
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    return project.id, editing.add_object(project.id, None, None).state.objects[0].id


def test_a_mask_that_another_project_is_about_to_use_stays(tmp_path: Path) -> None:
    slow = Slow()
    library, editing = opened(tmp_path, slow)
    one, other = begun(library, editing), begun(library, editing)
    editing.place_mask(*one, 3, SHOWN)
    clicking = threading.Thread(
        target=lambda: editing.add_click(Aim(*other, 3), segmentation.Click(0.5, 0.5, True))
    )
    clicking.start()
    assert slow.asked.wait(30)
    deleting = threading.Thread(target=editing.delete, args=one[:1])
    deleting.start()
    deleting.join(0.3)
    slow.go.set()
    clicking.join()
    deleting.join()

    keyframe = library.projects.get(other[0]).state.object(other[1]).keyframe(3)
    assert keyframe is not None
    assert keyframe.base is not None
    np.testing.assert_array_equal(library.masks.get(keyframe.base), SHOWN)


def test_masks_go_with_the_only_project_that_uses_them(tmp_path: Path) -> None:
    library, editing = opened(tmp_path, Slow())
    one, other = begun(library, editing), begun(library, editing)
    editing.place_mask(*one, 3, SHOWN)
    editing.place_mask(*one, 4, 255 - SHOWN)
    editing.place_mask(*other, 3, SHOWN)
    shared, own = (
        library.projects.get(one[0]).state.object(one[1]).masks[frame] for frame in (3, 4)
    )
    editing.delete(one[0])
    assert library.masks.path(shared).exists()
    assert not library.masks.path(own).exists()
    with pytest.raises(InputError):
        editing.undo(one[0])
