"""Tallies: what the reading of each source gave, links by level and kind, and facts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from ontology import GRAPH, PREFIXES, SAM

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_PREDICATE: Final = ox.NamedNode(PREFIXES["rdf"] + "predicate")
_LEVEL, _FACT, _READ, _LEFT_OUT, _REASON = (
    ox.NamedNode(SAM + name) for name in ("level", "fact", "factsRead", "leftOut", "reason")
)


@dataclass
class Tally:
    """What one graph holds.

    `levels` and `kinds` count links; `loaded` are the facts that gave a link or an absence;
    `left_out` holds the facts that gave none, by reason; `read` counts all facts of the reading.
    """

    levels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    loaded: set[str] = field(default_factory=set)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    read: int = 0


def _short(iri: str) -> str:
    """Return the name of a kind: bare for our own, with its prefix for another vocabulary."""
    if iri.startswith(SAM):
        return iri.removeprefix(SAM)
    found = (f"{name}:{iri[len(ns) :]}" for name, ns in PREFIXES.items() if iri.startswith(ns))
    return next(found, iri)


def _tally(quads: list[ox.Quad]) -> Tally:
    tally = Tally()
    groups = {q.object for q in quads if q.predicate == _LEFT_OUT}
    reasons = {q.subject: q.object for q in quads if q.predicate == _REASON}
    for quad in quads:
        value = getattr(quad.object, "value", "")
        if quad.predicate == _LEVEL:
            tally.levels[value.removeprefix(PREFIXES["level"])] += 1
        elif quad.predicate == _PREDICATE:
            tally.kinds[_short(value)] += 1
        elif quad.predicate == _READ:
            tally.read = int(value)
        elif quad.predicate == _FACT and quad.subject in groups:
            reason = getattr(reasons.get(quad.subject), "value", "")
            tally.left_out.setdefault(reason, []).append(value)
        elif quad.predicate == _FACT:
            tally.loaded.add(value)
    return tally


def tally_graphs(graphs: Mapping[str, Iterable[ox.Quad]]) -> dict[str, Tally]:
    """Return the tally of each graph that holds links, by the name of the graph."""
    tallies = {name.removeprefix(GRAPH): _tally(list(quads)) for name, quads in graphs.items()}
    return {name: tally for name, tally in tallies.items() if tally.levels}
