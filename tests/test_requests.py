"""What the protocol leaves open: methods, bases, the place of a fault, formats by name."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from graph.results import FORMATS, Form
from hosts import DIRECT, UNWRITABLE, Host, documents, graph, hosting
from services import FORM


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """Give the running service."""
    with hosting(documents()) as running:
        yield running


def test_options(host: Host) -> None:
    """OPTIONS names the methods, and each of them is there."""
    for path in ("/sparql", "/query"):
        answer = host.ask("OPTIONS", path)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head(host: Host) -> None:
    """HEAD has the status and headers of GET and no body."""
    for path in ("/sparql?query=ASK%20%7B%7D", "/query?query=ASK", "/sparql", "/update"):
        got, head = host.ask("GET", path), host.ask("HEAD", path)
        assert (head.status, head.media_type, head.body) == (got.status, got.media_type, b"")


def test_alias(host: Host) -> None:
    """/query answers as /sparql does."""
    path = "query=SELECT%20%2A%20%7B%3Fs%20%3Fp%20%3Fo%7D%20ORDER%20BY%20%3Fs"
    assert host.ask("GET", f"/query?{path}").body == host.ask("GET", f"/sparql?{path}").body
    assert host.ask("POST", "/query", path.encode(), Content_Type=FORM).status == 200


BASES = {
    "FROM <data1.rdf>": 1,
    "FROM <data1.rdf> FROM <./data2.rdf>": 2,
    "FROM <../protocol/x/../data3.rdf>": 1,
    "FROM <//example.org/protocol/data1.rdf> FROM </protocol/data2.rdf>": 2,
    "FROM <>": 0,
    "FROM p:data1.rdf": 1,
    "FROM <data1.rdf> # FROM <data2.rdf>\n": 1,
    "FROM NAMED <data1.rdf>": 0,
}


@pytest.mark.parametrize("clauses", BASES)
def test_relative_dataset(host: Host, clauses: str) -> None:
    """A relative IRI in FROM is resolved against BASE (RFC 3986, section 5)."""
    prologue = "BASE <http://example.org/x/> PREFIX p: <../protocol/> BASE <../protocol/>"
    query = f"{prologue}\nSELECT (COUNT(*) AS ?n) {clauses} WHERE {{ ?s ?p ?o }}"
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    (row,) = json.loads(answer.body)["results"]["bindings"]
    assert int(row["n"]["value"]) == BASES[clauses]


def test_relative_named_graph(host: Host) -> None:
    """A relative IRI in FROM NAMED is resolved too, and names the only graph there is."""
    query = (
        "BASE <http://example.org/protocol/>"
        "SELECT ?g FROM NAMED <data2.rdf> { GRAPH ?g { ?s ?p ?o } }"
    )
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    rows = json.loads(answer.body)["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [graph(2)]


#: Faulty queries: line, column and token of the fault, and a word of the hint.
FAULTY = {
    "SELEC ?a {}": (1, 1, "SELEC", "SELECT"),
    "SELECT * {\n  ?s ?p ?o FILTR(?o) }": (2, 12, "FILTR", "FILTER"),
    "SELECT * { ?s a foaf:Agent }": (1, 17, "foaf:Agent", "PREFIX foaf: <http://xmlns.com"),
    "SELECT * { 'nope:x' a nope:x } # nope:": (1, 23, "nope:x", "PREFIX nope:"),
    "ASK {\n  { ?s ?p ?o }": (1, 5, "{", "}"),
    "ASK { ?s ?p ?o ) }": (1, 16, ")", "partner"),
    "ASK { ?s ?p 'open }": (1, 13, "'open", "quotation"),
    "ASK {} SELECT * {}": (1, 8, "SELECT", "one"),
    "# only this": (1, 1, "#", "SELECT"),
    "{ ?s ?p ?o }": (1, 1, "{", "SELECT"),
    "DROP ALL": (1, 1, "DROP", "SELECT"),
    "ASK { <s> <p> <o> } LIMIT x": (1, 27, "x", "variable"),
}


@pytest.mark.parametrize("query", FAULTY)
def test_fault_is_named(host: Host, query: str) -> None:
    """A query that cannot be read is refused with the place, the token at fault and a hint."""
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    body = json.loads(answer.body)
    line, column, token, hint = FAULTY[query]
    assert answer.status == 400
    assert (body["line"], body["column"]) == (line, column)
    assert body["token"].startswith(token[:1])
    assert token.startswith(body["token"])
    assert hint in body["hint"]
    assert body["hint"] in body["detail"]


def test_place_counts_what_was_sent(host: Host) -> None:
    """The place is that in the query as it was sent, also when its IRIs need a base."""
    for query in ("SELECT * { <s> ?p ?o } LIMIT -1", "SELECT * { <urn:s> ?p ?o } LIMIT -1"):
        answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
        body = json.loads(answer.body)
        place = (1, query.index("-1") + 1, "-1")
        assert (body["line"], body["column"], body["token"]) == place
        assert "hint" not in body


@pytest.mark.parametrize(("query", "format_", "other"), UNWRITABLE)
def test_result_that_a_format_cannot_say(host: Host, query: str, format_: str, other: str) -> None:
    """A result that cannot be written in the format asked for is 406 and names another format."""
    path = f"/sparql?query={quote(query)}&format="
    answer = host.ask("GET", path + format_)
    assert (answer.status, answer.media_type) == (406, "application/problem+json")
    assert "cannot be written" in json.loads(answer.body)["detail"]
    assert host.ask("GET", path + other).status == 200


@pytest.mark.parametrize("format_", FORMATS, ids=lambda f: f.name)
def test_format_by_every_name(host: Host, format_: Any) -> None:
    """`?format=` takes short name, extension and media type, with the plus encoded or not."""
    query = {Form.BINDINGS: "SELECT (1 AS ?x) {}", Form.GRAPH: "CONSTRUCT { <s> <p> 1 } {}"}
    path = f"/sparql?query={quote(query[format_.forms[0]])}&format="
    names = [format_.name, format_.extension, format_.media_type, quote(format_.media_type)]
    for name in (*names, format_.media_type.upper()):
        assert host.ask("GET", path + name).media_type == format_.media_type


def test_page_is_an_offer_like_others(client: TestClient) -> None:
    """Who accepts a page less than a syntax that the result does not have gets the page."""
    accept = {"Accept": "text/turtle, text/html;q=0.1"}
    for query, expected in (("ASK {}", "text/html"), ("CONSTRUCT {} {}", "text/turtle")):
        answer = client.get(f"/sparql?query={quote(query)}", headers=accept)
        assert answer.headers["content-type"].partition(";")[0] == expected
