"""The JSON of the protocol, as models that the OpenAPI description is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mattebox.segmentation.prompts import MOST_POINTS

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Place = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# JSON has lists only; what is in them stays as strict as the body.
Point = Annotated[tuple[Place, Place], Field(strict=False)]
Corners = Annotated[tuple[Place, Place, Place, Place], Field(strict=False)]
FrameRange = tuple[int, int]


class Body(BaseModel):
    """A request body; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FrameTableModel(BaseModel):
    """The frame table, protocol section 1."""

    hash: str
    frame_count: int
    timescale: int
    ticks: list[int]
    end_tick: int
    damage: str | None


class SoundModel(BaseModel):
    """How a clip's sound is cut into chunks, protocol section 7."""

    sample_rate: int
    channels: int
    chunk_samples: int = Field(description="Samples in each chunk but the last.")
    chunk_count: int
    start_sample: int = Field(description="Where chunk 0 begins; 0 is the start of frame 0.")
    total_samples: int


class ConfidenceModel(BaseModel):
    """How sure the network was of each frame of an object's matte in a revision."""

    revision: int
    frames: list[float | None] = Field(description="0 to 1; null where nothing is made.")


class FrameTableLink(BaseModel):
    """Where the frame table is, and which one."""

    uri: str
    hash: str


class GridModel(BaseModel):
    """The segment grid, in frames."""

    length: int
    segment_count: int
    frame_count: int


class RenditionModel(BaseModel):
    """One stream of segments."""

    codec: str
    width: int
    height: int
    range: Literal["limited", "full"]
    init: str
    template: str
    addresses: list[str]
    ready: list[FrameRange] = Field(description="Half-open ranges of segments, not of frames.")


class VideoModel(RenditionModel):
    """The plate."""

    matrix: str


class ManifestObject(BaseModel):
    """An object of a revision."""

    id: str
    name: str
    color: str
    keyframes: list[int]
    matte: RenditionModel | None


class ManifestModel(BaseModel):
    """The manifest, protocol section 2."""

    version: Literal[1]
    project: str
    revision: int
    frame_table: FrameTableLink
    timescale: int
    grid: GridModel
    shots: list[FrameRange] | None
    video: VideoModel
    objects: list[ManifestObject]


class ClickModel(BaseModel):
    """A click."""

    id: str
    x: float
    y: float
    include: bool


class BoxModel(BaseModel):
    """A box prompt: left, top, right, bottom."""

    id: str
    kind: Literal["box"]
    box: tuple[float, float, float, float]


class BrushModel(BaseModel):
    """A stroke of a brush."""

    id: str
    kind: Literal["brush"]
    points: list[tuple[float, float]]
    radius: float
    include: bool
    direct: bool


class LassoModel(BaseModel):
    """A lasso."""

    id: str
    kind: Literal["lasso"]
    points: list[tuple[float, float]]
    include: bool
    direct: bool


PromptModel = Annotated[BoxModel | BrushModel | LassoModel, Field(discriminator="kind")]


class KeyframeModel(BaseModel):
    """A keyframe and where its mask is."""

    frame: int
    mask: str
    absent: bool = Field(description="The mask is empty: the object is not on this frame.")
    clicks: list[ClickModel]
    prompts: list[PromptModel]


class ObjectModel(BaseModel):
    """An object as it is now."""

    id: str
    name: str
    color: str
    visible: bool
    locked: bool
    keyframes: list[KeyframeModel]
    stale: list[FrameRange]


class ClipModel(BaseModel):
    """The footage of a project."""

    name: str
    width: int
    height: int
    source_width: int
    source_height: int
    rate: tuple[int, int]
    frame_count: int
    has_sound: bool
    damage: str | None
    shots: list[FrameRange] | None


class ProjectModel(BaseModel):
    """A project, protocol section 6."""

    id: str
    name: str
    created: str
    version: int
    can_undo: bool
    can_redo: bool
    revision: int
    clip: ClipModel
    objects: list[ObjectModel]


class EditedModel(ProjectModel):
    """A project after a click or prompt, with the mask that it made."""

    masks: dict[str, str] = Field(
        description="The keyframe's mask by its address, as a base64 PNG: it is wanted next."
    )


class ProjectSummary(BaseModel):
    """A project in the list."""

    id: str
    name: str
    created: str
    thumbnail: str
    frame_count: int
    duration_s: float


class ProjectList(BaseModel):
    """All projects, the newest first."""

    projects: list[ProjectSummary]


class RevisionModel(BaseModel):
    """A revision's number and time, and how much is in it."""

    number: int
    created: str
    objects: int
    keyframes: int


class RevisionList(BaseModel):
    """All revisions in order."""

    revisions: list[RevisionModel]


class AppliedModel(BaseModel):
    """The revision an Apply made."""

    revision: int


class IngestModel(BaseModel):
    """The project an upload became."""

    project: str


class ReadingModel(BaseModel):
    """The upload is still being read."""

    state: Literal["reading"] = "reading"


class ExportModel(BaseModel):
    """An export job; `done` and `total` count frames."""

    id: str
    state: Literal["running", "done", "failed", "cancelled"]
    done: int
    total: int
    detail: str | None
    revision: int
    format: str
    separate: bool = Field(description="Whether the file is a zip with a file for each object.")
    file_name: str
    file: str | None = Field(description="Where the file is, once it is done.")


class ExportList(BaseModel):
    """All exports of a project."""

    exports: list[ExportModel]


class HealthModel(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


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


class ChangedObject(Body):
    """What is to change of an object."""

    name: Name | None = None
    color: Color | None = None
    visible: bool | None = None
    locked: bool | None = None


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
