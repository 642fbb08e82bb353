"""Facts: what the query of a question selects, and which of it counts.

The query of a question selects `?item ?role ?other ?link ?strength`. A row without `?link` names
an item that is asked about; its role, if any, tells what the item is. A row with one says what the
link does for an item: its role, the thing at the other end, and the strength of the level of the
link (its skos:notation). Any other variable is kept by name in `said`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from graph.results import Row

_KNOWN: Final = frozenset(("item", "role", "other", "link", "strength"))
_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Fact:
    """One link, and what it does for an item."""

    item: str
    role: str
    other: str
    link: str
    strength: int
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """The items that are asked about, in order, and the facts about them that count.

    `kinds` gives the items by what they are, where the query tells.
    """

    items: tuple[str, ...]
    rows: tuple[Fact, ...]
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def by_role(self) -> Mapping[str, Mapping[str, list[Fact]]]:
        """The facts by role and then by item."""
        found: dict[str, dict[str, list[Fact]]] = defaultdict(dict)
        for fact in self.rows:
            found[fact.role].setdefault(fact.item, []).append(fact)
        return found

    def of(self, item: str, *roles: str) -> list[Fact]:
        """Return the facts about an item in any of these roles, strongest first."""
        found = [fact for role in roles for fact in self.by_role.get(role, {}).get(item, ())]
        return sorted(found, key=_firmest) if len(found) > 1 else found

    def others(self, item: str, *roles: str) -> list[str]:
        """Return the things at the other end of these facts, each once, sorted."""
        return sorted({fact.other for fact in self.of(item, *roles)})

    def at_least(self, strength: int) -> "Facts":
        """Return the same items with those facts only that are as strong as this."""
        return Facts(self.items, tuple(f for f in self.rows if f.strength >= strength), self.kinds)

    @cached_property
    def strengths(self) -> frozenset[int]:
        """The strengths that occur."""
        return frozenset(fact.strength for fact in self.rows)


def _firmest(fact: Fact) -> tuple[int, str, str]:
    return -fact.strength, fact.link, fact.other


def links_of(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return the links of facts, strongest first, each once."""
    return tuple(dict.fromkeys(fact.link for fact in sorted(facts, key=_firmest) if fact.link))


def read_facts(
    rows: Iterable[Row], members: Collection[str] | None = None, dropped: Collection[str] = ()
) -> Facts:
    """Return the facts in the rows of a query.

    With `members`, only these things are asked about, and only they stand at the other end.
    Links that are `dropped` do not count.
    """
    items: set[str] = set()
    kinds: dict[str, set[str]] = defaultdict(set)
    facts = []
    for row in rows:
        item = row["item"].value
        if members is not None and item not in members:
            continue
        if "link" not in row:
            items.add(item)
            if "role" in row:
                kinds[row["role"].value].add(item)
            continue
        fact = _fact(item, row)
        if fact.link not in dropped and (
            not fact.other or members is None or fact.other in members
        ):
            facts.append(fact)
    of_kind = {kind: frozenset(found) for kind, found in kinds.items()}
    return Facts(tuple(sorted(items)), tuple(facts), of_kind)


def _fact(item: str, row: Row) -> Fact:
    def value(name: str) -> str:
        return row[name].value if name in row else ""

    more = {name: row[name].value for name in row if name not in _KNOWN} if _more(row) else _NOTHING
    return Fact(item, value("role"), value("other"), value("link"), int(value("strength")), more)


def _more(row: Row) -> bool:
    return any(name not in _KNOWN for name in row)


def pairs(things: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each pair of different things once, in order."""
    ordered = sorted(set(things))
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            yield one, other
