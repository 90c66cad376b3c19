"""What an earlier version of the program wrote is still read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mattebox.matting import Edge
from mattebox.projects.library import Library
from mattebox.projects.state import Click, Keyframe, MatteObject

# Written by the version that knew clicks and placed masks alone.
FIRST = Path(__file__).with_name("first_log.sql")
PROJECT = "p0123456789ab"


def opened(folder: Path) -> Library:
    with sqlite3.connect(folder / "mattebox.db") as database:
        database.executescript(FIRST.read_text())
    database.close()
    return Library.open(folder)


def test_a_project_of_the_first_version_opens_as_it_was(tmp_path: Path) -> None:
    project = opened(tmp_path).projects.get(PROJECT)
    assert (project.state.name, project.state.revision, project.version) == ("Rex", 2, 23)
    assert project.can_redo
    dog, other = project.state.objects
    assert dog == MatteObject(
        "o1",
        "Dog",
        "#00ff00",
        (
            Keyframe(0, "m4", (Click("c2", 0.7, 0.5, True),)),
            Keyframe(4, "m5", (Click("c3", 0.5, 0.5, True),), base="b1"),
        ),
    )
    assert other.keyframes == (
        Keyframe(3, "m8", (Click("c5", 0.1, 0.2, False),), base="m7", placed=True),
    )
    assert all(item.visible and not item.locked for item in project.state.objects)
    assert all(item.edge == Edge() for item in project.state.objects)


def test_its_log_can_be_undone_redone_applied_and_restored(tmp_path: Path) -> None:
    projects = opened(tmp_path).projects
    assert projects.redo(PROJECT).state.name == "undone"
    project = projects.get(PROJECT)
    assert projects.apply(PROJECT)[1].number == 2
    assert [r.snapshot.keyframe_count for r in projects.revisions(PROJECT)] == [1, 3]
    first = projects.restore(PROJECT, 1)
    assert [item.masks for item in first.state.objects] == [{0: "m3"}, {}]
    assert [c.id for c in first.state.object("o1").keyframes[0].clicks] == ["c1", "c2"]
    assert projects.undo(PROJECT).state == project.state
    while project.can_undo:
        project = projects.undo(PROJECT)
    assert (project.state.name, project.state.objects, project.state.revision) == ("dog", (), 0)
