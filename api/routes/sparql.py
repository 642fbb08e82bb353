"""SPARQL: the query operation of the SPARQL 1.1 Protocol (section 2.1), and a page to try it."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import pyoxigraph as ox
from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request, Response
from werkzeug.http import generate_etag, parse_etags, parse_options_header

from api.authorise import writer_for
from api.library import Library, LibraryDep
from api.negotiate import HTML, choices, prefers_page, refuse_format
from api.problems import problem
from api.routes.updates import update
from api.routes.wellknown import describe_service
from graph.answers import Answer, answer
from graph.describe import FaultyQuery, diagnose, with_base
from graph.errors import QueryError
from graph.library import read_folder
from graph.limits import MB
from graph.network import list_views
from graph.questions import list_questions
from graph.results import Form, Result, format_named
from ontology import ROOT

router = APIRouter()

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
METHODS: Final = "GET, HEAD, OPTIONS, POST"
_ASKING: Final = ["GET", "OPTIONS", "POST"]  # HEAD is answered as GET
_OTHERS: Final = ["DELETE", "PATCH", "PUT"]

#: What a page is made of, by form of result.
_SHOWN: Final = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}
#: How often to see whether the client is still there, in seconds.
_GLANCE: Final = 0.2

Parameters = dict[str, list[str]]


async def _answer(
    request: Request,
    library: Library,
    asked: tuple[str, Sequence[str], Sequence[str]],
    formats: Mapping[Form, str],
    rows: int | None,
) -> Answer:
    """Run one public query: by a reader that its limits bind, or here when there are none.

    What a reader has answered before is not asked again: a snapshot does not change.
    """
    text, default, named = asked
    if library.readers is None:
        here = partial(answer, library.store, text, default, named, formats, rows)
        return await to_thread.run_sync(here)
    key = library.cache.key(text, default, named, formats, rows)
    if kept := library.cache.find(key):
        return kept
    asking = library.readers.answer(text, formats, default, named, rows)
    found = await _unless_gone(request, asking)
    library.cache.keep(key, found)
    return found


async def _unless_gone(request: Request, answering: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for the answer; stop asking when the client has gone."""
    asking = asyncio.create_task(answering)
    try:
        while not asking.done():
            await asyncio.wait({asking}, timeout=_GLANCE)
            if not asking.done() and await request.is_disconnected():
                raise HTTPException(400, "The client has gone.")
        return asking.result()
    finally:
        asking.cancel()


def _one(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name, [])
    if len(values) > 1:
        raise HTTPException(400, f"{name} is given {len(values)} times; give it once.")
    return values[0] if values else None


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The request is not UTF-8.") from error


def parameters_of(*encoded: bytes) -> Parameters:
    """Decode parameters, once; 400 when they are no UTF-8."""
    parameters: Parameters = {}
    try:
        for raw in encoded:
            pairs = parse_qsl(
                _text(raw), keep_blank_values=True, errors="strict", max_num_fields=1000
            )
            for name, value in pairs:
                parameters.setdefault(name, []).append(value)
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The request is not UTF-8.") from error
    except ValueError as error:
        raise HTTPException(400, "The request has more than 1,000 parameters.") from error
    return parameters


async def _run(
    request: Request,
    library: Library,
    query: str,
    parameters: Parameters,
    chosen: Mapping[Form, str],
) -> Answer:
    """Check a query and run it; FaultyQuery when it cannot be read."""
    if len(query.encode()) > library.settings.max_query:
        longest = f"The query is longer than {library.settings.max_query:,} bytes."
        raise HTTPException(413, longest)
    if "\0" in query:
        raise HTTPException(400, "The query holds the character U+0000, which no query needs.")
    text, default, named = with_base(query)
    if any(given := [parameters.get(f"{kind}-graph-uri", []) for kind in ("default", "named")]):
        default, named = given
    formats = {form: _SHOWN[form] if name == HTML else name for form, name in chosen.items()}
    limit = library.settings.max_rows + 1 if chosen.get(Form.BINDINGS) == HTML else None
    try:
        return await _answer(request, library, (text, default, named), formats, limit)
    except QueryError as error:
        raise diagnose(query, text, error) from error


async def reply(request: Request, library: Library, query: str, parameters: Parameters) -> Response:
    """Answer a query in the form and format that the client likes best."""
    wanted = _one(parameters, "format")
    chosen = choices(request, wanted, page=request.method == "GET")
    if not chosen:
        refuse_format(request, Form.BINDINGS, wanted)
    try:
        found = await _run(request, library, query, parameters, chosen)
    except FaultyQuery as error:
        if HTML in chosen.values():
            return await _page(request, library, query, error)
        if prefers_page(request):
            raise
        place = {key: getattr(error, key) for key in ("line", "column", "token", "hint")}
        return problem(400, str(error), {"Vary": "Accept"}, **place)
    if not found.format:
        refuse_format(request, found.form, wanted)
    if chosen[found.form] == HTML:
        shown = _shown(found.form, found.body, library.settings.max_rows)
        return await _page(request, library, query, shown=shown)
    media_type = format_named(found.format, found.form).media_type
    headers = {"Vary": "Accept", "ETag": f'W/"{generate_etag(found.body)}"'}
    if parse_etags(request.headers.get("if-none-match")).contains_raw(headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=media_type, headers=headers)


def _shown(form: Form, body: bytes, limit: int) -> dict[str, Any]:
    """Return what a page shows of a result."""
    if form is Form.GRAPH:
        return {"form": form.value, "graph": body.decode()}
    read = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(read, ox.QueryBoolean):
        return {"form": form.value, "truth": bool(read)}
    result = Result(read)
    rows = list(result.rows())
    return {
        "form": form.value,
        "variables": result.variables,
        "rows": rows[:limit],
        "truncated": len(rows) > limit,
    }


async def _page(
    request: Request,
    library: Library,
    query: str,
    fault: FaultyQuery | None = None,
    shown: Mapping[str, Any] | None = None,
) -> Response:
    place = f" ({fault.line}:{fault.column})" if fault and fault.line else ""
    examples = [*list_questions(), *read_folder(ROOT / "queries"), *list_views()]
    said = {"query": query, "problem": f"{fault}{place}" if fault else "", "result": shown}
    render = partial(library.page, request, "sparql.html", examples=examples, **said)
    page = await to_thread.run_sync(render)
    page.status_code = 400 if fault else 200
    return page


@router.get("/sparql")
@router.get("/query", include_in_schema=False)
async def query_by_get(request: Request, library: LibraryDep) -> Response:
    """Answer a query given as parameter; without one, describe the service."""
    parameters = parameters_of(request.scope["query_string"])
    query, wanted = _one(parameters, "query"), _one(parameters, "format")
    if "update" in parameters:
        raise HTTPException(405, "Send an update by POST.", {"Allow": METHODS})
    if query and query.strip():
        return await reply(request, library, query, parameters)
    description = choices(request, wanted, page=True).get(Form.GRAPH)
    if description == HTML:
        return await _page(request, library, "")
    if query is None and description and parameters.keys() <= {"format", "lang"}:
        return await to_thread.run_sync(describe_service, request, library, description)
    raise _without_query(query)


def _without_query(query: str | None) -> HTTPException:
    return HTTPException(
        400, "The parameter query is missing." if query is None else "The query is empty."
    )


async def limited_body(request: Request, limit: int) -> bytes:
    """Return the body, of so many bytes at most; 413 when it is longer, before it is read."""
    too_long = HTTPException(413, f"The request is longer than {limit:,} bytes.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the request as it is, not compressed.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_long
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_long
    return bytes(body)


@router.post("/sparql")
@router.post("/query", include_in_schema=False)
@router.post("/update", include_in_schema=False)
async def query_by_post(request: Request, library: LibraryDep) -> Response:
    """Answer a query, or make an update: in a form, or the body itself with its dataset in the
    address.
    """
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    media_type = media_type.lower()
    if media_type not in (FORM, DIRECT, UPDATE):
        raise HTTPException(415, f"Send a query as {FORM} or {DIRECT}, an update as {UPDATE}.")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HTTPException(415, "Send the request in UTF-8.")
    limit = 4 * library.settings.max_query  # a form may escape every character
    if media_type == UPDATE:
        writer_for(request, library)
        limit = library.settings.max_upload * MB
    body = await limited_body(request, limit)
    address = request.scope["query_string"]
    parameters = parameters_of(address, body if media_type == FORM else b"")
    if media_type != FORM:
        name = "query" if media_type == DIRECT else "update"
        parameters.setdefault(name, []).append(_text(body))
    if "update" in parameters:
        if "query" in parameters:
            raise HTTPException(400, "Send a query or an update, not both.")
        return await update(request, library, _one(parameters, "update") or "", parameters)
    query = _one(parameters, "query")
    if query is None or not query.strip():
        raise _without_query(query)
    return await reply(request, library, query, parameters)


@router.options("/sparql", include_in_schema=False)
@router.options("/query", include_in_schema=False)
def options() -> Response:
    """Name the methods there are."""
    return Response(status_code=204, headers={"Allow": METHODS})


@router.api_route("/sparql", methods=_OTHERS, include_in_schema=False)
@router.api_route("/query", methods=_OTHERS, include_in_schema=False)
def refuse() -> Response:
    """Refuse another method, and name those there are."""
    raise HTTPException(405, "Send a query by GET or by POST.", {"Allow": METHODS})


@router.api_route("/update", methods=["GET", "OPTIONS", *_OTHERS], include_in_schema=False)
def only_post(request: Request) -> Response:
    """Name the one method of updates."""
    headers = {"Allow": "OPTIONS, POST"}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    raise HTTPException(405, "Send an update by POST.", headers)
