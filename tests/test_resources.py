"""Resources: everything of ours at its own address (httpRange-14, 303)."""

import random
import re
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, OWL, RDFS, Graph, URIRef
from rdflib import RDF as RDF_TERMS
from rdflib.collection import Collection
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.library import LANGUAGES
from graph.oxigraph import OxigraphStore, in_memory
from graph.questions import find_question
from graph.results import Form, format_named, formats_for
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


SYNTAXES = ("turtle", "jsonld", "rdfxml", "ntriples")


def said(content: bytes, media_type: str) -> Graph:
    """Return what a description says."""
    return Graph().parse(data=content, format=media_type)


@pytest.mark.parametrize("path", ["/doc/goal/gbvs-2018-border-management", "/def"])
def test_format_is_chosen_by_parameter(client: TestClient, path: str) -> None:
    """`?format=` chooses a syntax or the page whatever Accept says, and what is unknown is 406."""
    for name, media_type in zip(SYNTAXES, RDF, strict=True):
        answer = client.get(f"{path}?format={name}", headers=PAGE)
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert len(said(answer.content, media_type)) > 10
    page = client.get(f"{path}?format=html", headers={"Accept": "text/turtle"})
    assert page.headers["content-type"].startswith("text/html")
    assert client.get(f"{path}?format=trig").status_code == 406
    assert "turtle" in client.get(f"{path}?format=x").json()["detail"]
    assert client.get(f"{path}?format=turtle&format=turtle").status_code == 400


@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("/doc/goal/gbvs-2018-border-management", f"{ID}goal/gbvs-2018-border-management"),
        ("/def", f"{BASE}def"),
    ],
)
def test_links_of_a_document(client: TestClient, path: str, thing: str, accept: str) -> None:
    """The head names what is described, its address on any host, and every form that there is."""
    found = client.get(path, headers={"Accept": accept}).headers["link"]
    links = re.findall(r'<([^>]*)>; rel="([\w-]+)"(?:; type="([^"]*)")?', found)
    assert (thing, "describes", "") in links
    assert (BASE + path.removeprefix("/"), "canonical", "") in links
    forms = {type_: target for target, rel, type_ in links if rel == "alternate"}
    assert set(forms) == {"text/html", *RDF}
    for media_type, target in forms.items():
        answer = client.get(target)
        assert answer.headers["content-type"].partition(";")[0] == media_type


def test_thing_names_its_document(client: TestClient) -> None:
    """The answer about a thing names the document that describes it."""
    answer = client.get("/id/goal/gbvs-2018-border-management?a=1", follow_redirects=False)
    assert answer.headers["link"] == (
        '</doc/goal/gbvs-2018-border-management?a=1>; rel="describedby"'
    )


@pytest.mark.parametrize("accept", ["text/html", *RDF])
@pytest.mark.parametrize(
    "path", ["/doc/goal/gbvs-2018-border-management", "/def", "/doc/question/Q24"]
)
def test_known_description_is_not_sent_twice(client: TestClient, path: str, accept: str) -> None:
    """A description has a tag, of its form, and who sends it back is told that it is the same."""
    first = client.get(path, headers={"Accept": accept}, follow_redirects=False)
    if first.status_code == 303:
        return
    tag = first.headers["etag"]
    for known in (tag, f'"x", {tag}', "*", tag.removeprefix("W/")):
        again = client.get(path, headers={"Accept": accept, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "Accept" in again.headers["vary"]
    other = client.get(path, headers={"Accept": accept, "If-None-Match": 'W/"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert client.get(f"{path}?lang=en", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("media_type", RDF)
@pytest.mark.parametrize("name", ["Q24", "q24", "Q24ConstraintComponent"])
def test_question_as_data(client: TestClient, name: str, media_type: str) -> None:
    """A question is also data: a query to execute, with title, rule and layer in both languages."""
    answer = client.get(f"/id/question/{name}", headers={"Accept": media_type})
    graph = said(answer.content, media_type)
    node, sh = URIRef(f"{ID}question/Q24"), PREFIXES["sh"]
    assert (node, RDF_TERMS.type, URIRef(f"{sh}SPARQLSelectExecutable")) in graph
    (query,) = graph.objects(node, URIRef(f"{sh}select"))
    asked = client.post(
        "/sparql", content=str(query), headers={"Content-Type": "application/sparql-query"}
    )
    assert asked.status_code == 200
    head = find_question("Q24")
    for property_, key in ((RDFS.label, "title"), (DCTERMS.description, "rule")):
        texts = {str(text) for text in graph.objects(node, property_)}
        assert texts == {head.says(key, language) for language in LANGUAGES}
    keywords = graph.objects(node, URIRef("https://schema.org/keywords"))
    assert {str(word) for word in keywords} == {"question", head.says("layer")}
    component = URIRef(f"{ID}question/Q24ConstraintComponent")
    assert (component, RDF_TERMS.type, URIRef(f"{sh}ConstraintComponent")) in graph


def test_page_of_a_question(client: TestClient) -> None:
    """Who asks for the page of a question is sent to that of its answer, with the same query."""
    answer = client.get("/doc/question/Q24?lang=en", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/questions/Q24-")
    assert answer.headers["location"].endswith("?lang=en")
    assert client.get("/doc/question/Q99", headers={"Accept": "text/turtle"}).status_code == 404
    refused = client.get("/doc/question/Q24", headers={"Accept": "image/png"})
    assert refused.status_code == 406


def test_description_holds_what_has_no_document(client: TestClient, store: OxigraphStore) -> None:
    """A passage comes with its selectors, and a term with the classes that it joins."""
    turtle = {"Accept": "text/turtle"}
    passage = client.get("/doc/passage/kamerbrief-gbvs-2018-aanhef", headers=turtle)
    graph = said(passage.content, "text/turtle")
    quote = URIRef(f"{ID}passage/kamerbrief-gbvs-2018-aanhef#quote")
    assert list(graph.objects(quote, URIRef(f"{PREFIXES['oa']}exact")))
    terms = said(client.get("/def", headers=turtle).content, "text/turtle")
    (domain,) = terms.objects(URIRef(f"{SAM}evidence"), RDFS.domain)
    (first,) = terms.objects(domain, OWL.unionOf)
    assert set(Collection(terms, first)) == {URIRef(f"{SAM}Link"), URIRef(f"{SAM}Assessment")}


def test_graph_is_described_with_its_content(client: TestClient, store: OxigraphStore) -> None:
    """The document about a named graph says who made it, and holds all that the graph says."""
    name = f"{ID}graph/kamerbrief-gbvs-2018"
    content = client.get("/doc/graph/kamerbrief-gbvs-2018", headers={"Accept": "text/turtle"})
    graph = said(content.content, "text/turtle")
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
    held = said(store.query(query).write(format_named("turtle", Form.GRAPH)), "text/turtle")
    assert len(held) > 1000
    assert set(held) <= set(graph)
    assert list(graph.objects(URIRef(name), URIRef(f"{PREFIXES['prov']}wasAttributedTo")))


def test_description_has_a_largest_size(store: OxigraphStore) -> None:
    """A description that would be larger than a result may be is refused, and says where to go."""
    small = TestClient(create_app(Settings(max_result=1), store))
    turtle = {"Accept": "application/n-triples"}
    answer = small.get("/doc/graph/things", headers=turtle)
    assert answer.status_code == 413
    assert "/catalog" in answer.json()["detail"]
    assert small.get("/doc/graph/vocabulary", headers=turtle).status_code == 200


def test_description_that_xml_cannot_hold() -> None:
    """A description that RDF/XML has no way to write is 406, and comes in another syntax."""
    name, text = ox.NamedNode(f"{ID}goal/odd"), ox.Literal("\x0b")
    odd = in_memory({f"{ID}graph/x": [ox.Quad(name, name, text, ox.NamedNode(f"{ID}graph/x"))]})
    service = TestClient(create_app(Settings(), odd))
    refused = service.get("/doc/goal/odd", headers={"Accept": "application/rdf+xml"})
    assert refused.status_code == 406
    assert service.get("/doc/goal/odd", headers={"Accept": "text/turtle"}).status_code == 200


def test_vocabulary_of_an_empty_store() -> None:
    """Where the store has no vocabulary, the one that is shipped is given."""
    empty = TestClient(create_app(Settings(), in_memory({})))
    turtle = empty.get("/def", headers={"Accept": "text/turtle"})
    assert (URIRef(f"{SAM}Goal"), RDF_TERMS.type, OWL.Class) in said(turtle.content, "text/turtle")
    assert BeautifulSoup(empty.get("/def", headers=PAGE).text, "html.parser").find(id="Goal")


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("nl", ["Pakt aan", "… pakt … aan", "van", "Doel", "naar", "Dreiging"]),
        ("en", ["Addresses", "… addresses …", "from", "Goal", "to", "Threat"]),
    ],
)
def test_vocabulary_page_says_what_a_term_joins(
    client: TestClient, lang: str, expected: list[str]
) -> None:
    """A kind of link stands with its reading and with the classes that it joins, as links."""
    page = BeautifulSoup(client.get(f"/def?lang={lang}", headers=PAGE).text, "html.parser")
    place = page.find(id="addresses")
    assert place
    text = " ".join(place.get_text(" ").split())
    assert [word for word in expected if word not in text] == []
    targets = {str(a["href"]) for a in place.select("a")}
    assert {"#Goal", "#Threat"} <= targets
    assert all(page.find(id=target.removeprefix("#")) for target in targets)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/doc/scheme/evidence-level?lang=nl", ["Bewijsniveaus", "Geciteerd", "Verondersteld"]),
        ("/doc/evidence-level/quoted?lang=en", ["Quoted", "A verbatim passage of a stored text"]),
        ("/doc/graph/kamerbrief-gbvs-2018?lang=nl", ["Kamerbrief bij de GBVS (2018)"]),
    ],
)
def test_pages_of_schemes_concepts_and_graphs(
    client: TestClient, path: str, expected: list[str]
) -> None:
    """A scheme lists its concepts, a concept has its definition, a graph the name of its text."""
    page = BeautifulSoup(client.get(path, headers=PAGE).text, "html.parser")
    text = page.select_one("main").get_text(" ")  # type: ignore[union-attr]
    assert [word for word in expected if word not in text] == []
