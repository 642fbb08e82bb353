"""Alignment: which items of two editions a link ties to each other, and what became of each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Final, Literal

import networkx as nx

from graph.links import STRENGTH
from graph.statements import Statement, Statements
from ontology import ID, SAM

#: Kinds whose subject goes on as the object, and those whose object goes on as the subject.
_FORTH: Final = frozenset(SAM + kind for kind in ("continuesAs", "renamedAs", "mergedInto"))
_BACK: Final = frozenset((SAM + "splitFrom",))
_DROPPED, _HEADING, _NEW, _APART = (
    SAM + kind for kind in ("droppedIn", "headingDroppedIn", "newComparedWith", "notComparableWith")
)
_ALIGNS: Final = _FORTH | _BACK | {_DROPPED, _HEADING, _NEW, _APART}
#: Kinds that say what an edition holds; one that stands in it says what it holds in turn.
_HOLDS: Final = frozenset(
    SAM + kind
    for kind in (
        "hasPillar",
        "hasObjective",
        "hasGoal",
        "hasFocus",
        "hasIssue",
        "hasLine",
        "hasInterest",
        "hasTheme",
        "hasTrend",
        "identifiesThreat",
    )
)

#: An item, another, and the link that says that one goes on as the other; "" for the same item.
Pair = tuple[str, str, str]
#: What became of an item. "unknown": nobody says so, which is not that it went.
State = Literal["kept", "gone", "new", "not_comparable", "unknown"]
Shape = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]


@dataclass(frozen=True)
class Fate:
    """An item of one edition, what became of it (or where it came from), and who says so.

    `heading` tells that a link says that its heading went, or is new, whatever its content.
    """

    item: str
    state: State
    counterparts: tuple[str, ...]
    links: tuple[str, ...]
    heading: bool = False

    @property
    def class_(self) -> str:
        """The class of the item, as its IRI says it."""
        return self.item.removeprefix(ID).partition("/")[0]


@dataclass(frozen=True)
class Group:
    """Items that go on as each other, with the links that say so."""

    earlier: tuple[str, ...]
    later: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """How many become how many."""
        one, other = ("one" if len(items) == 1 else "many" for items in (self.earlier, self.later))
        return f"{one}_to_{other}"  # type: ignore[return-value]


@dataclass(frozen=True)
class Alignment:
    """The links that align two editions, and what they make of the items of each.

    `links` are those that say that an item goes on, that it goes, that it is new, or that two
    cannot be compared.
    """

    links: tuple[Statement, ...]
    earlier: tuple[Fate, ...]
    later: tuple[Fate, ...]
    groups: tuple[Group, ...]

    @property
    def apart(self) -> frozenset[tuple[str, str]]:
        """The pairs that cannot be compared, either way round."""
        pairs = [(s.subject, s.object.value) for s in self.links if s.kind == _APART]
        return frozenset((*pairs, *((other, one) for one, other in pairs)))


@dataclass(frozen=True)
class Edition:
    """An edition: its IRI and the names of its texts, its items, and what else belongs to it."""

    names: frozenset[str]
    items: frozenset[str]
    members: Set[str]

    def has(self, thing: str, other: "Edition") -> bool:
        """Tell whether a thing is this edition or an item of it, or else belongs to it, not being

        an item of the other.
        """
        if thing in self.items or thing in self.names:
            return True
        return thing in self.members and thing not in other.items | other.names


def read_edition(
    statements: Statements, edition: str, members: Collection[str], least: int
) -> Edition:
    """Return an edition with the items that it holds by links that are strong enough.

    What its own text speaks of belongs to it, beside its members.
    """
    names = statements.texts_of(edition) | {edition}
    holds: dict[str, set[str]] = {}
    for statement in _strong(statements, least):
        if statement.kind in _HOLDS:
            holds.setdefault(statement.subject, set()).add(statement.object.value)
    items, fresh = set[str](), set(names)
    while fresh:
        fresh = {item for name in fresh for item in holds.get(name, ())} - items - names
        items |= fresh
    named = {
        end
        for statement in _strong(statements, least)
        if statement.kind not in _ALIGNS and not names.isdisjoint(statement.documents)
        for end in (statement.subject, statement.object.value)
    }
    return Edition(names, frozenset(items), named.union(members, items, names))


def _strong(statements: Statements, least: int) -> Iterator[Statement]:
    for statement in statements.by_link.values():
        if not statement.denied and STRENGTH.get(statement.level, 0) >= least:
            yield statement


def align(statements: Statements, earlier: Edition, later: Edition, least: int) -> Alignment:
    """Align two editions by links that are strong enough.

    An item that both hold under one name needs no link.
    """
    links = [s for s in _strong(statements, least) if _aligns(s, earlier, later)]
    links.sort(key=lambda s: (s.kind, s.subject, s.object.value, s.link))
    pairs = [pair for s in links for pair in _pairs(s)]
    shared = [(item, item, "") for item in earlier.items & later.items]
    forth = [*pairs, *shared]
    back = [(other, one, link) for one, other, link in forth]
    return Alignment(
        tuple(links),
        tuple(_fates(earlier, later, links, forth, _DROPPED, _HEADING)),
        tuple(_fates(later, earlier, links, back, _NEW, _NEW)),
        tuple(_groups([p for p in pairs if p[0] not in earlier.names])),
    )


def _aligns(statement: Statement, earlier: Edition, later: Edition) -> bool:
    """Tell whether a link says something of an item of one edition and the other edition."""
    subject, object_ = statement.subject, statement.object.value
    if statement.kind in (_DROPPED, _HEADING):
        return earlier.has(subject, later) and object_ in later.names
    if statement.kind == _NEW:
        return later.has(subject, earlier) and object_ in earlier.names
    if statement.kind == _APART:
        ends = ((subject, object_), (object_, subject))
        return any(earlier.has(a, later) and later.has(b, earlier) for a, b in ends)
    return any(earlier.has(a, later) and later.has(b, earlier) for a, b, _ in _pairs(statement))


def _pairs(statement: Statement) -> list[Pair]:
    """Return which item goes on as which, by which link."""
    subject, object_ = statement.subject, statement.object.value
    if statement.kind in _FORTH:
        return [(subject, object_, statement.link)]
    return [(object_, subject, statement.link)] if statement.kind in _BACK else []


def _fates(
    edition: Edition,
    other: Edition,
    links: Iterable[Statement],
    pairs: Iterable[Pair],
    end: str,
    heading: str,
) -> Iterator[Fate]:
    """Yield what became of each item of an edition, and of what else a link aligns with it.

    `pairs` begin with the item of this edition; links of the kind `end` say that an item is of
    this edition only, those of the kind `heading` that its heading is.
    """
    said, goes_on = defaultdict[str, list[Statement]](list), defaultdict[str, list[Pair]](list)
    for statement in links:
        for item in {statement.subject, statement.object.value}:
            if edition.has(item, other):
                said[item].append(statement)
    for pair in pairs:
        goes_on[pair[0]].append(pair)
    for item in sorted((edition.items | said.keys()) - edition.names):
        kinds = {statement.kind for statement in said[item]}
        yield Fate(
            item,
            _state(bool(goes_on[item]), kinds, end),
            tuple(sorted({pair[1] for pair in goes_on[item]})),
            tuple(sorted({statement.link for statement in said[item]})),
            heading in kinds,
        )


def _state(goes_on: bool, kinds: Collection[str], end: str) -> State:
    if goes_on:
        return "kept"
    if end in kinds:
        return "new" if end == _NEW else "gone"
    return "not_comparable" if _APART in kinds else "unknown"


def _groups(pairs: Iterable[Pair]) -> Iterator[Group]:
    """Yield the groups of items that hang together as going on as each other."""
    listed = list(pairs)
    network: nx.Graph[tuple[int, str]] = nx.Graph(
        [((0, one), (1, other)) for one, other, _ in listed]
    )
    for nodes in sorted(map(sorted, nx.connected_components(network))):
        earlier, later = (tuple(n for side, n in nodes if side == which) for which in (0, 1))
        yield Group(earlier, later, tuple(sorted(p[2] for p in listed if p[0] in earlier)))
