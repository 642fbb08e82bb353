"""Updates: what they say, on a default graph that is the merge of the named ones."""

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.change import DEEPEST, Change, names
from graph.disk import MARK
from graph.errors import QueryError
from graph.evaluation import work_out
from graph.oxigraph import OxigraphStore, open_directory
from graph.update import UNNAMED, read_update

A, B = "urn:graph:a", "urn:graph:b"
GRAPHS: Final = (A, B, UNNAMED)
NODES: Final = [ox.NamedNode(f"urn:{name}") for name in "xyz"]
PREDICATES: Final = [ox.NamedNode(f"urn:{name}") for name in "pq"]
TERMS: Final = [*NODES, ox.Literal("a } b"), ox.Triple(NODES[0], PREDICATES[0], NODES[1])]
Triples = set[ox.Triple]


@dataclass
class Model:
    """Named graphs as sets of triples: what a store should hold."""

    graphs: dict[str, Triples] = field(default_factory=dict)

    @property
    def merge(self) -> Triples:
        """The triples of all graphs."""
        return set[ox.Triple]().union(*self.graphs.values())

    def triples(self, graph: str) -> Triples:
        return self.graphs.setdefault(graph, set())

    def dataset(self) -> ox.Dataset:
        """Return all quads, with the merge as the default graph."""
        quads = [
            ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph))
            for graph, triples in self.graphs.items()
            for t in triples
        ]
        return canonical([*quads, *(ox.Quad(t.subject, t.predicate, t.object) for t in self.merge)])


Operation = tuple[str, Callable[[Model], None]]


def canonical(quads: list[ox.Quad]) -> ox.Dataset:
    """Return quads so that isomorphic datasets are equal."""
    read = ox.Dataset(quads)
    read.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return read


def within(graph: str | None, text: str) -> str:
    """Write a pattern inside a graph, or outside of all."""
    return f"GRAPH <{graph}> {{ {text} }}" if graph else text


graphs = st.sampled_from([None, *GRAPHS])
triples = st.builds(
    ox.Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(TERMS)
)


@st.composite
def of_data(draw: st.DrawFn) -> Operation:
    """INSERT DATA and DELETE DATA, of several graphs at once."""
    verb = draw(st.sampled_from(["INSERT", "DELETE"]))
    said = draw(st.lists(st.tuples(graphs, triples), min_size=1, max_size=4))
    text = " ".join(within(graph, f"{triple} .") for graph, triple in said)

    def apply(model: Model) -> None:
        for graph, triple in said:
            held = model.triples(graph or UNNAMED)
            held.add(triple) if verb == "INSERT" else held.discard(triple)

    return f"{verb} DATA {{ {text} }}", apply


@st.composite
def of_blank_nodes(draw: st.DrawFn) -> Operation:
    """INSERT DATA of a blank node in two graphs, which is the same in both."""
    one, other = draw(graphs), draw(graphs)
    p, q = PREDICATES

    def apply(model: Model) -> None:
        node = ox.BlankNode()
        model.triples(one or UNNAMED).add(ox.Triple(node, p, NODES[0]))
        model.triples(other or UNNAMED).add(ox.Triple(node, q, NODES[1]))

    first, second = within(one, f"_:n {p} {NODES[0]} ."), within(other, f"_:n {q} {NODES[1]} .")
    return f"INSERT DATA {{ {first} {second} }}", apply


@st.composite
def of_templates(draw: st.DrawFn) -> Operation:
    """DELETE and INSERT with WITH, USING, a graph or none, in the templates and in WHERE."""
    p, q = draw(st.permutations(PREDICATES))
    gone, come, asked = draw(graphs), draw(graphs), draw(st.sampled_from([None, A, B, "?g"]))
    own, using = draw(st.sampled_from([None, A, B])), draw(st.sampled_from([None, A, B]))
    parts = draw(st.sampled_from([("DELETE", "INSERT"), ("DELETE",), ("INSERT",)]))
    pattern = f"GRAPH ?g {{ ?s {p} ?o }}" if asked == "?g" else within(asked, f"?s {p} ?o")
    text = f"WITH <{own}> " if own else ""
    text += f"DELETE {{ {within(gone, f'?s {p} ?o')} }} " if "DELETE" in parts else ""
    text += f"INSERT {{ {within(come, f'?s {q} ?o')} }} " if "INSERT" in parts else ""
    text += f"USING <{using}> USING NAMED <{B}> " if using else ""

    def found(model: Model) -> Triples:
        if asked == "?g":
            return model.triples(B) if using else model.merge
        if asked:
            return model.triples(asked) if asked == B or not using else set()
        return model.triples(using or own or "") if using or own else model.merge

    def apply(model: Model) -> None:
        rows = [t for t in found(model) if t.predicate == p]
        if "DELETE" in parts:
            model.triples(gone or own or UNNAMED).difference_update(rows)
        if "INSERT" in parts:
            new = (ox.Triple(t.subject, q, t.object) for t in rows)
            model.triples(come or own or UNNAMED).update(new)

    return f"{text} WHERE {{ {pattern} }}", apply


@st.composite
def of_patterns(draw: st.DrawFn) -> Operation:
    """DELETE WHERE: asked of the merge and taken from the unnamed graph, or of and from a graph."""
    p, graph = draw(st.sampled_from(PREDICATES)), draw(st.sampled_from([None, A, "?g"]))
    pattern = f"GRAPH ?g {{ ?s {p} ?o }}" if graph == "?g" else within(graph, f"?s {p} ?o")

    def apply(model: Model) -> None:
        for name in list(model.graphs) if graph == "?g" else [graph or UNNAMED]:
            held = model.triples(name)
            held -= {t for t in held if t.predicate == p}

    return f"DELETE WHERE {{ {pattern} }}", apply


@st.composite
def of_graphs(draw: st.DrawFn) -> Operation:
    """CLEAR, DROP, CREATE, ADD, MOVE and COPY."""
    verb = draw(st.sampled_from(["CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"]))
    one, other = draw(graphs), draw(graphs)
    names_ = [f"GRAPH <{name}>" if name else "DEFAULT" for name in (one, other)]
    source, target = one or UNNAMED, other or UNNAMED
    if verb == "CREATE":
        return f"CREATE SILENT GRAPH <{source}>", lambda model: None
    if verb in ("CLEAR", "DROP"):
        what = draw(st.sampled_from([names_[0], "ALL", "NAMED"]))

        def clear(model: Model) -> None:
            for name in model.graphs if what in ("ALL", "NAMED") else [source]:
                model.triples(name).clear()

        return f"{verb} SILENT {what}", clear

    def transfer(model: Model) -> None:
        if source == target:
            return
        held = model.triples(target)
        if verb != "ADD":
            held.clear()
        held |= model.triples(source)
        if verb == "MOVE":
            model.triples(source).clear()

    return f"{verb} SILENT {names_[0]} TO {names_[1]}", transfer


operations = st.one_of(of_data(), of_blank_nodes(), of_templates(), of_patterns(), of_graphs())
requests = st.lists(st.lists(operations, min_size=1, max_size=4), min_size=1, max_size=5)


def written(request: list[Operation]) -> str:
    """Return operations as one update, whose blank nodes are each of one operation."""
    texts = [text.replace("_:n", f"_:n{at}") for at, (text, _) in enumerate(request)]
    return " ;\n".join(texts)


def copy_of(engine: ox.Store) -> ox.Store:
    """Return a copy, as a reader has one."""
    copy = ox.Store()
    copy.extend(list(engine))
    for graph in names(engine):
        if not graph.startswith(MARK):
            copy.add_graph(ox.NamedNode(graph))
    return copy


def change_of(engine: ox.Store, text: str) -> Change:
    """Return the change of an update, as it comes from a reader."""
    change = work_out(copy_of(engine), read_update(text))
    change.check()
    return Change.unpack(*change.pack())


def make(store: OxigraphStore, text: str) -> Change:
    """Make an update, as the writer does."""
    change = change_of(store.engine, text)
    if change:
        store.change(change)
    return change


def held(engine: ox.Store) -> ox.Dataset:
    """Return what an engine holds, default graph and all."""
    return canonical(list(engine))


@settings(max_examples=300)
@given(requests)
def test_updates_do_what_the_model_does(asked: list[list[Operation]]) -> None:
    """After any updates the named graphs are those of the model, and the default graph is their
    merge; a second place that makes the same changes holds the same, blank nodes under their names.
    """
    store, second, model = OxigraphStore(ox.Store()), ox.Store(), Model()
    for request in asked:
        change = make(store, written(request))
        change.apply(second)
        for _, apply in request:
            apply(model)
        assert held(store.engine) == model.dataset(), [text for text, _ in request]
        assert set(second) == set(store.engine)
        assert names(second) == names(store.engine)


@settings(max_examples=12, phases=[Phase.generate])
@given(requests)
def test_updates_on_disk(asked: list[list[Operation]]) -> None:
    """On disk too; and so it is after opening again, with a revision for each change."""
    with TemporaryDirectory() as folder:
        store, model, revisions = open_directory(Path(folder) / "store", create=True), Model(), 0
        for request in asked:
            revisions += bool(make(store, written(request)))
            for _, apply in request:
                apply(model)
        del store
        gc.collect()
        again = open_directory(Path(folder) / "store")
        assert again.disk
        assert again.disk.revision == revisions
        assert held(again.engine) == model.dataset()
        del again
        gc.collect()


def test_sequence_sees_itself() -> None:
    """An operation sees what those before it in the same update have done."""
    store = OxigraphStore(ox.Store())
    change = make(
        store,
        "INSERT DATA { <urn:s> <urn:p> 1 } ;"
        "INSERT { GRAPH <urn:graph:a> { ?s <urn:q> ?o } } WHERE { ?s <urn:p> ?o } ;"
        "DELETE { ?s <urn:p> ?o } WHERE { ?s <urn:q> ?o }",
    )
    assert (len(change.added), change.removed) == (1, [])
    assert [(q.predicate.value, q.graph_name.value) for q in store.quads()] == [("urn:q", A)]  # type: ignore[union-attr]


def test_triple_of_two_graphs_stays_until_both_lose_it() -> None:
    """What two graphs say is in the default graph until neither says it."""
    store = OxigraphStore(ox.Store())
    make(store, f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} <urn:s> <urn:p> 1 }}")
    sizes = []
    for graph in ("DEFAULT", f"GRAPH <{A}>"):
        sizes.append(len(store))
        make(store, f"CLEAR {graph}")
    assert [*sizes, len(store)] == [1, 1, 0]


#: Every way that an update may be written; each puts something into a graph or takes it away.
SPELLINGS: Final = {
    "insert data{<urn:s><urn:p>1}": (1, 0),
    "INSERT DATA { # {\n <urn:s> <urn:p> '}' }".replace("\\n", "\n"): (1, 0),
    "PREFIX graph: <urn:> INSERT DATA { graph:s graph:p graph:o }": (1, 0),
    "BASE <urn:x/> PREFIX : <> INSERT DATA { :s :p :o ; :q :o , 1.5 , -2e3 , true }": (5, 0),
    "INSERT DATA { <urn:s> <urn:p> (1 2) , [ <urn:q> 3 ] }": (7, 0),
    "INSERT DATA { <urn:s> <urn:p> 1 {| <urn:q> 2 |} }": (3, 0),
    "INSERT DATA { <urn:s> <urn:p> 1 ~ <urn:r> {| <urn:q> 2 |} . <urn:s> <urn:p> 2 }": (4, 0),
    "INSERT DATA { <urn:s> <urn:p> <<( <urn:s> <urn:p> '{' )>> }": (1, 0),
    "INSERT DATA { << <urn:s> <urn:p> 1 ~ <urn:r> >> <urn:q> 1 }": (2, 0),
    "INSERT DATA { GRAPH <urn:graph:b> { <urn:s> <urn:p> 1 } . <urn:s> <urn:p> 1 . }": (2, 0),
    "INSERT { <urn:s> <urn:p> ?o } WHERE { { SELECT ?o { GRAPH ?g { <urn:k> ?p ?o } } } }": (1, 0),
    "WITH <urn:graph:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }": (0, 1),
    "WITH <urn:graph:a> DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }": (1, 1),
    "DELETE WHERE { GRAPH <urn:graph:a> { ?s ?p ?o } }": (0, 1),
    "delete where{graph?g{?s?p?o}}": (0, 1),
    "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }": (0, 1),
    "DELETE DATA { GRAPH <urn:graph:a> { <urn:k> <urn:p> <urn:l> } }": (0, 1),
    "CLEAR ALL": (0, 1),
    "drop silent graph <urn:none> ; drop named ;": (0, 1),
    "COPY <urn:graph:a> TO DEFAULT": (1, 0),
    "MOVE GRAPH <urn:graph:a> TO GRAPH <urn:graph:b>": (1, 1),
    "ADD <urn:graph:a> TO <urn:graph:b>": (1, 0),
    "INSERT { <urn:s> <urn:p> 1 } USING <urn:none> WHERE { ?s ?p ?o }": (0, 0),
    "# nothing": (0, 0),
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_spellings(text: str) -> None:
    """However an update is written, it is read, and the default graph follows."""
    store = OxigraphStore(ox.Store())
    make(store, f"INSERT DATA {{ GRAPH <{A}> {{ <urn:k> <urn:p> <urn:l> }} }}")
    change = make(store, text)
    assert (len(change.added), len(change.removed)) == SPELLINGS[text]
    named = {quad.triple for quad in store.quads()}
    loose = store.engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
    assert {quad.triple for quad in loose} == named


def nested(depth: int) -> str:
    """Return an update with a triple term in triple terms, so deep."""
    return f"INSERT DATA {{ <urn:s> <urn:p> {'<<( <urn:s> <urn:p> ' * depth}1{' )>>' * depth} }}"


def test_deep_triple_terms_are_refused() -> None:
    """Triple terms may be nested to a depth that no stack minds, and one more is refused."""
    store = OxigraphStore(ox.Store())
    assert len(make(store, nested(DEEPEST)).added) == 1
    with pytest.raises(QueryError, match="nested"):
        make(store, nested(DEEPEST + 1))


@pytest.mark.parametrize(
    "text",
    [
        f"CREATE GRAPH <{MARK}9>",
        f"INSERT DATA {{ GRAPH <{MARK}9> {{ <urn:s> <urn:p> 1 }} }}",
        f"COPY <{A}> TO <{MARK}9>",
        f"INSERT {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o BIND(<{MARK}9> AS ?g) }}",
    ],
)
def test_mark_of_the_revision_is_not_written(text: str) -> None:
    """No update makes a graph that a store on disk would take for its revision."""
    store = OxigraphStore(ox.Store())
    make(store, f"INSERT DATA {{ GRAPH <{A}> {{ <urn:k> <urn:p> <urn:l> }} }}")
    with pytest.raises(QueryError, match="belong to the store"):
        make(store, text)


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_long_text_takes_little_memory(quote: str) -> None:
    """A text of 9 MB is read with no more than a few times its length."""
    text = "a" * 9 * 2**20
    tracemalloc.start()
    read_update(f"INSERT DATA {{ <urn:s> <urn:p> {quote}{text}{quote} }}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(text)
