"""What can happen to a project, and the pure function from what happened to what is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any

from mattebox.projects.state import Click, Keyframe, MatteObject, ProjectState


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
    """The object's name or colour; None leaves it."""

    object: str
    name: str | None = None
    color: str | None = None


@dataclass(frozen=True)
class ObjectRemoved:
    """The object and all its keyframes went."""

    object: str


@dataclass(frozen=True)
class ClickAdded:
    """A click and the keyframe mask it led to.

    Attributes:
        object: Which object.
        frame: Frame index.
        click: The click.
        mask: Hash of the mask after it.
        base: Hash of the mask it corrected, on a frame that had no keyframe yet.
    """

    object: str
    frame: int
    click: Click
    mask: str
    base: str | None = None


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
class MaskPlaced:
    """A keyframe mask made elsewhere; it replaces what was on the frame."""

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


Event = (
    ProjectCreated
    | ProjectNamed
    | ObjectAdded
    | ObjectChanged
    | ObjectRemoved
    | ClickAdded
    | ClickChanged
    | ClickRemoved
    | MaskPlaced
    | KeyframeRemoved
    | Applied
)

_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        ProjectCreated,
        ProjectNamed,
        ObjectAdded,
        ObjectChanged,
        ObjectRemoved,
        ClickAdded,
        ClickChanged,
        ClickRemoved,
        MaskPlaced,
        KeyframeRemoved,
        Applied,
    )
}


def to_record(event: Event) -> tuple[str, dict[str, Any]]:
    """Kind and JSON data of an event, as the log keeps them."""
    return type(event).__name__, asdict(event)


def from_record(kind: str, data: Mapping[str, Any]) -> Event:
    """The event that `to_record` was given.

    Raises:
        KeyError: A newer version of the program wrote a kind this one does not know.
    """
    values = dict(data)
    if isinstance(values.get("click"), Mapping):
        values["click"] = Click(**values["click"])
    return _KINDS[kind](**values)


def fold(events: Iterable[Event], start: ProjectState | None = None) -> ProjectState:
    """The state after `events`, in order, from `start` (an unnamed project)."""
    return reduce(apply, events, start or ProjectState(name=""))


def apply(state: ProjectState, event: Event) -> ProjectState:
    """The state after one more event."""
    match event:
        case ProjectCreated(name) | ProjectNamed(name):
            return replace(state, name=name)
        case ObjectAdded(object_id, name, color):
            return replace(state, objects=(*state.objects, MatteObject(object_id, name, color)))
        case ObjectRemoved(object_id):
            return replace(state, objects=tuple(o for o in state.objects if o.id != object_id))
        case Applied(revision):
            return replace(state, revision=revision)
        case _:
            return _on_object(state, event.object, lambda o: _change_object(o, event))


def _on_object(
    state: ProjectState, object_id: str, change: Callable[[MatteObject], MatteObject]
) -> ProjectState:
    return state.with_object(change(state.object(object_id)))


def _change_object(
    target: MatteObject,
    event: ObjectChanged | ClickAdded | ClickChanged | ClickRemoved | MaskPlaced | KeyframeRemoved,
) -> MatteObject:
    match event:
        case ObjectChanged(_, name, color):
            return replace(target, name=name or target.name, color=color or target.color)
        case MaskPlaced(_, frame, mask):
            return target.with_keyframe(Keyframe(frame, mask, base=mask, placed=True))
        case KeyframeRemoved(_, frame):
            return target.without_keyframe(frame)
        case ClickRemoved(_, frame, _, None):
            return target.without_keyframe(frame)
        case _:
            return target.with_keyframe(_clicked(target.keyframe(event.frame), event))


def _clicked(present: Keyframe | None, event: ClickAdded | ClickChanged | ClickRemoved) -> Keyframe:
    if isinstance(event, ClickAdded):
        present = present or Keyframe(event.frame, event.mask, base=event.base)
        clicks = (*present.clicks, event.click)
    elif present is None:
        raise ValueError(f"the log changes a click on frame {event.frame}, which is no keyframe")
    elif isinstance(event, ClickChanged):
        new = event.click
        clicks = tuple(new if click.id == new.id else click for click in present.clicks)
    else:
        clicks = tuple(click for click in present.clicks if click.id != event.click)
    return replace(present, mask=event.mask or present.mask, clicks=clicks)
