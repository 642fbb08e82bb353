"""What a route takes: a body that is not too long, of who may send it, and work a few at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from werkzeug.http import parse_options_header

from api.authorise import writer_for
from api.library import library_of
from api.operation import limited_body
from graph.errors import LimitError
from graph.limits import MB

#: The longest body, in bytes.
LONGEST: Final = MB
JSON: Final = "application/json"
#: How many long pieces of work are done at once, and when to come back, in seconds.
AT_ONCE: Final = 1
_RETRY: Final = 2

Handler = Callable[[Request], Awaitable[Response]]


class Turns:
    """So many pieces of work at once; others wait for a while, and are then asked to come back.

    They wait in the event loop, where waiting costs no thread that another request needs.
    """

    def __init__(self, seconds: float, at_once: int = AT_ONCE) -> None:
        """Let so many work at once, and others wait for so many seconds."""
        self._free, self._seconds = asyncio.Semaphore(at_once), seconds

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it; LimitError when none comes free in time."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            message = f"Others are being worked out. Ask again in {_RETRY} s."
            raise LimitError(message, "busy", retry_after=_RETRY) from None
        try:
            yield
        finally:
            self._free.release()


class _Limited(Request):
    """A request whose body is read up to a limit."""

    async def take(self) -> None:
        """Read the body; HTTPException 415 when it is no JSON, 413 when it is longer."""
        named, _ = parse_options_header(self.headers.get("content-type"))
        if self.method != "GET" and named != JSON:
            message = f"A body of type {named or 'none'} is not taken; send {JSON}."
            raise HTTPException(415, message, {"Accept-Post": JSON})
        self._body = await limited_body(self, LONGEST)


class ShortRoute(APIRoute):
    """A route whose body is short."""

    def get_route_handler(self) -> Handler:  # type: ignore[override]
        """Return the handler, which reads the body first."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            taken = _Limited(request.scope, request.receive)
            await taken.take()
            return await handle(taken)

        return read


class TurnRoute(APIRoute):
    """A route whose work takes long, so that few are at it at once; its body is short."""

    def get_route_handler(self) -> Handler:  # type: ignore[override]
        """Return the handler, which reads the body before it waits for a turn."""
        handle = super().get_route_handler()

        async def in_turn(request: Request) -> Response:
            taken = _Limited(request.scope, request.receive)
            await taken.take()
            async with request.app.state.turns.take():
                return await handle(taken)

        return in_turn


class TokenRoute(APIRoute):
    """A route where who writes without the token is refused before the body is read."""

    def get_route_handler(self) -> Handler:  # type: ignore[override]
        """Return the handler, which asks who writes for the token first."""
        handle = super().get_route_handler()

        async def allowed(request: Request) -> Response:
            if request.method != "POST":
                return await handle(request)
            writer_for(request, library_of(request.app))
            taken = _Limited(request.scope, request.receive)
            await taken.take()
            return await handle(taken)

        return allowed
