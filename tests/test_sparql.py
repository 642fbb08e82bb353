"""The SPARQL 1.1 Protocol, clause by clause: what is sent, and on which dataset."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore
from ontology import GRAPH
from ways import (
    COUNT,
    DIRECT,
    FORM,
    LABELS,
    WAYS,
    Ask,
    by_form,
    by_get,
    directly,
    literal,
    texts,
    values,
)

LETTER = GRAPH + "kamerbrief-gbvs-2018"


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
