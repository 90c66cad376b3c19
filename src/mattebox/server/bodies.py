"""The request bodies of the protocol; what they do not know they refuse."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mattebox.segmentation.prompts import MOST_POINTS

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Place = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
# JSON has lists only; what is in them stays as strict as the body.
Point = Annotated[tuple[Place, Place], Field(strict=False)]
Corners = Annotated[tuple[Place, Place, Place, Place], Field(strict=False)]


class Body(BaseModel):
    """A request body; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewSample(Body):
    """Makes a project of the sample clip."""

    sample: Literal[True]


class Rename(Body):
    """Another name."""

    name: Name


class NewObject(Body):
    """An object; what is left out is chosen."""

    name: Name | None = None
    color: Color | None = None


class ObjectEdge(Body):
    """An object's edge; what is left out is neutral. Lengths are pixels of the source."""

    clip_black: Number = 0.0
    clip_white: Number = 1.0
    smooth: Number = 0.0
    grow: Number = 0.0
    feather: Number = 0.0
    despill: Number = 0.0


class ChangedObject(Body):
    """What is to change of an object."""

    name: Name | None = None
    color: Color | None = None
    visible: bool | None = None
    locked: bool | None = None
    edge: ObjectEdge | None = None


class SharedEdge(Body):
    """An edge for several objects at once."""

    objects: Annotated[list[str], Field(min_length=1)]
    edge: ObjectEdge


class ObjectOrder(Body):
    """All objects' ids in their new order."""

    objects: list[str]


class NewClick(Body):
    """A click on a frame."""

    x: Place
    y: Place
    include: bool


class ChangedClick(Body):
    """What is to change of a click."""

    x: Place | None = None
    y: Place | None = None
    include: bool | None = None


class NewBox(Body):
    """A box around the object: left, top, right, bottom."""

    kind: Literal["box"]
    box: Corners


class NewBrush(Body):
    """A stroke of a round brush; the radius is a fraction of the picture's shorter side."""

    kind: Literal["brush"]
    points: Annotated[list[Point], Field(min_length=1, max_length=MOST_POINTS)]
    radius: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    include: bool
    direct: bool


class NewLasso(Body):
    """A closed line."""

    kind: Literal["lasso"]
    points: Annotated[list[Point], Field(min_length=3, max_length=MOST_POINTS)]
    include: bool
    direct: bool


NewPrompt = Annotated[NewBox | NewBrush | NewLasso, Field(discriminator="kind")]


class NewKeyframe(Body):
    """Keeps the matte that is shown on a frame, or says that the object is not there."""

    absent: bool = False


class Apply(Body):
    """Where to begin."""

    playhead: Annotated[int, Field(ge=0)] = 0


class NewExport(Body):
    """What to export."""

    format: str = "mp4"
    key_color: Color = "#00ff00"
    objects: list[str] = []
    start: Annotated[int, Field(ge=0)] = 0
    stop: Annotated[int, Field(ge=1)] | None = None
    separate: bool = Field(default=False, description="A file for each object, in one zip.")
    name: Name | None = Field(
        default=None,
        description="What files are called, without a suffix: words and {project}, {clip},"
        " {object}, {revision}, {format}.",
    )
