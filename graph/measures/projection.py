"""Projections: the simple graph of any graph, and a graph of two kinds of nodes seen from one."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import networkx as nx

from graph.measures.figures import Reason


def _weight(data: Mapping[str, float], weight: str | None) -> float:
    return 1 if weight is None else data.get(weight, 1)


def simple_graph(graph: "nx.Graph[str]", weight: str | None = None) -> "nx.Graph[str]":
    """Return the graph without directions, loops and parallel edges, in order of ids.

    Two quotations of one link are not two links, so without `weight` edges just are there or not.
    With it they carry that attribute (1 where it is absent), added up over parallel edges; an edge
    of weight 0 is none.
    """
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    if weight is None:
        ends = {(min(pair), max(pair)) for pair in graph.edges() if pair[0] != pair[1]}
        simple.add_edges_from(sorted(ends))
        return simple
    weights: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for one, other, data in graph.edges(data=True):
        if one != other:
            weights[min(one, other), max(one, other)].append(_weight(data, weight))
    for (one, other), parts in sorted(weights.items()):
        if total := sum(sorted(parts)):
            simple.add_edge(one, other, **{weight: total})
    return simple


def weight_fault(graph: "nx.Graph[str]", weight: str | None) -> Reason:
    """Return the reason why measures cannot count with these weights, empty when they can."""
    weights = [_weight(data, weight) for _, _, data in graph.edges(data=True)]
    if not all(map(math.isfinite, weights)):
        return "undefined"
    return "signed_weights" if any(value < 0 for value in weights) else ""


def project(graph: "nx.Graph[str]", nodes: Iterable[str]) -> "nx.Graph[str]":
    """Return the projection on these nodes: two are tied when they share a neighbour.

    `weight` is the number of neighbours that they share. Only neighbours outside `nodes` count.
    Borgatti and Everett (1997), "Network analysis of 2-mode data".
    """
    kept = sorted(set(nodes))
    inside = set(kept)
    edges = simple_graph(graph).edges()
    crossing = sorted(edge for edge in edges if (edge[0] in inside) != (edge[1] in inside))
    sides: nx.Graph[str] = nx.Graph()
    sides.add_nodes_from(kept)
    if not crossing:
        return sides
    sides.add_edges_from(crossing)
    return simple_graph(nx.bipartite.weighted_projected_graph(sides, kept), "weight")
