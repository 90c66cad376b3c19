"""What is kept of the marks of a frame, and how many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.projects.events import PromptAdded
from mattebox.projects.marking import MOST_MARKS, Aim
from mattebox.projects.state import Prompt
from mattebox.segmentation import Brush, Click
from tests.projects.facts import add_clip
from tests.projects.test_every_deed import Desk


def begun(desk: Desk) -> tuple[str, str]:
    """A project with an object."""
    project = desk.library.projects.create(add_clip(desk.library), "dog.mp4", "dog")
    return project.id, desk.editing.add_object(project.id, None, None).state.objects[0].id


def test_a_frame_takes_so_many_marks_and_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    project, item = begun(desk)
    dab = Brush(((0.5, 0.5),), 0.1, True, True)
    for number in range(MOST_MARKS):
        prompt = Prompt(f"m{number}", dab)
        desk.library.projects.append(project, PromptAdded(item, 2, prompt, "a" * 64))
    before = desk.library.projects.get(project)
    with pytest.raises(InputError, match="256") as refused:
        desk.editing.add_click(Aim(project, item, 2), Click(0.5, 0.5, True))
    assert refused.value.status == 409
    with pytest.raises(InputError, match="256"):
        desk.editing.add_prompt(Aim(project, item, 2), dab)
    assert desk.library.projects.get(project) == before
    desk.editing.remove_prompt(project, item, 2, "m7")
    desk.editing.add_prompt(Aim(project, item, 2), dab)


def test_of_a_stroke_only_the_points_are_kept_that_its_form_needs(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    project, item = begun(desk)
    points = tuple((float(x), 0.5) for x in np.linspace(0.1, 0.9, 200))
    state = desk.editing.add_prompt(Aim(project, item, 2), Brush(points, 0.1, True, True)).state
    keyframe = state.object(item).keyframe(2)
    assert keyframe is not None
    assert keyframe.prompts[0].shape == Brush((points[0], points[-1]), 0.1, True, True)
