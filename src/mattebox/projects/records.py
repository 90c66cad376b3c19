"""Events and what is in them as JSON values: what the log keeps, for good.

A record that was written once must be read for ever: kinds and fields are only ever added, and a
new field has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from mattebox.matting.edge import Edge
from mattebox.projects import events
from mattebox.projects.events import Event
from mattebox.projects.state import Click, Keyframe, Mark, MatteObject, Prompt
from mattebox.segmentation.prompts import Box, Brush, Lasso, Shape

_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        events.ProjectCreated,
        events.ProjectNamed,
        events.ObjectAdded,
        events.ObjectChanged,
        events.ObjectRemoved,
        events.ObjectsOrdered,
        events.EdgeShared,
        events.ClickAdded,
        events.ClickChanged,
        events.ClickRemoved,
        events.PromptAdded,
        events.PromptRemoved,
        events.MaskPlaced,
        events.KeyframeRemoved,
        events.Applied,
        events.RevisionRestored,
    )
}
_SHAPES: dict[str, type[Shape]] = {"box": Box, "brush": Brush, "lasso": Lasso}


def to_record(event: Event) -> tuple[str, dict[str, Any]]:
    """Kind and JSON data of an event, as the log keeps them."""
    data = {field.name: _plain(getattr(event, field.name)) for field in fields(event)}
    return type(event).__name__, data


def from_record(kind: str, data: Mapping[str, Any]) -> Event:
    """The event that `to_record` was given.

    Raises:
        KeyError: A newer version of the program wrote a kind this one does not know.
    """
    values = dict(data)
    # Where a mark went, the record has its id alone.
    if isinstance(values.get("click"), Mapping):
        values["click"] = _mark(values["click"])
    if isinstance(values.get("prompt"), Mapping):
        values["prompt"] = _mark(values["prompt"])
    if isinstance(values.get("edge"), Mapping):
        values["edge"] = Edge(**values["edge"])
    if isinstance(values.get("made"), Mapping):
        values["made"] = events.ObjectAdded(**values["made"])
    if "objects" in values:
        values["objects"] = tuple(
            each if isinstance(each, str) else _object(each) for each in values["objects"]
        )
    return _KINDS[kind](**values)


def prompt_json(prompt: Prompt) -> dict[str, Any]:
    """A prompt as JSON values: its id, what kind it is, and the fields of its shape."""
    kind = next(name for name, shape in _SHAPES.items() if isinstance(prompt.shape, shape))
    # Not `asdict`: that copies every point.
    shape = {field.name: getattr(prompt.shape, field.name) for field in fields(prompt.shape)}
    return {"id": prompt.id, "kind": kind, **shape}


def _plain(value: Any) -> Any:
    match value:
        case Prompt():
            return prompt_json(value)
        case Click() | Edge() | events.ObjectAdded():
            return asdict(value)
        case Keyframe() | MatteObject():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value


def _object(values: Mapping[str, Any]) -> MatteObject:
    keyframes = tuple(_keyframe(each) for each in values["keyframes"])
    edge = Edge(**values.get("edge", {}))
    return MatteObject(**{**values, "keyframes": keyframes, "edge": edge})


def _keyframe(values: Mapping[str, Any]) -> Keyframe:
    return Keyframe(**{**values, "marks": tuple(_mark(each) for each in values["marks"])})


def _mark(values: Mapping[str, Any]) -> Mark:
    if "kind" not in values:
        return Click(**values)
    shape = {name: _tuples(value) for name, value in values.items() if name not in {"id", "kind"}}
    return Prompt(values["id"], _SHAPES[values["kind"]](**shape))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value
