"""Differences: what changed between two revisions, in statements and in links."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, Literal, TypeVar

import pyoxigraph as ox

from graph.change import Change, Quads
from graph.history import History
from graph.links import Link, Readings, find_links, read_readings
from graph.names import Names, read_names
from graph.oxigraph import OxigraphStore, in_memory
from ontology import PREFIXES, SAM

Kind = Literal["added", "removed", "changed"]
T = TypeVar("T")

_RDF: Final = PREFIXES["rdf"]
_TYPE, _LINK = ox.NamedNode(_RDF + "type"), ox.NamedNode(SAM + "Link")
#: What leads from a link to the passage that states it, and from that to its place.
_PARTS: Final = (
    ox.NamedNode(SAM + "evidence"),
    ox.NamedNode(PREFIXES["oa"] + "hasSelector"),
)
#: What a link is about; the predicate has its reading.
_ENDS: Final = tuple(ox.NamedNode(_RDF + name) for name in ("subject", "predicate", "object"))


def undoing(change: Change) -> Change:
    """Return the change that takes another back."""
    return Change(change.added, change.removed, change.created, change.dropped)


def merged(changes: Iterable[Change]) -> Change:
    """Return what changes that were made one after the other come to, in the order of their text.

    What came and went again, or went and came again, is not in it.
    """
    gone, come, dropped, created = Quads(), Quads(), set[str](), set[str]()
    for change in changes:
        _follow(gone, come, set(change.removed), set(change.added))
        _follow(dropped, created, set(change.dropped), set(change.created))
    removed, added = (sorted(quads, key=place) for quads in (gone, come))
    return Change(removed, added, sorted(dropped), sorted(created))


def _follow(gone: set[T], come: set[T], lost: set[T], found: set[T]) -> None:
    """Bring what is gone and what has come up to date with the next change."""
    again, back = lost & come, found & gone
    come -= lost
    gone -= found
    gone |= lost - again
    come |= found - back


def place(quad: ox.Quad) -> tuple[str, ...]:
    """Return where a statement stands in a list: by graph, subject, predicate and object."""
    return tuple(map(str, (quad.graph_name, quad.subject, quad.predicate, quad.object)))


def between(history: History, start: int, end: int) -> Change:
    """Return what changed from one revision to another; errors as of `History.between`."""
    change = merged(Change.unpack(*packed) for packed in history.between(start, end))
    return undoing(change) if start > end else change


def compare(
    store: OxigraphStore, history: History, newest: int, start: int, end: int
) -> "Difference":
    """Return how two revisions of a store that holds the newest differ."""
    return Difference(store, between(history, start, end), between(history, end, newest))


def undone(store: OxigraphStore, change: Change) -> OxigraphStore:
    """Return a copy of a store in memory as it was before a change."""
    came = set(change.added)
    left = [quad for quad in store.quads() if quad not in came]
    return in_memory({"left": left, "gone": change.removed})


@dataclass(frozen=True)
class LinkChange:
    """A link that came, went or changed; as it was and as it became, where it could be read."""

    iri: str
    kind: Kind
    before: Link | None
    after: Link | None

    @property
    def differs(self) -> list[str]:
        """The names of the fields that are not the same."""
        if not self.before or not self.after:
            return []
        names = (field.name for field in fields(Link))
        return [n for n in names if getattr(self.before, n) != getattr(self.after, n)]


@dataclass(frozen=True)
class Told:
    """Changes of links, and what they speak of: names and readings, those it has now first."""

    changes: Sequence[LinkChange]
    names: Names
    readings: Readings


class Difference:
    """What changed between two revisions of a store that has since changed further."""

    def __init__(self, store: OxigraphStore, change: Change, since: Change) -> None:
        """Take the store as it is, what changed, and what changed since."""
        self.change = change
        self._engine, self._steps = store.engine, [_by_subject(since), _by_subject(change)]

    @cached_property
    def statements(self) -> list[tuple[Kind, ox.Quad]]:
        """What was added and removed, sorted by place."""
        said: list[tuple[Kind, ox.Quad]] = [("removed", quad) for quad in self.change.removed]
        said += [("added", quad) for quad in self.change.added]
        return sorted(said, key=lambda one: (place(one[1]), one[0]))

    @cached_property
    def links(self) -> list[tuple[str, Kind]]:
        """The links that came, went or changed, by IRI: themselves, or the passages of them."""
        changed = {quad.subject for quad in (*self.change.removed, *self.change.added)}
        for _ in _PARTS:
            changed |= set(self._owners(changed))
        nodes = [node for node in changed if isinstance(node, ox.NamedNode)]
        before, after = map(_links_in, self._about(nodes))
        return sorted((iri, _kind(iri, before, after)) for iri in before | after)

    def _owners(self, nodes: Iterable[Any]) -> Iterator[Any]:
        """Yield what these are parts of, now or at either revision."""
        wanted = set(nodes)
        sides = (side for step in self._steps for sides in step.values() for side in sides)
        for quad in (quad for side in sides for quad in side):
            if quad.predicate in _PARTS and quad.object in wanted:
                yield quad.subject
        for node in wanted:
            for part in _PARTS:
                found = self._engine.quads_for_pattern(None, part, node, None)
                yield from (quad.subject for quad in found)

    def _about(self, nodes: Iterable[Any]) -> tuple[Quads, Quads]:
        """Return what was said about these at the first revision, and at the last."""
        later, earlier = Quads(), Quads()
        for node in {node for node in nodes if isinstance(node, ox.NamedNode | ox.BlankNode)}:
            said = {
                quad
                for quad in self._engine.quads_for_pattern(node, None, None, None)
                if quad.graph_name != ox.DefaultGraph()
            }
            for step, state in zip(self._steps, (later, earlier), strict=True):
                gone, come = step.get(node, ((), ()))
                said = said.difference(come).union(gone)
                state |= said
        return earlier, later

    def tell(self, links: Collection[tuple[str, Kind]]) -> Told:
        """Return what became of some of the links."""
        nodes = {ox.NamedNode(iri) for iri, _ in links}
        around: set[Any] = set(nodes)
        for _ in _PARTS:
            said = set[ox.Quad]().union(*self._about(around))
            around |= {q.object for q in said if q.predicate in (*_PARTS, *_ENDS)}
        stores = [in_memory({"": quads}) for quads in self._about(around)]
        before, after = ({link.iri: link for link in find_links(store)} for store in stores)
        names, readings = _spoken(stores)
        changes = [LinkChange(iri, kind, before.get(iri), after.get(iri)) for iri, kind in links]
        return Told(changes, names, readings)


def _links_in(quads: Quads) -> set[str]:
    links = (quad.subject for quad in quads if quad.predicate == _TYPE and quad.object == _LINK)
    return {link.value for link in links if isinstance(link, ox.NamedNode)}


def _kind(iri: str, before: Collection[str], after: Collection[str]) -> Kind:
    return "added" if iri not in before else "removed" if iri not in after else "changed"


def _by_subject(change: Change) -> dict[Any, tuple[Quads, Quads]]:
    """Return what went and what came, by what it is about."""
    found: dict[Any, tuple[Quads, Quads]] = {}
    for side, quads in enumerate((change.removed, change.added)):
        for quad in quads:
            found.setdefault(quad.subject, (set(), set()))[side].add(quad)
    return found


def _spoken(stores: Iterable[OxigraphStore]) -> tuple[Names, Readings]:
    """Return the names and readings of all stores, those of the last before those of the first."""
    by_iri: dict[str, Any] = {}
    templates: dict[str, Any] = {}
    for store in stores:
        names = read_names(store)
        by_iri |= names.by_iri
        templates |= read_readings(store, names).templates
    return Names(by_iri), Readings(templates, Names(by_iri))
