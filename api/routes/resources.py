"""Resources: every thing, link, passage and document at its own address (httpRange-14, 303)."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from api.library import Library, LibraryDep, path_of
from api.negotiate import HTML, best
from graph.library import find
from graph.links import Link
from graph.questions import find_question
from graph.results import Form, formats_for, language_of
from graph.text import pieces
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

router = APIRouter(include_in_schema=False)

_RDF: Final = {f.media_type: f for f in formats_for(Form.GRAPH)[:4]}


@router.get("/id/{path:path}")
def identify(path: str, request: Request) -> Response:
    """Send whoever asks for a thing to the document about it."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/doc/{quote(path)}{query}", 303)


@router.get("/doc/question/{name}")
def describe_question(name: str, request: Request) -> Response:
    """Send whoever asks for a coherence question to the page of its answer."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/questions/{find_question(name).slug}{query}", 303)


def _description(library: Library, iri: str, media_type: str) -> Response:
    query = f"""PREFIX rdf: <{PREFIXES["rdf"]}>
    CONSTRUCT {{ ?s ?p ?o }} WHERE {{
      {{ BIND(<{iri}> AS ?s) ?s ?p ?o }}
      UNION {{ ?s rdf:subject|rdf:object <{iri}> ; ?p ?o }}
      UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}
    }}"""
    content = library.store.query(query).write(_RDF[media_type])
    return Response(content, media_type=media_type, headers={"Vary": "Accept, Accept-Language"})


@router.get("/doc/{path:path}")
def describe(path: str, request: Request, library: LibraryDep) -> Response:
    """Describe one resource, as a page or as RDF by Accept."""
    iri = library.iri_of(path)
    media_type = best(request, [HTML, *_RDF])
    if media_type != HTML:
        return _description(library, iri, media_type)
    if iri in library.links:
        return library.page(request, "link.html", link=library.links[iri], links=library.links)
    if path.startswith("passage/"):
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
        name=library.names.of(iri),
        groups=groups,
        values=values,
        pieces=text,
        by_passage=by_passage,
        stated=stated,
        sought=library.absences_of(iri),
        searched=[absence for absence in library.absences if absence.document == iri],
        left_out=_left_out(library, slug) if reading else [],
        entry=_entry(library, iri) if iri.startswith(ID + "term/") else [],
    )


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


@router.get("/def")
def vocabulary(request: Request, library: LibraryDep) -> Response:
    """Give the vocabulary: its terms as a page, or the file itself as Turtle."""
    if best(request, [HTML, "text/turtle"]) == HTML:
        terms = find_terms(library)
        return library.page(request, "vocabulary.html", terms=terms)
    return Response((ROOT / "vocabulary.ttl").read_bytes(), media_type="text/turtle")


def find_terms(library: Library) -> list[dict[str, str]]:
    """Return the terms of the vocabulary with label and definition in both languages."""
    query = f"""PREFIX rdfs: <{PREFIXES["rdfs"]}> PREFIX skos: <{PREFIXES["skos"]}>
    SELECT ?term ?nl ?en ?definitionNl ?definitionEn WHERE {{
      GRAPH <{GRAPH}vocabulary> {{
        ?term rdfs:label ?nl, ?en ; skos:definition ?definitionNl, ?definitionEn .
        FILTER(LANG(?nl) = "nl" && LANG(?en) = "en")
        FILTER(LANG(?definitionNl) = "nl" && LANG(?definitionEn) = "en")
      }}
    }} ORDER BY ?term"""
    return [{k: v.value for k, v in row.items()} for row in library.store.query(query).rows()]


@router.get("/def/context.jsonld")
def context() -> Response:
    """Give the JSON-LD context of the JSON interface."""
    return Response((ROOT / "context.jsonld").read_bytes(), media_type="application/ld+json")
