"""The SPARQL 1.1 Graph Store HTTP Protocol: graphs as documents, by parameter or by address."""

import re
from email import message_from_bytes, policy
from typing import Final
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request, Response
from werkzeug.http import parse_options_header

from api.authorise import writer_for
from api.library import Library, LibraryDep
from api.operation import Operation, limited_body, one, parameters_of
from api.routes.sparql import answer
from api.routes.wellknown import origin_of
from graph.documents import Documents
from graph.errors import NotFoundError
from graph.limits import MB
from graph.results import Form, formats_for
from graph.update import UNNAMED

router = APIRouter(include_in_schema=False)

METHODS: Final = "DELETE, GET, HEAD, OPTIONS, POST, PUT"
_MEDIA: Final = {f.media_type: f.name for f in formats_for(Form.GRAPH)}
_MULTIPART: Final = "multipart/form-data"
_PARTS: Final = 1000  # the most documents in one request
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z\d+.-]*:[^\x00-\x20<>\"{}|\\^`]*")


def _named(request: Request) -> str | None:
    """Return the graph that a request is about (section 4); none when it names no graph."""
    parameters = parameters_of(request.scope["query_string"])
    given = [*parameters.get("graph", []), *(UNNAMED for _ in parameters.get("default", []))]
    path = request.scope["raw_path"].decode("latin-1").removeprefix("/store").removeprefix("/")
    if path:
        given.append(f"{origin_of(request)}/store/{path}")
    if len(given) > 1:
        raise HTTPException(400, "Name one graph: by ?graph=, by ?default, or by the address.")
    if given and not _IRI.fullmatch(given[0]):
        raise HTTPException(400, "The graph is not named by an absolute IRI.")
    return given[0] if given else None


def _required(request: Request) -> str:
    graph = _named(request)
    if graph is None:
        raise HTTPException(400, "Name a graph: by ?graph=, by ?default, or by the address.")
    return graph


@router.get("/store")
@router.get("/store/{path:path}")
async def read_graph(request: Request, library: LibraryDep) -> Response:
    """Give what a graph says (section 5.2); 404 when it is not there."""
    graph = _required(request)
    if graph != UNNAMED and graph not in await to_thread.run_sync(library.store.graphs):
        raise NotFoundError(f"There is no graph {graph}.")
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    wanted = one(parameters_of(request.scope["query_string"]), "format")
    return await answer(request, library, Operation(query, wanted, {}))


@router.put("/store")
@router.put("/store/{path:path}")
async def replace_graph(request: Request, library: LibraryDep) -> Response:
    """Put a document in the place of what a graph says (section 5.3)."""
    return await _write(request, library, keep=False)


@router.post("/store")
@router.post("/store/{path:path}")
async def add_to_graph(request: Request, library: LibraryDep) -> Response:
    """Add documents to what a graph says, or make a new graph of them (section 5.5)."""
    return await _write(request, library, keep=True)


@router.delete("/store")
@router.delete("/store/{path:path}")
async def drop_graph(request: Request, library: LibraryDep) -> Response:
    """Drop a graph (section 5.4); the graph of what names no graph is always there."""
    writer, graph = writer_for(request, library), _required(request)
    try:
        await writer.drop_graph(graph)
    except NotFoundError:
        if graph != UNNAMED:
            raise
    return Response(status_code=204)


async def _write(request: Request, library: Library, *, keep: bool) -> Response:
    writer = writer_for(request, library)
    graph = _named(request) if keep else _required(request)
    headers = {}
    if graph is None:
        graph = headers["Location"] = f"{origin_of(request)}/store/{uuid4()}"
    parts = _parts(request, await limited_body(request, library.settings.max_upload * MB))
    lengths = [(name, len(content)) for name, content in parts]
    documents = Documents(graph, graph, lengths, keep)
    change = await writer.write_graph(documents, b"".join(content for _, content in parts))
    return Response(status_code=201 if change.created else 204, headers=headers)


def _parts(request: Request, body: bytes) -> list[tuple[str, bytes]]:
    """Return the documents of a request, each with the short name of its format (RFC 7578)."""
    header = request.headers.get("content-type", "")
    media_type, options = parse_options_header(header)
    if media_type.lower() != _MULTIPART:
        return [(_format(header), body)]
    if body.count(b"--" + options.get("boundary", "").encode()) > _PARTS:
        raise HTTPException(413, f"The request has more than {_PARTS:,} parts.")
    message = message_from_bytes(
        b"Content-Type: " + header.encode("latin-1") + b"\r\n\r\n" + body, policy=policy.HTTP
    )
    if not message.is_multipart():
        raise HTTPException(400, "The parts of the request cannot be told apart.")
    read = []
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        read.append((_format(part.get("content-type", "")), bytes(content or b"")))
    return read


def _format(header: str) -> str:
    media_type, options = parse_options_header(header)
    if media_type.lower() not in _MEDIA:
        raise HTTPException(415, f"Send a graph as one of: {', '.join(_MEDIA)}.")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HTTPException(415, "Send the document in UTF-8.")
    return _MEDIA[media_type.lower()]


@router.options("/store")
@router.options("/store/{path:path}")
def options() -> Response:
    """Name the methods there are."""
    return Response(status_code=204, headers={"Allow": METHODS})


@router.api_route("/store", methods=["PATCH"])
@router.api_route("/store/{path:path}", methods=["PATCH"])
def refuse() -> Response:
    """Refuse another method, and name those there are."""
    raise HTTPException(405, "Change a graph by an update, at /update.", {"Allow": METHODS})
