"""The vocabulary at its own address: a page with a place for each term, and the data."""

from fastapi import APIRouter, Request, Response

from api.conditional import unless_known
from api.library import LibraryDep
from api.linking import headers_of
from api.negotiate import described
from graph.vocabulary import describe_vocabulary, read_terms, vocabulary_of
from ontology import BASE, ROOT

router = APIRouter(include_in_schema=False)


@router.get("/def")
def vocabulary(request: Request, library: LibraryDep) -> Response:
    """Give the vocabulary, as a page or as RDF."""
    format_ = described(request)
    store, headers = vocabulary_of(library.store), headers_of("/def", f"{BASE}def", f"{BASE}def")
    if format_:
        body = describe_vocabulary(store).write(format_)
        return unless_known(request, Response(body, 200, headers, format_.media_type))
    page = library.page(request, "vocabulary.html", terms=read_terms(store))
    page.headers.update(headers)
    return unless_known(request, page)


@router.get("/def/context.jsonld")
def context() -> Response:
    """Give the JSON-LD context of the JSON interface."""
    return Response((ROOT / "context.jsonld").read_bytes(), media_type="application/ld+json")
