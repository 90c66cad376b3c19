"""What one more click would take, for the pointer that hovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from mattebox.projects.masks import encode_png
from mattebox.server.routes.context import OpenWorkspace, content, responses

router = APIRouter(tags=["editing"])

NEW = "new"
"""Stands for an object that does not exist yet."""


class Newest:
    """Lets one caller in at a time; of a project's callers who wait only the last one gets in."""

    def __init__(self) -> None:
        self._busy = asyncio.Lock()
        self._numbers = count()
        self._newest: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, project: str) -> AsyncIterator[bool]:
        """Wait for the turn; yields whether it is still worth having."""
        number = self._newest[project] = next(self._numbers)
        try:
            async with self._busy:
                yield self._newest.get(project) == number
        finally:
            if self._newest.get(project) == number:
                del self._newest[project]


@router.get(
    "/projects/{project}/objects/{item}/frames/{frame}/hover",
    response_class=Response,
    responses=content("image/png")
    | responses(404, 409, 422)
    | {204: {"description": "A newer request came, so this one was not answered."}},
)
async def hover(
    project: str,
    item: str,
    frame: Annotated[int, Path(ge=0)],
    x: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)],
    y: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)],
    *,
    include: bool = True,
    request: Request,
    workspace: OpenWorkspace,
) -> Response:
    """The mask that one more click would lead to; changes nothing, and clicks go first."""

    def mask() -> bytes:
        object_id = None if item == NEW else item
        with workspace.networks.yielding():
            tried = workspace.editing.try_click(
                project, object_id, frame, x=x, y=y, include=include
            )
        return encode_png(tried)

    newest: Newest = request.app.state.hover
    async with newest.turn(project) as wanted:
        if not wanted or await request.is_disconnected():
            return Response(status_code=204)
        picture = await run_in_threadpool(mask)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})
