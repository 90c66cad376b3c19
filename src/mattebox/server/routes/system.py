"""Health, measures and the page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import FileResponse

import mattebox
from mattebox.errors import InputError
from mattebox.server.models import HealthModel
from mattebox.server.routes.context import OpenWorkspace, responses

PAGE = Path(__file__).parents[1] / "page"

router = APIRouter(tags=["system"])


@router.get("/healthz", responses=responses(503))
def health(request: Request) -> HealthModel:
    """Answers once the server can serve."""
    if not request.app.state.ready.is_set():
        raise InputError("The server is starting; ask again in a second.", status=503)
    return HealthModel(version=mattebox.__version__)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def metrics(workspace: OpenWorkspace) -> Response:
    """Counters in the Prometheus text format."""
    workspace.counters.busy.set(workspace.scheduler.busy)
    return Response(generate_latest(workspace.counters.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/", include_in_schema=False)
def page(workspace: OpenWorkspace) -> FileResponse:
    """The page; whoever opens it may want the sample clip soon."""
    index = PAGE / "index.html"
    if not index.exists():
        raise InputError("The page is not built; run make setup.", status=404)
    workspace.prepare_sample()
    return FileResponse(index, headers={"Cache-Control": "no-cache"})
