"""The access of clients: each request gets an id, is counted, and ends as a line in the log."""

import asyncio
import os
import re
import time
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from itertools import count
from secrets import token_hex
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.clients import network_at
from api.logs import LEVELS, REQUEST, moment, write_json
from api.metrics import OTHER, Metrics
from api.places import Places

#: The header with the id of a request, as a client or a proxy may give it; any other is replaced.
#: What is plain needs no quoting, in a log or a header.
HEADER: Final = b"x-request-id"
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._:~+/=-]{1,64}")
#: How much of an id that is made was drawn at random at the start, in bytes.
_RANDOM: Final = 8
#: How much of a path or a method is written down, in characters.
_LONGEST: Final = 256
#: How long lines are gathered, in seconds.
_GATHERING: Final = 0.1
#: How many combinations of method, path, route and status are kept as they are written down.
_KEPT: Final = 1024


class Log:
    """The access log: a line of JSON for each request, from a level on, in an open file.

    Of an address its network is told, of a path what stands before its query. What was asked is
    not told, nor who sent which token. Lines are gathered for a while and written at once, which
    costs a busy service less.
    """

    def __init__(self, file: int, level: str) -> None:
        """Take the number of an open file, and the name of a level."""
        self._file, self._least = file, LEVELS.index(level)
        self._lines: list[str] = []

    def add(
        self, name: str, about: tuple[str, str, str, int], size: int, seconds: float, address: str
    ) -> None:
        """Write a line about a request soon: its method, path, route and status; what it took."""
        level = _level(about[-1])
        if LEVELS.index(level) < self._least:
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(_GATHERING, self.flush)
        self._lines.append(
            f'{{"time":"{moment(time.time())}","level":"{level}","logger":"access",'
            f'"requestId":"{name}",{_told(*about)},"bytes":{size},"ms":{seconds * 1000:.3f},'
            f'"client":"{network_at(address)}"}}\n'
        )

    def flush(self) -> None:
        """Write what was gathered; lines that there is no room for are lost, and no request is."""
        lines, self._lines = self._lines, []
        left = "".join(lines).encode()
        with suppress(OSError):
            while left:
                left = left[os.write(self._file, left) :]


def _level(status: int) -> str:
    """Return the level of a status: what was refused is a warning, what went wrong an error."""
    return "error" if status >= 500 else "warning" if status >= 400 else "info"


@lru_cache(_KEPT)
def _told(method: str, path: str, route: str, status: int) -> str:
    """Return the members of a line that many requests have in common."""
    return write_json({"method": method, "path": path, "route": route, "status": status})[1:-1]


class Access:
    """An ASGI wrapper around everything else: what it sees is what the client gets."""

    def __init__(self, app: ASGIApp, places: Places, metrics: Metrics, log: Log | None) -> None:
        """Wrap an application with these paths; count in these metrics, write in this log."""
        self.app, self._places, self._metrics, self._log = app, places, metrics, log
        self._first, self._count = token_hex(_RANDOM), count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what became of it; one without an answer was a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, size = time.perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR), 0
        name = _given(scope) or self._made()
        REQUEST.set(name)
        header = (HEADER, name.encode())

        async def sender(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], header]}
            else:
                size += len(message.get("body", b""))
            await send(message)

        self._metrics.begin()
        try:
            await self.app(scope, receive, sender)
        finally:
            self._note(scope, name, status, size, time.perf_counter() - start)

    def _note(self, scope: Scope, name: str, status: int, size: int, seconds: float) -> None:
        path, method = scope["path"], scope["method"]
        place = self._places.find(path)
        route = place.template if place else OTHER
        self._metrics.end(method, route, status, seconds)
        if self._log:
            about = (method[:_LONGEST], path[:_LONGEST], route, status)
            address = scope["client"][0] if scope["client"] else ""
            self._log.add(name, about, size, seconds, address)

    def _made(self) -> str:
        """Return an id that no other request has, of this service or another."""
        return f"{self._first}-{next(self._count)}"

    def refuse(self, address: str, status: int) -> str:
        """Note a connection that was refused before it had made a request; return an id for it."""
        self._metrics.refuse(status)
        name = self._made()
        if self._log:
            self._log.add(name, ("", "", OTHER, status), 0, 0.0, address)
        return name


def _given(scope: Scope) -> str:
    """Return the id that the client gives a request, empty when it is not plain."""
    for header, value in scope["headers"]:
        if header == HEADER and _PLAIN.fullmatch(value):
            return str(value, "ascii")
    return ""
