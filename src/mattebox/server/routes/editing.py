"""What changes a project: objects, clicks, keyframes, undo and redo."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from mattebox.errors import InputError
from mattebox.matting import Edge
from mattebox.projects.editing import Moved
from mattebox.projects.marking import Aim
from mattebox.projects.masks import Mask, decode_png
from mattebox.projects.store import Project
from mattebox.segmentation import Click
from mattebox.segmentation.prompts import Box, Brush, Lasso, Shape
from mattebox.server.bodies import (
    ChangedClick,
    ChangedObject,
    NewBox,
    NewBrush,
    NewClick,
    NewKeyframe,
    NewLasso,
    NewObject,
    NewPrompt,
    ObjectOrder,
    Rename,
    SharedEdge,
)
from mattebox.server.models import EditedModel, HistoryModel, ProjectModel
from mattebox.server.present import edited_model, history_model, project_model
from mattebox.server.routes.context import (
    NEW,
    IfNoneMatch,
    OpenWorkspace,
    content,
    immutable,
    known,
    responses,
)
from mattebox.streaming.plan import nothing_on

router = APIRouter(tags=["editing"])

Frame = Annotated[int, Path(ge=0)]

# As the database counts.
_MOST_STEPS = 2**63 - 1

_PNG = b"\x89PNG\r\n\x1a\n"


def _told(workspace: OpenWorkspace, project: Project) -> ProjectModel:
    workspace.bus.publish(project.id, "project", {"version": project.version})
    return project_model(workspace, project)


@router.patch("/projects/{project}", responses=responses(404, 422))
def rename_project(project: str, body: Rename, workspace: OpenWorkspace) -> ProjectModel:
    """Give the project another name."""
    return _told(workspace, workspace.editing.rename(project, body.name))


@router.post("/projects/{project}/objects", status_code=201, responses=responses(404, 422))
def add_object(project: str, body: NewObject, workspace: OpenWorkspace) -> ProjectModel:
    """Add an object."""
    return _told(workspace, workspace.editing.add_object(project, body.name, body.color))


@router.patch("/projects/{project}/objects", responses=responses(404, 409, 422))
def share_edge(project: str, body: SharedEdge, workspace: OpenWorkspace) -> ProjectModel:
    """Give several objects the same edge, as a single step."""
    edge = Edge(**vars(body.edge))
    return _told(workspace, workspace.editing.share_edge(project, body.objects, edge))


@router.put("/projects/{project}/objects/order", responses=responses(404, 422))
def order_objects(project: str, body: ObjectOrder, workspace: OpenWorkspace) -> ProjectModel:
    """Put the objects in another order."""
    return _told(workspace, workspace.editing.order_objects(project, body.objects))


@router.patch("/projects/{project}/objects/{item}", responses=responses(404, 409, 422))
def change_object(
    project: str, item: str, body: ChangedObject, workspace: OpenWorkspace
) -> ProjectModel:
    """Change an object's name, colour or edge, show or hide it, lock or unlock it."""
    changed = workspace.editing.change_object(
        project,
        item,
        name=body.name,
        color=body.color,
        visible=body.visible,
        locked=body.locked,
        edge=Edge(**vars(body.edge)) if body.edge else None,
    )
    return _told(workspace, changed)


@router.delete("/projects/{project}/objects/{item}", responses=responses(404, 409))
def remove_object(project: str, item: str, workspace: OpenWorkspace) -> ProjectModel:
    """Remove an object with its keyframes."""
    return _told(workspace, workspace.editing.remove_object(project, item))


@router.post(
    "/projects/{project}/objects/{item}/frames/{frame}/clicks",
    status_code=201,
    responses=responses(404, 409, 422),
)
def add_click(
    project: str, item: str, frame: Frame, body: NewClick, workspace: OpenWorkspace
) -> EditedModel:
    """Click on a frame; the answer holds the keyframe's new mask.

    For the object `new` it makes one, as a single step.
    """
    return _clicked(
        workspace,
        item,
        frame,
        lambda: workspace.editing.add_click(
            Aim(project, known(item), frame), Click(body.x, body.y, body.include)
        ),
    )


@router.patch(
    "/projects/{project}/objects/{item}/frames/{frame}/clicks/{click}",
    responses=responses(404, 409, 422),
)
def change_click(
    project: str,
    item: str,
    frame: Frame,
    click: str,
    *,
    body: ChangedClick,
    workspace: OpenWorkspace,
) -> EditedModel:
    """Move or turn a click."""
    return _clicked(
        workspace,
        item,
        frame,
        lambda: workspace.editing.change_click(
            project, item, frame, click, x=body.x, y=body.y, include=body.include
        ),
    )


@router.delete(
    "/projects/{project}/objects/{item}/frames/{frame}/clicks/{click}",
    responses=responses(404, 409, 422),
)
def remove_click(
    project: str, item: str, frame: Frame, click: str, workspace: OpenWorkspace
) -> EditedModel:
    """Remove a click."""
    return _clicked(
        workspace, item, frame, lambda: workspace.editing.remove_click(project, item, frame, click)
    )


@router.post(
    "/projects/{project}/objects/{item}/frames/{frame}/prompts",
    status_code=201,
    responses=responses(404, 409, 422),
)
def add_prompt(
    project: str,
    item: str,
    frame: Frame,
    body: Annotated[NewPrompt, Body()],
    workspace: OpenWorkspace,
) -> EditedModel:
    """Draw a box, a stroke or a lasso; the answer holds the keyframe's new mask.

    For the object `new` it makes one, as a single step.
    """
    shape = _shape(body)
    return _clicked(
        workspace,
        item,
        frame,
        lambda: workspace.editing.add_prompt(Aim(project, known(item), frame), shape),
    )


@router.delete(
    "/projects/{project}/objects/{item}/frames/{frame}/prompts/{prompt}",
    responses=responses(404, 409, 422),
)
def remove_prompt(
    project: str, item: str, frame: Frame, prompt: str, workspace: OpenWorkspace
) -> EditedModel:
    """Remove a prompt; what was said after it is asked again."""
    return _clicked(
        workspace,
        item,
        frame,
        lambda: workspace.editing.remove_prompt(project, item, frame, prompt),
    )


@router.post(
    "/projects/{project}/objects/{item}/frames/{frame}/keyframe",
    status_code=201,
    responses=responses(404, 409, 422),
)
def keep_frame(
    project: str,
    item: str,
    frame: Frame,
    workspace: OpenWorkspace,
    body: Annotated[NewKeyframe, Body()] = NewKeyframe(),
) -> ProjectModel:
    """Keep the matte that is shown on a frame as a keyframe, or say that the object is absent."""
    editing = workspace.editing
    deed = editing.mark_absent if body.absent else editing.keep_frame
    return _told(workspace, deed(project, item, frame))


@router.put(
    "/projects/{project}/objects/{item}/frames/{frame}/mask",
    responses=responses(404, 409, 413, 415, 422),
    openapi_extra={"requestBody": {"content": {"image/png": {}}, "required": True}},
)
async def place_mask(
    project: str, item: str, frame: Frame, request: Request, workspace: OpenWorkspace
) -> ProjectModel:
    """Make a frame a keyframe with a mask made elsewhere: an 8-bit grey PNG at working size."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "image/png":
        raise InputError("The mask must be sent as image/png.", status=415)
    data = await request.body()

    def place() -> ProjectModel:
        mask = _mask(workspace, project, data)
        return _told(workspace, workspace.editing.place_mask(project, item, frame, mask))

    return await run_in_threadpool(place)


@router.delete(
    "/projects/{project}/objects/{item}/frames/{frame}", responses=responses(404, 409, 422)
)
def remove_keyframe(
    project: str, item: str, frame: Frame, workspace: OpenWorkspace
) -> ProjectModel:
    """Take back everything that was said about a frame."""
    return _told(workspace, workspace.editing.remove_keyframe(project, item, frame))


@router.post("/projects/{project}/undo", responses=responses(404, 409))
def undo(project: str, workspace: OpenWorkspace) -> ProjectModel:
    """Take back the last change."""
    return _moved(workspace, workspace.editing.undo(project))


@router.post("/projects/{project}/redo", responses=responses(404, 409))
def redo(project: str, workspace: OpenWorkspace) -> ProjectModel:
    """Have back what was undone last."""
    return _moved(workspace, workspace.editing.redo(project))


@router.get("/projects/{project}/history", responses=responses(404, 422))
def read_history(
    project: str,
    workspace: OpenWorkspace,
    before: Annotated[int | None, Query(ge=0, le=_MOST_STEPS)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HistoryModel:
    """The latest steps whose number is below `before`, those that were undone included."""
    nothing = nothing_on(workspace.clips.get(workspace.projects.get(project).clip))
    return history_model(workspace.projects.history(project, before, limit, nothing=nothing))


@router.post("/projects/{project}/history/{step}", responses=responses(404, 422))
def go_to_step(
    project: str, step: Annotated[int, Path(ge=0, le=_MOST_STEPS)], workspace: OpenWorkspace
) -> ProjectModel:
    """Undo or redo everything up to a step, by its id, at once."""
    return _moved(workspace, workspace.editing.go_to(project, step))


@router.post("/projects/{project}/revisions/{revision}/restore", responses=responses(404, 422))
def restore_revision(
    project: str, revision: Annotated[int, Path(ge=0)], workspace: OpenWorkspace
) -> ProjectModel:
    """Make everything as it was when a revision was applied; undo takes that back."""
    return _moved(workspace, workspace.editing.restore(project, revision))


@router.get(
    "/masks/{mask}.png",
    response_class=Response,
    responses=content("image/png") | responses(404),
)
def read_mask(mask: str, workspace: OpenWorkspace, if_none_match: IfNoneMatch = None) -> Response:
    """A keyframe's mask."""
    if not workspace.projects.has_mask(mask):
        raise InputError(f"There is no mask {mask!r}; read the project again.", status=404)
    data = workspace.masks.path(mask).read_bytes()
    return immutable(data, "image/png", mask, if_none_match)


def _clicked(
    workspace: OpenWorkspace, item: str, frame: int, deed: Callable[[], Project]
) -> EditedModel:
    with workspace.clicking():
        project = deed()
        workspace.bus.publish(project.id, "project", {"version": project.version})
        edited = project.state.objects[-1].id if item == NEW else item
        return edited_model(workspace, project, edited, frame)


def _moved(workspace: OpenWorkspace, moved: Moved) -> ProjectModel:
    before, project = moved.before.state.revision, moved.after
    if project.state.revision != before:
        workspace.announcer.announce(project.id, before, None)
    return _told(workspace, project)


def _shape(body: NewBox | NewBrush | NewLasso) -> Shape:
    if isinstance(body, NewBox):
        return Box(body.box)
    # Five decimals are a hundredth of a pixel; a page reads all strokes back with each answer.
    points = tuple((round(x, 5), round(y, 5)) for x, y in body.points)
    if isinstance(body, NewBrush):
        return Brush(points, body.radius, body.include, body.direct)
    return Lasso(points, body.include, body.direct)


def _mask(workspace: OpenWorkspace, project: str, data: bytes) -> Mask:
    # Its size is read before it is decoded: a small file may unpack to a huge picture.
    info = workspace.clips.get(workspace.projects.get(project).clip).info
    if data[:8] == _PNG and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
        if size != (info.width, info.height):
            raise InputError(
                f"The mask is {size[0]}x{size[1]} pixels; make it {info.width}x{info.height}.",
                status=422,
            )
    return decode_png(data if data[:8] == _PNG else b"")
