"""The fabric of a strategy: which things hang together, what holds them, and what stands apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import networkx as nx

from graph.facts import Fact, Facts, links_of, pairs
from graph.findings import Finding, Judgement, Value
from graph.measures.connection import components
from graph.measures.cuts import Cut, cuts
from graph.measures.figures import Figure, figure, fraction

#: A breaking point cuts off this many things or more: what hangs on one link is no part.
_PART: Final = 2
#: How many things a sentence names.
_NAMED: Final = 5


@dataclass(frozen=True)
class Fabric:
    """The simple graph of things, and the facts that tie each two of them, by their sorted ends."""

    graph: "nx.Graph[str]"
    ties: Mapping[tuple[str, str], list[Fact]]

    def links(self, ends: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Return the links of ties, strongest first; ends that nothing ties give none."""
        pairs = ((min(one, other), max(one, other)) for one, other in ends)
        return links_of(fact for pair in pairs for fact in self.ties.get(pair, ()))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """How many things there are, and how many pairs of them are tied."""
        size = figure("fabric_things", len(self.graph))
        return size, figure("fabric_ties", self.graph.number_of_edges())


def fabric_of(facts: Facts) -> Fabric:
    """Return the fabric of the things asked about: a fact with one at either end is a tie.

    Things without a tie and without a fact in the role `context` are left out.
    """
    known = frozenset(facts.items)
    ties: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts.rows:
        if fact.item in known and fact.other in known and fact.item != fact.other:
            ties[min(fact.item, fact.other), max(fact.item, fact.other)].append(fact)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(known.intersection(facts.by_role.get("context", ())))
    graph.add_edges_from(ties)
    return Fabric(graph, ties)


def breaking_points(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the things and the ties that alone hold two things or more to the rest."""
    fabric = facts.once(fabric_of)
    able = len(fabric.graph) + fabric.graph.number_of_edges()
    found = [_broken(cut, fabric) for cut in cuts(fabric.graph, _PART)]
    return Judgement(found, fabric.figures, able)


def _broken(cut: Cut, fabric: Fabric) -> Finding:
    item, *others = cut.ends
    apart = tuple(sorted(thing for part in cut.apart for thing in part))
    held = [(item, other) for other in others or apart]
    return Finding(
        item,
        "".join(others),
        gap=True,
        why=("bridge" if others else "point") + _more(apart),
        links=fabric.links(held),
        values=_things(apart),
    )


def _things(things: tuple[str, ...]) -> dict[str, Value]:
    return {"things": things, "n": len(things), "some": things[:_NAMED]}


def _more(things: tuple[str, ...]) -> str:
    """Return the end of the key of a sentence that does not name all of these things."""
    return "-more" if len(things) > _NAMED else ""


def islands(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the parts that nothing ties to the largest; without any tie nothing can be judged."""
    fabric = facts.once(fabric_of)
    parts = components(fabric.graph)
    apart = [thing for part in parts[1:] for thing in part]
    figures = (
        *fabric.figures,
        figure("parts", len(parts)),
        fraction("apart", len(apart), len(fabric.graph)),
    )
    if not fabric.ties:
        return Judgement((), figures, 0)
    found = [_island(part, fabric, facts) for part in parts[1:]]
    return Judgement(found, figures, len(parts), frozenset((thing, "") for thing in apart))


def _island(part: tuple[str, ...], fabric: Fabric, facts: Facts) -> Finding:
    """Return the row of an island: with what ties it together, or else what names it."""
    named = links_of(fact for thing in part for fact in facts.of(thing, "context"))
    links = fabric.links(pairs(part)) or named
    return Finding(
        part[0],
        gap=True,
        why="together" + _more(part) if len(part) > 1 else "alone",
        links=links,
        values=_things(part),
    )
