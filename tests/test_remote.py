"""Stores behind the SPARQL 1.1 Protocol: a real Oxigraph server, and engines that misbehave."""

import re
import time
from collections.abc import Iterator

import httpx2
import pyoxigraph as ox
import pytest

from daemons import PASSWORD, free_port, misbehaving, oxigraph, with_user
from graph.dataset import Dataset
from graph.errors import QueryError, StoreError
from graph.library import read_folder
from graph.oxigraph import OxigraphStore
from graph.protocol import endpoints
from graph.remote import RemoteStore, open_remote
from graph.results import FORMATS, Form, Format
from graph.store import Store
from ontology import ROOT

QUERY = "SELECT ?o { ?s ?p ?o }"
HOST = "https://db.example:99"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of an Oxigraph server."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shipped(url: str, dataset: Dataset) -> RemoteStore:
    """Give a remote store with the shipped graphs; to be read only."""
    store = RemoteStore(url, "urn:shipped:")
    store.replace(dataset.graphs)
    return store


def quad(graph: str, text: str) -> ox.Quad:
    """Return a quad that says a text."""
    node = ox.NamedNode("urn:a")
    return ox.Quad(node, node, ox.Literal(text), ox.NamedNode(graph))


@pytest.mark.parametrize(
    ("url", "update", "store"),
    [
        ("/query", "/update", "/store"),
        ("/sparql", "/sparql", "/sparql-graph-crud"),
        ("/repositories/gbvs", "/repositories/gbvs/statements",
         "/repositories/gbvs/rdf-graphs/service"),
        ("/dataset", "/dataset", "/dataset"),
        ("/sparql#update=/w&store=/g", "/w", "/g"),
    ],
)  # fmt: skip
def test_addresses_follow_from_that_of_the_query(url: str, update: str, store: str) -> None:
    """Update and graph store are where the engine of this kind of address has them."""
    query = HOST + url.partition("#")[0]
    assert endpoints(httpx2.URL(HOST + url)) == (query, HOST + update, HOST + store)


def test_virtuoso_has_other_addresses_for_a_user() -> None:
    """Virtuoso asks for credentials at addresses of their own, which then hold none."""
    found = endpoints(httpx2.URL("https://me:secret@db.example/sparql"))
    auth = ["", "-auth", "-graph-crud-auth"]
    assert found == tuple(f"https://db.example/sparql{end}" for end in auth)


@pytest.mark.parametrize("address", ["http://", "ftp://x/query", "no url", "https:x"])
def test_address_must_be_one(address: str) -> None:
    """What is no HTTP address gives StoreError."""
    with pytest.raises(StoreError, match="address"):
        RemoteStore(address)


BLANK = re.compile(r"_:\w+")


def answers(store: Store, text: str) -> list[str]:
    """Return what a query gives, in an order of its own; all blank nodes are written alike."""
    result = store.query(text)
    if result.form is Form.GRAPH:
        return sorted(BLANK.sub("_:b", str(triple)) for triple in result.triples())
    rows = (sorted((name, str(value)) for name, value in row.items()) for row in result.rows())
    return sorted(BLANK.sub("_:b", str(row)) for row in rows)


@pytest.mark.parametrize("folder", ["questions", "queries", "views"])
def test_stored_queries_give_the_same(
    shipped: RemoteStore, store: OxigraphStore, folder: str
) -> None:
    """Every stored query gives through the protocol what it gives in memory.

    But for what an engine is free in: which sample it takes, and the names of blank nodes. What
    describes a thing is no query on all things.
    """
    for query in read_folder(ROOT / folder):
        if "SAMPLE" not in query.text and "CONSTRUCT" not in query.text:
            assert answers(shipped, query.text) == answers(store, query.text), query.slug


def test_shipped_graphs_come_back(shipped: RemoteStore, dataset: Dataset) -> None:
    """The dump holds every graph with as many quads as were brought, and the length is theirs."""
    assert shipped.graphs() == sorted(dataset.graphs)
    assert len(list(shipped.quads())) == sum(len(set(q)) for q in dataset.graphs.values())


@pytest.mark.parametrize("format_", FORMATS, ids=[f.name for f in FORMATS])
def test_result_is_written_as_in_memory(
    shipped: RemoteStore, store: OxigraphStore, format_: Format
) -> None:
    """A result that came over HTTP is written to the same bytes as one from memory."""
    pillar = "<https://w3id.org/samenhang/id/pillar/gbvs-2018-prevent>"
    where = f"{{ {pillar} rdfs:label ?o FILTER(LANG(?o) = 'nl') }}"
    form = "SELECT ?o" if Form.BINDINGS in format_.forms else f"CONSTRUCT {{ {pillar} <urn:p> ?o }}"
    text = f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {form} WHERE {where}"
    assert shipped.query(text).write(format_) == store.query(text).write(format_) != b""


def test_other_graphs_of_the_engine_are_left_alone(url: str) -> None:
    """What others keep in the engine is not read, not even when it is named, nor changed."""
    store = RemoteStore(url, "urn:ours:")
    store.update("INSERT DATA { GRAPH <urn:theirs> { <urn:a> <urn:a> 'theirs' } }")
    store.replace({"urn:mine": [quad("urn:mine", "mine")]})
    for text in (QUERY, "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"):
        assert [row["o"].value for row in store.query(text).rows()] == ["mine"]
    for graphs in ({"default_graphs": ["urn:theirs"]}, {"named_graphs": ["urn:theirs"]}):
        found = store.query("SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **graphs)
        assert list(found.rows()) == []
    store.replace({"urn:mine": []})
    kept = store.send(QUERY, ["urn:theirs"], []).rows()
    assert [row["o"].value for row in kept] == ["theirs"]


def test_two_stores_see_each_others_graphs(url: str) -> None:
    """What one host writes, another that opened the engine before reads at once."""
    reader, writer = (RemoteStore(url, "urn:both:") for _ in range(2))
    assert reader.graphs() == []
    writer.replace({"urn:new": [quad("urn:new", "new")]})
    found = reader.query("SELECT ?o { GRAPH <urn:new> { ?s ?p ?o } }").rows()
    assert [row["o"].value for row in found] == ["new"]


def test_graph_that_fails_leaves_no_stage(url: str) -> None:
    """When a graph cannot be brought, what was brought before it is taken away."""
    store = RemoteStore(url, "urn:staged:")

    def failing() -> Iterator[ox.Quad]:
        yield quad("urn:two", "half")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        store.replace({"urn:one": [quad("urn:one", "one")], "urn:two": failing()})
    named = store.send("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", [], []).rows()
    assert not any(row["g"].value.startswith("urn:staged:") for row in named)


def test_unreachable_engine_is_named_without_its_password() -> None:
    """StoreError names the host of an engine that cannot be reached, and never the password."""
    store = RemoteStore(with_user(f"http://127.0.0.1:{free_port()}/query"))
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:\d+ cannot be reached") as caught:
        store.query(QUERY)
    with pytest.raises(StoreError, match=r"Nothing was written: .* cannot be reached"):
        store.replace({"urn:a": [quad("urn:a", "a")]})
    shown = f"{caught.value!r} {store!r} {vars(store)} {caught.value.__cause__!r}"
    assert PASSWORD not in shown
    assert httpx2.URL(with_user("http://x/")).userinfo.decode() not in shown


def test_opening_calls_the_engine() -> None:
    """A store that cannot be reached is not opened."""
    with pytest.raises(StoreError, match="cannot be reached"):
        open_remote(f"http://127.0.0.1:{free_port()}/query")


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("garbage", "is no application/sparql-results"),
        ("half", "is no application/sparql-results"),
        ("short", "breaks off its answer"),
        ("endless", "longer than 1,000,000 bytes"),
        ("slow", "too long|in time"),
        ("silent", "does not answer in time"),
        ("elsewhere", "is elsewhere"),
        ("broken", "answers with 500: out of memory"),
        ("secured", "refuses the credentials"),
    ],
)
def test_engine_that_misbehaves_gives_an_error(way: str, says: str) -> None:
    """Whatever an engine sends or does not send, there is a StoreError within the time-out."""
    with misbehaving(way) as engine:
        store, start = RemoteStore(with_user(engine.url), answer=0.5, limit=1_000_000), time.time()
        with pytest.raises(StoreError, match=says):
            store.query(QUERY)
    assert time.time() - start < 3


@pytest.mark.parametrize(("way", "requests"), [("forgetful", 3), ("broken", 1), ("silent", 1)])
def test_read_is_tried_again_when_there_was_no_answer(way: str, requests: int) -> None:
    """A read is tried again when the engine broke off, not when it answered or was slow."""
    with misbehaving(way) as engine:
        store = RemoteStore(engine.url, answer=1.5)
        try:
            assert list(store.send("SELECT ?n {}", [], []).rows()) == []
        except StoreError:
            assert way != "forgetful"
        assert engine.requests == requests


def test_write_is_never_tried_again() -> None:
    """A change that broke off is not sent twice, and its fate is said to be unknown."""
    with misbehaving("forgetful") as engine:
        with pytest.raises(StoreError, match="look whether it wrote"):
            RemoteStore(engine.url).update("DROP ALL")
        assert engine.requests == 1


def test_what_is_no_query_never_reaches_the_engine() -> None:
    """An update, a SERVICE and a text that cannot be read are refused before anything is sent."""
    with misbehaving("broken") as engine:
        for text in ("DROP ALL", "SELECT * { SERVICE <urn:x> {} }", "SELECT", "ASK {} ; DROP ALL"):
            with pytest.raises(QueryError):
                RemoteStore(engine.url).query(text)
        assert engine.requests == 0


def test_refusal_of_the_engine_is_a_query_error(url: str) -> None:
    """What the engine itself refuses is a fault of the query, told in its own words."""
    with pytest.raises(QueryError, match="refuses this"):
        RemoteStore(url).send("SELECT * {", [], [])
