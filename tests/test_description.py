"""The service description: W3C's tests of it, and that it is true."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from graph.results import FORMATS, Form, formats_for
from hosts import DOCUMENTS, Host, documents, hosting

DATA = Path(__file__).parent / "data" / "protocol" / "service-description.toml"
SERVICE: dict[str, Any] = tomllib.loads(DATA.read_text(encoding="utf-8"))
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """Give the running service."""
    with hosting(documents()) as running:
        yield running


def description(host: Host, format_: Any) -> list[ox.Triple]:
    """Return the triples of the service description in a syntax."""
    answer = host.ask("GET", "/sparql", Accept=format_.media_type)
    assert (answer.status, answer.media_type) == (200, format_.media_type)
    return [quad.triple for quad in ox.parse(answer.body, format=format_.engine)]


@pytest.mark.parametrize("format_", formats_for(Form.GRAPH), ids=lambda f: f.name)
def test_service_returns_rdf(host: Host, format_: Any) -> None:
    """W3C's returns-rdf: the endpoint without a query gives RDF, the same in every syntax."""
    default = host.ask("GET", "/sparql")
    assert default.media_type == "text/turtle"
    triples = list(ox.parse(default.body, format=ox.RdfFormat.TURTLE))
    asked, given_ = ox.Dataset(triples), ox.Dataset(ox.Quad(*t) for t in description(host, format_))
    for dataset in (asked, given_):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert asked == given_
    assert len(asked) > 20


def test_service_has_endpoint(host: Host) -> None:
    """W3C's has-endpoint-triple: the service has the endpoint at which it was asked."""
    endpoints = [
        triple.object
        for triple in description(host, formats_for(Form.GRAPH)[0])
        if triple.predicate.value == SD + "endpoint"
    ]
    assert endpoints == [ox.NamedNode(f"{host.origin}/sparql")]


def test_service_conforms(host: Host) -> None:
    """W3C's conforms-to-schema: terms exist, and stand where their domain and range allow."""
    triples = description(host, formats_for(Form.GRAPH)[0])
    types: dict[Any, set[str]] = {}
    for s, p, o in triples:
        if p.value == TYPE:
            types.setdefault(s, set()).add(o.value.removeprefix(SD))
    for names, kind in ((SERVICE["languages"], "Language"), (SERVICE["features"], "Feature")):
        types |= {ox.NamedNode(SD + name): {kind} for name in names}
    types[ox.NamedNode("http://www.w3.org/ns/entailment/Simple")] = {"EntailmentRegime"}
    for terms in types.values():
        terms |= {"GraphCollection"} if "Dataset" in terms else set()  # its subclass
    used = [t for t in triples if t.predicate.value.startswith(SD)]
    assert len(used) > 20
    for s, p, o in used:
        domain, range_ = SERVICE["properties"][p.value.removeprefix(SD)]
        assert domain in types[s], (s, p)
        assert not range_ or range_ in types[o], (p, o)
    assert {name for terms in types.values() for name in terms} <= set(SERVICE["classes"])


def test_service_describes_its_graphs(host: Host) -> None:
    """The description names every graph, every format and how many triples there are."""
    triples = description(host, formats_for(Form.GRAPH)[0])
    said = {p: [o for _, q, o in triples if q.value == SD + p] for p in SERVICE["properties"]}
    assert sorted(term.value for term in said["name"]) == sorted(DOCUMENTS)
    assert len(said["resultFormat"]) == len(FORMATS)
    counts = [int(o.value) for _, p, o in triples if p.value.endswith("void#triples")]
    assert sorted(counts) == [1, 1, 1, 3]
