"""The division of labour: who shares goals with whom, who stands between, and on how many it rests.

Roles: `part` (pillar, goal), `serves` (instrument, goal), `owner` (goal or instrument, department).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import networkx as nx

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement, Value
from graph.judgements.fabric import Fabric, fabric_of
from graph.measures.betweenness import betweenness
from graph.measures.connection import (
    ExternalInternal,
    constraint,
    effective_size,
    ei_index,
    modularity,
)
from graph.measures.figures import Figure, figure, fraction, ranked
from graph.measures.projection import project
from graph.measures.redundancy import concentration, effective_number, shapley
from graph.measures.shape import innermost_core, nestedness
from ontology import SAM

#: At most so many brokers are rows.
_TOP: Final = 10
#: A matrix with this NODF or more is called nested.
_NESTED: Final = 50


@dataclass(frozen=True)
class _Sharing:
    """Goals and what they share, as a graph of two kinds of nodes, and the facts that say so."""

    graph: "nx.Graph[str]"
    facts: tuple[Fact, ...]


def _serving(facts: Facts) -> Iterator[Fact]:
    """Yield the facts by which an instrument serves a goal."""
    instruments, goals = _kind(facts, "instrument"), _kind(facts, "goal")
    for found in facts.by_role.get("serves", {}).values():
        yield from (f for f in found if f.item in instruments and f.other in goals)


def _kind(facts: Facts, name: str) -> frozenset[str]:
    return facts.kinds.get(name, frozenset())


def _by_instrument(facts: Facts) -> _Sharing:
    """Return which instruments serve which goals."""
    serving = tuple(_serving(facts))
    return _Sharing(nx.Graph([(fact.item, fact.other) for fact in serving]), serving)


def _by_department(facts: Facts) -> _Sharing:
    """Return which departments answer for which goals, directly or by an instrument."""
    graph: nx.Graph[str] = nx.Graph()
    used = []
    for goal in _kind(facts, "goal"):
        for fact in facts.of(goal, "owner"):
            graph.add_edge(fact.other, goal)
            used.append(fact)
    for serves in _serving(facts):
        for fact in facts.of(serves.item, "owner"):
            graph.add_edge(fact.other, serves.other)
            used += [serves, fact]
    return _Sharing(graph, tuple(used))


_SHARED: Final = {"Instrument": _by_instrument, "Department": _by_department}


def silos(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return for each way to share goals whether the ties stay inside pillars more than by chance.

    A projection without ties is no row: it says nothing. One with so few that chance has no
    interval is a row, and nothing that could be a gap.
    """
    pillars = _pillars(facts)
    findings, figures = [], []
    for class_, sharing in _SHARED.items():
        shared = sharing(facts)
        goals = project(shared.graph, pillars)
        found = ei_index(goals, pillars)
        named = (found.index, found.chance, found.low, found.high, modularity(goals, pillars))
        figures += [replace(f, name=f"{f.name}_{class_.lower()}") for f in named]
        if found.index.value is not None:
            findings.append(_silo(SAM + class_, found, links_of(shared.facts)))
    able = sum(finding.why != "few" for finding in findings)
    return Judgement(findings, tuple(figures), able)


def _pillars(facts: Facts) -> dict[str, str]:
    """Return the pillar of each goal that is in one pillar only."""
    found: dict[str, set[str]] = defaultdict(set)
    goals = _kind(facts, "goal")
    for pillar in _kind(facts, "pillar"):
        for goal in goals.intersection(facts.others(pillar, "part")):
            found[goal].add(pillar)
    return {goal: min(pillars) for goal, pillars in found.items() if len(pillars) == 1}


def _silo(item: str, found: ExternalInternal, links: tuple[str, ...]) -> Finding:
    index, bound = found.index.value, found.low.value
    inside = bound is not None and (index or 0) < bound
    values = {"index": found.index, "chance": found.chance, "low": found.low, "high": found.high}
    return Finding(
        item,
        gap=inside,
        why="few" if bound is None else "inside" if inside else "across",
        links=links,
        cover=() if inside else links,
        values=_numbers(values),
    )


def _numbers(figures: Mapping[str, Figure]) -> dict[str, Value]:
    """Return the values there are, as they are said: with decimals."""
    return {name: float(f.value) for name, f in figures.items() if f.value is not None}


def brokers(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the departments and instruments with the highest betweenness in the fabric.

    Beside these stand the departments with the largest effective size, if it is above 1 (those
    with whom each shares goals are then not all tied to each other).
    """
    fabric = facts.once(fabric_of)
    between = betweenness(fabric.graph)
    departments = _kind(facts, "department")
    sharing = project(_by_department(facts).graph, departments)
    sizes, limits = effective_size(sharing), constraint(sharing)
    able = departments | _kind(facts, "instrument")
    top = _first({n: f for n, f in between.items() if n in able}, _TOP)
    top |= _highest(sizes, above=1)
    pairs = len(departments) * (len(departments) - 1) // 2
    ties = fraction("department_ties", sharing.number_of_edges(), pairs)
    highest = next((found for name, found in ranked(between) if name in able), None)
    return Judgement(
        [_broker(item, fabric, between, sizes, limits) for item in sorted(top)],
        (*fabric.figures, ties, *filter(None, (highest,))),
    )


def _first(figures: Mapping[str, Figure], most: int) -> frozenset[str]:
    """Return those with the highest values above zero, `most` or fewer, breaking no tie."""
    order = [(name, found.value) for name, found in ranked(figures) if found.value]
    beyond = order[most][1] if len(order) > most else None
    return frozenset(name for name, value in order[:most] if value != beyond)


def _highest(figures: Mapping[str, Figure], above: float = 0) -> frozenset[str]:
    """Return all with the highest value, if it is above this one."""
    top = max((found.value or 0 for found in figures.values()), default=0)
    return frozenset(name for name, found in figures.items() if top > above and found.value == top)


def _broker(
    item: str,
    fabric: Fabric,
    between: Mapping[str, Figure],
    sizes: Mapping[str, Figure],
    limits: Mapping[str, Figure],
) -> Finding:
    none = figure("", None)
    said = {"betweenness": between[item]}
    said |= {"size": sizes.get(item, none), "constraint": limits.get(item, none)}
    values = _numbers(said) | {"percent": 100 * (between[item].value or 0.0)}
    return Finding(
        item,
        why="department" if {"size", "constraint"} <= set(values) else "",
        links=fabric.links((item, other) for other in fabric.graph[item]),
        values=values,
    )


def shape(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return how the goals that are served are divided over the instruments: one row, or none."""
    covers: dict[str, set[str]] = defaultdict(set)
    serving = list(_serving(facts))
    for fact in serving:
        covers[fact.item].add(fact.other)
    goals = _kind(facts, "goal")
    nested = nestedness(covers)
    number = effective_number(goals, covers)
    core = innermost_core(facts.once(fabric_of).graph)
    figures = (
        *(nested.total, nested.rows, nested.columns),
        *(number, concentration(goals, covers), core.k),
    )
    if not covers:
        return Judgement((), figures)
    shares = shapley(goals, covers)
    most = tuple(sorted(_highest(shares)))
    said = {"effective": number, "nodf": nested.total, "share": shares[most[0]]}
    values: dict[str, Value] = {"most": most, "instruments": len(covers), **_numbers(said)}
    form = _form(nested.total.value or 0, number.value or 0, len(covers))
    links = links_of(fact for fact in serving if fact.item in most)
    return Judgement([Finding(most[0], why=form, links=links, values=values)], figures)


def _form(nodf: float, effective: float, instruments: int) -> str:
    if nodf >= _NESTED:
        return "nested"
    return "concentrated" if instruments == 1 or 2 * effective <= instruments else "spread"
