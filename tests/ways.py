"""The ways to send a query over HTTP, and queries of the shipped graph to send."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from httpx2 import Response
from hypothesis import strategies as st
from starlette.testclient import TestClient

Ask = Callable[..., Response]
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
LABELS = """PREFIX sam: <https://w3id.org/samenhang/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?pillar ?label { ?pillar a sam:Pillar ; rdfs:label ?label } ORDER BY ?pillar ?label"""
GRAPH_OF_LABELS = """PREFIX sam: <https://w3id.org/samenhang/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT WHERE { ?pillar a sam:Pillar ; rdfs:label ?label }"""
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
