"""Dependence: what rests on what in the end, and what rests on itself.

A dependence is an ordered pair: the first rests on the second.
"""

from collections.abc import Iterable, Mapping

import networkx as nx

Pair = tuple[str, str]


def closures(pairs: Iterable[Pair]) -> Mapping[str, frozenset[str]]:
    """Return for each thing all that it rests on, at once or through others, itself left out."""
    graph: nx.DiGraph[str] = nx.DiGraph(pairs)
    return {thing: frozenset(nx.descendants(graph, thing)) for thing in graph}


def cycles(pairs: Iterable[Pair]) -> list[tuple[str, ...]]:
    """Return the groups of two things or more that all rest on each other, each sorted.

    These are the strongly connected components of the graph (Tarjan 1972). What is said to rest
    on itself alone is none.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(pairs)
    found = (tuple(sorted(group)) for group in nx.strongly_connected_components(graph))
    return sorted(group for group in found if len(group) > 1)
