"""Every error as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from mattebox.errors import InputError
from mattebox.media import DecodingError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """Problem details."""

    type: str = Field(default="about:blank", description="The status says the kind.")
    title: str = Field(description="The name of the status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="One sentence that names the input and the remedy.")


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with problem details."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(
        json.dumps(body.model_dump()), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


async def send_problem(
    scope: Scope, receive: Receive, send: Send, status: int, detail: str
) -> None:
    """Answer with problem details from a middleware."""
    await problem(status, detail)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Make the application answer every error with problem details."""

    @app.exception_handler(InputError)
    async def _input(_request: Request, error: InputError) -> Response:
        return problem(error.status, error.detail)

    @app.exception_handler(RequestValidationError)
    async def _validation(_request: Request, error: RequestValidationError) -> Response:
        return problem(422, _sentence(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, _http_detail(request, error), error.headers)

    async def _known_failure(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, error=repr(error))
        return problem(*of_exception(error))

    for kind in (OSError, MemoryError, OperationalError, DecodingError):
        app.add_exception_handler(kind, _known_failure)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, error=repr(error), exc_info=error)
        return problem(*of_exception(error))


def of_exception(error: BaseException) -> tuple[int, str]:
    """Status and sentence for any error."""
    match error:
        case InputError():
            return error.status, error.detail
        case DecodingError():
            return 500, str(error)
        case OSError(strerror=str(reason)):
            return 507, f"The server could not use its disk ({reason}); free space and retry."
        case OperationalError():
            return 507, f"The server could not use its database ({error.orig}); free space first."
        case MemoryError():
            return 507, "The server ran out of memory; close other work and retry."
        case _:
            return (
                500,
                "The server failed on this request; its log says why; trying again is safe.",
            )


def _http_detail(request: Request, error: HTTPException) -> str:
    known = {
        404: f"There is nothing at {request.url.path}; see /openapi.json for what there is.",
        405: f"{request.method} is not possible at {request.url.path}; see /openapi.json.",
    }
    phrase = HTTPStatus(error.status_code).phrase
    if error.status_code in known and error.detail in {phrase, "", None}:
        return known[error.status_code]
    return str(error.detail)


def _sentence(errors: Any) -> str:
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
    message = str(first["msg"])
    return f"{where or 'The body'}: {message[:1].lower()}{message[1:]}; see /openapi.json."
