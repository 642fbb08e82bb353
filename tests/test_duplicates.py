"""Near-duplicates: like names are put before a person, until somebody has settled them."""

import pyoxigraph as ox
import pytest

from graph.dataset import VOCABULARY, Dataset
from graph.duplicates import find_pairs
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH, ID, PREFIXES, SAM

ONE, OTHER = ID + "threat/piracy-at-sea", ID + "threat/sea-piracy"
SETTLED = {
    "by a link": f"<{ID}link/x> a <{SAM}Link> ; "
    f"<{PREFIXES['rdf']}subject> <{ONE}> ; <{PREFIXES['rdf']}object> <{OTHER}> .",
    "by declaration": f"[] a <{PREFIXES['owl']}AllDifferent> ; "
    f"<{PREFIXES['owl']}distinctMembers> ( <{OTHER}> <{ONE}> <{ID}threat/x> ) .",
}


def with_pair(dataset: Dataset, more: str = "") -> OxigraphStore:
    """Return a store with the vocabulary and two threats of nearly one name."""
    label = PREFIXES["rdfs"] + "label"
    turtle = f"""<{ONE}> a <{SAM}Threat> ; <{label}> "Piracy, at sea"@en, "zeeroof"@nl .
    <{OTHER}> a <{SAM}Threat> ; <{label}> "at sea piracy"@en, "piraterij op zee"@nl . {more}"""
    graph = ox.NamedNode(GRAPH + "extra")
    quads = [
        ox.Quad(q.subject, q.predicate, q.object, graph)
        for q in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    ]
    return in_memory({VOCABULARY: dataset.graphs[VOCABULARY], graph.value: quads})


def test_shipped_things_are_all_settled(store: OxigraphStore) -> None:
    """Of the shipped things, no pair of like names is left to settle."""
    assert find_pairs(store) == []


def test_like_names_are_found(dataset: Dataset) -> None:
    """Two things with the same words in another order are a pair, with both names."""
    (pair,) = find_pairs(with_pair(dataset))
    assert {pair.one, pair.other} == {ONE, OTHER}
    assert pair.likeness == 100
    assert set(pair.names) == {"Piracy, at sea", "at sea piracy"}


@pytest.mark.parametrize("how", SETTLED)
def test_settled_pairs_are_not_asked_again(dataset: Dataset, how: str) -> None:
    """A pair that a link joins, or that is declared different, is not listed."""
    assert find_pairs(with_pair(dataset, SETTLED[how])) == []


def test_lower_threshold_lists_more(dataset: Dataset) -> None:
    """The lower the threshold, the more pairs, the most alike first."""
    less = f'<{ID}threat/x> a <{SAM}Threat> ; <{PREFIXES["rdfs"]}label> "pirates at sea"@en .'
    store = with_pair(dataset, less)
    (most,), pairs = find_pairs(store, 100), find_pairs(store, 70)
    assert pairs[0] == most
    assert len(pairs) == 3
    likeness = [pair.likeness for pair in pairs]
    assert likeness == sorted(likeness, reverse=True)
    assert 70 <= min(likeness) < 100
