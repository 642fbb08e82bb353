"""Large files are put into a store: each statement into its graph and the merge, or none."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.errors import DataError
from graph.load import fill
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH

S, P, G, H = (ox.NamedNode(f"urn:x:{name}") for name in "spgh")
MANY = 5_000


def many(graph: ox.NamedNode = G) -> Iterator[ox.Quad]:
    """Yield many quads of a graph."""
    return (ox.Quad(S, P, ox.Literal(number), graph) for number in range(MANY))


def saved(store: OxigraphStore) -> set[ox.Quad]:
    """Return what is in a store, the default graph too."""
    default = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }").triples()
    return {*store.quads(), *(ox.Quad(*triple) for triple in default)}


def test_every_triple_is_once_in_the_default_graph() -> None:
    """However many graphs hold it; and each graph holds all that is its own."""
    store = in_memory({G.value: many(G), H.value: many(H)})
    assert saved(store) == {*many(G), *many(H), *(ox.Quad(*quad.triple) for quad in many())}
    assert len(store) == MANY


def test_a_blank_node_is_the_same_in_its_graph_and_in_the_default_graph(tmp_path: Path) -> None:
    """Also in memory, and whatever label it gets."""
    store, path = in_memory({}), tmp_path / "a.nq"
    path.write_text(f"{S} {P} _:x {G} .\n_:x {P} {S} {H} .\n", encoding="utf-8")
    fill(store, path)
    everywhere = f"{{ {S} {P} ?n GRAPH {G} {{ {S} {P} ?n }} GRAPH {H} {{ ?n {P} {S} }} }}"
    assert store.query(f"ASK {everywhere}").truth()


@pytest.mark.parametrize("suffix", [".nt", ".nq", ".ttl", ".trig"])
def test_a_fault_in_the_last_line_leaves_a_store_in_memory_as_it_was(
    tmp_path: Path, suffix: str
) -> None:
    """All or nothing, whatever the kind of file."""
    store, path = in_memory({G.value: [*many()]}), tmp_path / f"a{suffix}"
    before, named = saved(store), ox.RdfFormat.from_extension(suffix[1:])
    assert named
    content = ox.serialize(
        many() if named.supports_datasets else (q.triple for q in many()), format=named
    )
    path.write_bytes((content or b"") + b"<urn:a> nonsense .\n")
    with pytest.raises(DataError, match="syntax is wrong"):
        fill(store, path)
    assert saved(store) == before


@pytest.mark.parametrize("line", [f"{S} {P} {S} .", f"{S} {P} {S} _:graph ."])
def test_statements_outside_a_named_graph_are_refused(tmp_path: Path, line: str) -> None:
    """A file of quads says of each in which graph it stands, or nothing of it is loaded."""
    store, path = in_memory({}), tmp_path / "a.nq"
    path.write_text(f"{S} {P} {S} {G} .\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match="outside a named graph"):
        fill(store, path)
    assert not saved(store)


def test_a_store_in_memory_keeps_the_graphs_that_no_file_fills(tmp_path: Path) -> None:
    """A graph that a file names is replaced, also by nothing; the others stay, with the merge."""
    ours, empty = ox.NamedNode(GRAPH + "ours"), GRAPH + "empty"
    kept, gone = ox.Quad(S, P, S, H), ox.Quad(S, P, G, G)
    store = in_memory(
        {H.value: [kept], G.value: [gone], empty: [ox.Quad(P, P, P, ox.NamedNode(empty))]}
    )
    (tmp_path / "empty.nt").write_text("")
    (tmp_path / "ours.ttl").write_text(f"{S} {P} {P} .")
    (tmp_path / "quads.nq").write_text(f"{S} {P} {H} {G} .\n")
    assert fill(store, tmp_path) == 3
    quads = {kept, ox.Quad(S, P, P, ours), ox.Quad(S, P, H, G)}
    assert saved(store) == quads | {ox.Quad(*quad.triple) for quad in quads}
