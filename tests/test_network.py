"""Network views: the links that a view selects, as a graph of networkx."""

from dataclasses import replace

import networkx as nx
import pytest

from graph.errors import NotFoundError
from graph.links import Link
from graph.names import Names
from graph.network import MAX_NODES, build_network, list_views, nearest_first, view_links
from graph.oxigraph import OxigraphStore
from ontology import ID, SAM

STRATEGY = ID + "strategy/gbvs-2018"
GOAL = ID + "goal/gbvs-2018-conflict-prevention"


def chain(store: OxigraphStore, links: dict[str, Link]) -> list[Link]:
    """Return the links of the chain."""
    return view_links(store, links, "chain")


def test_views_are_those_of_the_folder() -> None:
    """The views are listed by name, with a title and an explanation in both languages."""
    views = {view.slug: view for view in list_views()}
    assert {"around", "chain"} <= set(views)
    for view in views.values():
        assert view.says("explains", "nl")
        assert view.says("explains", "en")


def test_unknown_view_lists_the_known(store: OxigraphStore, links: dict[str, Link]) -> None:
    """A view that nobody has written gives NotFoundError with those there are."""
    with pytest.raises(NotFoundError, match="around, chain"):
        view_links(store, links, "nothing")


def test_chain_goes_from_instruments_to_threats(
    store: OxigraphStore, links: dict[str, Link]
) -> None:
    """The chain holds the pillars with their goals, and each end is what its link says."""
    found = chain(store, links)
    kinds = {link.kind for link in found}
    assert {SAM + "hasGoal", SAM + "addresses"} <= kinds
    assert not any(link.denied for link in found)
    goals = {link.object for link in found if link.kind == SAM + "hasGoal"}
    assert GOAL in goals


def test_around_holds_what_is_linked(store: OxigraphStore, links: dict[str, Link]) -> None:
    """Around a thing are all stated links to another thing, and no others."""
    found = {link.iri for link in view_links(store, links, "around", GOAL)}
    expected = {
        link.iri
        for link in links.values()
        if GOAL in (link.subject, link.object) and not link.is_value and not link.denied
    }
    assert found == expected
    assert found


def test_around_an_unknown_thing_is_nothing(store: OxigraphStore, links: dict[str, Link]) -> None:
    """Nothing lies around a thing that is in no link; what is no IRI is refused."""
    assert view_links(store, links, "around", ID + "goal/unknown") == []
    with pytest.raises(NotFoundError):
        view_links(store, links, "around", "no iri")


def test_network_has_a_node_a_thing_and_an_edge_a_link(
    store: OxigraphStore, links: dict[str, Link], names: Names
) -> None:
    """Nodes carry class and labels, edges their link, kind and level."""
    found = chain(store, links)
    network = build_network(found, names)
    assert {key for _, _, key in network.edges(keys=True)} == {link.iri for link in found}
    ends = {iri for link in found for iri in (link.subject, link.object)}
    assert set(network) == ends
    assert network.nodes[GOAL]["class"] == "Goal"
    assert network.nodes[GOAL]["nl"] == names.of(GOAL).in_language("nl")
    assert network.nodes[GOAL]["en"] == names.of(GOAL).in_language("en")
    link = found[0]
    edge = network.edges[link.subject, link.object, link.iri]
    assert edge["level"] == link.level
    assert edge["kind"] == "sam:" + link.kind.removeprefix(SAM)


def test_parallel_links_stay_apart(links: dict[str, Link], names: Names) -> None:
    """Two links between the same things are two edges."""
    link = next(link for link in links.values() if not link.is_value)
    network = build_network([link, replace(link, iri=link.iri + "-2")], names)
    assert network.number_of_edges(link.subject, link.object) == 2


def test_values_are_left_out(links: dict[str, Link], names: Names) -> None:
    """A link to a value is no edge, and its text no node."""
    values = [link for link in links.values() if link.is_value]
    assert values
    assert len(build_network(values, names)) == 0


def test_nothing_makes_an_empty_network(names: Names) -> None:
    """No links make a network without nodes."""
    assert len(build_network([], names)) == 0


def star(size: int) -> "nx.MultiDiGraph[str]":
    """Return a thing with neighbours, of which the last is linked most often."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number in range(size):
        network.add_edge("thing", f"n{number:04}", key="a")
    network.add_edge(f"n{size - 1:04}", "thing", key="b")
    return network


def test_small_network_is_shown_whole() -> None:
    """Up to the limit nothing is hidden."""
    assert set(nearest_first(star(MAX_NODES - 1), "thing")) == set(star(MAX_NODES - 1))


def test_large_network_keeps_the_nearest() -> None:
    """Above the limit the thing stays, with the neighbours that have most links to it."""
    shown = nearest_first(star(MAX_NODES + 50), "thing")
    assert len(shown) == MAX_NODES
    assert {"thing", f"n{MAX_NODES + 49:04}", "n0000"} <= set(shown)
    assert set(shown) == set(nearest_first(star(MAX_NODES + 50), "thing"))


def test_no_picture_is_too_large(
    store: OxigraphStore, links: dict[str, Link], names: Names
) -> None:
    """No view, around whatever thing, shows more things than can be read."""
    most = max(links.values(), key=lambda link: link.subject == STRATEGY).subject
    for view, thing in (("chain", ""), ("around", most)):
        whole = build_network(view_links(store, links, view, thing), names)
        assert 0 < len(nearest_first(whole, thing)) <= MAX_NODES
