"""The application: routes in their layers, opened and closed with the workspace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

import mattebox
from mattebox.server import problems
from mattebox.server.routes import (
    editing,
    events,
    exports,
    hover,
    projects,
    responses,
    stream,
    system,
)
from mattebox.server.security import BodyLimit, OriginCheck, SecurityHeaders, TokenCheck
from mattebox.server.uploads import PREFIX, upload_router
from mattebox.server.workspace import Workspace
from mattebox.settings import Settings
from mattebox.streaming.manifest import API

_HOUR_S = 3600

# Only JSON shrinks by much; everything else is compressed already or built that way.
_NEVER_ZIPPED = (
    "video/*",
    "image/*",
    "audio/*",
    "font/*",
    "text/*",
    "application/wasm",
    "application/javascript",
    "application/octet-stream",
    "application/zip",
)


def create_app(settings: Settings, when_ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The whole server as an ASGI application.

    Args:
        settings: The knobs; the data folder is opened at once.
        when_ready: Called from another thread once the server can serve.

    Raises:
        InputError: The settings are unsafe, or the data folder cannot be used.
    """
    settings.check()
    workspace = Workspace(settings)
    app = FastAPI(
        title="Mattebox",
        version=mattebox.__version__,
        summary="Takes an object out of a video with a few clicks.",
        lifespan=_lifespan,
        # Their pages would load scripts from another site; /openapi.json is for every client.
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(OriginCheck, settings=settings),
            Middleware(TokenCheck, settings=settings),
            Middleware(GZipMiddleware, compresslevel=4, exclude_content_types=_NEVER_ZIPPED),
            Middleware(BodyLimit, limit=settings.max_body_bytes, uploads=API + PREFIX),
        ],
    )
    app.state.workspace = workspace
    app.state.hover = hover.Newest()
    app.state.expected = hover.Newest()
    app.state.ready = threading.Event()
    app.state.when_ready = when_ready
    problems.install(app)

    async def complete(upload: str) -> None:
        await run_in_threadpool(workspace.ingests.begin, upload)

    api = APIRouter(prefix=API, responses=responses(422))
    for module in (projects, editing, hover, stream, events, exports):
        api.include_router(module.router)
    api.include_router(upload_router(workspace.uploads, settings, complete))
    app.include_router(api)
    app.include_router(system.router)
    if system.PAGE.is_dir():
        app.mount("/", StaticFiles(directory=system.PAGE))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    workspace: Workspace = app.state.workspace

    def start() -> None:
        workspace.start()
        app.state.ready.set()
        app.state.when_ready()

    starting = asyncio.create_task(run_in_threadpool(start))
    cleaning = asyncio.create_task(_clean(workspace))
    try:
        yield
    finally:
        cleaning.cancel()
        workspace.interrupt()
        with suppress(Exception):
            await starting
        await run_in_threadpool(workspace.close)


async def _clean(workspace: Workspace) -> None:
    while True:
        await asyncio.sleep(_HOUR_S)
        await run_in_threadpool(workspace.clean)
