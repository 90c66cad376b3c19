"""Who may ask, from where, and how much: plain ASGI layers around the application."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mattebox.server.problems import send_problem
from mattebox.settings import Settings, is_loopback

COOKIE = "mattebox_token"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_PATHS = frozenset({"/healthz"})


class SecurityHeaders:
    """Puts the same protective headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OriginCheck:
    """Refuses requests addressed to another name, or sent by another site's page.

    The first defeats DNS rebinding, the second cross-site request forgery.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = frozenset(
            name.strip("[]").lower() for name in (*settings.allowed_hosts, settings.host)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is addressed to this server by its own pages or by a program."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = headers.get("host", "")
            if not self._known(host):
                await send_problem(
                    scope, receive, send, 421,
                    f"This server does not answer to the name {host!r}; add it to"
                    " MATTEBOX_ALLOWED_HOSTS.",
                )  # fmt: skip
                return
            origin = headers.get("origin")
            foreign = origin is not None and urlsplit(origin).netloc != host
            if foreign and scope["method"] not in _SAFE_METHODS:
                await send_problem(
                    scope, receive, send, 403,
                    f"Pages of {origin} may not change anything here; use this server's own page.",
                )  # fmt: skip
                return
        await self._app(scope, receive, send)

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or name in self._names


class TokenCheck:
    """Lets in only who knows the token: as a bearer, as a cookie, or once as ``/?token=``."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._token = settings.token.get_secret_value().encode() if settings.token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests that carry the token, or all where there is none."""
        if self._token is None or scope["type"] != "http" or scope["path"] in _OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        offered = query.pop("token", [""])[0] if scope["path"] == "/" else ""
        if offered and self._matches(offered):
            rest = urlencode(query, doseq=True)
            answer = RedirectResponse(f"/?{rest}" if rest else "/", 303)
            answer.set_cookie(
                COOKIE, offered, httponly=True, samesite="strict", max_age=30 * 24 * 3600
            )
            await answer(scope, receive, send)
            return
        if any(self._matches(token) for token in _tokens(Headers(scope=scope))):
            await self._app(scope, receive, send)
            return
        await send_problem(
            scope, receive, send, 401,
            "This server needs its token; open /?token=TOKEN once, or send it as a bearer.",
        )  # fmt: skip

    def _matches(self, token: str) -> bool:
        if self._token is None:
            return False
        return bool(hmac.compare_digest(token.encode(), self._token))


def _tokens(headers: Headers) -> Iterable[str]:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        yield value.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return
    if COOKIE in cookie:
        yield cookie[COOKIE].value


class BodyLimit:
    """Refuses bodies that are larger than they can usefully be; uploads have a limit of their own.

    Args:
        app: What is protected.
        limit: Bytes.
        uploads: Path under which PATCH bodies are parts of uploads.
    """

    def __init__(self, app: ASGIApp, limit: int, uploads: str) -> None:
        self._app = app
        self._limit = limit
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request, counting its bytes where it did not state them."""
        if scope["type"] != "http" or self._is_upload(scope):
            await self._app(scope, receive, send)
            return
        detail = f"The body is larger than {self._limit:,} bytes; send less."
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._limit:
            await send_problem(scope, receive, send, 413, detail)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, counted, send)

    def _is_upload(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return scope["method"] == "PATCH" and path.startswith(f"{self._uploads}/")
