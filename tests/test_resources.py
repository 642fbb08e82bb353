"""Resources: everything of ours at its own address (httpRange-14, 303)."""

import random
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from starlette.testclient import TestClient

from graph.oxigraph import OxigraphStore
from graph.results import Form, formats_for
from ontology import BASE, ID, PREFIXES, ROOT, SAM

PAGE = {"Accept": "text/html"}
PILLARS = f"SELECT ?pillar {{ ?pillar a <{SAM}Pillar> }} ORDER BY ?pillar"
RDF = ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"]
#: Texts that a path can hold: no line breaks, which no route matches.
paths = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    lambda text: "." not in text.split("/")
)


def ours(store: OxigraphStore) -> list[str]:
    """Return every IRI of ours in the graph, without its fragment unless it is a term."""
    found = {
        term.value
        for quad in store.quads()
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
    }
    return sorted({iri if iri.startswith(SAM) else iri.partition("#")[0] for iri in found})


def pillar(store: OxigraphStore) -> str:
    """Return the first pillar."""
    return next(row["pillar"].value for row in store.query(PILLARS).rows())


def local(iri: str) -> str:
    """Return the path here of an IRI of ours."""
    return urlsplit(iri).path.removeprefix("/samenhang")


def test_thing_is_not_its_document(client: TestClient, store: OxigraphStore) -> None:
    """Who asks for a thing is sent to the document about it, with the same question."""
    iri = pillar(store)
    answer = client.get(f"{local(iri)}?lang=en", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/doc/{iri.removeprefix(ID)}?lang=en"
    assert answer.content == b""


@settings(max_examples=100, deadline=None)
@given(path=paths, query=st.sampled_from(["", "lang=en", "a=%26&b=%3F"]))
def test_any_path_is_kept(client: TestClient, path: str, query: str) -> None:
    """Whatever the path, the document has the same path on the same host, and answers."""
    answer = client.get(f"/id/{quote(path)}?{query}", follow_redirects=False)
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert (target.scheme, target.netloc, target.query) == ("", "", query)
    assert target.path == f"/doc/{quote(path)}"
    assert client.get(answer.headers["location"]).status_code == 404


@pytest.mark.parametrize("media_type", RDF)
def test_description(client: TestClient, store: OxigraphStore, media_type: str) -> None:
    """A document comes in each RDF syntax with everything said of the thing and its links."""
    iri = pillar(store)
    answer = client.get(local(iri), headers={"Accept": media_type})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    engine = next(f.engine for f in formats_for(Form.GRAPH) if f.media_type == media_type)
    assert isinstance(engine, ox.RdfFormat)
    quads = {str(quad.triple) for quad in ox.parse(answer.content, format=engine)}
    said = store.query(f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}")
    assert {str(triple) for triple in said.triples()} <= quads
    graph = Graph().parse(data=answer.content, format=media_type)
    assert len(graph) == len(quads)
    assert set(graph.subjects(URIRef(PREFIXES["rdf"] + "object"), URIRef(iri)))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/html;q=0.4, text/turtle;q=0.5", "text/turtle"),
        ("text/html, */*;q=0.1", "text/html"),
        ("*/*", "text/html"),
        ("application/*", "application/rdf+xml"),
    ],
)
def test_document_by_accept(
    client: TestClient, store: OxigraphStore, accept: str, expected: str
) -> None:
    """Accept chooses between the page and the data, and the answer says that it does."""
    answer = client.get(local(pillar(store)), headers={"Accept": accept})
    chosen = answer.headers["content-type"].partition(";")[0]
    assert chosen == expected or (accept == "application/*" and chosen in RDF)
    assert "Accept" in answer.headers["vary"]


def test_nothing_acceptable(client: TestClient, store: OxigraphStore) -> None:
    """A document in a format that there is not is 406."""
    assert client.get(local(pillar(store)), headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    "path",
    [
        "goal/nothing",
        "link/nothing",
        "passage/nothing",
        "nothing",
        "",
        "goal",
        "goal/",
        "//other.example/x",
        "goal/%2e%2e/x",
        "%00",
        "%ff",
        "100%25",
        "a%20b",
        "%3Cscript%3E",
        "%3E%20?p%20?o%20%7D%20%23",
        "%EE%80%80",
        "%5B",
        "%5C",
        "a%3Fb",
        "a%23b",
        "x" * 5000,
    ],
)
def test_unknown(client: TestClient, path: str) -> None:
    """What nobody has named is 404: a problem document for programs, a page for browsers."""
    program, browser = (client.get(f"/doc/{path}", headers=h) for h in ({}, PAGE))
    assert (program.status_code, browser.status_code) == (404, 404)
    assert program.headers["content-type"] == "application/problem+json"
    assert browser.headers["content-type"] == "text/html; charset=utf-8"


def test_everything_of_ours_has_an_address(client: TestClient, store: OxigraphStore) -> None:
    """Every IRI of ours leads to an answer, and terms to a place in the vocabulary."""
    things = [iri for iri in ours(store) if iri.startswith(ID)]
    classes = {iri.removeprefix(ID).partition("/")[0]: iri for iri in things}
    graphs = [iri for iri in things if iri.startswith(PREFIXES["graph"])]
    sample = random.Random(2018).sample(things, 300)
    chosen = sorted({*sample, *classes.values(), *graphs})
    rdf = {"Accept": "application/n-triples"}
    assert [iri for iri in chosen if client.get(local(iri), headers=rdf).status_code != 200] == []


def test_every_class_has_pages(client: TestClient, store: OxigraphStore) -> None:
    """Of every kind of address a browser gets a page with a title of its own."""
    classes = {iri.removeprefix(ID).partition("/")[0]: iri for iri in ours(store) if ID in iri}
    assert {"goal", "pillar", "threat", "link", "passage", "document", "graph"} <= set(classes)
    for iri in classes.values():
        answer = client.get(local(iri), headers=PAGE)
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 200, iri
        assert page.h1, iri
        assert page.h1.get_text(strip=True), iri


def test_descriptions_are_never_empty(client: TestClient, store: OxigraphStore) -> None:
    """What has an address has something said about it."""
    for iri in random.Random(13).sample([i for i in ours(store) if i.startswith(ID)], 40):
        answer = client.get(local(iri), headers={"Accept": "application/n-triples"})
        assert f"<{iri}>" in answer.text


def test_terms_have_a_place(client: TestClient, store: OxigraphStore) -> None:
    """Every term of ours that the graph uses is in the vocabulary, as data and on its page."""
    terms = {iri for iri in ours(store) if iri.startswith(SAM)}
    turtle = client.get("/def", headers={"Accept": "text/turtle"})
    quads = list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    defined = {str(quad.subject.value) for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    page = BeautifulSoup(client.get("/def", headers=PAGE).text, "html.parser")
    places = {SAM + str(tag["id"]) for tag in page.select("[id]")}
    assert terms
    assert terms - defined == set()
    assert terms - places == set()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_vocabulary_page_defines(client: TestClient, lang: str) -> None:
    """The vocabulary page gives each term its label and definition in the language asked for."""
    store = Graph().parse(ROOT / "vocabulary.ttl")
    page = BeautifulSoup(client.get(f"/def?lang={lang}", headers=PAGE).text, "html.parser")
    goal = page.find(id="Goal")
    assert goal
    definitions = [
        o
        for o in store.objects(URIRef(SAM + "Goal"), URIRef(PREFIXES["skos"] + "definition"))
        if getattr(o, "language", "") == lang
    ]
    assert definitions
    assert str(definitions[0]) in goal.get_text()


def test_passage_leads_to_where_it_stands(client: TestClient, store: OxigraphStore) -> None:
    """The page of a passage is the page of its document, at the passage."""
    query = f"""SELECT ?passage ?document {{
        ?passage a <{SAM}Passage> ; <{PREFIXES["oa"]}hasSource> ?document }} ORDER BY ?passage"""
    rows = list(store.query(query).rows())
    for row in random.Random(7).sample(rows, 20):
        passage, document = row["passage"].value, row["document"].value
        path = f"/doc/{passage.removeprefix(ID)}?lang=en"
        answer = client.get(path, headers=PAGE, follow_redirects=False)
        assert answer.status_code == 303
        target = urlsplit(answer.headers["location"])
        assert target.path == f"/doc/{document.removeprefix(ID)}"
        assert (target.query, target.fragment) == ("lang=en", passage.rpartition("/")[2])


def test_context_is_json_ld(client: TestClient) -> None:
    """The JSON-LD context is served under its own media type."""
    answer = client.get("/def/context.jsonld")
    assert answer.headers["content-type"].startswith("application/ld+json")
    assert "@context" in answer.json()
