"""What programs read before they ask: the description of the data, and the examples."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.library import LANGUAGES, read_folder
from graph.network import list_views
from graph.oxigraph import OxigraphStore, in_memory
from graph.questions import list_questions
from graph.results import Form, formats_for
from ontology import PREFIXES, ROOT

VOID = "http://rdfs.org/ns/void#"
SH = "http://www.w3.org/ns/shacl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
ADDRESSES = ("/.well-known/void", "/.well-known/sparql-examples")
STORED = [*list_questions(), *read_folder(ROOT / "queries"), *list_views()]


def read(answer: Response, engine: Any = ox.RdfFormat.TURTLE) -> ox.Dataset:
    """Return what a description says."""
    assert answer.status_code == 200, answer.text
    return ox.Dataset(ox.parse(answer.content, format=engine))


def values(said: ox.Dataset, subject: Any, predicate: str) -> list[Any]:
    """Return what is said about something under a property."""
    found = said.quads_for_subject(subject)
    return [quad.object for quad in found if quad.predicate.value == predicate]


def numbers(said: ox.Dataset, subject: Any, *names: str) -> list[int]:
    """Return the figures of something, one for each property of VoID."""
    return [int(value.value) for name in names for value in values(said, subject, VOID + name)]


def count(store: OxigraphStore, pattern: str, what: str = "*") -> int:
    """Count what a pattern finds."""
    row = next(store.query(f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}").rows())
    return int(row["n"].value)


@pytest.fixture(scope="module")
def void(client: TestClient) -> tuple[ox.Dataset, ox.NamedNode]:
    """Give the description of the data, and its subject."""
    dataset = ox.NamedNode("http://localhost/.well-known/void#dataset")
    return read(client.get("/.well-known/void")), dataset


@pytest.fixture(scope="module")
def examples(client: TestClient) -> dict[str, tuple[ox.Dataset, ox.NamedNode]]:
    """Give every example by the name at the end of its IRI."""
    said = read(client.get("/.well-known/sparql-examples"))
    found = said.quads_for_object(ox.NamedNode(SH + "SPARQLExecutable"))
    names = [quad.subject for quad in found if isinstance(quad.subject, ox.NamedNode)]
    return {name.value.partition("#")[2]: (said, name) for name in names}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("format_", formats_for(Form.GRAPH), ids=lambda f: f.name)
def test_every_syntax(client: TestClient, address: str, format_: Any) -> None:
    """A description is the same graph in every RDF syntax, by Accept and by `?format=`."""
    expected = read(client.get(address))
    asked = client.get(address, headers={"Accept": format_.media_type})
    assert asked.headers["content-type"].partition(";")[0] == format_.media_type
    named = client.get(f"{address}?format={format_.name}", headers={"Accept": "image/png"})
    assert named.headers["content-type"] == asked.headers["content-type"]
    said = read(asked, format_.engine)
    for graph in (expected, said):
        graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert said == expected
    assert "Accept" in asked.headers["vary"].split(", ")


@pytest.mark.parametrize("address", ADDRESSES)
def test_refusals(client: TestClient, address: str) -> None:
    """A syntax that there is not, two formats or a host that is none get a problem document."""
    faults: list[tuple[str, Mapping[str, str], int]] = [
        (address, {"Accept": "image/png"}, 406),
        (f"{address}?format=csv", {}, 406),
        (f"{address}?format=turtle&format=jsonld", {}, 400),
        (address, {"Host": "a b<>"}, 400),
    ]
    for path, headers, status in faults:
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (
            status,
            "application/problem+json",
        )
    assert client.post(address).status_code == 405


def test_size(store: OxigraphStore, void: tuple[ox.Dataset, ox.NamedNode]) -> None:
    """The figures of the whole are those that the store counts."""
    assert numbers(
        *void, "triples", "entities", "distinctSubjects", "distinctObjects", "properties", "classes"
    ) == [
        len(store),
        count(store, "?s a ?c FILTER(isIRI(?s))", "DISTINCT ?s"),
        count(store, "?s ?p ?o", "DISTINCT ?s"),
        count(store, "?s ?p ?o", "DISTINCT ?o"),
        count(store, "?s ?p ?o", "DISTINCT ?p"),
        count(store, "?s a ?o FILTER(isIRI(?o))", "DISTINCT ?o"),
    ]


def test_property_partitions(store: OxigraphStore, void: tuple[ox.Dataset, ox.NamedNode]) -> None:
    """There is a part for each property, and together they are all triples."""
    said, dataset = void
    parts = values(said, dataset, VOID + "propertyPartition")
    names = {values(said, part, VOID + "property")[0].value for part in parts}
    rows = store.query("SELECT DISTINCT ?p { ?s ?p ?o }").rows()
    assert names == {row["p"].value for row in rows}
    assert sum(numbers(said, part, "triples")[0] for part in parts) == len(store)
    label = next(p for p in parts if values(said, p, VOID + "property")[0].value == RDFS + "label")
    pattern = f"?s <{RDFS}label> ?o"
    assert numbers(said, label, "distinctSubjects", "distinctObjects") == [
        count(store, pattern, "DISTINCT ?s"),
        count(store, pattern, "DISTINCT ?o"),
    ]


def test_class_partitions(store: OxigraphStore, void: tuple[ox.Dataset, ox.NamedNode]) -> None:
    """There is a part for each class, with the number of its things."""
    said, dataset = void
    parts = values(said, dataset, VOID + "classPartition")
    assert len(parts) > 10
    for part in parts:
        (class_,) = values(said, part, VOID + "class")
        assert numbers(said, part, "entities") == [count(store, f"?s a {class_}", "DISTINCT ?s")]


def test_names_without_a_namespace() -> None:
    """A graph of names that have no namespace is described, and names no vocabulary."""
    name = ox.NamedNode("urn:x")
    small = in_memory({"urn:g": [ox.Quad(name, TYPE, name, name), ox.Quad(name, name, name, name)]})
    said = read(TestClient(create_app(Settings(), small)).get("/.well-known/void"))
    dataset = ox.NamedNode("http://testserver/.well-known/void#dataset")
    assert numbers(said, dataset, "triples") == [2]
    assert values(said, dataset, VOID + "vocabulary") == [ox.NamedNode(PREFIXES["rdf"])]


def test_where_and_under_what(
    client: TestClient, store: OxigraphStore, void: tuple[ox.Dataset, ox.NamedNode]
) -> None:
    """The description leads to the endpoint, things that exist, the licence and vocabularies."""
    said, dataset = void
    (endpoint,) = values(said, dataset, VOID + "sparqlEndpoint")
    assert client.get(f"{endpoint.value}?query=ASK%7B%7D").json()["boolean"] is True
    dumps = [dump.value for dump in values(said, dataset, VOID + "dataDump")]
    assert sorted(urlsplit(dump).path for dump in dumps) == [
        f"/data/samenhang.{extension}" for extension in ("jsonld", "nq", "ttl")
    ]
    others = [term.value for term in values(said, dataset, RDFS + "seeAlso")]
    assert others == ["http://localhost/catalog"]
    assert [client.head(url).status_code for url in [*dumps, *others]] == [200] * 4
    things = values(said, dataset, VOID + "exampleResource")
    assert things
    assert all(store.query(f"ASK {{ {thing} ?p ?o }}").truth() for thing in things)
    (licence,) = values(said, dataset, PREFIXES["dcterms"] + "license")
    assert "eupl" in licence.value
    vocabularies = {term.value for term in values(said, dataset, VOID + "vocabulary")}
    assert {PREFIXES[name] for name in ("sam", "rdf", "rdfs", "skos", "prov", "oa")} <= vocabularies


def test_host_is_that_of_the_setting(store: OxigraphStore) -> None:
    """Where the service has an address of its own, descriptions name that and not the host."""
    service = TestClient(create_app(Settings(base_url="https://samenhang.example/"), store))
    for path in (*ADDRESSES, "/sparql"):
        text = service.get(path, headers={"Accept": "text/turtle"}).text
        assert "https://samenhang.example/sparql" in text
        assert "testserver" not in text


def test_examples_are_the_stored_queries(examples: dict[str, Any]) -> None:
    """Every stored question, query and view is an example, and nothing else is."""
    assert {name.partition("-")[2] for name in examples} == {query.slug for query in STORED}
    assert len(examples) == len(STORED)


def test_examples_run(client: TestClient, examples: dict[str, Any]) -> None:
    """Every example is of the kind that its query is, and runs at the endpoint that it names."""
    forms = {"Select": "select", "Construct": "construct", "Ask": "ask", "Describe": "describe"}
    for said, name in examples.values():
        kinds = {
            quad.object.value for quad in said.quads_for_subject(name) if quad.predicate == TYPE
        }
        (kind,) = kinds - {SH + "SPARQLExecutable"}
        (form,) = [forms[key] for key in forms if kind == f"{SH}SPARQL{key}Executable"]
        (query,) = values(said, name, SH + form)
        (target,) = values(said, name, SCHEMA + "target")
        headers = {"Content-Type": "application/sparql-query"}
        answer = client.post(target.value, content=query.value, headers=headers)
        assert answer.status_code == 200, (name, answer.text)
        assert "#+" not in query.value


def test_examples_say_what_they_ask(examples: dict[str, Any]) -> None:
    """Every example has a label and a comment in both languages."""
    for said, name in examples.values():
        for property_ in ("label", "comment"):
            texts = values(said, name, RDFS + property_)
            assert sorted(text.language for text in texts) == sorted(LANGUAGES)
            assert all(text.value for text in texts)


def test_prefixes(client: TestClient, examples: dict[str, Any]) -> None:
    """Every prefix is declared once, so that a query that begins with all of them can use them."""
    said, name = next(iter(examples.values()))
    (prefixes,) = values(said, name, SH + "prefixes")
    declared = {
        values(said, node, SH + "prefix")[0].value: values(said, node, SH + "namespace")[0]
        for node in values(said, prefixes, SH + "declare")
    }
    assert {prefix: iri.value for prefix, iri in declared.items()} == PREFIXES
    assert {iri.datatype.value for iri in declared.values()} == {PREFIXES["xsd"] + "anyURI"}
    head = "".join(f"PREFIX {prefix}: <{iri.value}>\n" for prefix, iri in declared.items())
    answer = client.post(
        "/sparql",
        content=head + "ASK { ?goal a sam:Goal ; rdfs:label ?label }",
        headers={"Content-Type": "application/sparql-query"},
    )
    assert answer.json()["boolean"] is True


def test_service_leads_to_the_descriptions(client: TestClient) -> None:
    """The description of the service names the other two, and both are there."""
    said = read(client.get("/sparql", headers={"Accept": "text/turtle"}))
    service = ox.NamedNode("http://localhost/sparql#service")
    others = [term.value for term in values(said, service, RDFS + "seeAlso")]
    assert [re.sub("^http://localhost", "", other) for other in sorted(others)] == sorted(ADDRESSES)
    assert [client.get(other).status_code for other in others] == [200, 200]
