"""Export jobs and their files."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import FileResponse

from mattebox.errors import InputError
from mattebox.export import format_named
from mattebox.server.bodies import NewExport
from mattebox.server.models import ExportList, ExportModel
from mattebox.server.present import export_model
from mattebox.server.routes.context import (
    OpenWorkspace,
    content,
    responses,
)
from mattebox.streaming.exports import ExportRequest

router = APIRouter(tags=["exports"])


@router.post(
    "/projects/{project}/exports",
    status_code=201,
    responses=responses(404, 409, 422, 503),
)
def start_export(project: str, body: NewExport, workspace: OpenWorkspace) -> ExportModel:
    """Export the present revision."""
    request = ExportRequest(
        body.format,
        body.key_color,
        tuple(body.objects),
        body.start,
        body.stop,
        separate=body.separate,
        name=body.name,
    )
    return export_model(workspace.exports.start(project, request))


@router.get("/projects/{project}/exports", responses=responses(404))
def list_exports(project: str, workspace: OpenWorkspace) -> ExportList:
    """All exports of a project, in the order they were started."""
    workspace.projects.get(project)
    found = workspace.exports.of_project(project)
    return ExportList(exports=[export_model(export) for export in found])


@router.get("/projects/{project}/exports/{export}", responses=responses(404))
def read_export(project: str, export: str, workspace: OpenWorkspace) -> ExportModel:
    """How far an export is."""
    return export_model(workspace.exports.get(project, export))


@router.delete("/projects/{project}/exports/{export}", status_code=204, responses=responses(404))
def cancel_export(project: str, export: str, workspace: OpenWorkspace) -> None:
    """Cancel an export that runs; forget one that ended, with its file."""
    workspace.exports.cancel(project, export)


@router.get(
    "/projects/{project}/exports/{export}/file",
    response_class=FileResponse,
    responses=content("video/mp4") | responses(404, 409),
)
def download_export(project: str, export: str, workspace: OpenWorkspace) -> FileResponse:
    """The file of an export that is done."""
    found = workspace.exports.get(project, export)
    if found.state != "done":
        raise InputError(
            f"Export {export} is {found.state}, so there is no file; wait for it or start another.",
            status=409,
        )
    path = workspace.exports.path(found)
    if not path.exists():
        raise InputError("The file of this export is gone; export again.", status=404)
    known = format_named(found.request["format"])
    media_type = "application/zip" if found.request.get("separate") else known.media_type
    return FileResponse(path, media_type=media_type, filename=found.file_name)
