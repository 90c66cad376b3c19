"""Objects that are yet to be made: what they are called, and how they are tinted."""

from __future__ import annotations

from mattebox.projects.events import ObjectAdded
from mattebox.projects.state import MatteObject, ProjectState
from mattebox.projects.store import new_id

COLORS = ("#ff4fa3", "#4cc2ff", "#8bd450", "#d58cff", "#ffd23f", "#2ee6c5", "#ff7a59", "#b0b7ff")


def new_object(
    state: ProjectState, name: str | None = None, color: str | None = None
) -> ObjectAdded:
    """One more object; without a name or a colour it gets the next free ones."""
    names = {item.name for item in state.objects}
    colors = {item.color for item in state.objects}
    number = next(n for n in range(1, len(names) + 2) if f"Object {n}" not in names)
    unused = [c for c in COLORS if c not in colors] or [COLORS[len(state.objects) % len(COLORS)]]
    return ObjectAdded(new_id("o"), name or f"Object {number}", color or unused[0])


def aimed(state: ProjectState, object_id: str | None) -> tuple[MatteObject, ObjectAdded | None]:
    """The object that a mark is for and, where the mark is to make it, its making."""
    if object_id is not None:
        return state.object(object_id), None
    made = new_object(state)
    return MatteObject(made.object, made.name, made.color), made
