"""Projects, their clips and pictures, and what uploads became."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from starlette.responses import JSONResponse

from mattebox.errors import InputError
from mattebox.media.stills import frame_image
from mattebox.projects.clips import Clip
from mattebox.server.bodies import NewSample
from mattebox.server.models import (
    FrameTableModel,
    IngestModel,
    ProjectList,
    ProjectModel,
    ReadingModel,
    RevisionList,
    RevisionModel,
    SoundModel,
)
from mattebox.server.present import project_model, project_summary
from mattebox.server.problems import of_exception, problem
from mattebox.server.routes.context import (
    IMMUTABLE,
    IfNoneMatch,
    OpenWorkspace,
    content,
    has_tag,
    immutable,
    responses,
)
from mattebox.server.segment_response import SegmentResponse
from mattebox.streaming.scheduler import Stopped

router = APIRouter()

_THUMBNAIL_HEIGHT = 180


@router.get(
    "/ingests/{upload}",
    tags=["uploads"],
    response_model=IngestModel,
    responses=responses(404, 413, 422) | {202: {"model": ReadingModel}},
)
def read_ingest(upload: str, workspace: OpenWorkspace) -> Response | IngestModel:
    """What became of a complete upload; a refusal answers with its problem."""
    ingest = workspace.library.ingests.get(upload)
    if ingest.state == "reading":
        return JSONResponse(ReadingModel().model_dump(), 202, {"Retry-After": "1"})
    if ingest.state == "refused" or ingest.project is None:
        return problem(ingest.status or 422, ingest.detail or "The upload was refused.")
    return IngestModel(project=ingest.project)


@router.post("/projects", status_code=201, tags=["projects"], responses=responses(422))
def create_project(_body: NewSample, workspace: OpenWorkspace) -> ProjectModel:
    """Make a project of the sample clip."""
    return project_model(workspace, workspace.open_sample())


@router.get("/projects", tags=["projects"])
def list_projects(workspace: OpenWorkspace) -> ProjectList:
    """All projects, the newest first."""
    return ProjectList(
        projects=[
            project_summary(project, workspace.clips.get(project.clip))
            for project in workspace.projects.all()
        ]
    )


@router.get("/projects/{project}", tags=["projects"], responses=responses(404))
def read_project(project: str, workspace: OpenWorkspace) -> ProjectModel:
    """The project as it is now."""
    return project_model(workspace, workspace.projects.get(project))


@router.delete("/projects/{project}", status_code=204, tags=["projects"], responses=responses(404))
def delete_project(project: str, workspace: OpenWorkspace) -> None:
    """Delete the project with everything that only it uses."""
    workspace.delete(project)


@router.get("/projects/{project}/frame-table", tags=["projects"], responses=responses(404))
def read_frame_table(project: str, workspace: OpenWorkspace, response: Response) -> FrameTableModel:
    """The frame table; it never changes."""
    clip = _clip(workspace, project)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return FrameTableModel.model_validate(clip.table.public_json())


@router.get(
    "/projects/{project}/frames/{frame}.{kind}",
    tags=["projects"],
    response_class=Response,
    responses=content("image/png", "image/jpeg") | responses(404, 422, 503),
)
def read_frame(
    project: str,
    frame: Annotated[int, Path(ge=0)],
    kind: Literal["png", "jpg"],
    workspace: OpenWorkspace,
    *,
    height: Annotated[int | None, Query(ge=16, le=720)] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One frame at working size, or as a smaller JPEG that waits for everything urgent."""
    clip = _clip(workspace, project)
    if frame >= clip.table.frame_count:
        raise InputError(
            f"Frame {frame} is not in the clip; its frames are 0 to {clip.table.frame_count - 1}.",
            status=404,
        )
    if height is not None:
        if kind == "png":
            raise InputError(
                "A picture of a given height is a JPEG; ask for .jpg instead.", status=422
            )
        return _small_picture(workspace, clip, frame, height, if_none_match)
    image = frame_image(clip.path, clip.info, clip.table, frame, kind)
    media_type = "image/png" if kind == "png" else "image/jpeg"
    return immutable(image, media_type, f"{clip.hash[:32]}-{frame}-{kind}", if_none_match)


@router.get(
    "/projects/{project}/thumbnail.jpg",
    tags=["projects"],
    response_class=Response,
    responses=content("image/jpeg") | responses(404),
)
def read_thumbnail(
    project: str, workspace: OpenWorkspace, if_none_match: IfNoneMatch = None
) -> Response:
    """A small picture of the clip."""
    clip = _clip(workspace, project)
    image = workspace.thumbnail(clip, _THUMBNAIL_HEIGHT)
    return immutable(image, "image/jpeg", f"{clip.hash[:32]}-thumbnail", if_none_match)


@router.get("/projects/{project}/sound", tags=["projects"], responses=responses(404, 500))
def read_sound(project: str, workspace: OpenWorkspace) -> SoundModel:
    """How the clip's sound is cut into chunks; sample 0 sounds when frame 0 appears."""
    track = workspace.sound.track(_clip(workspace, project))
    return SoundModel(
        sample_rate=track.sample_rate,
        channels=track.channels,
        chunk_samples=track.chunk_samples,
        chunk_count=track.chunk_count,
        start_sample=0,
        total_samples=track.total_samples,
    )


@router.get(
    "/projects/{project}/sound/{chunk}.flac",
    tags=["projects"],
    response_class=Response,
    responses=content("audio/flac") | responses(404, 422, 500),
)
def read_sound_chunk(
    project: str,
    chunk: Annotated[int, Path(ge=0)],
    workspace: OpenWorkspace,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One chunk of the clip's sound; it decodes by itself."""
    clip = _clip(workspace, project)
    workspace.sound.check(clip, chunk)
    tag = workspace.sound.tag(clip, chunk)
    if has_tag(if_none_match, tag):
        return immutable(b"", "audio/flac", tag, if_none_match)
    return immutable(workspace.sound.chunk(clip, chunk), "audio/flac", tag, None)


@router.get("/projects/{project}/revisions", tags=["stream"], responses=responses(404))
def list_revisions(project: str, workspace: OpenWorkspace) -> RevisionList:
    """All revisions in order."""
    return RevisionList(
        revisions=[
            RevisionModel(
                number=revision.number,
                created=revision.created,
                objects=len(revision.snapshot.objects),
                keyframes=revision.snapshot.keyframe_count,
            )
            for revision in workspace.projects.revisions(project)
        ]
    )


def _small_picture(
    workspace: OpenWorkspace, clip: Clip, frame: int, height: int, if_none_match: str | None
) -> Response:
    tag = workspace.filmstrip.tag(clip, frame, height)
    data = workspace.filmstrip.cached(clip, frame, height)
    if data is not None or has_tag(if_none_match, tag):
        return immutable(data or b"", "image/jpeg", tag, if_none_match)
    try:
        ticket = workspace.filmstrip.request(clip, frame, height)
    except Stopped:
        raise InputError("The server is stopping; ask again soon.", status=503) from None
    headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{tag}"'}
    return SegmentResponse(ticket, headers, of_exception, "image/jpeg")


def _clip(workspace: OpenWorkspace, project: str) -> Clip:
    return workspace.clips.get(workspace.projects.get(project).clip)
