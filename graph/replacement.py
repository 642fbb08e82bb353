"""A replacement: what it changes when graphs are given other quads.

Blank nodes have other names each time that a file is read. One about which the same is said as
about one that was there before gets the name of that one, so that only what is said differently
counts as changed.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import pyoxigraph as ox

from graph.change import Change, Quads, names, quads_of

#: What is said of each blank node, as a hash.
_Colours = dict[ox.BlankNode, bytes]
_Rename = Callable[[ox.BlankNode], ox.BlankNode]


def replacement(
    engine: ox.Store, graphs: Mapping[str, Iterable[ox.Quad]]
) -> tuple[Change, dict[str, list[ox.Quad]]]:
    """Return what changes in an engine when graphs get these quads, and the quads to give them.

    ValueError when the name of a graph is no IRI.
    """
    for name in graphs:
        ox.NamedNode(name)
    there = names(engine)
    held = {name: quads_of(engine, name) for name in graphs if name in there}
    old = Quads().union(*held.values())
    given = _as_stored(quad for quads in graphs.values() for quad in quads)
    new = {_renamed(quad, rename) for quad in given} if (rename := _names(old, given)) else given
    parts: dict[str, list[ox.Quad]] = {name: [] for name in graphs}
    for quad in new:
        parts[quad.graph_name.value].append(quad)  # type: ignore[union-attr]
    change = Change(
        [*(old - new)],
        [*(new - old)],
        sorted(name for name in held if not parts[name]),
        sorted(name for name in graphs if name not in there and parts[name]),
    )
    return change, parts


def _as_stored(quads: Iterable[ox.Quad]) -> Quads:
    """Return quads with the literals as the engine writes them."""
    engine = ox.Store()
    engine.bulk_extend(quads)
    return set(engine)


def _names(old: Quads, new: Quads) -> _Rename | None:
    """Return what gives the blank nodes of new quads their names; None when they have none."""
    before, after = _colours(old, new)
    if not after:
        return None
    known: dict[bytes, list[ox.BlankNode]] = {}
    for node in sorted(before, key=str):
        known.setdefault(before[node], []).append(node)
    chosen: dict[ox.BlankNode, ox.BlankNode] = {}
    for node in sorted(after, key=str):
        alike = known.get(after[node])
        chosen[node] = alike.pop() if alike else node if node not in before else ox.BlankNode()
    return chosen.__getitem__


def _colours(old: Quads, new: Quads) -> tuple[_Colours, _Colours]:
    """Return the colours of the blank nodes of both: colour refinement, until no more differ."""
    sides = [_said(quads) for quads in (old, new)]
    colours: list[_Colours] = [dict.fromkeys(said, b"") for said in sides]
    distinct = -1
    while distinct < (found := sum(len(set(side.values())) for side in colours)):
        distinct = found
        colours = [
            {node: _colour(said[node], side) for node in said}
            for said, side in zip(sides, colours, strict=True)
        ]
    return colours[0], colours[1]


def _said(quads: Quads) -> dict[ox.BlankNode, list[tuple[str, Any]]]:
    """Return what is said of each blank node: by which quad, and what stands at the other end."""
    said: dict[ox.BlankNode, list[tuple[str, Any]]] = {}
    for quad in quads:
        way = f"{quad.graph_name} {quad.predicate}"
        if isinstance(quad.subject, ox.BlankNode):
            said.setdefault(quad.subject, []).append((f"> {way}", quad.object))
        for node in _blanks(quad.object):
            said.setdefault(node, []).append((f"< {way}", quad.subject))
    return said


def _blanks(term: Any) -> list[ox.BlankNode]:
    if isinstance(term, ox.Triple):
        return [*_blanks(term.subject), *_blanks(term.object)]
    return [term] if isinstance(term, ox.BlankNode) else []


def _colour(said: Iterable[tuple[str, Any]], colours: _Colours) -> bytes:
    def shown(term: Any) -> str:
        if isinstance(term, ox.BlankNode):
            return colours[term].hex()
        return "a triple" if isinstance(term, ox.Triple) else str(term)

    lines = sorted(f"{way} {shown(term)}\n" for way, term in said)
    return blake2b("".join(lines).encode(), digest_size=16).digest()


def _renamed(quad: ox.Quad, rename: _Rename) -> ox.Quad:
    return ox.Quad(
        _term(quad.subject, rename), quad.predicate, _term(quad.object, rename), quad.graph_name
    )


def _term(term: Any, rename: _Rename) -> Any:
    if isinstance(term, ox.BlankNode):
        return rename(term)
    if isinstance(term, ox.Triple):
        subject, object_ = _term(term.subject, rename), _term(term.object, rename)
        return ox.Triple(subject, term.predicate, object_)
    return term
