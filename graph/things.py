"""Things: what the graph states of each in plain fields, and how many links each has."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from graph.library import find
from graph.links import LEVELS, Link
from graph.results import Row, Term
from graph.slugs import slugs_of
from graph.store import Store
from ontology import ROOT, SAM

_NOTHING: Final[Mapping[str, int]] = {}


@dataclass(frozen=True)
class Thing:
    """A thing by its IRI; its class, the most special one it has; and what is stated of it.

    `stated` gives the values by field, sorted; `levels` the number of links that begin or end at
    it by evidence level, strongest first.
    """

    iri: str
    type: str
    stated: Mapping[str, tuple[Term, ...]] = field(repr=False)
    levels: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True)
class Things:
    """All things, terms and rules of a store, read once, and the classes above each class."""

    by_iri: Mapping[str, Thing] = field(repr=False)
    above: Mapping[str, frozenset[str]] = field(repr=False)
    types: Mapping[str, frozenset[str]] = field(repr=False)

    @cached_property
    def _collections(self) -> dict[str, Mapping[str, Thing]]:
        return {}

    def of(self, class_: str) -> Mapping[str, Thing]:
        """Return the things of a class of ours and its subclasses, by slug, in order of IRI.

        The class is given by its local name.
        """
        if class_ not in self._collections:
            root = SAM + class_
            found = [
                iri
                for iri, types in self.types.items()
                if any(root == type_ or root in self.above[type_] for type_ in types)
            ]
            slugs = slugs_of(found, class_.lower())
            self._collections[class_] = {slug: self.by_iri[iri] for iri, slug in slugs.items()}
        return self._collections[class_]


def read_things(store: Store, links: Iterable[Link]) -> Things:
    """Read all things, terms and rules; the links are those of the store."""
    above = _grouped(_rows(store, "subclasses"), "class", lambda row: row["above"].value)
    types = _grouped(_rows(store, "types"), "thing", lambda row: row["type"].value)
    higher = {type_: frozenset(above.get(type_, ())) for found in types.values() for type_ in found}
    stated = _stated(store, types)
    counts = _levels(links)
    by_iri = {
        iri: Thing(
            iri,
            _telling(found, higher),
            stated.get(iri, {}),
            counts.get(iri, _NOTHING),
        )
        for iri, found in sorted(types.items())
    }
    return Things(by_iri, higher, {iri: frozenset(found) for iri, found in types.items()})


def _rows(store: Store, query: str) -> Iterable[Row]:
    return store.query(find(ROOT / "queries", query).text).rows()


def _grouped(rows: Iterable[Row], key: str, value: Callable[[Row], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row[key].value].add(value(row))
    return found


def _telling(types: Iterable[str], above: Mapping[str, frozenset[str]]) -> str:
    """Return the most special of classes; a policy paper is an instrument, then a document."""
    general = frozenset[str]().union(*(above[type_] for type_ in types))
    return min(types, key=lambda type_: (type_ in general, type_ == SAM + "Document", type_))


def _stated(store: Store, things: Mapping[str, object]) -> dict[str, dict[str, tuple[Term, ...]]]:
    found: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
    for query in ("stated", "parts"):
        for row in _rows(store, query):
            thing, value = row["thing"].value, row["value"]
            if thing in things and not isinstance(value, ox.BlankNode):
                found[thing][row["field"].value].add(value)
    return {
        thing: {name: tuple(sorted(values, key=str)) for name, values in fields.items()}
        for thing, fields in found.items()
    }


def _levels(links: Iterable[Link]) -> dict[str, dict[str, int]]:
    """Return how many links of each level begin or end at each thing."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for link in links:
        ends = {link.subject} if link.is_value else {link.subject, link.object}
        for end in ends:
            counts[end][link.level] += 1
    return {
        thing: {level: count[level] for level in LEVELS if level in count}
        for thing, count in counts.items()
    }
