"""Selections of links: those of a kind, a level, a source, about a thing, valid on a day."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal

from graph.links import LEVELS, Link

#: What a link has, by name.
Mark = tuple[str, str | bool]

_DATE: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@dataclass(frozen=True)
class Selection:
    """Which links are asked for; what is empty asks for nothing.

    Kind, subject, object and thing (either end) are IRIs, the source is the name of a graph. A
    link of `weakest` or a stronger level fits. One that says nothing of its validity holds on any
    day; a month or a year that it names counts as a whole.
    """

    kind: str = ""
    level: str = ""
    weakest: str = ""
    source: str = ""
    subject: str = ""
    object: str = ""
    thing: str = ""
    valid_on: date | None = None
    polarity: Literal["stated", "denied", ""] = ""
    hedged: bool | None = None
    open_list: bool | None = None

    def marks(self) -> Iterator[Mark]:
        """Yield what a link must have in the index, by name."""
        for name in ("kind", "level", "source", "subject", "object", "thing", "polarity"):
            if value := getattr(self, name):
                yield name, value
        for name in ("hedged", "open_list"):
            if (wanted := getattr(self, name)) is not None:
                yield name, wanted


@dataclass(frozen=True)
class LinkIndex:
    """Links, strongest first, with an index by what selections ask for."""

    links: Sequence[Link] = field(repr=False)

    @cached_property
    def _places(self) -> Mapping[Mark, list[int]]:
        """The places of links in the sequence, ascending, by what they have."""
        places: dict[Mark, list[int]] = defaultdict(list)
        for place, link in enumerate(self.links):
            for mark in _marks(link):
                places[mark].append(place)
        return places

    @cached_property
    def _periods(self) -> Mapping[str, tuple[str, str]]:
        """From when until when the links hold that say so, by their IRI."""
        said = {
            link.iri: (_told(link, "validFrom"), _told(link, "validUntil")) for link in self.links
        }
        return {iri: period for iri, period in said.items() if any(period)}

    def _having(self, marks: Sequence[Mark]) -> Sequence[Link]:
        """Return the links that have all of these marks."""
        if not marks:
            return self.links
        found, *others = sorted((self._places.get(mark, []) for mark in marks), key=len)
        for other in map(frozenset, others):
            found = [place for place in found if place in other]
        return [self.links[place] for place in found]

    def select(self, wanted: Selection, about: str = "") -> Sequence[Link]:
        """Return the links that fit, strongest first; only those about one thing if it is named."""
        links = self._having([*wanted.marks(), *([("thing", about)] if about else [])])
        if wanted.weakest:
            counted = LEVELS[: LEVELS.index(wanted.weakest) + 1]
            links = [link for link in links if link.level in counted]
        if wanted.valid_on:
            day = wanted.valid_on.isoformat()
            links = [link for link in links if _holds(self._periods.get(link.iri), day)]
        return links


def _marks(link: Link) -> Iterator[Mark]:
    yield from (("kind", link.kind), ("level", link.level), ("source", link.graph))
    yield "subject", link.subject
    if not link.is_value:
        yield "object", link.object
    for end in {link.subject} if link.is_value else {link.subject, link.object}:
        yield "thing", end
    yield "polarity", "denied" if link.denied else "stated"
    yield "hedged", "hedge" in link.said
    yield "open_list", link.open_list


def _holds(period: tuple[str, str] | None, day: str) -> bool:
    """Tell whether a period, from a day, month or year to another, holds a day (YYYY-MM-DD)."""
    if period is None:
        return True
    first, last = period
    return day[: len(first)] >= first and (not last or day[: len(last)] <= last)


def _told(link: Link, name: str) -> str:
    """Return the day, month or year that a link names; empty when it names none."""
    text = link.said[name].value if name in link.said else ""
    return text if _DATE.fullmatch(text) else ""
