"""What one more click would take, for the pointer that hovers, and what makes it quick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from mattebox.projects.marking import Aim
from mattebox.projects.masks import encode_png
from mattebox.segmentation import Click
from mattebox.server.routes.context import OpenWorkspace, content, known, responses

router = APIRouter(tags=["editing"])


class Newest:
    """Lets one caller in at a time; of a project's callers who wait only the last one gets in.

    For one event loop.
    """

    def __init__(self) -> None:
        self._busy = False
        # One for each project, in the order they came.
        self._waiting: dict[str, asyncio.Future[bool]] = {}

    @asynccontextmanager
    async def turn(self, project: str) -> AsyncIterator[bool]:
        """Wait for the turn; yields True then, or False as soon as a newer caller came."""
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        older = self._waiting.pop(project, None)
        if older is not None and not older.done():
            older.set_result(False)
        self._waiting[project] = mine
        self._let_in()
        try:
            yield await mine
        finally:
            if self._waiting.get(project) is mine:
                del self._waiting[project]
            # Who is cancelled at the door was let in all the same.
            if mine.done() and not mine.cancelled() and mine.result():
                self._busy = False
                self._let_in()

    def _let_in(self) -> None:
        while self._waiting and not self._busy:
            first = self._waiting.pop(next(iter(self._waiting)))
            if not first.done():
                first.set_result(True)
                self._busy = True


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
        with workspace.networks.yielding():
            tried = workspace.editing.try_click(
                Aim(project, known(item), frame), Click(x, y, include)
            )
        return encode_png(tried)

    newest: Newest = request.app.state.hover
    async with newest.turn(project) as wanted:
        if not wanted or await request.is_disconnected():
            return Response(status_code=204)
        picture = await run_in_threadpool(mask)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post(
    "/projects/{project}/objects/{item}/frames/{frame}/ready",
    status_code=204,
    responses=responses(404, 409, 422),
)
async def get_ready(
    project: str,
    item: str,
    frame: Annotated[int, Path(ge=0)],
    *,
    request: Request,
    workspace: OpenWorkspace,
) -> None:
    """Get ready for a click on a frame, so that it is answered sooner; changes nothing."""

    def prepare() -> None:
        with workspace.networks.yielding():
            workspace.editing.get_ready(Aim(project, known(item), frame))

    newest: Newest = request.app.state.expected
    async with newest.turn(project) as wanted:
        if wanted and not await request.is_disconnected():
            await run_in_threadpool(prepare)
