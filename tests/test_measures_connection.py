"""Connection: groups, cuts, islands and brokers, and the projections that they are seen on."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given

from graph.measures.betweenness import betweenness
from graph.measures.connection import (
    components,
    constraint,
    effective_size,
    ei_chance,
    ei_index,
    isolated,
    modularity,
)
from graph.measures.cuts import bridges, cut_points
from graph.measures.figures import Figure
from graph.measures.projection import project
from random_graphs import (
    any_weight,
    full_groupings,
    graphs,
    groupings,
    renamings,
    tied,
    whole_weight,
)

TRIANGLES = ("ab", "bc", "ca", "cd", "de", "ef", "fd")
HALVES = dict.fromkeys("abc", "left") | dict.fromkeys("def", "right")


def triangles() -> "nx.Graph[str]":
    """Return two triangles that the edge c-d ties."""
    return tied(*TRIANGLES)


def complete(names: str) -> "nx.Graph[str]":
    """Return the graph in which all are tied to each other."""
    return tied(*("".join(pair) for pair in combinations(names, 2)))


def value_of(figures: Mapping[str, Figure]) -> dict[str, float | None]:
    """Return the values by node."""
    return {node: figure.value for node, figure in figures.items()}


def test_ei_by_hand() -> None:
    """One tie between the halves and six within give -5/7; by chance it would be +1/5."""
    found = ei_index(triangles(), HALVES)
    assert (found.index.numerator, found.index.denominator) == (-5, 7)
    assert (found.chance.numerator, found.chance.denominator) == (3, 15)


def test_chance_of_the_pillars() -> None:
    """Groups of 4, 6 and 3 have 54 pairs across and 24 within, which is +0.385."""
    chance = ei_chance([4, 6, 3])
    assert (chance.numerator, chance.denominator) == (54 - 24, 54 + 24)
    assert chance.value == pytest.approx(0.385, abs=5e-4)


def test_chance_needs_a_pair() -> None:
    """One node makes no pair, and so no chance level."""
    assert [ei_chance(sizes).reason for sizes in ([], [1], [0])] == ["too_few"] * 3


def test_ei_of_all_pairs_is_chance() -> None:
    """When everything is tied, dealing out the groups anew changes nothing."""
    names = "abcdefghijklm"
    groups = dict(zip(names, "xxxxyyyyyyzzz", strict=True))
    found = ei_index(complete(names), groups)
    assert found.index.value == found.chance.value == found.low.value == found.high.value


def test_silos_lie_below_chance() -> None:
    """Two groups of five tied only within lie below the interval, in which chance lies."""
    graph = nx.compose(complete("abcde"), complete("vwxyz"))
    found = ei_index(graph, dict.fromkeys("abcde", "1") | dict.fromkeys("vwxyz", "2"))
    levels = [found.index, found.low, found.chance, found.high]
    values = [figure.value for figure in levels if figure.value is not None]
    assert values[0] == -1
    assert len(values) == len(set(values)) == 4
    assert values == sorted(values)


def test_interval_needs_ten_ties() -> None:
    """Nine ties give an index without an interval, and ten give one."""
    ten = ["ab", "ac", "ad", "ae", "bc", "bd", "be", "cd", "ce", "de"]
    groups = dict(zip("abcde", "xxyyy", strict=True))
    assert ei_index(tied(*ten[:9]), groups).low.reason == "too_few"
    assert ei_index(tied(*ten), groups).low.value is not None


def test_interval_is_repeatable() -> None:
    """The interval of a graph is the same each time, in whatever order it was built."""
    graph = nx.relabel_nodes(nx.gnm_random_graph(30, 100, seed=1), str)
    groups = {node: node[-1] for node in graph}
    turned: nx.Graph[str] = nx.Graph(reversed(list(graph.edges())))
    for seed in range(10):
        again = ei_index(turned, dict(reversed(list(groups.items()))), seed)
        assert again == ei_index(graph, groups, seed)


def test_ei_leaves_out_who_has_no_group() -> None:
    """A tie of a node without a group counts for neither side, and the node not for chance."""
    found = ei_index(tied("ab", "bc"), {"a": "x", "b": "y", "z": "x"})
    assert (found.index.denominator, found.chance.denominator) == (1, 1)


def test_ei_needs_ties() -> None:
    """Without ties there is no index, but there is a chance level."""
    found = ei_index(tied("a", "b"), {"a": "x", "b": "y"})
    assert (found.index.reason, found.chance.value) == ("no_edges", 1)


def test_modularity_by_hand() -> None:
    """Two tied triangles, split where they are tied, have 5/14."""
    assert modularity(triangles(), HALVES).value == pytest.approx(5 / 14)


def test_modularity_says_why_not() -> None:
    """Without edges, with a node in no group, or with a negative weight there is none."""
    signed: nx.Graph[str] = nx.Graph()
    signed.add_edge("a", "b", weight=-2)
    huge: nx.Graph[str] = nx.Graph()
    huge.add_edge("a", "b", weight=1e200)
    assert modularity(tied("a"), {"a": "x"}).reason == "no_edges"
    assert modularity(tied("ab"), {"a": "x"}).reason == "not_a_partition"
    assert modularity(signed, HALVES, "weight").reason == "signed_weights"
    assert modularity(huge, HALVES, "weight").reason == "undefined"


def test_cut_points_tell_what_they_separate() -> None:
    """Each end of the tie between two triangles parts two nodes from three; a third is apart."""
    graph = triangles()
    graph.add_edge("y", "z")
    found = [(cut.ends, cut.apart) for cut in cut_points(graph)]
    assert found == [
        (("c",), (("a", "b"),)),
        (("d",), (("e", "f"),)),
    ]


def test_bridge_tells_what_it_separates() -> None:
    """The tie between two triangles parts the one from the other."""
    found = [(cut.ends, cut.apart) for cut in bridges(triangles())]
    assert found == [(("c", "d"), (("d", "e", "f"),))]


def test_interval_is_not_sampled_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many ties the index stands beside its chance level alone."""
    monkeypatch.setattr("graph.measures.connection.MOST", 999)
    groups = dict.fromkeys("abc", "x") | dict.fromkeys("de", "y")
    found = ei_index(complete("abcde"), groups)
    assert (found.index.value, found.low.reason) == (found.chance.value, "too_many")


def test_worst_cut_comes_first() -> None:
    """The edge that parts most from the largest part comes first, then by id."""
    path = tied("ab", "bc", "cd", "de")
    assert ["".join(cut.ends) for cut in bridges(path)] == ["bc", "cd", "ab", "de"]


def test_two_quotations_hide_no_bridge() -> None:
    """Two links in both directions between the same things are one bridge."""
    graph: nx.Graph[str] = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "a")])
    assert [cut.ends for cut in bridges(graph)] == [("a", "b")]


def test_islands() -> None:
    """Components come largest first, ties by id; who is tied to itself only is isolated."""
    graph: nx.Graph[str] = nx.MultiDiGraph([("d", "e"), ("b", "a"), ("c", "c")])
    assert components(graph) == (("a", "b"), ("d", "e"), ("c",))
    assert isolated(graph) == ("c",)


def test_nothing_has_no_parts() -> None:
    """A graph without nodes has no parts, no cuts and no islands."""
    graph = tied()
    assert (components(graph), isolated(graph)) == ((), ())
    assert [*cut_points(graph), *bridges(graph)] == []


def test_betweenness_by_hand() -> None:
    """All pairs of a star go through its middle; two nodes make no path between others."""
    assert value_of(betweenness(tied("ab", "ac", "ad"))) == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert {f.reason for f in betweenness(tied("ab")).values()} == {"too_few"}


def test_brokers_by_hand() -> None:
    """The middle of a path is less constrained than its ends; in a triangle all are constrained."""
    path, ring = tied("ab", "bc"), tied("ab", "bc", "ca")
    assert value_of(constraint(path)) == {"a": 1, "b": 0.5, "c": 1}
    assert value_of(constraint(ring)) == {"a": 1.125, "b": 1.125, "c": 1.125}
    assert value_of(effective_size(path)) == {"a": 1, "b": 2, "c": 1}
    assert value_of(effective_size(ring)) == {"a": 1, "b": 1, "c": 1}


def test_weights_count_when_named() -> None:
    """With three quarters of its ties to one side, the middle is constrained more."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 3), ("b", "c", 1)])
    assert constraint(graph)["b"].value == 0.5
    assert constraint(graph, "weight")["b"].value == 0.625
    graph.add_edge("a", "c", weight=1)
    assert effective_size(graph)["b"].value == 1
    assert effective_size(graph, "weight")["b"].value == pytest.approx(7 / 6)


@pytest.mark.parametrize("measure", [constraint, effective_size])
def test_brokers_say_why_not(measure: Any) -> None:
    """An isolated node has no value, and with a negative or endless weight none has."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("a", "b", weight=-1)
    graph.add_node("c")
    assert measure(graph)["c"].reason == "isolated"
    assert {figure.reason for figure in measure(graph, "weight").values()} == {"signed_weights"}
    graph.add_weighted_edges_from([("a", "b", 1), ("b", "c", math.inf), ("c", "d", 1)])
    assert {figure.reason for figure in measure(graph, "weight").values()} == {"undefined"}


def everything(graph: "nx.Graph[str]", groups: Mapping[str, str]) -> list[Any]:
    """Return all figures of a graph, with and without its weights."""
    index = ei_index(graph, groups)
    return [
        *(index.index, index.chance, index.low, index.high),
        *(modularity(graph, groups, weight) for weight in (None, "weight")),
        *betweenness(graph).values(),
        *(f for weight in (None, "weight") for f in constraint(graph, weight).values()),
        *(f for weight in (None, "weight") for f in effective_size(graph, weight).values()),
    ]


@given(graphs(any_weight), groupings)
def test_every_figure_can_be_said(graph: "nx.Graph[str]", groups: Mapping[str, str]) -> None:
    """No graph of any kind, with any weights, gives NaN, infinity, a bare None or an error."""
    for figure in everything(graph, groups):
        json.dumps(asdict(figure), allow_nan=False)
        assert bool(figure.reason) is (figure.value is None)
    project(graph, groups)
    for cut in (*cut_points(graph), *bridges(graph)):
        assert cut.apart


@given(graphs(whole_weight), groupings)
def test_order_does_not_matter(graph: "nx.Graph[str]", groups: Mapping[str, str]) -> None:
    """The order in which nodes, edges and groups were added changes no figure at all."""
    turned = graph.__class__()
    turned.add_edges_from(reversed(list(graph.edges(data=True))))
    turned.add_nodes_from(reversed(list(graph)))
    again = everything(turned, dict(reversed(list(groups.items()))))
    assert again == everything(graph, groups)


@given(graphs(whole_weight), full_groupings, renamings)
def test_names_do_not_matter(
    graph: "nx.Graph[str]", groups: Mapping[str, str], renaming: dict[str, str]
) -> None:
    """Renaming the nodes renames the answers; only the sampled interval may move."""
    renamed = nx.relabel_nodes(graph, renaming)
    regrouped = {renaming[node]: group for node, group in groups.items()}
    before, after = ei_index(graph, groups), ei_index(renamed, regrouped)
    assert (after.index, after.chance) == (before.index, before.chance)
    for weight in (None, "weight"):
        assert modularity(renamed, regrouped, weight) == modularity(graph, groups, weight)
        sizes = effective_size(graph, weight)
        assert effective_size(renamed, weight) == {renaming[n]: f for n, f in sizes.items()}
        values = constraint(graph, weight)
        assert constraint(renamed, weight) == {renaming[n]: f for n, f in values.items()}
    between = betweenness(graph)
    assert betweenness(renamed) == {renaming[n]: f for n, f in between.items()}
    for cuts in (cut_points, bridges):
        ends = {frozenset(renaming[n] for n in cut.ends) for cut in cuts(graph)}
        assert {frozenset(cut.ends) for cut in cuts(renamed)} == ends
    assert [len(part) for part in components(renamed)] == [len(p) for p in components(graph)]
