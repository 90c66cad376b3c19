"""What was done to a project, step by step and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mattebox.matting.edge import Edge
from mattebox.projects import events
from mattebox.projects.events import Event
from mattebox.projects.state import MatteObject, ProjectState
from mattebox.segmentation.prompts import Box, Brush, Shape


@dataclass(frozen=True)
class Step:
    """One step that undo takes back and redo has again.

    Attributes:
        id: Names it, for good.
        number: Its place; 0 is the making of the project.
        created: When it was done; ISO 8601, UTC.
        deed: What was done, in a few words without a full stop.
        object: What it was done to, as it was called and tinted then; None: the project.
        frame: The frame it was done on, if on one.
    """

    id: int
    number: int
    created: str
    deed: str
    object: MatteObject | None
    frame: int | None


@dataclass(frozen=True)
class History:
    """Some steps of a project.

    Attributes:
        count: How many steps there are in all, those that were undone included.
        present: Number of the step that is now.
        steps: Some that follow each other, the oldest first.
    """

    count: int
    present: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Happened:
    """An event as the log has it."""

    id: int
    created: str
    event: Event


def steps_of(
    log: Iterable[Happened], first: int, state: ProjectState, nothing: str
) -> tuple[Step, ...]:
    """Steps in words.

    Args:
        log: Events that follow each other.
        first: Number of the first one.
        state: The project before it.
        nothing: Hash of the mask that says that an object is absent.
    """
    steps = []
    for number, happened in enumerate(log, first):
        event = happened.event
        after = events.fold([event], state)
        target = _target(event, state, after)
        steps.append(
            Step(
                happened.id,
                number,
                happened.created,
                _deed(event, state, nothing),
                target,
                getattr(event, "frame", None),
            )
        )
        state = after
    return tuple(steps)


def _target(event: Event, before: ProjectState, after: ProjectState) -> MatteObject | None:
    """The object, by its name before the event: a new name is in the deed's words."""
    named = getattr(event, "object", None)
    objects = (*before.objects, *after.objects)
    return next((item for item in objects if item.id == named), None)


_PLAIN: dict[type[Event], str] = {
    events.ProjectCreated: "Clip opened",
    events.ObjectAdded: "Object added",
    events.ObjectRemoved: "Object deleted",
    events.ObjectsOrdered: "Objects reordered",
    events.EdgeShared: "Edges changed",
    events.ClickChanged: "Click changed",
    events.ClickRemoved: "Click deleted",
    events.PromptRemoved: "Mark deleted",
    events.MaskPlaced: "Keyframe set",
    events.KeyframeRemoved: "Keyframe deleted",
}


_EDGE = {
    "grow": "Shrink/grow",
    "feather": "Feather",
    "smooth": "Smooth",
    "clip_black": "Clip black",
    "clip_white": "Clip white",
    "despill": "Despill",
}


def _deed(event: Event, before: ProjectState, nothing: str) -> str:
    match event:
        case events.MaskPlaced(mask=mask) if mask == nothing:
            words = "Marked absent"
        case events.ProjectNamed(name):
            words = f"Project named “{name}”"
        case events.ObjectChanged():
            words = _change(event, before)
        case events.ClickAdded(click=click):
            words = "Include click" if click.include else "Exclude click"
        case events.PromptAdded(prompt=prompt):
            words = _drawing(prompt.shape)
        case events.Applied(revision):
            words = f"Applied as revision {revision}"
        case events.RevisionRestored(revision):
            words = f"Revision {revision} restored"
        case _:
            words = _PLAIN[type(event)]
    return words


def _change(event: events.ObjectChanged, before: ProjectState) -> str:
    if event.name is not None:
        return f"Object named “{event.name}”"
    if event.color is not None:
        return "Colour changed"
    old = next(item.edge for item in before.objects if item.id == event.object)
    if event.edge not in (None, old):
        return _edge_change(old, event.edge)
    if event.visible is not None:
        return "Object shown" if event.visible else "Object hidden"
    return "Object locked" if event.locked else "Object unlocked"


def _edge_change(old: Edge, new: Edge) -> str:
    named = [words for name, words in _EDGE.items() if getattr(old, name) != getattr(new, name)]
    what = named[0] if len(named) == 1 else "Edge"
    return f"{what} {'reset' if new == Edge() else 'changed'}"


def _drawing(shape: Shape) -> str:
    if isinstance(shape, Box):
        return "Box"
    what = "stroke" if isinstance(shape, Brush) else "lasso"
    if shape.direct:
        return f"{'Paint' if shape.include else 'Erase'} {what}"
    return f"{'Include' if shape.include else 'Exclude'} {what}"
