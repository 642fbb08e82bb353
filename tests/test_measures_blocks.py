"""Blocks: what is counted by them is what is seen when every node and edge is tried."""

import networkx as nx
import pytest
from hypothesis import given

from graph.measures.betweenness import betweenness
from graph.measures.connection import components
from graph.measures.cuts import bridges, cut_points
from graph.measures.projection import simple_graph
from random_graphs import any_weight, graphs, tied


@given(graphs(any_weight))
def test_blocks_change_no_betweenness(graph: "nx.Graph[str]") -> None:
    """Counted block by block, betweenness is that of Freeman."""
    simple = simple_graph(graph)
    expected = nx.betweenness_centrality(simple) if len(simple) > 2 else dict.fromkeys(simple)
    assert {n: f.value for n, f in betweenness(graph).items()} == pytest.approx(expected)


@given(graphs(any_weight))
def test_blocks_change_no_cuts(graph: "nx.Graph[str]") -> None:
    """Counted by blocks, the cuts are those that are seen when each is tried, with its parts."""
    simple = simple_graph(graph)
    points = {cut.ends: cut.apart for cut in cut_points(graph)}
    assert set(points) == {(node,) for node in nx.articulation_points(simple)}
    edges = {cut.ends: cut.apart for cut in bridges(graph)}
    assert set(edges) == {(min(edge), max(edge)) for edge in nx.bridges(simple)}
    for ends, apart in (points | edges).items():
        tried = simple.copy()
        tried.remove_edges_from([ends] if len(ends) == 2 else [])
        tried.remove_nodes_from(ends if len(ends) == 1 else [])
        whole = nx.node_connected_component(simple, ends[0])
        assert apart == components(tried.subgraph(whole))[1:]


def test_small_cuts_are_left_out() -> None:
    """Only cuts that separate as many nodes as asked for are given."""
    path = tied("abcdef")
    assert [cut.ends for cut in bridges(path, 3)] == [("c", "d")]
    assert [cut.ends for cut in cut_points(path, 2)] == [("c",), ("d",)]
    star = tied("ab", "ac", "ad")
    assert [cut.ends for cut in cut_points(star, 2)] == [("a",)]
    assert bridges(star, 2) == []


def test_what_would_take_minutes_has_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """When blocks are too large to count in time, the figure says so."""
    monkeypatch.setattr("graph.measures.betweenness.MOST", 17)
    triangle = tied("ab", "bc", "ca")
    assert {found.reason for found in betweenness(triangle).values()} == {"too_many"}
    monkeypatch.setattr("graph.measures.betweenness.MOST", 18)  # three nodes, six ends
    assert {found.value for found in betweenness(triangle).values()} == {0}
