"""The endpoint: the operations of the SPARQL 1.1 Protocol, and a short way to them for programs.

Programs send most of the requests, so theirs are answered before the routes of pages are tried.
What is asked, and how it is answered, is the same on both ways.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import Receive, Scope, Send
from werkzeug.http import parse_etags

from api import problems
from api.compress import SMALL, compressed
from api.library import Library, library_of
from api.negotiate import HTML, accepts_gzip, choices, refuse_format
from api.operation import Operation, read_operation
from api.routes.updates import update
from graph.answers import Answer, answer
from graph.describe import diagnose, with_base
from graph.errors import QueryError, SamenhangError
from graph.results import Form, format_named

PATHS: Final = frozenset(("/sparql", "/query"))

#: How often to see whether the client is still there, in seconds.
_GLANCE: Final = 0.2


class Endpoint:
    """An ASGI wrapper that answers the queries of programs itself."""

    def __init__(self, app: FastAPI) -> None:
        """Wrap the application with the pages, which answers all the rest."""
        self.app = app
        self._answer = ServerErrorMiddleware(self._reply, problems.unexpected)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "http" and scope["path"] in PATHS and _is_of_program(scope):
            await self._answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _reply(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request({**scope, "app": self.app}, receive)
        library = library_of(self.app)
        try:
            query = await read_operation(request, library)
            if request.method == "GET" and (not query.text or query.wanted in ("html", HTML)):
                await self.app(scope, receive, send)
                return
            response = await give(request, library, query)
        except (HTTPException, SamenhangError) as error:
            response = problems.respond(request, error)
        await response(scope, receive, send)


def _is_of_program(scope: Scope) -> bool:
    """Tell whether this asks something, and not for a page by its Accept header."""
    return scope["method"] in ("GET", "POST") and not any(
        name == b"accept" and b"html" in value.lower() for name, value in scope["headers"]
    )


async def give(request: Request, library: Library, query: Operation) -> Response:
    """Answer a query in the format that the client likes best, or make an update.

    400 when there is neither.
    """
    if query.update is not None:
        return await update(request, library, query.update, query.parameters)
    if query.text is None:
        raise HTTPException(400, "The parameter query is missing.")
    if not query.text.strip():
        raise HTTPException(400, "The query is empty.")
    formats = choices(request, query.wanted)
    if not formats:
        refuse_format(request, Form.BINDINGS, query.wanted)
    encoding = "gzip" if accepts_gzip(request) else ""
    found = await find(request, library, query, formats, encoding=encoding)
    return reply(request, query, found)


async def find(
    request: Request,
    library: Library,
    query: Operation,
    formats: Mapping[Form, str],
    rows: int | None = None,
    encoding: str = "",
) -> Answer:
    """Check a query and find its answer; FaultyQuery when it cannot be read.

    With an encoding, an answer that is long comes in it. What a reader has answered before is not
    asked again: a snapshot does not change.
    """
    text, default, named = checked(query, library.settings.max_query)
    cache = library.cache
    key = cache.key(text, default, named, formats, rows)
    if encoding and (kept := cache.find((*key, encoding))):
        cache.hits += 1
        return kept
    found = cache.find(key)
    if found:
        cache.hits += 1
    else:
        cache.misses += 1
        try:
            found = await _answer(request, library, (text, default, named), formats, rows)
        except QueryError as error:
            raise diagnose(query.text or text, text, error) from error
        cache.keep(key, found)
    if encoding and len(found.body) >= SMALL:
        found = replace(found, body=await compressed(found.body), encoding="gzip")
        cache.keep((*key, encoding), found)
    return found


def checked(query: Operation, longest: int) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return the text of a query as it can be run, and its dataset."""
    assert query.text
    if len(query.text.encode()) > longest:
        raise HTTPException(413, f"The query is longer than {longest:,} bytes.")
    if "\0" in query.text:
        raise HTTPException(400, "The query holds the character U+0000, which no query needs.")
    text, default, named = with_base(query.text)
    defaults = query.parameters.get("default-graph-uri", [])
    names = query.parameters.get("named-graph-uri", [])
    return (text, defaults, names) if defaults or names else (text, default, named)


async def _answer(
    request: Request,
    library: Library,
    asked: tuple[str, Sequence[str], Sequence[str]],
    formats: Mapping[Form, str],
    rows: int | None,
) -> Answer:
    """Run one public query: by a reader that its limits bind, or here when there are none."""
    text, default, named = asked
    if library.readers is None:
        here = partial(answer, library.store, text, default, named, formats, rows)
        return await to_thread.run_sync(here)
    return await _unless_gone(request, library.readers.answer(text, formats, default, named, rows))


async def _unless_gone(request: Request, answering: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for the answer; stop asking when the client goes before it comes."""
    watch = _Watch(request)
    try:
        return await answering
    except asyncio.CancelledError:
        if not watch.gone:
            raise
        watch.task.uncancel()
        raise HTTPException(400, "The client has gone.") from None
    finally:
        watch.end()


class _Watch:
    """Cancels the task that it is made in when the client goes.

    It begins late, so that it costs nothing for the many answers that come soon.
    """

    def __init__(self, request: Request) -> None:
        """Begin to watch in a while."""
        task = asyncio.current_task()
        assert task
        self.task, self.gone, self._request = task, False, request
        self._watching: asyncio.Task[None] | None = None
        self._timer = task.get_loop().call_later(_GLANCE, self._begin)

    def _begin(self) -> None:
        self._watching = self.task.get_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while not await self._request.is_disconnected():
            await asyncio.sleep(_GLANCE)
        self.gone = True
        self.task.cancel()

    def end(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        if self._watching:
            self._watching.cancel()


def reply(request: Request, query: Operation, found: Answer) -> Response:
    """Send an answer, or say that the client has it already (RFC 9110, section 13.1.2)."""
    if not found.format:
        refuse_format(request, found.form, query.wanted)
    headers = {"Vary": "Accept, Accept-Encoding", "ETag": f'W/"{found.tag}"'}
    known = request.headers.get("if-none-match")
    if known and parse_etags(known).contains_raw(headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if found.encoding:
        headers["Content-Encoding"] = found.encoding
    media_type = format_named(found.format, found.form).media_type
    return Response(found.body, media_type=media_type, headers=headers)
