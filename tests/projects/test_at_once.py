"""Deeds that come at once are done one after the other, each from what the one before left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.projects.editing import Editing, Moved
from tests.projects.facts import add_clip
from tests.projects.test_every_deed import HEIGHT, WIDTH, Desk


def steps(editing: Editing, project: str, item: str, level: int) -> list[Moved]:
    """What undo, redo and Apply say of themselves, beside changes of the mask."""
    moved = []
    for turn in range(8):
        editing.place_mask(project, item, 2, np.full((HEIGHT, WIDTH), level + turn, np.uint8))
        for deed in (editing.apply, editing.undo, editing.redo):
            # Another one may have left nothing to undo or redo.
            with suppress(InputError):
                moved.append(deed(project))
    return moved


def test_what_a_deed_says_was_before_it_is_what_it_changed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    project = desk.library.projects.create(add_clip(desk.library), "dog.mp4", "dog").id
    item = desk.editing.add_object(project, None, None).state.objects[0].id
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(steps, desk.editing, project, item, 50 * n) for n in range(4)]
        moved = [each for done in work for each in done.result()]
    assert len(moved) > 20
    assert {m.after.version - m.before.version for m in moved} <= {0, 1}


def test_nothing_is_applied_before_an_object_has_a_mask(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    project = desk.library.projects.create(add_clip(desk.library), "dog.mp4", "dog").id
    item = desk.editing.add_object(project, None, None).state.objects[0].id
    with pytest.raises(InputError, match="No object has a mask yet") as refused:
        desk.editing.apply(project)
    assert refused.value.status == 409
    desk.editing.mark_absent(project, item, 3)
    moved = desk.editing.apply(project)
    assert (moved.before.state.revision, moved.after.state.revision) == (0, 1)
