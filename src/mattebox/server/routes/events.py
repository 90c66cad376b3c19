"""Server-sent events of a project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from mattebox.server.routes.context import OpenWorkspace, responses
from mattebox.streaming.bus import Subscription

router = APIRouter(tags=["events"])

LastEventId = Annotated[str | None, Header(description="Id of the last event that was seen.")]


async def _subscription(
    project: str, workspace: OpenWorkspace, last_event_id: LastEventId = None
) -> AsyncIterator[Subscription]:
    # Made before the answer begins: what happens after a client saw it begin must reach it.
    await run_in_threadpool(workspace.projects.get, project)
    subscription = workspace.bus.subscribe(project, last_event_id)
    try:
        yield subscription
    finally:
        subscription.close()


@router.get(
    "/projects/{project}/events", response_class=EventSourceResponse, responses=responses(404)
)
async def follow_events(
    project: str,
    workspace: OpenWorkspace,
    subscription: Annotated[Subscription, Depends(_subscription)],
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """What happens in a project, from now on or from where the client left off.

    A first visit begins with the present `work`, for its beginning was missed.
    """
    if last_event_id is None:
        work = workspace.announcer.filler.progress(project)
        last_id = workspace.bus.last_id(project)
        yield ServerSentEvent(event="work", data=work.to_json(), id=last_id)
    async for item in subscription:
        yield ServerSentEvent(event=item.event, data=item.data, id=item.id)
