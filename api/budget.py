"""What one client may take: time and errors a minute (429, RFC 6585, section 4)."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import floor
from typing import Final

from cachetools import LRUCache
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.authorise import has_token
from api.clients import client_at
from api.problems import reply
from api.settings import Settings

#: Where errors are counted: queries are answered, updates taken, scenarios worked out and revisions
#: compared.
PATHS: Final = (
    "/sparql",
    "/query",
    "/update",
    "/store",
    "/v1/scenarios",
    "/v1/changes",
    "/v1/changes/statements",
    "/v1/seals",
)
#: What takes next to no time, and is given to everybody.
FREE: Final = ("/static/", "/healthz", "/readyz", "/metrics", "/.well-known/security.txt")
#: A bucket holds what comes in during so many seconds: twice what a minute gives.
_BURST: Final = 120.0
#: How many clients are remembered; who was here longest ago is forgotten first.
_CLIENTS: Final = 10_000
#: The limits that a query may pass, as statuses. That nobody is free (503) is no fault of a query.
_PASSED: Final = (HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.INSUFFICIENT_STORAGE)
_SAID: Final = {
    "seconds": "What your address asks takes more than {rate:g} s a minute.",
    "errors": "The queries from your address give more than {rate:g} errors a minute.",
}


class Buckets:
    """A token bucket for each client, with so many tokens a minute and twice as many at most.

    More can be taken than is left, for what a query costs is known afterwards; the client then
    waits the longer. Of each client only the moment is kept at which its bucket is full again (as
    in the generic cell rate algorithm, ITU-T I.371).
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Give `rate` tokens a minute; the clock tells seconds."""
        self.rate, self._clock = rate, clock
        self._full: LRUCache[str, float] = LRUCache(_CLIENTS)

    def wait(self, client: str) -> int:
        """Return after how many whole seconds the client may ask again; 0 when at once."""
        debt = self._full.get(client, 0.0) - self._clock() - _BURST
        return floor(debt) + 1 if debt >= 0 else 0

    def take(self, client: str, tokens: float) -> None:
        """Take tokens out of the bucket of a client."""
        begin = max(self._full.get(client, 0.0), self._clock())
        self._full[client] = begin + tokens * 60 / self.rate


def _is_error(status: int) -> bool:
    """Tell whether a status is the fault of what was asked, or a limit that it passed."""
    return 400 <= status < 500 or status in _PASSED


class Budget:
    """An ASGI wrapper that measures what each client takes, and refuses who takes too much.

    Files and what an operator watches are free, and so is all to who has the token of the service.
    Errors count where queries are asked.
    """

    def __init__(self, app: ASGIApp, served: FastAPI, settings: Settings) -> None:
        """Wrap an application; `served` knows the pages of errors."""
        self.app, self._served, self._token = app, served, settings.token
        self._buckets = {
            name: Buckets(rate)
            for name, rate in (
                ("seconds", settings.client_seconds),
                ("errors", settings.client_errors),
            )
            if rate > 0
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is free; refuse or measure the rest."""
        free = not self._buckets or scope["type"] != "http" or scope["path"].startswith(FREE)
        if free or (self._token and has_token(Request(scope), self._token)):
            await self.app(scope, receive, send)
            return
        client = client_at(scope["client"][0] if scope["client"] else "")
        counted = dict(self._buckets)
        if not _asks(scope):
            counted.pop("errors", None)
        for name, bucket in counted.items():
            if wait := bucket.wait(client):
                await self._refuse(name, wait, scope)(scope, receive, send)
                return
        await self._measure(client, counted, scope, receive, send)

    async def _measure(
        self,
        client: str,
        counted: Mapping[str, Buckets],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Pass a request on, and take what it cost. A client that went is measured as well.

        How long the client takes to read its answer costs nothing here.
        """
        start, status = time.monotonic(), 0

        async def sender(message: Message) -> None:
            nonlocal start, status
            status = message.get("status", status)
            before = time.monotonic()
            await send(message)
            start += time.monotonic() - before

        try:
            await self.app(scope, receive, sender)
        finally:
            if bucket := counted.get("seconds"):
                bucket.take(client, time.monotonic() - start)
            if _is_error(status) and (bucket := counted.get("errors")):
                bucket.take(client, 1)

    def _refuse(self, name: str, wait: int, scope: Scope) -> ASGIApp:
        said = _SAID[name].format(rate=self._buckets[name].rate)
        request = Request({**scope, "app": self._served})
        detail, headers = f"{said} Ask again in {wait} s.", {"Retry-After": str(wait)}
        return reply(request, HTTPStatus.TOO_MANY_REQUESTS, detail, headers, limit=name)


def _asks(scope: Scope) -> bool:
    """Tell whether a request is work of these, and not only for the page or the description."""
    path: str = scope["path"]
    if path.startswith("/v1/seals/"):
        return path.endswith("/verification")
    if path not in PATHS and not path.startswith("/store/"):
        return False
    return bool(scope["query_string"]) or scope["method"] not in ("GET", "HEAD", "OPTIONS")
