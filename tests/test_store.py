"""One contract for every engine."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dataset import Dataset
from graph.errors import QueryError, StoreError
from graph.oxigraph import in_memory
from graph.results import Form
from graph.store import ENGINES, Store, open_store

EX = "https://example.org/"
RED, BLUE, GREEN = EX + "red", EX + "blue", EX + "green"
SHARED = f"<{EX}a> <{EX}says> 'both' ."
PREFIX = f"PREFIX : <{EX}>\n"
URLS = ["memory:", "oxigraph:{folder}"]


def triples(graph: str, turtle: str) -> list[ox.Quad]:
    """Parse Turtle into a graph."""
    text = f"@prefix : <{EX}> . {turtle}"
    parsed = ox.parse(text, format=ox.RdfFormat.TURTLE)
    node = ox.NamedNode(graph)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, node) for quad in parsed]


def fill(store: Store) -> None:
    """Give the store one red and one blue graph, and no green one."""
    store.replace(
        {
            RED: triples(RED, f"{SHARED} :a :says 'red' ."),
            BLUE: triples(BLUE, f"{SHARED} :a :says 'blue' . :b :says 'more' ."),
            GREEN: [],
        }
    )


def said(store: Store, where: str, **dataset: list[str]) -> list[str]:
    """Return what is said, sorted, where a pattern of ?text holds."""
    result = store.query(f"{PREFIX}SELECT ?text {where}", **dataset)
    return sorted(row["text"].value for row in result.rows())


@pytest.fixture(scope="module", params=URLS)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Give each engine with the two graphs; to be read only."""
    store = open_store(request.param.format(folder=tmp_path_factory.mktemp("store")), create=True)
    fill(store)
    return store


@pytest.fixture(params=URLS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Give each engine with the two graphs; to be changed."""
    store = open_store(request.param.format(folder=tmp_path), create=True)
    fill(store)
    return store


def test_every_engine_keeps_the_contract() -> None:
    """Whoever adds an embedded engine adds its URL here; `test_contract` has those elsewhere."""
    assert {url.partition(":")[0] for url in URLS} == set(ENGINES) - {"http", "https"}


def test_select_gives_rows(filled: Store) -> None:
    """SELECT gives its variables in order, and rows in which an unbound name is absent."""
    query = f"{PREFIX}SELECT ?text ?other {{ GRAPH :red {{ :a :says ?text }} }} ORDER BY ?text"
    result = filled.query(query)
    assert result.form is Form.BINDINGS
    assert result.variables == ["text", "other"]
    assert list(result.rows()) == [{"text": ox.Literal("both")}, {"text": ox.Literal("red")}]


@pytest.mark.parametrize(("text", "truth"), [("'red'", True), ("'never'", False)])
def test_ask_gives_a_truth_value(filled: Store, text: str, truth: bool) -> None:
    """ASK tells whether the pattern has a solution."""
    result = filled.query(f"{PREFIX}ASK {{ :a :says {text} }}")
    assert result.form is Form.BOOLEAN
    assert result.truth() is truth


def test_construct_gives_triples(filled: Store) -> None:
    """CONSTRUCT gives the triples of its template."""
    query = f"{PREFIX}CONSTRUCT {{ ?s :told ?o }} WHERE {{ GRAPH :red {{ ?s :says ?o }} }}"
    result = filled.query(query)
    assert result.form is Form.GRAPH
    told = {(t.subject.value, t.object.value) for t in result.triples()}  # type: ignore[union-attr]
    assert told == {(EX + "a", "both"), (EX + "a", "red")}


def test_describe_gives_what_all_graphs_say(filled: Store) -> None:
    """DESCRIBE gives each triple about the thing once, whichever graph it is in."""
    found = [str(t.object) for t in filled.query(f"{PREFIX}DESCRIBE :a").triples()]
    assert sorted(found) == ['"blue"', '"both"', '"red"']


def test_default_graph_is_the_merge(filled: Store) -> None:
    """Without a dataset all graphs are read, and a triple that is in two of them counts once."""
    assert said(filled, "{ :a :says ?text }") == ["blue", "both", "red"]


def test_graph_keeps_graphs_apart(filled: Store) -> None:
    """GRAPH reads one graph at a time, and a triple in two of them is found in both."""
    found = said(filled, "{ GRAPH ?g { :a :says ?text } }")
    assert found == ["blue", "both", "both", "red"]


def test_from_limits_the_default_graph(filled: Store) -> None:
    """FROM makes the merge of these graphs the default graph, and leaves no named ones."""
    assert said(filled, "FROM :red { :a :says ?text }") == ["both", "red"]
    assert said(filled, "FROM :red FROM :blue { :a :says ?text }") == ["blue", "both", "red"]
    assert said(filled, "FROM :red { GRAPH ?g { :a :says ?text } }") == []


def test_from_named_limits_the_named_graphs(filled: Store) -> None:
    """FROM NAMED alone leaves the default graph empty."""
    assert said(filled, "FROM NAMED :blue { GRAPH ?g { :b :says ?text } }") == ["more"]
    assert said(filled, "FROM NAMED :red { GRAPH ?g { :b :says ?text } }") == []
    assert said(filled, "FROM NAMED :red { :a :says ?text }") == []


def test_call_gives_the_dataset(filled: Store) -> None:
    """default_graphs and named_graphs mean what FROM and FROM NAMED mean."""
    everywhere = "{ { :a :says ?text } UNION { GRAPH ?g { :b :says ?text } } }"
    assert said(filled, everywhere, default_graphs=[RED]) == ["both", "red"]
    assert said(filled, everywhere, named_graphs=[BLUE]) == ["more"]
    both = said(filled, everywhere, default_graphs=[RED], named_graphs=[BLUE])
    assert both == ["both", "more", "red"]
    merged = said(filled, "{ :a :says ?text }", default_graphs=[RED, BLUE])
    assert merged == ["blue", "both", "red"]


def test_call_goes_before_the_text(filled: Store) -> None:
    """A dataset in the call replaces that of the text (SPARQL 1.1 Protocol, 2.1.4)."""
    assert said(filled, "FROM :red { :b :says ?text }", default_graphs=[BLUE]) == ["more"]
    assert said(filled, "FROM :blue { :b :says ?text }", default_graphs=[RED]) == []


def test_unknown_graph_is_empty(filled: Store) -> None:
    """A graph that is not in the store is read as an empty one."""
    assert said(filled, "{ ?s ?p ?text }", default_graphs=[EX + "none"]) == []
    assert said(filled, "FROM :none { ?s ?p ?text }") == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {",
        "INSERT DATA { <urn:a> <urn:b> 1 }",
        "DROP ALL",
        "LOAD <http://127.0.0.1:9/x>",
        "",
        "SELECT * { ?s ex:p ?o }",
    ],
)
def test_what_is_no_query_is_refused(filled: Store, text: str) -> None:
    """A text that is no query operation gives QueryError, and changes nothing."""
    before = len(filled)
    with pytest.raises(QueryError):
        filled.query(text)
    assert len(filled) == before


def test_fault_in_a_query_has_a_place(filled: Store) -> None:
    """QueryError says on which line and in which column reading stopped, both from 1."""
    with pytest.raises(QueryError) as caught:
        filled.query("SELECT ?s {\n  ?s ?p")
    assert (caught.value.line, caught.value.column) == (2, 8)


def test_dataset_of_no_iris_is_refused(filled: Store) -> None:
    """What is given as a graph must be an IRI."""
    with pytest.raises(QueryError):
        filled.query("ASK { ?s ?p ?o }", default_graphs=["no iri"])


def test_service_is_refused(filled: Store) -> None:
    """No engine calls another host."""
    with pytest.raises(QueryError, match="SERVICE"):
        filled.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_replace_takes_the_old_triples_out(own: Store) -> None:
    """A replaced graph holds the new triples only, and the others are as they were."""
    own.replace({RED: triples(RED, ":a :says 'new' .")})
    assert said(own, "{ GRAPH :red { ?s ?p ?text } }") == ["new"]
    assert said(own, "{ :a :says ?text }") == ["blue", "both", "new"]
    assert said(own, "{ GRAPH :blue { ?s ?p ?text } }") == ["blue", "both", "more"]


def test_replace_by_nothing_takes_the_graph_out(own: Store) -> None:
    """A graph without triples is no graph, and leaves nothing behind in the default graph."""
    own.replace({RED: []})
    assert RED not in own.graphs()
    assert said(own, "{ :a :says ?text }") == ["blue", "both"]


def failing() -> Iterator[ox.Quad]:
    """Give one good quad and then fail."""
    yield from triples(GREEN, ":a :says 'half' .")
    raise OSError("the disk is gone")


def test_replace_is_all_or_nothing(own: Store) -> None:
    """When one graph cannot be written, none is."""
    before = sorted(map(str, own.quads()))
    good = {RED: triples(RED, ":a :says 'new' .")}
    with pytest.raises(StoreError, match="Nothing was written"):
        own.replace({**good, "no iri": triples(GREEN, ":a :says 'half' .")})
    with pytest.raises((StoreError, OSError)):
        own.replace({**good, GREEN: failing()})
    assert sorted(map(str, own.quads())) == before
    assert said(own, "{ :a :says ?text }") == ["blue", "both", "red"]


def test_blank_nodes_stay_one_node(own: Store) -> None:
    """The triples of a blank node stay together."""
    own.replace({GREEN: triples(GREEN, "_:x :says 'one' . _:x :says 'two' .")})
    query = f"{PREFIX}ASK {{ ?x :says 'one', 'two' }}"
    assert own.query(query).truth()


def test_graphs_are_listed_in_order(filled: Store) -> None:
    """The names of the graphs are sorted."""
    listed = filled.graphs()
    assert listed == sorted(listed)
    assert {RED, BLUE} <= set(listed)
    assert GREEN not in listed


def test_quads_tell_their_graph(filled: Store) -> None:
    """Every quad is given with the named graph that holds it, and with no other."""
    ours = [quad for quad in filled.quads() if str(quad.subject).startswith(f"<{EX}")]
    expected = [*triples(RED, f"{SHARED} :a :says 'red' .")]
    expected += triples(BLUE, f"{SHARED} :a :says 'blue' . :b :says 'more' .")
    assert sorted(map(str, ours)) == sorted(map(str, expected))


def test_length_counts_the_merge(own: Store) -> None:
    """The length is the number of different triples."""
    before = len(own)
    own.replace({GREEN: triples(GREEN, f"{SHARED} :c :says 'new' .")})
    assert len(own) == before + 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    """A value is read back as it was written, whatever its characters."""
    store = in_memory({})
    quad = ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX), ox.Literal(text), ox.NamedNode(RED))
    store.replace({RED: [quad]})
    assert list(store.quads()) == [quad]
    assert said(store, "{ ?s ?p ?text }") == [text]


def test_memory_holds_the_shipped_graphs(dataset: Dataset) -> None:
    """memory: opens on exactly the shipped dataset."""
    store = open_store("memory:")
    assert store.graphs() == sorted(dataset.graphs)
    assert len(list(store.quads())) == sum(len(set(quads)) for quads in dataset.graphs.values())


def test_directory_keeps_what_was_written(tmp_path: Path) -> None:
    """What was put into a directory is there when it is opened again."""
    url = f"oxigraph:{tmp_path / 'deep' / 'store'}"
    store = open_store(url, create=True)
    fill(store)
    del store
    assert said(open_store(url), "{ :a :says ?text }") == ["blue", "both", "red"]


def test_directory_in_use_is_refused(tmp_path: Path) -> None:
    """A directory that is open elsewhere gives StoreError, which asks whether it is in use."""
    url = f"oxigraph:{tmp_path}"
    held = open_store(url, create=True)
    with pytest.raises(StoreError, match="another samenhang"):
        open_store(url)
    assert held.graphs() == []


def test_file_is_no_directory(tmp_path: Path) -> None:
    """A path to a file gives StoreError with the path."""
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=str(path)):
        open_store(f"oxigraph:{path}")


@pytest.mark.parametrize("url", ["sqlite:x", "memory", "", ":x", "OXIGRAPH:x", "/var/lib/store"])
def test_unknown_scheme_is_refused(url: str) -> None:
    """A URL without a known scheme gives StoreError, which lists the schemes."""
    with pytest.raises(StoreError, match=r"memory:, oxigraph:"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "says"), [("memory:x", "takes no path"), ("oxigraph:", "needs a path")]
)
def test_path_fits_the_scheme(url: str, says: str) -> None:
    """A path too many or too few gives StoreError."""
    with pytest.raises(StoreError, match=says):
        open_store(url)
