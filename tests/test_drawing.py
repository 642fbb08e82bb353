"""Drawings: the same data give the same picture, and its cards can be read."""

import json
from collections.abc import Iterator

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import drawing
from graph.library import LANGUAGES
from graph.links import Link
from graph.names import Names
from graph.network import MAX_NODES, build_network, nearest_first, view_links
from graph.oxigraph import OxigraphStore
from ontology import ID

Network = nx.MultiDiGraph
THINGS = [
    f"{ID}{thing}"
    for thing in (
        "strategy/gbvs-2018",
        "goal/gbvs-2018-conflict-prevention",
        "pillar/gbvs-2018-defend",
        "department/foreign-affairs",
        "document/kamerbrief-gbvs-2018",
    )
]


@pytest.fixture(scope="module", params=["", *THINGS], ids=lambda thing: thing.rpartition("/")[2])
def drawn(
    request: pytest.FixtureRequest, store: OxigraphStore, links: dict[str, Link], names: Names
) -> "tuple[Network[str], drawing.Positions]":
    """Give the chain and the views around some things, with their positions."""
    thing = request.param
    found = view_links(store, links, "around" if thing else "chain", thing)
    network = nearest_first(build_network(found, names), thing)
    positions = drawing.around(network, thing) if thing else drawing.layered(network)
    return network, positions


def overlaps(network: "Network[str]", positions: drawing.Positions) -> Iterator[tuple[str, str]]:
    """Yield each pair of cards of which one lies over the other."""
    cards = sorted(network, key=lambda node: positions[node])
    for i, one in enumerate(cards):
        for other in cards[i + 1 :]:
            (x, y), (x2, y2) = positions[one], positions[other]
            room = (drawing.height(network, one) + drawing.height(network, other)) / 2
            if abs(x - x2) < drawing.COLUMN_WIDTH and abs(y - y2) < room:
                yield one, other


def shuffled(network: "Network[str]") -> "Network[str]":
    """Return the same network, made in another order."""
    other: Network[str] = nx.MultiDiGraph()
    other.add_nodes_from(sorted(network.nodes(data=True), reverse=True))
    for source, target, key in sorted(network.edges(keys=True), reverse=True):
        other.add_edge(source, target, key=key, **network.edges[source, target, key])
    return other


def test_every_card_has_a_place(drawn: "tuple[Network[str], drawing.Positions]") -> None:
    """Every thing of the network has a place, and there are not too many."""
    network, positions = drawn
    assert set(network) <= set(positions)
    assert 0 < len(network) <= MAX_NODES


def test_no_two_cards_overlap(drawn: "tuple[Network[str], drawing.Positions]") -> None:
    """No card lies over another."""
    assert list(overlaps(*drawn)) == []


def test_same_data_same_picture(store: OxigraphStore, links: dict[str, Link], names: Names) -> None:
    """The order in which links are read does not change the picture."""
    for thing in ("", *THINGS):
        found = view_links(store, links, "around" if thing else "chain", thing)
        network = nearest_first(build_network(found, names), thing)
        for other in (network.copy(), shuffled(network)):
            if thing:
                assert drawing.around(other, thing) == drawing.around(network, thing)
            else:
                assert drawing.layered(other) == drawing.layered(network)


def test_chain_stands_in_columns(
    store: OxigraphStore, links: dict[str, Link], names: Names
) -> None:
    """From left to right: who signs, with what, for which goal, against which threat, where."""
    network = build_network(view_links(store, links, "chain"), names)
    positions = drawing.layered(network)
    columns: dict[int, set[float]] = {}
    for node, data in network.nodes(data=True):
        if data["class"] in drawing.COLUMNS:
            columns.setdefault(drawing.COLUMNS[data["class"]], set()).add(positions[node][0])
    assert all(len(places) == 1 for places in columns.values())
    lefts = [places.pop() for _, places in sorted(columns.items())]
    assert lefts == sorted(set(lefts))


def test_goals_stand_under_their_pillar(
    store: OxigraphStore, links: dict[str, Link], names: Names
) -> None:
    """Each pillar stands above its own goals, and above the next pillar."""
    network = build_network(view_links(store, links, "chain"), names)
    positions = drawing.layered(network)
    middle = sorted(
        (node for node, data in network.nodes(data=True) if data["class"] in ("Pillar", "Goal")),
        key=lambda node: positions[node][1],
    )
    pillar = ""
    for node in middle:
        if network.nodes[node]["class"] == "Pillar":
            pillar = node
        elif any(network.nodes[other]["class"] == "Pillar" for other in network.predecessors(node)):
            assert network.has_edge(pillar, node)
    numbers = [network.nodes[n]["number"] for n in middle if network.nodes[n]["class"] == "Pillar"]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_model_is_plain_and_numbered(
    drawn: "tuple[Network[str], drawing.Positions]", names: Names, language: str
) -> None:
    """The model has numbers for ids, names in the language, an edge a link, and is plain JSON."""
    network, positions = drawn
    model = json.loads(json.dumps(drawing.model(network, positions, language)))
    cards = [node for node in model["nodes"] if node.get("iri") in network]
    assert len(cards) == len(network)
    assert all(isinstance(node["id"], int) for node in model["nodes"])
    ids = {node["id"]: node.get("iri") for node in model["nodes"]}
    assert len(ids) == len(model["nodes"])
    for node in cards:
        assert node["label"] == names.of(node["iri"]).in_language(language)
        assert (node["x"], node["y"]) == tuple(positions[node["iri"]])
    ends = {
        edge["iri"]: (ids[edge["from"]], ids[edge["to"]]) for edge in model["edges"] if edge["iri"]
    }
    assert ends == {key: (source, target) for source, target, key in network.edges(keys=True)}


def test_nothing_is_drawn_as_nothing() -> None:
    """A network without nodes has no cards."""
    empty: Network[str] = nx.MultiDiGraph()
    assert drawing.model(empty, drawing.layered(empty), "nl")["nodes"] == []
    assert not set(drawing.around(empty, ID + "goal/unknown")) & {ID + "goal/unknown"}


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([*drawing.COLUMNS, "Topic", ""]), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60),
)
def test_no_network_makes_cards_overlap(classes: list[str], pairs: list[tuple[int, int]]) -> None:
    """Whatever is linked to what, every card has a place of its own, in both ways to draw."""
    network: Network[str] = nx.MultiDiGraph()
    for i, class_ in enumerate(classes):
        label = "word " * (i % 12)
        network.add_node(f"n{i:02}", **{"class": class_, "nl": label, "en": "x", "number": i % 3})
    for n, (a, b) in enumerate(pairs):
        if a < len(classes) and b < len(classes) and a != b:
            network.add_edge(f"n{a:02}", f"n{b:02}", key=f"k{n}", kind="sam:serves", level="cited")
    for positions in (drawing.layered(network), drawing.around(network, "n00")):
        assert set(network) <= set(positions)
        assert list(overlaps(network, positions)) == []
