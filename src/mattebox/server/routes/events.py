"""Server-sent events of a project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from mattebox.server.routes.context import OpenWorkspace, responses
from mattebox.server.workspace import Workspace

router = APIRouter(tags=["events"])


@router.get(
    "/projects/{project}/events", response_class=EventSourceResponse, responses=responses(404)
)
async def follow_events(
    project: str,
    workspace: OpenWorkspace,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """What happens in a project, from now on or from where the client left off."""
    if last_event_id is None:
        for event in await run_in_threadpool(_present, workspace, project):
            yield event
    async for item in workspace.bus.follow(project, last_event_id):
        yield ServerSentEvent(event=item.event, data=item.data, id=item.id)


def _present(workspace: Workspace, project: str) -> list[ServerSentEvent]:
    """What is going on as a page opens, for it missed the beginnings."""
    last_id = workspace.bus.last_id(project)
    work = workspace.stream.filler.progress(project)
    return [ServerSentEvent(event="work", data=work.to_json(), id=last_id)]
