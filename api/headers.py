"""What every response carries, also those to errors; and HEAD for everything that has GET."""

from typing import Final

from starlette.datastructures import Headers as Received
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The version of the JSON interface: the major one is in its address (Semantic Versioning 2.0.0).
API_VERSION: Final = "1.0.0"
#: Nothing from elsewhere, nothing inline, in no frame.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "API-Version": API_VERSION,
}
_RAW: Final = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
#: The answer to a browser that asks, for a script from elsewhere, what it may send (CORS).
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def _with_head(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Name HEAD among the methods that are allowed where GET is."""
    if name == b"allow" and b"GET" in value and b"HEAD" not in value:
        value += b", HEAD"
    return name, value


class Headers:
    """An ASGI wrapper around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer HEAD as GET without a body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [pair[0] for pair in message["headers"]]
                missing = [pair for pair in _RAW if pair[0] not in given]
                headers = [_with_head(*pair) for pair in message["headers"]]
                message = {**message, "headers": [*headers, *missing]}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in Received(
            scope=scope
        ):
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, sender)
            return
        await self.app({**scope, "method": "GET"} if head else scope, receive, sender)
