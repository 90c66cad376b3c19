"""What can happen to a project, and the pure function from what happened to what is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce

from mattebox.matting.edge import Edge
from mattebox.projects.state import Click, Keyframe, Mark, MatteObject, ProjectState, Prompt


@dataclass(frozen=True)
class ProjectCreated:
    """The root of every log; undo never goes before it."""

    name: str


@dataclass(frozen=True)
class ProjectNamed:
    """The user gave the project another name."""

    name: str


@dataclass(frozen=True)
class ObjectAdded:
    """A new object, without keyframes."""

    object: str
    name: str
    color: str


@dataclass(frozen=True)
class ObjectChanged:
    """The object's name, colour, edge, or whether it is shown or locked; None leaves it."""

    object: str
    name: str | None = None
    color: str | None = None
    visible: bool | None = None
    locked: bool | None = None
    edge: Edge | None = None


@dataclass(frozen=True)
class ObjectRemoved:
    """The object and all its keyframes went."""

    object: str


@dataclass(frozen=True)
class ObjectsOrdered:
    """The user put the objects in another order: all their ids."""

    objects: tuple[str, ...]


@dataclass(frozen=True)
class EdgeShared:
    """Some objects were given the same edge."""

    objects: tuple[str, ...]
    edge: Edge


@dataclass(frozen=True)
class ClickAdded:
    """A click and the keyframe mask it led to.

    Attributes:
        object: Which object.
        frame: Frame index.
        click: The click.
        mask: Hash of the mask after it.
        base: Hash of the mask it corrected, on a frame that had no keyframe yet.
        made: The object, where the click made it as well.
    """

    object: str
    frame: int
    click: Click
    mask: str
    base: str | None = None
    made: ObjectAdded | None = None


@dataclass(frozen=True)
class ClickChanged:
    """A click was moved or turned, and the keyframe mask that followed."""

    object: str
    frame: int
    click: Click
    mask: str


@dataclass(frozen=True)
class ClickRemoved:
    """A click went; `mask` is None when the keyframe went with it."""

    object: str
    frame: int
    click: str
    mask: str | None


@dataclass(frozen=True)
class PromptAdded:
    """A box, brush stroke or lasso and the keyframe mask it led to.

    Attributes:
        object: Which object.
        frame: Frame index.
        prompt: The prompt.
        mask: Hash of the mask after it.
        base: Hash of the mask it started from, on a frame that had no keyframe yet.
        made: The object, where the prompt made it as well.
    """

    object: str
    frame: int
    prompt: Prompt
    mask: str
    base: str | None = None
    made: ObjectAdded | None = None


@dataclass(frozen=True)
class PromptRemoved:
    """A prompt went; `mask` is None when the keyframe went with it."""

    object: str
    frame: int
    prompt: str
    mask: str | None


@dataclass(frozen=True)
class MaskPlaced:
    """A keyframe mask that no mark made; it replaces what was on the frame."""

    object: str
    frame: int
    mask: str


@dataclass(frozen=True)
class KeyframeRemoved:
    """The frame is no keyframe any more."""

    object: str
    frame: int


@dataclass(frozen=True)
class Applied:
    """A revision was made of all keyframes."""

    revision: int


@dataclass(frozen=True)
class RevisionRestored:
    """Everything is again as it was when a revision was applied.

    Attributes:
        revision: Its number.
        objects: What there was then.
    """

    revision: int
    objects: tuple[MatteObject, ...]


_OnMark = ClickAdded | ClickChanged | ClickRemoved | PromptAdded | PromptRemoved
_OnObject = ObjectChanged | MaskPlaced | KeyframeRemoved | _OnMark
Event = (
    ProjectCreated
    | ProjectNamed
    | ObjectAdded
    | ObjectRemoved
    | ObjectsOrdered
    | EdgeShared
    | Applied
    | RevisionRestored
    | _OnObject
)


def fold(events: Iterable[Event], start: ProjectState | None = None) -> ProjectState:
    """The state after `events`, in order, from `start` (an unnamed project)."""
    return reduce(apply, events, start or ProjectState(name=""))


def apply(state: ProjectState, event: Event) -> ProjectState:
    """The state after one more event."""
    match event:
        case ProjectCreated(name) | ProjectNamed(name):
            return replace(state, name=name)
        case ObjectAdded() | ObjectRemoved() | ObjectsOrdered() | EdgeShared():
            return replace(state, objects=_objects(state, event))
        case Applied(revision):
            return replace(state, revision=revision)
        case RevisionRestored(revision, objects):
            return replace(state, revision=revision, objects=objects)
        case ClickAdded(made=ObjectAdded() as made) | PromptAdded(made=ObjectAdded() as made):
            return apply(apply(state, made), replace(event, made=None))
        case _:
            return _on_object(state, event.object, lambda o: _change_object(o, event))


def _objects(
    state: ProjectState, event: ObjectAdded | ObjectRemoved | ObjectsOrdered | EdgeShared
) -> tuple[MatteObject, ...]:
    match event:
        case ObjectAdded(object_id, name, color):
            return (*state.objects, MatteObject(object_id, name, color))
        case ObjectRemoved(object_id):
            return tuple(o for o in state.objects if o.id != object_id)
        case ObjectsOrdered(order):
            return tuple(state.object(each) for each in order)
        case EdgeShared(objects, edge):
            return tuple(
                replace(each, edge=edge) if each.id in objects else each for each in state.objects
            )


def _on_object(
    state: ProjectState, object_id: str, change: Callable[[MatteObject], MatteObject]
) -> ProjectState:
    return state.with_object(change(state.object(object_id)))


def _change_object(target: MatteObject, event: _OnObject) -> MatteObject:
    match event:
        case ObjectChanged(_, name, color, visible, locked, edge):
            return replace(
                target,
                name=name or target.name,
                color=color or target.color,
                visible=target.visible if visible is None else visible,
                locked=target.locked if locked is None else locked,
                edge=edge or target.edge,
            )
        case MaskPlaced(_, frame, mask):
            return target.with_keyframe(Keyframe(frame, mask, base=mask, placed=True))
        case KeyframeRemoved(_, frame):
            return target.without_keyframe(frame)
        case ClickRemoved(_, frame, _, None) | PromptRemoved(_, frame, _, None):
            return target.without_keyframe(frame)
        case _:
            return target.with_keyframe(_marked(target.keyframe(event.frame), event))


def _marked(present: Keyframe | None, event: _OnMark) -> Keyframe:
    if isinstance(event, ClickAdded | PromptAdded):
        present = present or Keyframe(event.frame, event.mask, base=event.base)
        added = event.click if isinstance(event, ClickAdded) else event.prompt
        marks: tuple[Mark, ...] = (*present.marks, added)
    elif present is None:
        raise ValueError(f"the log changes a mark on frame {event.frame}, which is no keyframe")
    elif isinstance(event, ClickChanged):
        new = event.click
        marks = tuple(new if mark.id == new.id else mark for mark in present.marks)
    else:
        gone = event.click if isinstance(event, ClickRemoved) else event.prompt
        marks = tuple(mark for mark in present.marks if mark.id != gone)
    return replace(present, mask=event.mask or present.mask, marks=marks)
