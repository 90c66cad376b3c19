"""What routes share."""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from mattebox.errors import InputError
from mattebox.media import Cancelled
from mattebox.server.problems import MEDIA_TYPE, Problem
from mattebox.server.workspace import Workspace

NEW = "new"
"""Stands for an object that does not exist yet."""

IMMUTABLE = "public, max-age=31536000, immutable"


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


OpenWorkspace = Annotated[Workspace, Depends(_workspace)]
IfNoneMatch = Annotated[str | None, Header(description="ETag the client has.")]


async def shots_known(workspace: Workspace, project: str, revision: int | None) -> None:
    """Wait until the addresses of a revision, or of the present one, can be told.

    Finding shots may take minutes. Nobody who waits for them may hold one of the few threads that
    answer everything else.

    Raises:
        InputError: There is no such project or revision (404), or the server is stopping (503).
    """
    shots = await run_in_threadpool(workspace.stream.shots_needed, project, revision)
    if shots is None:
        return
    loop, known = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(known.set)

    shots.add_done_callback(tell)
    await known.wait()
    try:
        shots.result()
    except (Cancelled, CancelledError):
        raise InputError("The server is stopping; ask again soon.", status=503) from None


def known(item: str) -> str | None:
    """The object that an address names, or None for one that is yet to be made."""
    return None if item == NEW else item


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer with, for its description."""
    return {
        status: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": "Problem details."}
        for status in statuses
    }


def content(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The kinds of bytes a route answers with, for its description."""
    return {
        200: {"content": {media_type: {} for media_type in media_types}},
        304: {"description": "The client has it."},
    }


def immutable(content: bytes, media_type: str, tag: str, if_none_match: str | None) -> Response:
    """Content that never changes, or 304 when the client has it."""
    headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{tag}"'}
    if has_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def has_tag(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names this tag."""
    offered = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    return bool(offered & {f'"{tag}"', "*"})
