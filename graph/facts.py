"""Facts: what the query of a question selects, and which of it counts.

The query of a question selects `?item ?role ?other ?link ?strength`. A row without `?link` names
an item that is asked about; its role, if any, tells what the item is. A row with one says what the
link does for an item: its role, the thing at the other end, and the strength of the level of the
link (its skos:notation). Any other variable is kept by name in `said`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from graph.groups import Table

_KNOWN: Final = ("item", "role", "other", "link", "strength")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

_T = TypeVar("_T")


class Fact(NamedTuple):
    """One link, and what it does for an item."""

    item: str
    role: str
    other: str
    link: str
    strength: int
    said: Mapping[str, str] = _NOTHING


@dataclass(frozen=True, eq=False)
class Facts:
    """The items that are asked about, in order, and the facts about them that count.

    `kinds` gives the items by what they are, where the query tells.
    """

    items: tuple[str, ...]
    rows: tuple[Fact, ...]
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def by_role(self) -> Mapping[str, Mapping[str, Sequence[Fact]]]:
        """The facts by role and then by item, strongest first."""
        found: dict[str, dict[str, list[Fact]]] = defaultdict(dict)
        for fact in self.rows:
            found[fact.role].setdefault(fact.item, []).append(fact)
        for several in (facts for items in found.values() for facts in items.values()):
            if len(several) > 1:
                several.sort(key=_firmest)
        return found

    def of(self, item: str, *roles: str) -> Sequence[Fact]:
        """Return the facts about an item in any of these roles, strongest first."""
        found = [self.by_role[role][item] for role in roles if item in self.by_role.get(role, ())]
        if len(found) > 1:
            return sorted((fact for facts in found for fact in facts), key=_firmest)
        return found[0] if found else ()

    def others(self, item: str, *roles: str) -> list[str]:
        """Return the things at the other end of these facts, each once, sorted."""
        return sorted({fact.other for fact in self.of(item, *roles)})

    def at_least(self, strength: int) -> "Facts":
        """Return the same items with those facts only that are as strong as this."""
        if strength not in self._strong:
            strong = tuple(f for f in self.rows if f.strength >= strength)
            self._strong[strength] = Facts(self.items, strong, self.kinds)
        return self._strong[strength]

    @cached_property
    def _strong(self) -> dict[int, "Facts"]:
        return {}

    def once(self, make: Callable[["Facts"], _T]) -> _T:
        """Return what is made of these facts; measures that make the same of them share it."""
        if make not in self._made:
            self._made[make] = make(self)
        made: _T = self._made[make]
        return made

    @cached_property
    def _made(self) -> dict[Callable[["Facts"], Any], Any]:
        return {}

    @cached_property
    def strengths(self) -> frozenset[int]:
        """The strengths that occur."""
        return frozenset(fact.strength for fact in self.rows)


def _firmest(fact: Fact) -> tuple[int, str, str]:
    return -fact.strength, fact.link, fact.other


def links_of(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return the links of facts, strongest first, each once."""
    facts = tuple(facts)
    if len(facts) < 2:
        return tuple(fact.link for fact in facts if fact.link)
    return tuple(dict.fromkeys(fact.link for fact in sorted(facts, key=_firmest) if fact.link))


def read_facts(
    tables: Iterable[Table], members: Collection[str] | None = None, dropped: Collection[str] = ()
) -> Facts:
    """Return the facts in the solutions of a query or its groups.

    With `members`, only these things are asked about, and only they stand at the other end.
    Links that are `dropped` do not count.
    """
    items: set[str] = set()
    kinds: dict[str, set[str]] = defaultdict(set)
    facts: list[Fact] = []
    for fact in (fact for table in tables for fact in _read(table, members)):
        if not fact.link:
            items.add(fact.item)
            kinds[fact.role].add(fact.item)
        elif fact.link not in dropped:
            facts.append(fact)
    of_kind = {kind: frozenset(found) for kind, found in kinds.items() if kind}
    return Facts(tuple(sorted(items)), tuple(facts), of_kind)


def _read(table: Table, members: Collection[str] | None) -> Iterator[Fact]:
    """Yield a fact for each row about members; one without a link says what is asked about."""
    absent = [name for name in _KNOWN if name not in table.columns]
    names = [*table.columns, *absent]
    item, role, other, link, strength = (names.index(name) for name in _KNOWN)
    same = [table.bound.get(name, "") for name in absent]
    more = [(at, name) for at, name in enumerate(names) if name not in _KNOWN]
    said = _NOTHING
    for texts in ([*row, *same] for row in table.rows):
        one, end = texts[item], texts[other]
        if members is not None and (one not in members or (end and end not in members)):
            continue
        if more:
            said = {name: texts[at] for at, name in more if texts[at]}
        yield Fact(one, texts[role], end, texts[link], int(texts[strength] or 0), said)


def pairs(things: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each pair of different things once, in order."""
    ordered = sorted(set(things))
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            yield one, other
