"""SPARQL: the query operation of the SPARQL 1.1 Protocol (section 2.1), and a page to try it."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import pyoxigraph as ox
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from werkzeug.http import parse_options_header

from api.library import Library, LibraryDep
from api.negotiate import HTML, choices, prefers_page, refuse_format
from api.problems import problem
from api.routes.wellknown import describe_service
from graph.describe import FaultyQuery, diagnose, with_base
from graph.errors import QueryError, StoreError
from graph.library import read_folder
from graph.network import list_views
from graph.questions import list_questions
from graph.results import Form, Result, Term, format_named
from graph.store import Store
from ontology import ROOT

router = APIRouter()

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
METHODS: Final = "GET, HEAD, OPTIONS, POST"
_ASKING: Final = ["GET", "OPTIONS", "POST"]  # HEAD is answered as GET
_OTHERS: Final = ["DELETE", "PATCH", "PUT"]
READ_ONLY: Final = "This service is read-only: it takes no updates. Queries go to /sparql."

#: What a page is made of, by form of result.
_SHOWN: Final = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}
#: What no XML document can hold (XML 1.0, section 2.2), or an element without a name: the end of
#: an IRI that RDF/XML cannot write as one (RDF 1.1 XML Syntax, section 5.3).
_NOT_XML: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<[\w.-]+:(?=[\s>/])"
)

Parameters = dict[str, list[str]]


def answer(
    store: Store,
    text: str,
    default_graphs: Sequence[str],
    named_graphs: Sequence[str],
    formats: Mapping[Form, str],
    limit: int | None = None,
) -> tuple[Form, str, bytes]:
    """Run one query; every public query goes through here.

    `formats` names a format for each form of result that is welcome. Returns the form of the
    result, the short name of its format and the bytes; an empty name and no bytes when the form
    is not welcome. With a `limit`, solutions are cut there, and written as JSON. QueryError when
    the query is refused, and 406 when the format cannot say what the result says.
    """
    result = store.query(text, default_graphs=default_graphs, named_graphs=named_graphs)
    form, name = result.form, formats.get(result.form, "")
    if limit is not None and form is Form.BINDINGS:
        return form, "json", _first(result, limit)
    body, fault = _written(result, name) if name else (b"", "")
    del result  # what the engine gave may only be let go in the thread that asked
    if fault and name not in ("jsonld", "rdfxml", "xml"):
        raise StoreError(f"The result cannot be read: {fault}")
    if fault:
        other = "json" if name == "xml" else "turtle or ntriples"
        message = f"This result cannot be written as {name}: {fault} Ask for {other}."
        raise HTTPException(406, message)
    return form, name, body


def _written(result: Result, name: str) -> tuple[bytes, str]:
    """Write a result; what is wrong when the format has no way to say what the result says."""
    try:
        body = result.write(format_named(name, result.form))
    except OSError as error:
        return b"", f"{error}."
    if name in ("xml", "rdfxml") and _NOT_XML.search(body):
        return b"", "XML has no way to write a part of it."
    return body, ""


def _first(result: Result, limit: int) -> bytes:
    """Write the first solutions (SPARQL 1.1 Query Results JSON Format, section 3)."""
    rows = [
        {name: _term(term) for name, term in row.items()} for row in islice(result.rows(), limit)
    ]
    document = {"head": {"vars": result.variables}, "results": {"bindings": rows}}
    return json.dumps(document).encode()


def _term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.Literal):
        said = {"type": "literal", "value": term.value}
        return said | ({"xml:lang": term.language} if term.language else {})
    return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}


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


def _read(*encoded: bytes) -> Parameters:
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


def _run(
    library: Library, query: str, parameters: Parameters, chosen: Mapping[Form, str]
) -> tuple[Form, str, bytes]:
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
        return answer(library.store, text, default, named, formats, limit)
    except QueryError as error:
        raise diagnose(query, text, error) from error


def _reply(request: Request, library: Library, query: str, parameters: Parameters) -> Response:
    """Answer a query in the form and format that the client likes best."""
    wanted = _one(parameters, "format")
    chosen = choices(request, wanted, page=request.method == "GET")
    if not chosen:
        refuse_format(request, Form.BINDINGS, wanted)
    try:
        form, name, body = _run(library, query, parameters, chosen)
    except FaultyQuery as error:
        if HTML in chosen.values():
            return _page(request, library, query, error)
        if prefers_page(request):
            raise
        place = {key: getattr(error, key) for key in ("line", "column", "token", "hint")}
        return problem(400, str(error), {"Vary": "Accept"}, **place)
    if not name:
        refuse_format(request, form, wanted)
    if chosen[form] == HTML:
        return _page(request, library, query, shown=_shown(form, body, library.settings.max_rows))
    media_type = format_named(name, form).media_type
    return Response(body, media_type=media_type, headers={"Vary": "Accept"})


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


def _page(
    request: Request,
    library: Library,
    query: str,
    fault: FaultyQuery | None = None,
    shown: Mapping[str, Any] | None = None,
) -> Response:
    place = f" ({fault.line}:{fault.column})" if fault and fault.line else ""
    page = library.page(
        request,
        "sparql.html",
        query=query,
        problem=f"{fault}{place}" if fault else "",
        result=shown,
        examples=[*list_questions(), *read_folder(ROOT / "queries"), *list_views()],
    )
    page.status_code = 400 if fault else 200
    return page


@router.get("/sparql")
@router.get("/query", include_in_schema=False)
def query_by_get(request: Request, library: LibraryDep) -> Response:
    """Answer a query given as parameter; without one, describe the service."""
    parameters = _read(request.scope["query_string"])
    query, wanted = _one(parameters, "query"), _one(parameters, "format")
    if "update" in parameters:
        raise HTTPException(403, READ_ONLY)
    if query and query.strip():
        return _reply(request, library, query, parameters)
    description = choices(request, wanted, page=True).get(Form.GRAPH)
    if description == HTML:
        return _page(request, library, "")
    if query is None and description and parameters.keys() <= {"format", "lang"}:
        return describe_service(request, library, description)
    raise _without_query(query)


def _without_query(query: str | None) -> HTTPException:
    return HTTPException(
        400, "The parameter query is missing." if query is None else "The query is empty."
    )


async def _body(request: Request, library: LibraryDep) -> bytes:
    limit = 4 * library.settings.max_query  # a form may escape every character
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, f"The request is longer than {limit:,} bytes.")
    return body


@router.post("/sparql")
@router.post("/query", include_in_schema=False)
def query_by_post(
    request: Request, library: LibraryDep, body: Annotated[bytes, Depends(_body)]
) -> Response:
    """Answer a query given in a form, or as the body itself with its dataset in the address."""
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    media_type = media_type.lower()
    if media_type == UPDATE:
        raise HTTPException(403, READ_ONLY)
    if media_type not in (FORM, DIRECT):
        raise HTTPException(415, f"Send the query as {FORM} or as {DIRECT}.")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HTTPException(415, "Send the query in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the query as it is, not compressed.")
    address = request.scope["query_string"]
    parameters = _read(address) if media_type == DIRECT else _read(address, body)
    if "update" in parameters:
        raise HTTPException(403, READ_ONLY)
    if media_type == DIRECT:
        parameters.setdefault("query", []).append(_text(body))
    query = _one(parameters, "query")
    if query is None or not query.strip():
        raise _without_query(query)
    return _reply(request, library, query, parameters)


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


@router.api_route("/update", methods=[*_ASKING, *_OTHERS], include_in_schema=False)
@router.api_route("/store", methods=[*_ASKING, *_OTHERS], include_in_schema=False)
@router.api_route("/store/{path:path}", methods=[*_ASKING, *_OTHERS], include_in_schema=False)
def refuse_change() -> Response:
    """Refuse the update operation and the Graph Store Protocol: the service is read-only."""
    raise HTTPException(403, READ_ONLY)
