"""SPARQL: the query operation of the SPARQL 1.1 Protocol (section 2.1), and a page to try it."""

from itertools import islice
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from api.library import Library, LibraryDep
from api.negotiate import ALIASES, HTML, best, result_format
from graph.errors import QueryError
from graph.library import read_folder
from graph.network import list_views
from graph.questions import list_questions
from graph.results import FORMATS, Form, Result, format_named
from ontology import ROOT

router = APIRouter()

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"

Parameters = dict[str, list[str]]


def _one(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name, [])
    if len(values) > 1:
        raise HTTPException(400, f"{name} is given {len(values)} times; give it once.")
    return values[0] if values else None


def _run(library: Library, query: str, parameters: Parameters) -> Result:
    if len(query.encode()) > library.settings.max_query:
        limit = f"The query is longer than {library.settings.max_query:,} bytes."
        raise HTTPException(413, limit)
    return library.store.query(
        query,
        default_graphs=parameters.get("default-graph-uri", []),
        named_graphs=parameters.get("named-graph-uri", []),
    )


def _answer(request: Request, result: Result, wanted: str | None) -> Response:
    try:
        format_ = result_format(request, result.form, wanted)
    except HTTPException:
        del result  # what the engine gave may only be let go in the thread that asked
        raise
    return Response(
        result.write(format_), media_type=format_.media_type, headers={"Vary": "Accept"}
    )


def _wants_page(request: Request, wanted: str | None) -> bool:
    offers = [*(f.media_type for f in FORMATS), *ALIASES, HTML]
    return not wanted and best(request, offers) == HTML


def _shown(result: Result, limit: int) -> dict[str, Any]:
    """Return what a page shows of a result; not the result, which only this thread may let go."""
    rows = list(islice(result.rows(), limit + 1)) if result.form is Form.BINDINGS else []
    turtle = format_named("turtle", Form.GRAPH)
    return {
        "form": result.form.value,
        "variables": result.variables,
        "rows": rows[:limit],
        "truncated": len(rows) > limit,
        "truth": result.form is Form.BOOLEAN and result.truth(),
        "graph": result.write(turtle).decode() if result.form is Form.GRAPH else "",
    }


def _page(request: Request, library: Library, query: str, parameters: Parameters) -> Response:
    result, problem, limit = None, "", library.settings.max_rows
    try:
        result = _shown(_run(library, query, parameters), limit) if query else None
    except QueryError as error:
        place = f" ({error.line}:{error.column})" if error.line else ""
        problem = f"{error}{place}"
    page = library.page(
        request,
        "sparql.html",
        query=query,
        problem=problem,
        result=result,
        examples=[*list_questions(), *read_folder(ROOT / "queries"), *list_views()],
    )
    page.status_code = 400 if problem else 200
    return page


@router.get("/sparql")
def query_by_get(request: Request, library: LibraryDep) -> Response:
    """Answer a query given as parameter; without one, show a page to write it."""
    parameters = parse_qs(request.url.query, keep_blank_values=True)
    query, wanted = _one(parameters, "query"), _one(parameters, "format")
    if _wants_page(request, wanted):
        return _page(request, library, query or "", parameters)
    if query is None:
        raise HTTPException(400, "The parameter query is missing.")
    return _answer(request, _run(library, query, parameters), wanted)


async def _body(request: Request, library: LibraryDep) -> str:
    limit = 4 * library.settings.max_query  # a form may escape every character
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, f"The request is longer than {limit:,} bytes.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The request is not UTF-8.") from error


@router.post("/sparql")
def query_by_post(
    request: Request, library: LibraryDep, body: Annotated[str, Depends(_body)]
) -> Response:
    """Answer a query given in a form, or as the body itself with its dataset in the address."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    parameters = parse_qs(request.url.query if media_type == DIRECT else body)
    query = body if media_type == DIRECT else _one(parameters, "query")
    if media_type not in (FORM, DIRECT):
        raise HTTPException(415, f"Send the query as {FORM} or as {DIRECT}.")
    if "update" in parameters:
        raise HTTPException(403, "This service is read-only: it takes no updates.")
    if query is None:
        raise HTTPException(400, "The parameter query is missing.")
    return _answer(request, _run(library, query, parameters), _one(parameters, "format"))


@router.api_route("/sparql", methods=["DELETE", "OPTIONS", "PATCH", "PUT"], include_in_schema=False)
def refuse() -> Response:
    """Name the methods there are, of both routes above."""
    raise HTTPException(405, "Send a query by GET or by POST.", {"Allow": "GET, HEAD, POST"})
