"""The connections of the service: how many, how large and slow a head may be, who is cut."""

import asyncio
import socket
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from api.access import Access
from api.clients import client_at
from api.headers import DATA
from api.problems import problem
from api.settings import Settings
from api.transport import Gathering

#: A client that reads an answer slower than this is cut, in bytes a second.
PACE: Final = 10_000
#: The most of later requests (pipelining, RFC 9112, section 9.3.2) that is taken in before a
#: request has been answered, in bytes.
_AHEAD: Final = 16_384
#: How much of an answer the system may hold that it has not sent, in bytes.
_UNSENT: Final = 65_536
#: What is handed to the parser at once, in bytes: the sizes are looked at in between.
_PIECE: Final = 8192


class Guard(asyncio.Protocol):
    """What uvicorn's two protocols lack; it is mixed into either (`guarded`)."""

    settings: ClassVar[Settings]
    access: ClassVar[Access]
    # of uvicorn:
    client: tuple[str, int] | None
    connections: set[Any]
    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    _head = 0  # bytes of a head that has not ended
    _ahead = 0  # bytes that came before the request under way was answered
    _waiting: asyncio.TimerHandle | None = None  # for a head
    _taking: asyncio.TimerHandle | None = None  # for the client to take the answer
    _progress = 0  # answers ended, and times that the buffer ran low

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, unless there are too many."""
        gathering = Gathering(cast(asyncio.Transport, transport), self.loop)
        super().connection_made(cast(asyncio.BaseTransport, gathering))
        later = {"Retry-After": "1"}
        if len(self.connections) > self.settings.connections:
            detail = "There are too many connections. Ask again in 1 s."
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, detail, later)
        elif self._is_greedy():
            detail = "There are too many connections from your address. Ask again in 1 s."
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS, detail, later)
        else:
            _show_progress(transport)
            self._wait()

    def _is_greedy(self) -> bool:
        """Tell whether the client has too many connections; not asked of proxies."""
        limit = self.settings.client_connections
        if not limit or self.settings.proxy or len(self.connections) <= limit:
            return False
        return [one.owner for one in self.connections].count(self.owner) > limit

    @cached_property
    def owner(self) -> str:
        """Whose connection it is."""
        return client_at(self.client[0]) if self.client else ""

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        for timer in (self._waiting, self._taking):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came, in pieces."""
        for start in range(0, len(data), _PIECE):
            if not self.transport.is_closing():
                self._feed(data[start : start + _PIECE])

    def _feed(self, data: bytes) -> None:
        known, queued = self.cycle, bool(getattr(self, "pipeline", ()))
        idle = (known is None or known.response_complete) and not queued
        later = queued or not (idle or known.more_body)
        super().data_received(data)
        if self.cycle is not known:  # a head has ended
            self._head = 0
            if self._waiting:
                self._waiting.cancel()
                self._waiting = None
        elif idle and not self.transport.is_closing():
            self._count(data)
        self._ahead = self._ahead + len(data) if later else 0
        if self._ahead > _AHEAD:
            self.transport.abort()

    def _count(self, data: bytes) -> None:
        """Count a part of a head that has not ended; wait for the rest."""
        self._head += len(data)
        limit = self.settings.max_head
        if self._head > limit:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            detail = f"The address and headers of the request are longer than {limit:,} bytes."
            self._refuse(status, detail)
        elif not self._waiting:
            self._wait()

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.settings.head_seconds, self._give_up)

    def _give_up(self) -> None:
        """Close a connection whose head has not come in time, silently when nothing came."""
        if self._head and not self.transport.is_closing():
            detail = "The address and headers of the request come too slowly."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, detail)
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; called by uvicorn."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self._refuse(HTTPStatus.BAD_REQUEST, "The request is not HTTP.")
        else:
            self.transport.abort()

    def _refuse(
        self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        """Send a problem document past the parser, and close."""
        name = self.access.refuse(self.client[0] if self.client else "", status)
        given = {**DATA, **(headers or {}), "Connection": "close", "X-Request-Id": name}
        sent = problem(status, detail, given)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [name + b": " + value for name, value in sent.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(sent.body)]))
        self.transport.close()

    def pause_writing(self) -> None:
        """See whether the client takes what it asked for; called when the buffer is full."""
        super().pause_writing()
        self._watch()
        self._make_room()

    def resume_writing(self) -> None:
        """Note that the client takes it; called when the buffer has run low."""
        self._progress += 1
        super().resume_writing()

    def on_response_complete(self) -> None:
        """See whether the client takes the end of an answer; called by uvicorn."""
        self._progress += 1
        super().on_response_complete()  # type: ignore[misc]
        self._watch()

    def _watch(self) -> None:
        if not self._taking and (left := self.transport.get_write_buffer_size()):
            wait = self.settings.send_seconds
            self._taking = self.loop.call_later(wait, self._look, self._progress, left)

    def _look(self, progress: int, left: int) -> None:
        """Cut a client that took too little since the last look, and free what it left."""
        self._taking = None
        due = min(left, PACE * self.settings.send_seconds)
        if progress == self._progress and left - self.transport.get_write_buffer_size() < due:
            self.transport.abort()
        else:
            self._watch()

    def _make_room(self) -> None:
        """Cut those who have not taken their answers for longest, while too much is waiting."""
        waiting = sum(one.transport.get_write_buffer_size() for one in self.connections)
        slow = sorted((one._taking.when(), id(one), one) for one in self.connections if one._taking)
        for _, _, one in slow:
            if waiting <= self.settings.max_waiting * 2**20:
                break
            waiting -= one.transport.get_write_buffer_size()
            one.transport.abort()


def _show_progress(transport: asyncio.BaseTransport) -> None:
    """Have the system take in little more than the client does: what it took is not seen."""
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)


def guarded(settings: Settings, access: Access) -> type[asyncio.Protocol]:
    """Return the protocol of the service: the faster of uvicorn's that is there, with a guard."""
    bases, known = (Guard, AutoHTTPProtocol), {"settings": settings, "access": access}
    return cast(type[asyncio.Protocol], type("Guarded", bases, known))
