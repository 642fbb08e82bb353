"""A change: what one write takes from a store and brings to it, quad by quad.

A write is worked out where it can do no harm, and only its change is written: in one transaction,
in every place that holds the data. Names of blank nodes are kept, so that all places agree.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import pyoxigraph as ox

from graph.disk import MARK, Functions
from graph.errors import QueryError
from graph.history import Packed

Quads = set[ox.Quad]
_PARTS: Final = ("subject", "predicate", "object")
_TERM: Final = "urn:x-samenhang:"  # functions that give the parts of a quad by its number

#: The most triple terms (RDF 1.2 Concepts, section 3.1) in each other: more overflow the stack.
DEEPEST: Final = 100


@dataclass(frozen=True)
class Change:
    """What goes and what comes: quads, and graphs as a whole, which may be empty."""

    removed: Sequence[ox.Quad] = ()
    added: Sequence[ox.Quad] = ()
    dropped: Sequence[str] = ()
    created: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return any((self.removed, self.added, self.dropped, self.created))

    @property
    def graphs(self) -> list[str]:
        """The IRIs of the graphs that change, sorted."""
        quads = {quad.graph_name.value for quad in (*self.removed, *self.added)}  # type: ignore[union-attr]
        return sorted({*quads, *self.dropped, *self.created})

    def check(self) -> None:
        """Refuse what no store of ours may hold: QueryError says what it is."""
        if any(name.startswith(MARK) for name in self.graphs):
            raise QueryError(f"Graphs whose name begins with {MARK} belong to the store itself.")
        if any(_depth(quad.object) > DEEPEST for quad in self.added):
            raise QueryError(f"Triple terms may be nested {DEEPEST} deep, no deeper.")

    def pack(self) -> Packed:
        """Return the change as a head and a body of N-Quads, what goes before what comes.

        The head counts both, as `counts`.
        """
        removed, added = (_nquads(quads) for quads in (self.removed, self.added))
        names = {"dropped": list(self.dropped), "created": list(self.created)}
        counts = [len(self.removed), len(self.added)]
        return {"removed": len(removed), "counts": counts, **names}, removed + added

    @classmethod
    def unpack(cls, head: dict[str, Any], body: bytes) -> "Change":
        """Return the change that was packed."""
        parts = body[: head["removed"]], body[head["removed"] :]
        removed, added = (list(ox.parse(part, format=ox.RdfFormat.N_QUADS)) for part in parts)
        return cls(removed, added, head["dropped"], head["created"])

    def apply(self, engine: ox.Store, run: "Run | None" = None) -> list[ox.Quad]:
        """Make the change in one transaction; the default graph stays the merge of the others.

        `run` runs the update, when another does it than the engine itself. Returns what went from
        the default graph.
        """
        gone = unsaid(engine, self.removed, self.added)
        dropped = {ox.NamedNode(name) for name in self.dropped}
        left = [quad for quad in self.removed if quad.graph_name not in dropped]
        terms: list[ox.Quad] = []
        steps = [
            *_steps("DELETE {{ GRAPH {} {{ ?s ?p ?o }} }}", left, terms),
            *_steps("DELETE {{ ?s ?p ?o }}", gone, terms),
            *(f"DROP SILENT GRAPH {ox.NamedNode(name)}" for name in self.dropped),
            *(f"CREATE SILENT GRAPH {ox.NamedNode(name)}" for name in self.created),
            *_steps("INSERT {{ GRAPH {} {{ ?s ?p ?o }} ?s ?p ?o }}", self.added, terms),
        ]
        functions = {ox.NamedNode(_TERM + part): _part(terms, part) for part in _PARTS}
        text = " ;\n".join(steps)
        if run:
            run(text, functions)
        else:
            engine.update(text, custom_functions=functions)
        return gone


def digest_of(packed: Packed) -> str:
    """Return a hash of what a packed change says."""
    head, body = packed
    return sha256(repr(head).encode() + body).hexdigest()


def _depth(term: Any) -> int:
    """Return how many triple terms are in each other."""
    depth = 0
    while isinstance(term, ox.Triple) and depth <= DEEPEST:
        term, depth = term.object, depth + 1
    return depth


#: Runs an update, with functions of our own.
Run = Callable[[str, Functions], object]


def _nquads(quads: Sequence[ox.Quad]) -> bytes:
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def _part(terms: Sequence[ox.Quad], part: str) -> Callable[[Any], Any]:
    return lambda number: getattr(terms[int(number.value)], part)


def _steps(what: str, quads: Iterable[ox.Quad], terms: list[ox.Quad]) -> Iterator[str]:
    """Yield for each graph the operation that does something to its quads, added to the terms.

    The terms come from functions, because no update can name a blank node of the store.
    """
    graphs: dict[object, list[ox.Quad]] = {}
    for quad in quads:
        graphs.setdefault(quad.graph_name, []).append(quad)
    bound = "".join(f" BIND(<{_TERM}{part}>(?i) AS ?{part[0]})" for part in _PARTS)
    for graph, listed in graphs.items():
        numbers = " ".join(map(str, range(len(terms), len(terms) + len(listed))))
        terms.extend(listed)
        yield f"{what.format(graph)} WHERE {{ VALUES ?i {{ {numbers} }}{bound} }}"


def unsaid(
    engine: ox.Store, removed: Iterable[ox.Quad], added: Iterable[ox.Quad] = ()
) -> list[ox.Quad]:
    """Return the triples, in the default graph, that no graph says any more."""
    goes, comes = set(removed), {quad.triple for quad in added}
    gone = []
    for triple in {quad.triple for quad in goes} - comes:
        s, p, o = triple
        left = (quad for quad in engine.quads_for_pattern(s, p, o, None) if quad not in goes)
        if all(quad.graph_name == ox.DefaultGraph() for quad in left):
            gone.append(ox.Quad(*triple))
    return gone


def names(engine: ox.Store) -> set[str]:
    """Return the IRIs of the named graphs of an engine."""
    return {str(name.value) for name in engine.named_graphs()}


def quads_of(engine: ox.Store, graph: str) -> Quads:
    """Return the quads of one named graph."""
    return set(engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
