"""Answers of the JSON interface that were given before: kept, and not sent twice.

What was read at a revision of the store stays the same, so an answer is made once for each
address, format and language (RFC 9110, section 8.8.3; RFC 9111).
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.http import parse_etags

from api.compress import SMALL, compressed
from api.library import library_of
from api.negotiate import accepts_gzip
from api.texts import wanted_language, written_in
from graph.library import LANGUAGES

#: What is below this path is answered here.
PATH: Final = "/v1/"
_VARY: Final = "Accept, Accept-Encoding, Accept-Language"
_OK: Final = 200
#: Headers that the answer gets anew.
_OWN: Final = frozenset((b"content-length", b"vary"))


@dataclass(frozen=True)
class Kept:
    """An answer as it goes out; `known` says to who has it already that it is still the same."""

    tag: str
    whole: Response
    known: Response

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return len(self.whole.body) + 2 * SMALL


class Unchanged:
    """An ASGI wrapper that answers GET with what was answered before, while it still holds."""

    def __init__(self, app: ASGIApp, served: FastAPI) -> None:
        """Wrap an application; `served` knows the library."""
        self.app, self._served = app, served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for what can be kept, and pass the rest on."""
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        language = wanted_language(request.headers.get("accept-language", ""))
        if scope["method"] != "GET":
            with written_in(language):
                await self.app(scope, receive, send)
            return
        kept = library_of(self._served).kept
        packed = accepts_gzip(request)
        accept = request.headers.get("accept", "")
        key = (scope["path"], scope["query_string"], accept, language, packed)
        answer = kept.get(key)
        if answer is None:
            with written_in(language):
                made = await _answer(self.app, scope, receive, send)
            if made.status_code != _OK:
                made.headers["Cache-Control"] = "no-store"
                await made(scope, receive, send)
                return
            answer = await _finished(made, language, packed)
            if answer.size <= kept.maxsize / 8:
                kept[key] = answer
        had = parse_etags(request.headers.get("if-none-match"))
        response = answer.known if had.contains_weak(answer.tag) else answer.whole
        await response(scope, receive, send)


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Response:
    """Return the answer of an application, as it is before it is compressed.

    When the application breaks, what it says to that is sent.
    """
    headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    start: Message = {}
    parts: list[bytes] = []

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    try:
        await app({**scope, "headers": headers}, receive, take)
    except Exception:
        await _response(start, parts)(scope, receive, send)
        raise
    return _response(start, parts)


def _response(start: Message, parts: list[bytes]) -> Response:
    """Return what an application sent."""
    response = Response(b"".join(parts), start["status"])
    response.raw_headers = list(start["headers"])
    return response


async def _finished(made: Response, language: str, packed: bool) -> Kept:
    """Return an answer with its tag; compressed where the client takes that and it is long."""
    body = bytes(made.body)
    tag = blake2b(body, digest_size=16).hexdigest()
    headers = {
        "ETag": f'W/"{tag}"',
        "Vary": _VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language or ", ".join(LANGUAGES),
    }
    known = Response(status_code=304, headers=headers)
    if packed and len(body) >= SMALL:
        body = await compressed(body)
        headers["Content-Encoding"] = "gzip"
    whole = Response(body, headers=headers)
    whole.raw_headers += [pair for pair in made.raw_headers if pair[0] not in _OWN]
    return Kept(tag, whole, known)
