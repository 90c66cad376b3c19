"""The history in words, and going to any of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mattebox.errors import InputError
from mattebox.matting import Edge
from mattebox.projects import history, records
from mattebox.projects.editing import Editing
from mattebox.projects.history import History
from mattebox.projects.marking import Aim
from mattebox.projects.state import ProjectState
from mattebox.projects.store import Project
from mattebox.segmentation import Box, Brush, Click, Lasso
from tests.projects.facts import add_clip
from tests.projects.test_every_deed import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def project(desk: Desk) -> str:
    return desk.library.projects.create(add_clip(desk.library), "dog.mp4", "dog").id


def told(desk: Desk, project: str) -> History:
    return desk.library.projects.history(project, None, 200)


def work(editing: Editing, project: str) -> list[ProjectState]:
    """A bit of everything; returns the states on the way."""
    first = editing.add_click(Aim(project, None, 3), Click(0.5, 0.5, True)).state
    item = first.objects[0].id
    click = first.objects[0].keyframes[0].clicks[0].id
    deeds: list[Callable[[], Project]] = [
        lambda: editing.change_object(project, item, name="Dog"),
        lambda: editing.change_object(project, item, visible=False),
        lambda: editing.change_click(project, item, 3, click, x=0.1, y=None, include=None),
        lambda: editing.add_prompt(Aim(project, item, 3), Box((0.1, 0.1, 0.6, 0.6))),
        lambda: editing.add_prompt(Aim(project, item, 3), Brush(((0.5, 0.5),), 0.1, False, True)),
        lambda: editing.add_prompt(
            Aim(project, item, 4), Lasso(((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)), True, False)
        ),
        lambda: editing.mark_absent(project, item, 9),
        lambda: editing.apply(project).after,
        lambda: editing.remove_keyframe(project, item, 9),
        lambda: editing.restore(project, 1).after,
        lambda: editing.rename(project, "walk"),
        lambda: editing.remove_object(project, item),
    ]
    return [first, *(deed().state for deed in deeds)]


def test_each_step_says_what_was_done_to_what_and_where(desk: Desk, project: str) -> None:
    work(desk.editing, project)
    found = told(desk, project)
    assert [(s.deed, s.object.name if s.object else None, s.frame) for s in found.steps] == [
        ("Clip opened", None, None),
        ("Include click", "Object 1", 3),
        ("Object named “Dog”", "Object 1", None),
        ("Object hidden", "Dog", None),
        ("Click changed", "Dog", 3),
        ("Box", "Dog", 3),
        ("Erase stroke", "Dog", 3),
        ("Include lasso", "Dog", 4),
        ("Keyframe set", "Dog", 9),
        ("Applied as revision 1", None, None),
        ("Keyframe deleted", "Dog", 9),
        ("Revision 1 restored", None, None),
        ("Project named “walk”", None, None),
        ("Object deleted", "Dog", None),
    ]
    assert [step.number for step in found.steps] == list(range(14))
    assert (found.count, found.present) == (14, 13)


def test_a_frame_without_the_object_is_told_apart_from_other_keyframes(
    desk: Desk, project: str
) -> None:
    state = work(desk.editing, project)[7]
    keyframe = state.objects[0].keyframe(9)
    assert keyframe is not None
    found = desk.library.projects.history(project, None, 200, nothing=keyframe.mask)
    assert [(step.deed, step.frame) for step in found.steps[8:10]] == [
        ("Marked absent", 9),
        ("Applied as revision 1", None),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"color": "#00ff7f"}, "Colour changed"),
        ({"edge": Edge(grow=1)}, "Shrink/grow changed"),
        ({"edge": Edge(feather=1, despill=1)}, "Edge changed"),
        ({"visible": False}, "Object hidden"),
        ({"locked": True}, "Object locked"),
    ],
)
def test_each_change_of_an_object_is_told_apart(
    desk: Desk, project: str, change: dict[str, Any], words: str
) -> None:
    item = desk.editing.add_object(project, "Dog", "#ff4fa3").state.objects[0].id
    desk.editing.change_object(project, item, **change)
    assert told(desk, project).steps[-1].deed == words


def test_an_edge_step_names_what_differs_from_before(desk: Desk, project: str) -> None:
    item = desk.editing.add_object(project, "Dog", "#ff4fa3").state.objects[0].id
    edges = [Edge(grow=1), Edge(grow=1, feather=1.5), Edge(), Edge(despill=1), Edge()]
    for edge in edges:
        desk.editing.change_object(project, item, edge=edge)
    assert [step.deed for step in told(desk, project).steps[-5:]] == [
        "Shrink/grow changed",
        "Feather changed",
        "Edge reset",
        "Despill changed",
        "Despill reset",
    ]
    desk.editing.change_object(project, item, visible=False, edge=Edge())
    assert told(desk, project).steps[-1].deed == "Object hidden"


def test_every_kind_of_event_has_words() -> None:
    told_otherwise = {"ProjectNamed", "ObjectChanged", "ClickAdded", "PromptAdded"}
    told_otherwise |= {"Applied", "RevisionRestored"}
    plain = {kind.__name__ for kind in history._PLAIN}
    assert plain | told_otherwise == set(records._KINDS)


def test_pages_of_the_history_join_to_all_of_it(desk: Desk, project: str) -> None:
    work(desk.editing, project)
    desk.reopen()
    whole = told(desk, project)
    pages = [desk.library.projects.history(project, before, 5) for before in (None, 9, 4)]
    assert [len(page.steps) for page in pages] == [5, 5, 4]
    assert tuple(step for page in reversed(pages) for step in page.steps) == whole.steps
    assert {(page.count, page.present) for page in pages} == {(whole.count, whole.present)}
    assert desk.library.projects.history(project, 0, 5).steps == ()


def test_going_to_a_step_gives_what_was_then(desk: Desk, project: str) -> None:
    begun = desk.library.projects.get(project).state
    states = [begun, *work(desk.editing, project)]
    steps = told(desk, project).steps
    for number in (7, 0, 13, 1, 10, 10):
        before = desk.library.projects.get(project)
        moved = desk.editing.go_to(project, steps[number].id)
        assert moved.before == before
        assert moved.after.state == states[number]
        assert (moved.after.can_undo, moved.after.can_redo) == (number > 0, number < 13)
        assert (moved.after.version > before.version) == (moved.after.head != before.head)
        assert told(desk, project).present == number
        assert told(desk, project).steps == steps
    desk.reopen()
    assert desk.library.projects.get(project).state == states[10]
    assert desk.editing.redo(project).after.state == states[11]


def test_what_was_undone_goes_from_the_history_with_the_next_deed(desk: Desk, project: str) -> None:
    work(desk.editing, project)
    steps = told(desk, project).steps
    desk.editing.go_to(project, steps[2].id)
    desk.editing.rename(project, "run")
    assert [step.deed for step in told(desk, project).steps[2:]] == [
        "Object named “Dog”",
        "Project named “run”",
    ]
    before = desk.library.projects.get(project)
    with pytest.raises(InputError, match="no step") as refused:
        desk.editing.go_to(project, steps[5].id)
    assert refused.value.status == 404
    assert desk.library.projects.get(project) == before
