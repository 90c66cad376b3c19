"""A segment as it is being made, until the client goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mattebox.errors import InputError
from mattebox.server.problems import problem
from mattebox.streaming.scheduler import Stopped, Ticket


class SegmentResponse(Response):
    """Sends chunks as they are finished; a closed connection gives up its share in the work.

    The status is sent with the first chunk, so work that fails at once answers with problem
    details; work that fails later ends the connection, which no client takes for a whole segment.

    Args:
        ticket: The share in the work; left in any case.
        headers: Headers of the answer.
        explain: Status and sentence for a failure.
        media_type: What is sent.
    """

    def __init__(
        self,
        ticket: Ticket,
        headers: Mapping[str, str],
        explain: Callable[[BaseException], tuple[int, str]],
        media_type: str = "video/mp4",
    ) -> None:
        super().__init__(headers=dict(headers), media_type=media_type)
        del self.headers["content-length"]
        self._ticket = ticket
        self._explain = explain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is, and wait for more or for the client to go."""
        loop = asyncio.get_running_loop()
        news = asyncio.Event()

        def tell() -> None:
            # The loop may be gone when a work ends after its last waiter.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(news.set)

        gone = asyncio.create_task(_gone(receive))
        try:
            self._ticket.listen(tell)
            await self._follow(scope, receive, send, news, gone)
        finally:
            gone.cancel()
            self._ticket.leave()

    async def _follow(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        news: asyncio.Event,
        gone: asyncio.Task[None],
    ) -> None:
        sent = 0
        while True:
            waiting = asyncio.create_task(news.wait())
            await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if gone.done():
                return
            news.clear()
            finished = self._ticket.result.done()
            chunks = self._ticket.chunks(sent)
            error = self._ticket.result.exception() if finished else None
            if error is not None:
                if sent:
                    raise ConnectionAbortedError(f"segment failed while it was sent: {error}")
                await self._problem(error)(scope, receive, send)
                return
            if chunks:
                await self._send(send, chunks, first=not sent)
                sent += len(chunks)
            if finished:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return

    async def _send(self, send: Send, chunks: list[bytes], *, first: bool) -> None:
        if first:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    def _problem(self, error: BaseException) -> Response:
        if isinstance(error, Stopped):
            error = InputError("The work was stopped; ask again.", status=503)
        return problem(*self._explain(error))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
