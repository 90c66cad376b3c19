"""Undo and redo move along a log that nothing else changes (protocol P20, P21)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.event import listen, listens_for
from sqlalchemy.orm import Session

from mattebox.errors import InputError
from mattebox.matting import Edge
from mattebox.media import FrameTable
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
    ObjectsOrdered,
    ProjectNamed,
)
from mattebox.projects.library import Library
from mattebox.projects.records import from_record, to_record
from mattebox.projects.state import Click, ProjectState
from mattebox.projects.store import Project
from tests.projects.facts import add_clip

Edit = Callable[[ProjectState], Event | None]


def _named(name: str) -> Edit:
    return lambda _state: ProjectNamed(name)


def _object_added(number: int) -> Edit:
    def edit(state: ProjectState) -> Event | None:
        taken = any(o.id == f"o{number}" for o in state.objects)
        return None if taken else ObjectAdded(f"o{number}", f"Object {number}", "#ffffff")

    return edit


def _on_object(make: Callable[[str], Event], pick: int) -> Edit:
    def edit(state: ProjectState) -> Event | None:
        if not state.objects:
            return None
        return make(state.objects[pick % len(state.objects)].id)

    return edit


def _on_click(make: Callable[[str, int, Click], Event], pick: int) -> Edit:
    def edit(state: ProjectState) -> Event | None:
        found = [
            (o.id, k.frame, click) for o in state.objects for k in o.keyframes for click in k.clicks
        ]
        return make(*found[pick % len(found)]) if found else None

    return edit


_pick = st.integers(0, 7)
_frame = st.integers(0, 3)
_mask = st.sampled_from(["a", "b", "c"])
_click = st.builds(
    Click,
    st.uuids().map(lambda u: f"c{u.hex[:6]}"),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)

edits = st.one_of(
    st.builds(_named, st.text(min_size=1, max_size=5)),
    st.builds(_object_added, _pick),
    st.builds(
        lambda pick, name: _on_object(lambda o: ObjectChanged(o, name=name), pick),
        _pick,
        st.text(min_size=1, max_size=5),
    ),
    st.builds(
        lambda pick, edge: _on_object(lambda o: ObjectChanged(o, edge=edge), pick),
        _pick,
        st.builds(Edge, grow=st.floats(-9, 9), despill=st.floats(0, 1)),
    ),
    st.builds(lambda pick: _on_object(ObjectRemoved, pick), _pick),
    st.builds(
        lambda pick, frame, click, mask: _on_object(
            lambda o: ClickAdded(o, frame, click, mask), pick
        ),
        _pick,
        _frame,
        _click,
        _mask,
    ),
    st.builds(
        lambda pick, mask, x: _on_click(
            lambda o, f, c: ClickChanged(o, f, Click(c.id, x, c.y, not c.include), mask), pick
        ),
        _pick,
        _mask,
        st.floats(0, 1),
    ),
    st.builds(
        lambda pick, mask: _on_click(lambda o, f, c: ClickRemoved(o, f, c.id, mask), pick),
        _pick,
        st.one_of(st.none(), _mask),
    ),
    st.builds(
        lambda pick, frame, mask: _on_object(lambda o: MaskPlaced(o, frame, mask), pick),
        _pick,
        _frame,
        _mask,
    ),
    st.builds(
        lambda pick, frame: _on_object(lambda o: KeyframeRemoved(o, frame), pick), _pick, _frame
    ),
    st.just("apply"),
)


def _edit(library: Library, project: Project, edit: Edit | str) -> Project:
    if isinstance(edit, str):
        return library.projects.apply(project.id)[0]
    event = edit(project.state)
    return project if event is None else library.projects.append(project.id, event)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(edits, max_size=12))
def test_undoing_everything_is_as_if_nothing_happened_and_redo_brings_it_back(
    folder: Path, changes: list[Edit | str]
) -> None:
    library = Library.open(folder)
    before = library.projects.create(add_clip(library), "dog.mp4", "dog")
    after = before
    for change in changes:
        after = _edit(library, after, change)

    library.engine.dispose()
    library = Library.open(folder)
    project = library.projects.get(before.id)
    assert project.state == after.state
    seen = [project.state]
    while project.can_undo:
        project = library.projects.undo(before.id)
        seen.append(project.state)
    assert project.state == before.state

    library.engine.dispose()
    library = Library.open(folder)
    project = library.projects.get(before.id)
    for state in reversed(seen[:-1]):
        assert project.can_redo
        project = library.projects.redo(before.id)
        assert project.state == state
    assert not project.can_redo
    assert project.state == after.state
    library.engine.dispose()


def test_a_change_after_undo_drops_what_was_undone_from_redo_only(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    library.projects.append(project.id, ProjectNamed("cat"))
    library.projects.undo(project.id)
    changed = library.projects.append(project.id, ProjectNamed("cow"))
    assert not changed.can_redo
    assert library.projects.undo(project.id).state.name == "dog"
    assert library.projects.redo(project.id).state.name == "cow"


def test_the_version_rises_with_every_change_undo_and_redo(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    versions = [
        project.version,
        library.projects.append(project.id, ProjectNamed("cat")).version,
        library.projects.undo(project.id).version,
        library.projects.redo(project.id).version,
    ]
    assert versions == sorted(set(versions))


def test_what_changes_nothing_leaves_nothing_to_undo_and_keeps_what_can_be_redone(
    tmp_path: Path,
) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#ffffff"))
    library.projects.append(project.id, ProjectNamed("cat"))
    before = library.projects.undo(project.id)
    for event in (
        ProjectNamed("dog"),
        ObjectChanged("o1", name="Object 1", visible=True, locked=False, edge=Edge()),
        ObjectsOrdered(("o1",)),
    ):
        assert library.projects.append(project.id, event) == before
    assert library.projects.redo(project.id).state.name == "cat"


def test_undoing_step_by_step_after_a_restart_reads_the_log_once_in_a_while(
    tmp_path: Path,
) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    names = [f"dog {number}" for number in range(100)]
    for name in names:
        library.projects.append(project.id, ProjectNamed(name))
    library.engine.dispose()

    library = Library.open(tmp_path)
    read: list[str] = []

    @listens_for(library.engine, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "RECURSIVE" in statement:
            read.append(statement)

    for name in reversed(names[:-1]):
        assert library.projects.undo(project.id).state.name == name
    assert len(read) == 2


def test_nothing_to_undo_or_redo_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    for move in (library.projects.undo, library.projects.redo):
        with pytest.raises(InputError) as refused:
            move(project.id)
        assert refused.value.status == 409
    assert library.projects.get(project.id) == project


def test_applying_twice_without_a_change_makes_one_revision(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#ffffff"))
    library.projects.append(project.id, MaskPlaced("o1", 0, "m"))
    first, _ = library.projects.apply(project.id)
    again, revision = library.projects.apply(project.id)
    assert (revision.number, again.version) == (1, first.version)


def test_revision_numbers_are_never_used_again(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    project = library.projects.create(add_clip(library), "dog.mp4", "dog")
    library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#ffffff"))
    for mask in ("m1", "m2"):
        library.projects.append(project.id, MaskPlaced("o1", 0, mask))
        library.projects.apply(project.id)
        library.projects.undo(project.id)
    assert library.projects.get(project.id).state.revision == 0
    assert [r.number for r in library.projects.revisions(project.id)] == [1, 2]
    assert library.projects.revision(project.id, 1).snapshot.masks("o1") == {0: "m1"}


def test_a_deleted_project_leaves_nothing_to_the_next_one(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    for _ in range(2):
        project = library.projects.create(add_clip(library), "dog.mp4", "dog")
        library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#ffffff"))
        library.projects.append(project.id, MaskPlaced("o1", 0, "m"), ["m"])
        applied, revision = library.projects.apply(project.id)
        assert (applied.version, revision.number) == (4, 1)
        assert library.projects.revision(project.id, 1) == revision
        leftovers = library.projects.delete(project.id)
        assert (leftovers.masks, leftovers.clip) == (("m",), project.clip)
        assert not library.projects.has_mask("m")
        with pytest.raises(InputError):
            library.projects.get(project.id)


def test_what_another_project_uses_stays(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    one, two = (library.projects.create(add_clip(library), "dog.mp4", "dog") for _ in range(2))
    for project in (one, two):
        library.projects.append(project.id, ObjectAdded("o1", "Object 1", "#ffffff"))
        library.projects.append(project.id, MaskPlaced("o1", 0, "m"), ["m"])
    leftovers = library.projects.delete(one.id)
    assert (leftovers.masks, leftovers.clip) == ((), None)
    assert library.projects.has_mask("m")
    assert library.clips.get(two.clip).hash == one.clip


@given(changes=st.lists(edits, max_size=8))
@settings(max_examples=30, deadline=None)
def test_events_survive_the_way_through_the_log(changes: list[Edit | str]) -> None:
    state = ProjectState("dog")
    for change in changes:
        event = change(state) if not isinstance(change, str) else None
        if event is not None:
            assert from_record(*to_record(event)) == event


def test_a_frame_table_survives_the_database(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    clip = library.clips.get(add_clip(library))
    assert isinstance(clip.table, FrameTable)
    assert clip.shots is None
    library.clips.set_shots(clip.hash, ((0, 5), (5, 10)))
    library.clips.set_shots(clip.hash, ((0, 10),))
    assert library.clips.get(clip.hash).shots == ((0, 5), (5, 10))
    assert np.array_equal(library.clips.get(clip.hash).table.ticks, clip.table.ticks)


def test_a_commit_that_fails_leaves_nothing_to_the_next_project(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    clip = add_clip(library)
    first = library.projects.create(clip, "dog.mp4", "first")

    def full(_session: Session) -> None:
        raise OSError("the disk is full")

    listen(Session, "before_commit", full, once=True)
    with pytest.raises(OSError, match="full"):
        library.projects.append(first.id, ObjectAdded("o1", "Ghost", "#ffffff"))
    second = library.projects.create(clip, "dog.mp4", "second")

    assert (second.state.name, second.state.objects) == ("second", ())
    assert library.projects.get(first.id).state.objects == ()
