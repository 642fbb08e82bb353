"""Resources: every thing, link, passage and document at its own address (httpRange-14, 303)."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from api.conditional import unless_known
from api.library import Library, LibraryDep
from api.linking import headers_of
from api.negotiate import described
from api.routes.wellknown import published_at, reply
from api.templating import path_of
from graph.answers import Answer, answer
from graph.errors import LimitError
from graph.executable import asked_by, question
from graph.library import find
from graph.limits import MB
from graph.links import Link
from graph.questions import iri_of
from graph.replies import Page, TooLargeError
from graph.results import Form, Format, language_of
from graph.text import pieces
from ontology import DOC, GRAPH, ID, PREFIXES, ROOT, SAM

router = APIRouter(include_in_schema=False)

_LARGE: Final = "The description is larger than {} MB. Take all data from /catalog, or ask /sparql."


@router.get("/id/{path:path}")
def identify(path: str, request: Request) -> Response:
    """Send whoever asks for a thing to the document about it."""
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"/doc/{quote(path)}{query}"
    return RedirectResponse(address, 303, {"Link": f'<{address}>; rel="describedby"'})


@router.get("/doc/question/{name}")
def describe_question(name: str, request: Request) -> Response:
    """Describe a coherence question as RDF; its page is that of its answer."""
    asked, format_ = asked_by(name), described(request)
    page = f"/questions/{asked.slug}"
    if not format_:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{page}{query}", 303, {"Vary": "Accept, Accept-Language"})
    origin = published_at(request)
    prefixes, endpoint = f"{origin}/.well-known/sparql-examples#prefixes", f"{origin}/sparql"
    answer_ = reply(question(asked, prefixes, endpoint, f"{origin}{page}"), format_.name)
    path = iri_of(asked).removeprefix(ID)
    answer_.headers.update(headers_of(f"/doc/{path}", ID + path, DOC + path))
    return unless_known(request, answer_)


@router.get("/doc/{path:path}")
def describe(path: str, request: Request, library: LibraryDep) -> Response:
    """Describe one resource, as a page or as RDF."""
    iri, format_ = library.iri_of(path), described(request)
    response = _description(library, iri, format_) if format_ else _page(library, request, iri)
    response.headers.update(headers_of(f"/doc/{path}", iri, DOC + path))
    return unless_known(request, response)


def _description(library: Library, iri: str, format_: Format) -> Response:
    """Write what is said of a thing; LimitError when it is too much."""
    found = _answer(library, iri, format_)
    if not found:
        raise LimitError(_LARGE.format(library.settings.max_result), "size")
    headers = {"ETag": f'W/"{found.tag}"'}
    return Response(found.body, media_type=format_.media_type, headers=headers)


def _answer(library: Library, iri: str, format_: Format) -> Answer | None:
    """Ask what is said of a thing; none when it is too much.

    What the engine gave may only be let go in the thread that asked, so the fault stays here.
    """
    query = find(ROOT / "queries", "description").bound(thing=iri)
    page = Page(library.settings.max_result * MB)
    try:
        return answer(library.store, query, (), (), {Form.GRAPH: format_.name}, output=page)
    except TooLargeError:
        return None


def _page(library: Library, request: Request, iri: str) -> Response:
    if iri in library.links:
        return library.page(request, "link.html", link=library.links[iri], links=library.links)
    if iri.startswith(PREFIXES["passage"]):
        return _passage(library, request, iri)
    return _thing(library, request, iri)


def _passage(library: Library, request: Request, iri: str) -> Response:
    """Show the passage where it stands: marked in the page of its document."""
    query = f"SELECT ?document {{ <{iri}> <{PREFIXES['oa']}hasSource> ?document }}"
    for row in library.store.query(query).rows():
        page = path_of(row["document"].value)
        return RedirectResponse(f"{page}?{request.url.query}#{iri.rpartition('/')[2]}", 303)
    raise HTTPException(404, "This passage is in no document.")


def _thing(library: Library, request: Request, iri: str) -> Response:
    links = [link for link in library.links.values() if iri in (link.subject, link.object)]
    values = [link for link in links if link.is_value]
    groups: dict[tuple[str, bool], list[Link]] = {}
    for link in links:
        if not link.is_value:
            groups.setdefault((link.kind, link.subject == iri), []).append(link)
    text = list(pieces(library.store, iri)) if "/document/" in iri else []
    slug = iri.rpartition("/")[2]
    reading = iri.startswith((ID + "document/", GRAPH))
    stated = [link for link in library.links.values() if reading and link.graph == slug]
    by_passage: dict[str, list[Link]] = {}
    for link in stated:
        for passage in link.passages:
            by_passage.setdefault(passage.iri, []).append(link)
    return library.page(
        request,
        "thing.html",
        iri=iri,
        name=library.names.of(_titled(library, iri)),
        groups=groups,
        values=values,
        pieces=text,
        by_passage=by_passage,
        stated=stated,
        sought=library.absences_of(iri),
        searched=[absence for absence in library.absences if absence.document == iri],
        left_out=_left_out(library, slug) if reading else [],
        entry=_entry(library, iri) if iri.startswith(ID + "term/") else [],
        definitions=_definitions(library, iri),
        concepts=_concepts(library, iri) if iri.startswith(ID + "scheme/") else [],
    )


def _titled(library: Library, iri: str) -> str:
    """Return what gives the page its title: of a graph the document that it was read from."""
    return library.documents.get(iri.removeprefix(GRAPH), iri) if GRAPH in iri else iri


def _definitions(library: Library, iri: str) -> dict[str, str]:
    """Return the definition of a concept by language; empty for what has none."""
    query = f"SELECT ?text {{ <{iri}> <{PREFIXES['skos']}definition> ?text }} ORDER BY ?text"
    return {
        language_of(row["text"]): row["text"].value for row in library.store.query(query).rows()
    }


def _concepts(library: Library, iri: str) -> list[str]:
    """Return the concepts of a scheme; those with a notation first, the highest before others."""
    skos = PREFIXES["skos"]
    query = f"""SELECT ?concept {{ ?concept <{skos}inScheme> <{iri}>
      OPTIONAL {{ ?concept <{skos}notation> ?notation }} }} ORDER BY DESC(?notation) ?concept"""
    return [row["concept"].value for row in library.store.query(query).rows()]


def _entry(library: Library, iri: str) -> list[dict[str, str]]:
    """Return what the glossary says of a term: one row for each form, with its language."""
    rows = library.store.query(find(ROOT / "queries", "terms").bound(term=iri)).rows()
    return [
        {name: row[name].value for name in ("form", "definition", "note", "by", "day")}
        | {"language": language_of(row["form"])}
        for row in rows
    ]


def _left_out(library: Library, slug: str) -> list[tuple[str, int]]:
    """Return the reasons why facts of a reading became no link, with the number of facts."""
    query = f"""PREFIX sam: <{SAM}>
    SELECT ?reason (COUNT(?fact) AS ?facts) WHERE {{
      <{GRAPH}{slug}> sam:leftOut ?group . ?group sam:reason ?reason ; sam:fact ?fact .
    }} GROUP BY ?reason ORDER BY DESC(?facts) ?reason"""
    rows = library.store.query(query).rows()
    return [(row["reason"].value, int(row["facts"].value)) for row in rows]
