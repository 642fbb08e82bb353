"""What every response carries, also those to errors; HEAD and OPTIONS for everything there is."""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers as Received
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.places import Places

Raw = tuple[bytes, bytes]

#: The version of the JSON interface: the major one is in its address (Semantic Versioning 2.0.0).
API_VERSION: Final = "1.0.0"
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # A browser heeds this only when it came by TLS, which ends at the proxy before us (RFC 6797).
    "Strict-Transport-Security": "max-age=31536000",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "API-Version, ETag, Link, Retry-After, X-Request-Id",
    "API-Version": API_VERSION,
}
#: For pages: nothing from elsewhere, nothing inline, in no frame (CSP, level 3).
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: For everything else: nothing at all, should a browser take it for a page.
STRICT: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: What all that is no page carries.
DATA: Final = {**HEADERS, "Content-Security-Policy": STRICT}
#: The answer to a browser that asks, for a script from elsewhere, what it may send (CORS).
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def _raw(headers: dict[str, str]) -> list[Raw]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_DATA: Final = _raw(DATA)
_PAGE: Final = _raw({**HEADERS, "Content-Security-Policy": POLICY})
#: Who has an answer already has its policy too, which a 304 would replace (RFC 9111, section 3.2).
_UNCHANGED: Final = _raw(HEADERS)
_NOT_MODIFIED, _NOT_ALLOWED, _ERRORS = 304, 405, 400
_NO_STORE: Final = (b"cache-control", b"no-store")
_OURS: Final = frozenset(name for name, _ in [*_PAGE, _NO_STORE])


class Headers:
    """An ASGI wrapper around the whole application, with the paths that it has."""

    def __init__(self, app: ASGIApp, places: Places) -> None:
        """Wrap the application."""
        self.app, self._places = app, places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer HEAD as GET without a body, and OPTIONS here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                status, given = message["status"], message["headers"]
                if status == _NOT_ALLOWED:
                    given = self._with_allow(scope["path"], given)
                message = {**message, "headers": _complete(status, given)}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] == "OPTIONS" and (answer := self._options(scope)):
            await answer(scope, receive, sender)
            return
        await self.app({**scope, "method": "GET"} if head else scope, receive, sender)

    def _options(self, scope: Scope) -> Response | None:
        """Return what may be sent (RFC 9110, section 9.3.7); None where a route says so itself."""
        if "access-control-request-method" in Received(scope=scope):
            return Response(status_code=204, headers=PREFLIGHT)
        place = self._places.find(scope["path"])
        if not place or "OPTIONS" in place.methods:
            return None
        return Response(status_code=204, headers={"Allow": place.allow})

    def _with_allow(self, path: str, given: Iterable[Raw]) -> list[Raw]:
        """Name all methods of a path: the router knows those of one of its routes."""
        place = self._places.find(path)
        if not place or "OPTIONS" in place.methods:
            return list(given)
        others = [pair for pair in given if pair[0] != b"allow"]
        return [*others, (b"allow", place.allow.encode())]


def _complete(status: int, given: Iterable[Raw]) -> list[Raw]:
    """Return the headers of a response with what every response carries."""
    kind, named = b"", []
    for name, value in given:
        if name == b"content-type":
            kind = value
        elif name in _OURS:
            named.append(name)
    added = _added(status, is_page=kind.startswith(b"text/html"))
    return [*given, *([pair for pair in added if pair[0] not in named] if named else added)]


def _added(status: int, *, is_page: bool) -> list[Raw]:
    """Return what responses of a kind carry; one to an error is kept nowhere."""
    if status == _NOT_MODIFIED:
        return _UNCHANGED
    if status < _ERRORS:
        return _PAGE if is_page else _DATA
    return [*(_PAGE if is_page else _DATA), _NO_STORE]
