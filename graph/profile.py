"""The profile of a strategy: five dimensions, each figure with its fraction, rows and interval.

There is no single number of coherence. `ontology/profile.toml` declares which question or measure
gives each figure.
"""

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from graph.inquiry import Answer, Inquiry
from graph.library import find
from graph.links import STRENGTH
from graph.measures.figures import Figure, figure, fraction
from graph.scope import Scope
from graph.statements import Statement, Statements
from ontology import GRAPH, ID, ROOT

DIMENSIONS: Final = ("coverage", "redundancy", "connectivity", "interaction", "evidence")
#: The levels at the ends of the interval of a figure: only what is quoted, and all that counts.
STRICT: Final = "quoted"
LOOSE: Final = "assessed"
#: What is taken that is a share of a whole.
SHARES: Final = ("rest", "gaps", "counted", "shared", "apart", "assessed_share")


@dataclass(frozen=True)
class Declared:
    """What `ontology/profile.toml` says of one figure, see there."""

    name: str
    dimension: str
    question: str
    take: str
    better: str
    items: str
    pillars: bool
    label: Mapping[str, str] = field(repr=False)

    @property
    def is_share(self) -> bool:
        """Whether the value lies between 0 and 1."""
        return self.take in SHARES


@dataclass(frozen=True)
class Reading:
    """A figure at one level: `rows` are the IRIs that it counts, `others` the rest."""

    figure: Figure
    rows: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileFigure:
    """A figure at the level that was asked for, with its value at both ends of the interval.

    `pillar` is an IRI, empty for the whole. `quoted` is the value when only quoted links count,
    `assessed` that when all do.
    """

    declared: Declared
    pillar: str
    reading: Reading
    quoted: float | None
    assessed: float | None

    @property
    def value(self) -> float | None:
        """The value at the level that was asked for."""
        return self.reading.figure.value


@dataclass(frozen=True)
class Profile:
    """The figures of one scope: first those of the whole, then those of each pillar."""

    scope: Scope
    figures: tuple[ProfileFigure, ...]

    def of(self, name: str, pillar: str = "") -> ProfileFigure | None:
        """Return the figure with this name; None when there is none."""
        return next(
            (f for f in self.figures if (f.declared.name, f.pillar) == (name, pillar)), None
        )


@cache
def declarations() -> tuple[Declared, ...]:
    """Return the figures of the profile in the order in which they are declared."""
    said = tomllib.loads((ROOT / "profile.toml").read_text(encoding="utf-8"))
    return tuple(
        Declared(
            entry["name"],
            entry["dimension"],
            entry.get("question", ""),
            entry["take"],
            entry.get("better", ""),
            entry.get("items", entry["name"]),
            entry.get("pillars", False),
            {language: entry[language] for language in ("nl", "en")},
        )
        for entry in said["figure"]
    )


def take_profile(inquiry: Inquiry, statements: Statements, scope: Scope) -> Profile:
    """Return the profile of what a scope asks about; `statements` are the links of that store."""
    whole = [_figure(inquiry, statements, scope, one) for one in declarations()]
    parts = [
        _figure(inquiry, statements, scope, one, pillar, goals)
        for pillar, goals in pillars(inquiry, scope).items()
        for one in declarations()
        if one.pillars
    ]
    return Profile(scope, (*whole, *parts))


def pillars(inquiry: Inquiry, scope: Scope) -> dict[str, frozenset[str]]:
    """Return the goals of each pillar that is asked about."""
    within = inquiry.members(scope.edition, scope.supposes) if scope.edition else None
    found: dict[str, set[str]] = {}
    for row in inquiry.store.query(find(ROOT / "queries", "pillars").text).rows():
        pillar = row["pillar"].value
        if within is None or pillar in within:
            goals = found.setdefault(pillar, set())
            if "goal" in row:
                goals.add(row["goal"].value)
    return {pillar: frozenset(goals) for pillar, goals in sorted(found.items())}


def _figure(
    inquiry: Inquiry,
    statements: Statements,
    scope: Scope,
    declared: Declared,
    pillar: str = "",
    goals: Collection[str] | None = None,
) -> ProfileFigure:
    def at(level: str) -> Reading:
        there = replace(scope, level=level)
        if not declared.question:
            return _links(inquiry, statements, there, declared)
        return _taken(inquiry.ask(declared.question, there), declared, goals)

    strict, loose = at(STRICT).figure.value, at(LOOSE).figure.value
    return ProfileFigure(declared, pillar, at(scope.level), strict, loose)


def _taken(answer: Answer, declared: Declared, goals: Collection[str] | None) -> Reading:
    """Return what a declaration takes from an answer, for the goals of one pillar or for all."""
    chosen = [f for f in answer.findings if goals is None or f.item in goals]
    gaps = tuple(dict.fromkeys(f.item for f in chosen if f.gap))
    rest = tuple(dict.fromkeys(f.item for f in chosen if not f.gap and f.item not in gaps))
    open_ = sum(f.gap for f in chosen)
    total = answer.denominator if goals is None else len(chosen)
    if declared.take == "rest":
        return Reading(fraction(declared.name, total - open_, total), rest, gaps)
    if declared.take == "gaps":
        return Reading(fraction(declared.name, open_, total), gaps, rest)
    found = next((f for f in answer.figures if f.name == declared.take), None)
    none = figure(declared.name, None, reason="empty_denominator")
    return Reading(replace(found, name=declared.name) if found else none, gaps, rest)


def _links(inquiry: Inquiry, statements: Statements, scope: Scope, declared: Declared) -> Reading:
    """Return the share of all links that may count with those that count, and what is asked more.

    The denominator is the same at every level, so that the share grows with weaker ones.
    """
    loosest = scope.levels[-1] if scope.levels else scope.level
    every = list(_counted(inquiry, statements, replace(scope, level=loosest)))
    counted = [s for s in every if STRENGTH[s.level] >= scope.least]
    if declared.take == "shared":
        counted = _shared(counted, statements)
    rows = tuple(sorted(statement.link for statement in counted))
    others = tuple(sorted({statement.link for statement in every} - set(rows)))
    return Reading(fraction(declared.name, len(rows), len(every)), rows, others)


def _counted(inquiry: Inquiry, statements: Statements, scope: Scope) -> Iterator[Statement]:
    """Yield the links that count in a scope: those between things that are asked about."""
    within = inquiry.members(scope.edition, scope.supposes) if scope.edition else None
    graphs = {GRAPH + source for source in scope.sources}
    for statement in statements.by_link.values():
        ends = (statement.subject, statement.object.value)
        if (
            not statement.denied
            and STRENGTH.get(statement.level, 0) >= scope.least
            and (not graphs or statement.graph in graphs)
            and (within is None or all(end in within or not end.startswith(ID) for end in ends))
        ):
            yield statement


def _shared(counted: Sequence[Statement], statements: Statements) -> list[Statement]:
    """Return the links that say what two or more sources say."""
    sources: dict[object, set[str]] = defaultdict(set)
    for statement in counted:
        sources[statement.triple] |= {statements.source_of(d) for d in statement.documents}
    return [statement for statement in counted if len(sources[statement.triple]) > 1]
