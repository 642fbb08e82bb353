"""What a request may bring: so many headers, and a body in so many seconds."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

#: The most headers that a request may have.
HEADERS: Final = 100
#: A body that comes at this pace, in bytes a second, is in time however long it is.
PACE: Final = 100_000
#: How much of a body that nobody wants is thrown away, in bytes, and how long the client has to
#: take the answer, in seconds: a connection that is closed meanwhile may take the answer with it.
_DISCARDED: Final = 65_536
_LINGER: Final = 1.0
_CLOSE: Final = (b"connection", b"close")


class Bodies:
    """An ASGI wrapper that refuses what no honest client sends, and a body that is too slow.

    The latter is refused where it is read, as an HTTPException. How long a body may be is known
    there too; of one that is refused the rest is left unread, and the connection closed.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        """Wrap an application; a body comes within so many seconds."""
        self.app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with an eye on its body when it has one."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, chunked = 0, False
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                chunked = True
        if refused := _fault(len(scope["headers"]), length, chunked):
            await problem(*refused, {"Connection": "close"})(scope, receive, send)
        elif length or chunked:
            body = _Body(receive, send, self._seconds)
            await self.app(scope, body.receive, body.send)
        else:
            await self.app(scope, receive, send)


def _fault(headers: int, length: int, chunked: bool) -> tuple[HTTPStatus, str] | None:
    """Return why a request is refused at once, with the status; None when it is not."""
    if headers > HEADERS:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return status, f"The request has more than {HEADERS} headers."
    if length and chunked:  # a sign of request smuggling: RFC 9112, section 6.3
        return HTTPStatus.BAD_REQUEST, "Send Content-Length or Transfer-Encoding, not both."
    return None


class _Body:
    """The body of one request on its way in, and the answer on its way out."""

    def __init__(self, receive: Receive, send: Send, seconds: float) -> None:
        self._receive, self._send, self._seconds = receive, send, seconds
        self._read, self._begin = 0, 0.0
        self._ended = self._closing = False

    async def receive(self) -> Message:
        """Return the next part of the body; HTTPException 408 when it has not come in time."""
        if self._ended:
            return await self._receive()
        self._begin = self._begin or asyncio.get_running_loop().time()
        due = self._begin + self._seconds + self._read / PACE
        try:
            async with asyncio.timeout_at(due):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The body of the request comes too slowly.") from None
        self._ended = not message.get("more_body", False)
        self._read += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer; close the connection when the body has not been read."""
        if message["type"] == "http.response.start" and not self._ended:
            self._closing = True
            message = {**message, "headers": [*message["headers"], _CLOSE]}
        elif self._closing and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._discard()
            message = {"type": "http.response.body"}
        await self._send(message)

    async def _discard(self) -> None:
        """Throw away the rest of the body, or give the client time to see that it is not wanted."""
        left = _DISCARDED
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while (message := await self._receive()).get("more_body", False):
                    left -= len(message.get("body", b""))
                    if left <= 0:
                        await asyncio.sleep(_LINGER)
