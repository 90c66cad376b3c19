"""Manifest, playlists, segments and Apply."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from mattebox.errors import InputError
from mattebox.server.bodies import Apply
from mattebox.server.models import AppliedModel, ConfidenceModel, ManifestModel
from mattebox.server.problems import of_exception
from mattebox.server.routes.context import (
    IMMUTABLE,
    IfNoneMatch,
    OpenWorkspace,
    content,
    has_tag,
    immutable,
    responses,
    shots_known,
)
from mattebox.server.segment_response import SegmentResponse
from mattebox.streaming.manifest import init_uri, segment_uri
from mattebox.streaming.plan import grid_of
from mattebox.streaming.playlist import media_playlist
from mattebox.streaming.scheduler import Priority, Stopped

router = APIRouter(tags=["stream"])

_PLAYLIST = "application/vnd.apple.mpegurl"


RevisionAsked = Annotated[int | None, Query(ge=0)]
RevisionGiven = Annotated[int, Path(ge=0)]


async def _given_can_be_told(
    project: str, workspace: OpenWorkspace, revision: RevisionGiven
) -> None:
    await shots_known(workspace, project, revision)


@router.get("/projects/{project}/manifest", responses=responses(404, 503))
def read_manifest(
    project: str,
    workspace: OpenWorkspace,
    revision: RevisionAsked = None,
) -> ManifestModel:
    """The manifest of a revision, or of the present one, as far as its segments are decided."""
    workspace.announcer.follow(project)
    return ManifestModel.model_validate(workspace.stream.manifest(project, revision))


@router.get(
    "/projects/{project}/revisions/{revision}/{rendition}.m3u8",
    response_class=Response,
    responses=content(_PLAYLIST) | responses(404, 503),
    dependencies=[Depends(_given_can_be_told)],
)
def read_playlist(
    project: str,
    revision: RevisionGiven,
    rendition: str,
    workspace: OpenWorkspace,
) -> Response:
    """A revision's plate (`video`) or the matte of one object as an HLS VOD playlist."""
    found = workspace.projects.get(project)
    addresses = workspace.stream.addresses(found, workspace.projects.revision(project, revision))
    segments = addresses.video if rendition == "video" else addresses.mattes.get(rendition)
    if segments is None:
        raise InputError(
            f"There is no rendition {rendition!r} in revision {revision}; read the manifest.",
            status=404,
        )
    clip = workspace.clips.get(found.clip)
    first = segments[0] if rendition == "video" else addresses.spare
    text = media_playlist(
        clip.table, grid_of(clip), init_uri(first), [segment_uri(a) for a in segments]
    )
    return Response(text, media_type=_PLAYLIST)


@router.get(
    "/segments/{address}.m4s",
    response_class=Response,
    responses=content("video/mp4") | responses(404, 500, 503, 507),
)
async def read_segment(
    address: str,
    workspace: OpenWorkspace,
    if_none_match: IfNoneMatch = None,
    mattebox_priority: Annotated[Literal["playhead", "ahead"], Header()] = "playhead",
) -> Response:
    """One segment; it is made when it is not there yet."""
    await run_in_threadpool(workspace.stream.check, address)
    headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{address}"'}
    if has_tag(if_none_match, address):
        return Response(status_code=304, headers=headers)
    data = await run_in_threadpool(workspace.stream.cached, address)
    workspace.counters.cache.labels("hit" if data is not None else "miss").inc()
    if data is not None:
        return Response(data, media_type="video/mp4", headers=headers)
    priority = Priority.AHEAD if mattebox_priority == "ahead" else Priority.PLAYHEAD
    try:
        ticket = await run_in_threadpool(workspace.stream.request, address, priority)
    except Stopped:
        raise InputError("The server is stopping; ask again soon.", status=503) from None
    return SegmentResponse(ticket, headers, of_exception)


@router.get(
    "/segments/{address}/{frame}.png",
    response_class=Response,
    responses=content("image/png") | responses(404, 422, 500, 503, 507),
)
async def read_matte(
    address: str,
    frame: Annotated[int, Path(ge=0)],
    workspace: OpenWorkspace,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The matte of one frame of a matte segment, sooner than the segment where that is not made."""
    await run_in_threadpool(workspace.stream.check, address)
    tag = f"{address}-{frame}"
    headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{tag}"'}
    if has_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    try:
        ticket = await run_in_threadpool(workspace.stream.request_matte, address, frame)
    except Stopped:
        raise InputError("The server is stopping; ask again soon.", status=503) from None
    return SegmentResponse(ticket, headers, of_exception, "image/png")


@router.get(
    "/segments/{address}/init.mp4",
    response_class=Response,
    responses=content("video/mp4") | responses(404),
)
def read_init(
    address: str, workspace: OpenWorkspace, if_none_match: IfNoneMatch = None
) -> Response:
    """The initialisation segment of a segment's rendition."""
    data = workspace.stream.init(address)
    return immutable(data, "video/mp4", f"{address}-init", if_none_match)


@router.get("/projects/{project}/objects/{item}/confidence", responses=responses(404))
def read_confidence(
    project: str,
    item: str,
    workspace: OpenWorkspace,
    revision: RevisionAsked = None,
) -> ConfidenceModel:
    """The overlap with the true mask to expect of each frame of a revision, or the present one."""
    found = workspace.stream.confidence(project, item, revision)
    return ConfidenceModel(revision=found.revision, frames=found.frames)


@router.post("/projects/{project}/apply", status_code=201, responses=responses(404, 409, 422))
def apply(
    project: str, workspace: OpenWorkspace, body: Annotated[Apply, Body()] = Apply()
) -> AppliedModel:
    """Make a revision of all keyframes and begin to make its mattes at the playhead."""
    return AppliedModel(revision=workspace.apply(project, body.playhead))


@router.delete("/projects/{project}/work", status_code=204, responses=responses(404))
def stop_work(project: str, workspace: OpenWorkspace) -> None:
    """Stop making mattes in the background; what is made is kept."""
    workspace.projects.get(project)
    workspace.announcer.stop_work(project)
