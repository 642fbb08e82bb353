"""The SPARQL 1.1 Protocol, clause by clause, and the page to try it."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore
from graph.results import FORMATS, Form, formats_for
from ontology import GRAPH

Ask = Callable[..., Response]

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
PAGE = {"Accept": "text/html"}
LETTER = GRAPH + "kamerbrief-gbvs-2018"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
LABELS = """PREFIX sam: <https://w3id.org/samenhang/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?pillar ?label { ?pillar a sam:Pillar ; rdfs:label ?label } ORDER BY ?pillar ?label"""
GRAPH_OF_LABELS = """PREFIX sam: <https://w3id.org/samenhang/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT WHERE { ?pillar a sam:Pillar ; rdfs:label ?label }"""
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></code></pre><script>alert(1)</script>",
    "&lt;b&gt; &amp; {{ 7 * 7 }} {% raw %}",
    "' onmouseover='alert(1)",
    'comma, "quote", tab\t, line\nend',
    "ünïcödé ✓ 𝔊 \u202e",
)
RESULTS = "{http://www.w3.org/2005/sparql-results#}"

#: Text that every format can carry: XML has no control characters and no unpaired surrogates.
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("\t\n"))


def by_get(client: TestClient, query: str, **parameters: Any) -> Response:
    """Ask by GET."""
    return client.get(f"/sparql?{urlencode({'query': query, **parameters}, doseq=True)}")


def by_form(client: TestClient, query: str, **parameters: Any) -> Response:
    """Ask by a form in the body."""
    body = urlencode({"query": query, **parameters}, doseq=True)
    return client.post("/sparql", content=body, headers={"Content-Type": FORM})


def directly(client: TestClient, query: str, **parameters: Any) -> Response:
    """Ask by the query itself as body, with the rest in the address."""
    address = f"/sparql?{urlencode(parameters, doseq=True)}"
    return client.post(address, content=query.encode(), headers={"Content-Type": DIRECT})


WAYS = pytest.mark.parametrize("ask", [by_get, by_form, directly])


def literal(text: str) -> str:
    """Write a text as a SPARQL literal."""
    return str(ox.Literal(text))


def values(answer: Response) -> list[str]:
    """Return the values of an answer in JSON, row by row."""
    assert answer.status_code == 200, answer.text
    document = answer.json()
    names = document["head"]["vars"]
    rows = document["results"]["bindings"]
    return [row[name]["value"] for row in rows for name in names if name in row]


def page(client: TestClient, query: str, status: int = 200) -> BeautifulSoup:
    """Return the page that shows the answer to a query."""
    answer = client.get(f"/sparql?query={quote(query)}", headers=PAGE)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    return BeautifulSoup(answer.text, "html.parser")


@WAYS
def test_query_by_every_way(client: TestClient, store: OxigraphStore, ask: Ask) -> None:
    """A query gets the same solutions by GET, by form and as the body itself."""
    rows = [term.value for row in store.query(LABELS).rows() for term in row.values()]
    assert len(rows) > 6
    assert values(ask(client, LABELS)) == rows


@WAYS
def test_percent_encoding_is_decoded_once(client: TestClient, ask: Ask) -> None:
    """An IRI with percent signs in it, and a plus, arrive as they were written."""
    query = "SELECT (<http://example.org/a%20b%2541> AS ?iri) ('a+b%20c' AS ?text) {}"
    assert values(ask(client, query)) == ["http://example.org/a%20b%2541", "a+b%20c"]


@settings(max_examples=40, deadline=None)
@given(text=texts)
def test_every_text_survives_every_way(client: TestClient, text: str) -> None:
    """Any text in a query comes back the same whichever way the query was sent."""
    query = f"SELECT ({literal(text)} AS ?text) {{}}"
    for ask in (by_get, by_form, directly):
        assert values(ask(client, query)) == [text]


@settings(max_examples=40, deadline=None)
@given(text=texts)
def test_every_text_survives_every_format(client: TestClient, text: str) -> None:
    """Any text in a result reads back the same from JSON, XML, CSV and TSV."""
    query = f"SELECT ({literal(text)} AS ?text) {{}}"
    answers = {name: by_get(client, query, format=name) for name in ("json", "xml", "csv", "tsv")}
    assert values(answers["json"]) == [text]
    tree = ElementTree.fromstring(answers["xml"].text)
    assert [node.text or "" for node in tree.iter(RESULTS + "literal")] == [text]
    rows = list(csv.reader(io.StringIO(answers["csv"].content.decode(), newline="")))
    assert rows[1:] == ([[text]] if text else [[]])
    (written,) = answers["tsv"].content.decode().removesuffix("\n").split("\n")[1:]
    (parsed,) = ox.parse(f"<urn:s> <urn:p> {written} .", format=ox.RdfFormat.TURTLE)
    assert parsed.object == ox.Literal(text)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_bindings_in_every_format(client: TestClient, store: OxigraphStore, name: str) -> None:
    """Solutions come in JSON, XML, CSV and TSV under the media type of each, with the same rows."""
    media_type = next(f.media_type for f in FORMATS if f.name == name)
    answer = client.get(f"/sparql?query={quote(LABELS)}", headers={"Accept": media_type})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    expected = [(row["pillar"].value, row["label"].value) for row in store.query(LABELS).rows()]
    assert _read_table(answer, name) == expected


def _read_table(answer: Response, name: str) -> list[tuple[str, str]]:
    if name == "json":
        flat = values(answer)
    elif name == "xml":
        bound = ElementTree.fromstring(answer.text).iter(RESULTS + "binding")
        flat = ["".join(node.itertext()) for node in bound]
    elif name == "csv":
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0] == ["pillar", "label"]
        flat = [cell for row in rows[1:] for cell in row]
    else:
        lines = [line.split("\t") for line in answer.text.splitlines()]
        assert lines[0] == ["?pillar", "?label"]
        triples = "".join(f"{a} <urn:p> {b} .\n" for a, b in lines[1:])
        quads = ox.parse(triples, format=ox.RdfFormat.TURTLE)
        flat = [term.value for q in quads for term in (q.subject, q.object)]
    return list(zip(flat[::2], flat[1::2], strict=True))


@pytest.mark.parametrize(("query", "truth"), [("ASK {}", True), ("ASK { FILTER(false) }", False)])
def test_boolean_in_json_and_xml(client: TestClient, query: str, truth: bool) -> None:
    """A truth value comes in JSON and in XML."""
    assert by_get(client, query, format="json").json()["boolean"] is truth
    tree = ElementTree.fromstring(by_get(client, query, format="xml").text)
    assert tree.findtext(RESULTS + "boolean") == str(truth).lower()


@pytest.mark.parametrize("name", ["csv", "tsv", "turtle"])
def test_boolean_has_no_table(client: TestClient, name: str) -> None:
    """A truth value is refused in formats that cannot hold one."""
    assert by_get(client, "ASK {}", format=name).status_code == 406


@pytest.mark.parametrize("format_", formats_for(Form.GRAPH), ids=lambda f: f.name)
def test_graph_in_every_format(client: TestClient, store: OxigraphStore, format_: Any) -> None:
    """A graph comes in every RDF syntax under its own media type, with the same triples."""
    expected = {str(triple) for triple in store.query(GRAPH_OF_LABELS).triples()}
    answer = client.get(
        f"/sparql?query={quote(GRAPH_OF_LABELS)}", headers={"Accept": format_.media_type}
    )
    assert answer.headers["content-type"].partition(";")[0] == format_.media_type
    assert {str(q.triple) for q in ox.parse(answer.content, format=format_.engine)} == expected
    if format_.name not in ("trig", "nquads"):  # an independent parser agrees
        graph = Graph().parse(data=answer.content, format=format_.media_type)
        assert len(graph) == len(expected) > 0


def test_describe_gives_a_graph(client: TestClient) -> None:
    """DESCRIBE gives the triples of what it names, in Turtle unless asked otherwise."""
    goal = "https://w3id.org/samenhang/id/pillar/gbvs-2018-prevent"
    iri = values(by_get(client, LABELS))[0]
    assert iri.partition("/pillar/")[0] == goal.partition("/pillar/")[0]
    answer = by_get(client, f"DESCRIBE <{iri}>")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert {str(q.subject) for q in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)} == {
        f"<{iri}>"
    }


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("text/*;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.8, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, text/csv;q=0.1", "text/csv"),
        ("application/json", "application/sparql-results+json"),
        ("application/xml", "application/sparql-results+xml"),
        ("image/png, text/csv;q=0.01", "text/csv"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_accept_chooses(client: TestClient, method: str, accept: str, expected: str) -> None:
    """Accept with its q-values chooses the format, and what has q=0 is not chosen."""
    headers = {"Accept": accept, "Content-Type": DIRECT}
    if method == "GET":
        answer = client.get(f"/sparql?query={quote(COUNT)}", headers=headers)
    else:
        answer = client.post("/sparql", content=COUNT, headers=headers)
    assert answer.headers["content-type"].partition(";")[0] == expected
    assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    "accept",
    ["image/png", "text/turtle", "application/sparql-results+json;q=0", "*/*;q=0"],
)
def test_nothing_acceptable(client: TestClient, accept: str) -> None:
    """When no format of the result is accepted, the answer is 406 and lists those there are."""
    answer = client.get(f"/sparql?query={quote(COUNT)}", headers={"Accept": accept})
    assert answer.status_code == 406
    assert "application/sparql-results+json" in answer.json()["detail"]


@WAYS
def test_format_wins_over_accept(client: TestClient, ask: Ask) -> None:
    """The parameter `format` decides, by short name, media type or extension."""
    for name in ("csv", "text/csv"):
        assert ask(client, COUNT, format=name).headers["content-type"].startswith("text/csv")
    assert ask(client, COUNT, format="srx").text.startswith("<?xml")


@WAYS
def test_unknown_format(client: TestClient, ask: Ask) -> None:
    """A format that the result does not have is 406, and the others are listed."""
    answer = ask(client, COUNT, format="turtle")
    assert answer.status_code == 406
    assert "json, xml, csv, tsv" in answer.json()["detail"]


@WAYS
def test_faulty_query_names_its_place(client: TestClient, ask: Ask) -> None:
    """A query that cannot be read is 400 and names the line and the column of the fault."""
    answer = ask(client, "SELECT ?s {\n  ?s ?p ?o .\n  nonsense }")
    assert answer.status_code == 400
    assert answer.json()["line"] == 3
    assert answer.json()["column"] in range(3, 13)


@settings(max_examples=60, deadline=None)
@given(text=st.text())
def test_any_text_as_query(client: TestClient, text: str) -> None:
    """Whatever is sent as a query is answered or refused as a bad request, never a fault here."""
    content = text.encode(errors="surrogatepass")
    answer = client.post("/sparql", content=content, headers={"Content-Type": DIRECT})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("content_type", [FORM, DIRECT])
def test_body_that_is_not_utf8(client: TestClient, content_type: str) -> None:
    """A body that is not UTF-8 is a bad request that says so."""
    answer = client.post(
        "/sparql", content=b"query=ASK {} # \xff", headers={"Content-Type": content_type}
    )
    assert answer.status_code == 400
    assert "UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/json"])
def test_unknown_content_type(client: TestClient, content_type: str) -> None:
    """A body of another type is 415, which names the types that are taken."""
    answer = client.post("/sparql", content="ASK {}", headers={"Content-Type": content_type})
    assert answer.status_code == 415
    assert FORM in answer.json()["detail"]
    assert DIRECT in answer.json()["detail"]


def test_parameters_of_the_content_type(client: TestClient) -> None:
    """A charset beside the content type does not matter."""
    headers = {"Content-Type": "Application/SPARQL-query; charset=UTF-8"}
    assert client.post("/sparql", content="ASK {}", headers=headers).json()["boolean"] is True


@WAYS
def test_longest_query(store: OxigraphStore, ask: Ask) -> None:
    """A query of the greatest length is answered, and one byte more is 413."""
    small = TestClient(create_app(Settings(max_query=100), store))
    query = "ASK {} #".ljust(100, "é").encode()[:100].decode()
    assert len(query.encode()) == 100
    assert ask(small, query).status_code == 200
    assert ask(small, query + "x").status_code == 413


def test_longest_body(client: TestClient) -> None:
    """A body far beyond the limit is refused before it is read as a query."""
    answer = client.post("/sparql", content=b"\xff" * 300_000, headers={"Content-Type": DIRECT})
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(client: TestClient, method: str) -> None:
    """Another method is 405, and Allow names those that there are."""
    answer = client.request(method, "/sparql")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_updates_are_refused(client: TestClient, store: OxigraphStore) -> None:
    """An update is refused however it is sent, and changes nothing."""
    before, update = len(store), "INSERT DATA { <urn:s> <urn:p> <urn:o> }"
    answers = [
        client.post("/sparql", data={"update": update}),
        client.post(f"/sparql?update={quote(update)}", headers={"Content-Type": DIRECT}),
        client.post(
            "/sparql", content=update, headers={"Content-Type": "application/sparql-update"}
        ),
        client.get(f"/sparql?update={quote(update)}"),
        *(ask(client, update) for ask in (by_get, by_form, directly)),
    ]
    assert [answer.status_code for answer in answers] == [403, 400, 403, 405, 400, 400, 400]
    assert len(store) == before


@WAYS
def test_other_hosts_are_not_called(client: TestClient, ask: Ask) -> None:
    """A query that would call another service is refused."""
    answer = ask(client, "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert answer.status_code == 400
    assert "SERVICE" in answer.json()["detail"]


@WAYS
def test_default_graph(client: TestClient, ask: Ask) -> None:
    """The graphs named as default graph are what the query sees, merged, and nothing else."""
    (inside,) = values(
        by_get(client, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{LETTER}> {{?s ?p ?o}} }}")
    )
    named = {"default-graph-uri": LETTER}
    assert values(ask(client, COUNT, **named)) == [inside]
    assert int(inside) < int(values(ask(client, COUNT))[0])
    assert values(ask(client, COUNT, **{"default-graph-uri": GRAPH + "nothing"})) == ["0"]
    things = values(ask(client, COUNT, **{"default-graph-uri": GRAPH + "things"}))
    both = values(ask(client, COUNT, **{"default-graph-uri": [LETTER, GRAPH + "things"]}))
    assert max(int(inside), int(things[0])) < int(both[0]) <= int(inside) + int(things[0])


@WAYS
def test_named_graphs(client: TestClient, ask: Ask) -> None:
    """A query sees only the named graphs of the request, and beside them no default graph."""
    names = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert values(ask(client, names, **{"named-graph-uri": LETTER})) == [LETTER]
    assert values(ask(client, COUNT, **{"named-graph-uri": LETTER})) == ["0"]


@WAYS
def test_dataset_of_the_request_wins(client: TestClient, ask: Ask) -> None:
    """A dataset in the request replaces the one in the query (SPARQL 1.1 Protocol, 2.1.4)."""
    query = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}things> {{ ?s ?p ?o }}"
    letter = values(ask(client, COUNT, **{"default-graph-uri": LETTER}))
    assert values(ask(client, query)) != letter
    assert values(ask(client, query, **{"default-graph-uri": LETTER})) == letter


@WAYS
def test_dataset_that_is_no_iri(client: TestClient, ask: Ask) -> None:
    """A graph name that is no IRI is a bad request."""
    assert ask(client, COUNT, **{"default-graph-uri": "no iri"}).status_code == 400


@pytest.mark.parametrize("name", ["query", "format"])
def test_twice_the_same_parameter(client: TestClient, name: str) -> None:
    """Two queries, or two formats, in one request are refused."""
    given_twice = urlencode([("query", "ASK {}"), ("format", "json"), (name, "xml")])
    form = {"Content-Type": FORM}
    assert client.get(f"/sparql?{given_twice}").status_code == 400
    assert client.post("/sparql", content=given_twice, headers=form).status_code == 400


def test_missing_query(client: TestClient) -> None:
    """Without a query a program gets a bad request that names the parameter."""
    answers = [
        client.get("/sparql", headers={"Accept": "text/csv"}),
        client.get("/sparql?format=csv"),
        client.post("/sparql", data={"format": "csv"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert all("query" in answer.json()["detail"] for answer in answers)


def test_page_shows_the_solutions(client: TestClient) -> None:
    """A browser sees the rows that a program gets, under the names of their columns."""
    table = page(client, LABELS).select_one("table")
    assert table
    assert [cell.text for cell in table.select("th")] == ["pillar", "label"]
    shown = [cell.text for cell in table.select("td")][1::2]
    assert shown == values(by_get(client, LABELS))[1::2]


def test_page_shows_truth_and_graph(client: TestClient) -> None:
    """A browser sees a truth value as a word and a graph as Turtle that reads back."""
    verdict = page(client, "ASK { FILTER(false) }").select_one(".verdict")
    code = page(client, GRAPH_OF_LABELS).select_one("pre code")
    assert verdict
    assert verdict.text == "false"
    assert code
    triples = {str(q.triple) for q in ox.parse(code.text, format=ox.RdfFormat.TURTLE)}
    answer = by_get(client, GRAPH_OF_LABELS)
    assert triples == {str(q.triple) for q in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)}


def test_page_says_when_rows_are_left_out(store: OxigraphStore) -> None:
    """A page shows at most the greatest number of rows and says so, while data are complete."""
    small = TestClient(create_app(Settings(max_rows=3), store))
    query = "SELECT ?s { ?s ?p ?o } LIMIT 10"
    shown = page(small, query)
    assert len(shown.select("tbody tr")) == 3
    assert "3" in shown.select("section p")[0].text
    assert len(values(by_get(small, query))) == 10


def test_page_shows_the_fault(client: TestClient) -> None:
    """A browser sees what is wrong with a query and where, and the query is kept."""
    query = "SELECT <b>&amp;</textarea>"
    shown = page(client, query, 400)
    alert, area = shown.select_one("[role=alert]"), shown.select_one("textarea")
    assert alert
    assert "1:" in alert.text
    assert area
    assert area.text == query


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(client: TestClient, text: str) -> None:
    """Text in a result, a graph, a fault or the query is shown as text, never as markup."""
    table = f"SELECT ({literal(text)} AS ?text) {{}}"
    triples = f"CONSTRUCT {{ <urn:s> <urn:p> {literal(text)} }} {{}}"
    fault = f"SELECT {text}"
    plain = page(client, "ASK {}").find_all(["script", "img", "b"])
    for query, status in ((table, 200), (triples, 200), (fault, 400)):
        shown = page(client, query, status)
        assert len(shown.find_all(["script", "img", "b"])) == len(plain)
        assert not [tag for tag in shown.find_all() for name in tag.attrs if name.startswith("on")]
        area = shown.select_one("textarea")
        assert area
        assert area.text == query
    cell = page(client, table).select_one("td")
    assert cell
    assert cell.text == text


def test_hostile_addresses_are_no_links(client: TestClient) -> None:
    """An IRI in a result is a link only when it is ours or a well-known one."""
    query = "SELECT (<javascript:alert(1)> AS ?a) ('javascript:alert(1)' AS ?b) {}"
    links = page(client, query).select("td a")
    assert links == []


def test_examples_of_the_page_run(client: TestClient) -> None:
    """Every example that the page offers is a query that runs."""
    offered = [link["href"] for link in page(client, "ASK {}").select("ul.doors a")]
    assert offered
    for address in offered:
        query = parse_qs(urlsplit(str(address)).query)["query"][0]
        answer = by_get(client, query)
        assert answer.status_code == 200, query
        assert json.loads(answer.content)["head"]["vars"]


def test_downloads_of_the_page(client: TestClient) -> None:
    """Every format that the page offers for download is given."""
    for query in (LABELS, GRAPH_OF_LABELS):
        offered = [
            str(a["href"]) for a in page(client, query).select("p a") if "format=" in a["href"]
        ]
        assert len(offered) == 4
        assert [client.get(address).status_code for address in offered] == [200] * 4
