"""What the queries of one client may take: time and errors a minute (429, RFC 6585, section 4)."""

import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from math import floor
from typing import Final

from cachetools import LRUCache
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.authorise import has_token
from api.problems import reply
from api.settings import Settings

#: Where queries are answered, updates are taken, scenarios are worked out and revisions compared.
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
#: A bucket holds what comes in during so many seconds: twice what a minute gives.
_BURST: Final = 120.0
#: How many clients are remembered; who was here longest ago is forgotten first.
_CLIENTS: Final = 10_000
#: The size of the network that one client has under IPv6: it is free to use all of its addresses.
_NETWORK: Final = 64
#: The limits that a query may pass, as statuses. That nobody is free (503) is no fault of a query.
_PASSED: Final = (HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.INSUFFICIENT_STORAGE)
_SAID: Final = {
    "seconds": "The queries from your address take more than {rate:g} s a minute.",
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


@lru_cache(_CLIENTS)
def client_at(address: str) -> str:
    """Return who asks from an address: the address itself, under IPv6 its network of 64 bits.

    The User-Agent says nothing about it: a client is free to send another each time.
    """
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy that is trusted may say anything
        return ""
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _NETWORK << _NETWORK))


def _is_error(status: int) -> bool:
    """Tell whether a status is the fault of what was asked, or a limit that it passed."""
    return 400 <= status < 500 or status in _PASSED


class Budget:
    """An ASGI wrapper that measures what each client's queries take, and refuses those too many.

    A request that asks nothing, for the page or the description, costs nothing and is not refused;
    nor is that of who has the token of the service.
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
        """Pass on what costs nothing; refuse or measure the rest."""
        free = not self._buckets or scope["type"] != "http" or not _asks(scope)
        if free or has_token(Request(scope), self._token):
            await self.app(scope, receive, send)
            return
        client = client_at(scope["client"][0] if scope["client"] else "")
        for name, bucket in self._buckets.items():
            if wait := bucket.wait(client):
                await self._refuse(name, wait, scope)(scope, receive, send)
                return
        await self._measure(client, scope, receive, send)

    async def _measure(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and take what it cost. A client that went is measured as well."""
        start, status = time.monotonic(), 0

        async def sender(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, sender)
        finally:
            if bucket := self._buckets.get("seconds"):
                bucket.take(client, time.monotonic() - start)
            if _is_error(status) and (bucket := self._buckets.get("errors")):
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
