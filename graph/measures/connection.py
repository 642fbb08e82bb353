"""Connection: what ties groups together, who stands between others, and what stands apart.

All measures are of the simple graph, without directions, loops and parallel edges.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb
from statistics import quantiles
from typing import Final

import networkx as nx

from graph.measures.cuts import Parts, sorted_parts
from graph.measures.figures import Figure, Reason, figure, fraction
from graph.measures.projection import simple_graph, weight_fault

#: With fewer ties an interval would say nothing.
TIES: Final = 10
#: How many times the groups are dealt out anew.
ROUNDS: Final = 999
SEED: Final = 1
#: The steps that are taken at most for an interval: some seconds.
MOST: Final = 20_000_000


@dataclass(frozen=True)
class ExternalInternal:
    """The E-I index, its chance level, and the interval that holds 95 % of the chance indices.

    `low` and `high` have no value with fewer than ten ties, or with too many to sample.
    """

    index: Figure
    chance: Figure
    low: Figure
    high: Figure


Ends = tuple[str, str]


def _ei(name: str, ties: Iterable[Ends], groups: Mapping[str, str]) -> Figure:
    cross = Counter(groups[one] != groups[other] for one, other in ties)
    return fraction(name, cross[True] - cross[False], cross.total(), "no_edges")


def ei_chance(sizes: Iterable[int]) -> Figure:
    """Return the E-I index of all pairs there can be, from the sizes of the groups."""
    counts = list(sizes)
    within = sum(comb(size, 2) for size in counts)
    pairs = comb(sum(counts), 2)
    return fraction("ei_chance", pairs - 2 * within, pairs, "too_few")


def _dealt(ties: list[Ends], groups: Mapping[str, str], seed: int) -> list[float]:
    """Return the index for each of the rounds in which the groups are dealt out anew."""
    at = {node: place for place, node in enumerate(groups)}
    places = [(at[one], at[other]) for one, other in ties]
    labels = list(groups.values())
    deal = random.Random(seed)
    values = []
    for _ in range(ROUNDS):
        deal.shuffle(labels)
        cross = sum(labels[one] != labels[other] for one, other in places)
        values.append((2 * cross - len(ties)) / len(ties))
    return values


def _unsampled(ties: int, nodes: int) -> Reason:
    """Return the reason why no interval is sampled, empty when one is."""
    if ties < TIES:
        return "too_few"
    return "too_many" if ROUNDS * (ties + nodes) > MOST else ""


def ei_index(
    graph: "nx.Graph[str]", groups: Mapping[str, str], seed: int = SEED
) -> ExternalInternal:
    """Return the E-I index: ties between groups less those within, as a share of both.

    Read it beside `chance` only. `groups` maps nodes to groups; a tie of a node without a group is
    left out. The interval is sampled: another seed, or other ids, may move it a little.
    Krackhardt and Stern (1988), "Informal networks and organizational crises".
    """
    known = {node: groups[node] for node in sorted(graph) if node in groups}
    ties = [e for e in simple_graph(graph).edges() if e[0] in known and e[1] in known]
    cuts: list[float | None] = [None, None]
    reason = _unsampled(len(ties), len(known))
    if not reason:
        cuts = [*quantiles(_dealt(ties, known, seed), n=40, method="inclusive")]
    return ExternalInternal(
        _ei("ei_index", ties, known),
        ei_chance(Counter(known.values()).values()),
        figure("ei_chance_low", cuts[0], reason=reason),
        figure("ei_chance_high", cuts[-1], reason=reason),
    )


def modularity(
    graph: "nx.Graph[str]", groups: Mapping[str, str], weight: str | None = None
) -> Figure:
    """Return how far the edges within the given groups exceed what the degrees would give.

    Every node needs a group, and no weight may be negative. Newman and Girvan (2004), "Finding and
    evaluating community structure in networks".
    """
    name = "modularity"
    if fault := weight_fault(graph, weight):
        return figure(name, None, reason=fault)
    simple = simple_graph(graph, weight)
    if not simple.number_of_edges():
        return figure(name, None, reason="no_edges")
    if any(node not in groups for node in simple):
        return figure(name, None, reason="not_a_partition")
    parts: dict[str, set[str]] = {}
    for node in simple:
        parts.setdefault(groups[node], set()).add(node)
    try:
        return figure(name, nx.community.modularity(simple, list(parts.values()), weight=weight))
    except ArithmeticError:  # weights too large or too small to be squared
        return figure(name, None)


def components(graph: "nx.Graph[str]") -> Parts:
    """Return the nodes that hang together, largest part first, ties by id."""
    return sorted_parts(nx.connected_components(simple_graph(graph)))


def isolated(graph: "nx.Graph[str]") -> tuple[str, ...]:
    """Return the nodes without a neighbour."""
    return tuple(nx.isolates(simple_graph(graph)))


def constraint(graph: "nx.Graph[str]", weight: str | None = None) -> dict[str, Figure]:
    """Return how far the neighbours of each node are tied to each other: little for a broker.

    No weight may be negative. Burt (1992), "Structural holes".
    """
    if fault := weight_fault(graph, weight):
        return {n: figure("constraint", None, reason=fault) for n in sorted(graph)}
    simple = simple_graph(graph, weight)
    # With its nodes named, networkx counts the same with and without scipy.
    values = nx.constraint(simple, list(simple), weight=weight)
    return {n: _unless_isolated("constraint", simple, n, v) for n, v in values.items()}


def effective_size(graph: "nx.Graph[str]", weight: str | None = None) -> dict[str, Figure]:
    """Return the number of neighbours of each node, less what is redundant among them.

    No weight may be negative. Burt (1992), "Structural holes"; without weights in the form of
    Borgatti (1997), "Structural holes: unpacking Burt's redundancy measures".
    """
    if fault := weight_fault(graph, weight):
        return {n: figure("effective_size", None, reason=fault) for n in sorted(graph)}
    simple = simple_graph(graph, weight)
    values = nx.effective_size(simple, list(simple), weight=weight)
    return {n: _unless_isolated("effective_size", simple, n, v) for n, v in values.items()}


def _unless_isolated(name: str, graph: "nx.Graph[str]", node: str, value: float) -> Figure:
    return figure(name, value, reason="undefined" if graph[node] else "isolated")
