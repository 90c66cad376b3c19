"""The answers of the protocol, as models that the OpenAPI description is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

FrameRange = tuple[int, int]


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
    """The overlap (IoU) with the true mask to expect of each frame of an object's matte."""

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


class MatteModel(RenditionModel):
    """The matte of an object."""

    frame_template: str


class ManifestObject(BaseModel):
    """An object of a revision."""

    id: str
    name: str
    color: str
    keyframes: list[int]
    matte: MatteModel | None


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


class EdgeModel(BaseModel):
    """How an object's matte is composited; lengths in pixels of the source."""

    clip_black: float = Field(description="What is at most this share becomes 0.")
    clip_white: float = Field(description="What is at least this share becomes 1.")
    smooth: float = Field(description="How far the contour is evened out.")
    grow: float = Field(description="How far the edge moves outwards, or inwards below 0.")
    feather: float = Field(description="How far the edge fades to both sides.")
    despill: float = Field(description="Share of the background's colours taken out of the edge.")


class ObjectModel(BaseModel):
    """An object as it is now."""

    id: str
    name: str
    color: str
    visible: bool
    locked: bool
    edge: EdgeModel
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
    timecode: str | None = Field(
        description="What the source calls its first frame, HH:MM:SS:FF; with a semicolon before "
        "the frames, numbers are dropped as SMPTE 12M says. Null where it has no usable label."
    )
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


class StepObjectModel(BaseModel):
    """The object of a step, as it was called and tinted then."""

    id: str
    name: str
    color: str


class StepModel(BaseModel):
    """A step of the history."""

    id: int = Field(description="Names the step, to go to it.")
    number: int = Field(description="Its place; 0 is the making of the project.")
    created: str
    deed: str = Field(description="What was done, in a few words.")
    object: StepObjectModel | None = Field(description="To what; null: to the project.")
    frame: int | None


class HistoryModel(BaseModel):
    """Some steps of a project's history, the oldest first."""

    count: int = Field(description="How many there are, those that were undone included.")
    present: int = Field(description="Number of the step that is now.")
    steps: list[StepModel]


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
