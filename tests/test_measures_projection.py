"""Projections: the simple graph of any graph, and a graph of two kinds of nodes seen from one."""

import networkx as nx

from graph.measures.projection import project, simple_graph
from random_graphs import tied


def test_projection_counts_what_is_shared() -> None:
    """Goals that share instruments are tied by their number; others, and direct ties, are not."""
    graph: nx.Graph[str] = nx.MultiDiGraph(
        [*("1a", "1b", "2a", "2b", "3b", "12"), ("4", "d"), ("d", "e")]
    )
    projected = project(graph, "12345")
    assert sorted(projected.edges(data="weight")) == [("1", "2", 2), ("1", "3", 1), ("2", "3", 1)]
    assert sorted(projected) == ["1", "2", "3", "4", "5"]


def test_projection_of_nothing() -> None:
    """Nodes without neighbours are projected without ties."""
    assert sorted(project(tied(), "ab")) == ["a", "b"]


def test_simple_graph_adds_up_weights() -> None:
    """Weights of parallel edges are added up, an absent one is 1, and what is 0 is no edge."""
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_edge("b", "a", weight=2)
    graph.add_edge("a", "b")
    graph.add_edge("b", "c", weight=0)
    assert list(simple_graph(graph, "weight").edges(data="weight")) == [("a", "b", 3)]
    both_ways: nx.DiGraph[str] = nx.DiGraph()
    both_ways.add_edge("a", "b", weight=5)
    both_ways.add_edge("b", "a", weight=2)
    assert list(simple_graph(both_ways, "weight").edges(data="weight")) == [("a", "b", 7)]
    assert list(simple_graph(graph).edges(data=True)) == [("a", "b", {}), ("b", "c", {})]
