"""Pages: what a browser sees at the endpoint, its description, and the methods it does not have."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pyoxigraph as ox
from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request, Response

from api.endpoint import find, give, reply
from api.library import Library, LibraryDep
from api.negotiate import HTML, choices
from api.operation import METHODS, Operation, read_operation
from api.routes.wellknown import describe_service
from graph.describe import FaultyQuery
from graph.library import read_folder
from graph.network import list_views
from graph.questions import list_questions
from graph.results import Form, Result
from ontology import ROOT

router = APIRouter(include_in_schema=False)

_OTHERS: Final = ["DELETE", "PATCH", "PUT"]

#: What a page is made of, by form of result.
_SHOWN: Final = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}


async def _show(
    request: Request, library: Library, query: Operation, chosen: Mapping[Form, str]
) -> Response:
    """Answer a query with a page, when that is what the client likes best for its result."""
    formats = {form: _SHOWN[form] if name == HTML else name for form, name in chosen.items()}
    most = library.settings.max_rows
    rows = most + 1 if chosen.get(Form.BINDINGS) == HTML else None
    try:
        found = await find(request, library, query, formats, rows)
    except FaultyQuery as error:
        return await _page(request, library, query.text or "", error)
    if found.format and chosen[found.form] == HTML:
        shown = _shown(found.form, found.body, most)
        return await _page(request, library, query.text or "", shown=shown)
    return reply(request, query, found)


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
    queries = [query for query in read_folder(ROOT / "queries") if "CONSTRUCT" not in query.text]
    examples = [*list_questions(), *queries, *list_views()]
    said = {"query": query, "problem": f"{fault}{place}" if fault else "", "result": shown}
    render = partial(library.page, request, "sparql.html", examples=examples, **said)
    page = await to_thread.run_sync(render)
    page.status_code = 400 if fault else 200
    return page


async def answer(request: Request, library: Library, query: Operation) -> Response:
    """Answer a query with a page or with data, as the client likes best."""
    chosen = choices(request, query.wanted, page=True)
    if HTML in chosen.values():
        return await _show(request, library, query, chosen)
    return await give(request, library, query)


@router.get("/sparql")
@router.get("/query")
async def query_by_get(request: Request, library: LibraryDep) -> Response:
    """Answer a query given as parameter; without one, describe the service."""
    query = await read_operation(request, library)
    if query.text and query.text.strip():
        return await answer(request, library, query)
    description = choices(request, query.wanted, page=True).get(Form.GRAPH)
    if description == HTML:
        return await _page(request, library, "")
    if query.text is None and description and query.parameters.keys() <= {"format", "lang"}:
        return await to_thread.run_sync(describe_service, request, library, description)
    return await give(request, library, query)


@router.post("/sparql")
@router.post("/query")
@router.post("/update")
async def query_by_post(request: Request, library: LibraryDep) -> Response:
    """Answer a query, or make an update: in a form, or the body itself with its dataset in the
    address.
    """
    return await give(request, library, await read_operation(request, library))


@router.options("/sparql")
@router.options("/query")
def options() -> Response:
    """Name the methods there are."""
    return Response(status_code=204, headers={"Allow": METHODS})


@router.api_route("/sparql", methods=_OTHERS)
@router.api_route("/query", methods=_OTHERS)
def refuse() -> Response:
    """Refuse another method, and name those there are."""
    raise HTTPException(405, "Send a query by GET or by POST.", {"Allow": METHODS})


@router.api_route("/update", methods=["GET", "OPTIONS", *_OTHERS])
def only_post(request: Request) -> Response:
    """Name the one method of updates."""
    headers = {"Allow": "OPTIONS, POST"}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    raise HTTPException(405, "Send an update by POST.", headers)
