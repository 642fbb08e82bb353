"""Formats of results: which one is given, and that each says all there is."""

import csv
import io
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from httpx2 import Response
from hypothesis import given, settings
from rdflib import Graph
from starlette.testclient import TestClient

from graph.oxigraph import OxigraphStore
from graph.results import FORMATS, Form, formats_for
from ways import COUNT, DIRECT, GRAPH_OF_LABELS, LABELS, WAYS, Ask, by_get, literal, texts, values

RESULTS = "{http://www.w3.org/2005/sparql-results#}"


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
