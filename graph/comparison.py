"""Two editions of a strategy: first how they align, then what differs, then which is better."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.alignment import Alignment, Fate, align, read_edition
from graph.editions import editions
from graph.errors import ParameterError
from graph.inquiry import Inquiry
from graph.profile import DIMENSIONS, Profile, ProfileFigure, declarations, take_profile
from graph.scope import Scope
from ontology import ID

#: Why two figures cannot be compared: what they count is of another class, a link says that two
#: of the things counted cannot be compared, or one has no value.
Reason = Literal["", "detail_differs", "not_comparable", "no_value"]
#: Which edition is better: in no dimension worse, and better in one.
Better = Literal["earlier", "later", "equal", "neither", "not_comparable"]

_FATES: Final = ("kept", "gone", "new", "not_comparable", "unknown")


@dataclass(frozen=True)
class ClassCount:
    """How many items of a class an edition holds, by what became of them."""

    class_: str
    total: int
    by_state: Mapping[str, int]
    headings: int


@dataclass(frozen=True)
class FigurePair:
    """A figure of both editions, each with its own denominator.

    `better` says which is better; empty when neither is, or the figure only describes.
    """

    earlier: ProfileFigure
    later: ProfileFigure
    reason: Reason

    @property
    def difference(self) -> float | None:
        """How much the value grows; None where the two cannot be compared."""
        if self.reason or self.earlier.value is None or self.later.value is None:
            return None
        return self.later.value - self.earlier.value

    @property
    def better(self) -> Better:
        """Which edition has the better value; "neither" when the figure only describes."""
        grows, wanted = self.difference, self.earlier.declared.better
        if grows is None:
            return "not_comparable"
        if not wanted:
            return "neither"
        if grows == 0:
            return "equal"
        return "later" if (grows > 0) == (wanted == "more") else "earlier"


@dataclass(frozen=True)
class Comparison:
    """Two editions: alignment, counts by class, figures, and which is better, by dimension too."""

    earlier: str
    later: str
    alignment: Alignment
    earlier_counts: tuple[ClassCount, ...]
    later_counts: tuple[ClassCount, ...]
    figures: tuple[FigurePair, ...]
    dimensions: Mapping[str, Better]
    dominance: Better


def compare_editions(
    inquiry: Inquiry, earlier: str, later: str, scope: Scope | None = None
) -> Comparison:
    """Compare two editions, at the level and by the sources of a scope.

    ParameterError when one of them is no edition, or both are the same.
    """
    scope = scope or inquiry.scope("assessed")
    one, other = (_edition(inquiry, *named) for named in (("earlier", earlier), ("later", later)))
    if one == other:
        raise ParameterError("An edition is compared with another, not with itself.", "later")
    statements = inquiry.ground.statements
    read = [
        read_edition(statements, edition, inquiry.members(edition), scope.least)
        for edition in (one, other)
    ]
    alignment = align(statements, read[0], read[1], scope.least)
    profiles = [
        take_profile(inquiry, statements, replace(scope, edition=edition))
        for edition in (one, other)
    ]
    figures = tuple(
        FigurePair(first, second, _reason(first, second, _items(profiles, first), alignment))
        for declared in declarations()
        if (first := profiles[0].of(declared.name)) and (second := profiles[1].of(declared.name))
    )
    dimensions = {dimension: best_of(_among(figures, dimension)) for dimension in DIMENSIONS}
    return Comparison(
        one,
        other,
        alignment,
        tuple(_counts(alignment.earlier)),
        tuple(_counts(alignment.later)),
        figures,
        dimensions,
        best_of(list(dimensions.values())),
    )


def _edition(inquiry: Inquiry, parameter: str, name: str) -> str:
    known = {iri.removeprefix(ID + "strategy/"): iri for iri in editions(inquiry.store)}
    if name not in known and name not in known.values():
        raise ParameterError.unknown(parameter, name, known)
    return known.get(name, name)


def _counts(fates: Sequence[Fate]) -> Iterator[ClassCount]:
    for class_ in sorted({fate.class_ for fate in fates}):
        chosen = [fate for fate in fates if fate.class_ == class_]
        states = Counter(fate.state for fate in chosen)
        counts = {state: states[state] for state in _FATES if states[state]}
        yield ClassCount(class_, len(chosen), counts, sum(fate.heading for fate in chosen))


def _items(profiles: Sequence[Profile], figure: ProfileFigure) -> tuple[set[str], set[str]]:
    """Return the things that a figure is about, in the profile of each edition."""
    found = [profile.of(figure.declared.items) for profile in profiles]
    one, other = ({*f.reading.rows, *f.reading.others} if f else set() for f in found)
    return one, other


def _reason(
    earlier: ProfileFigure,
    later: ProfileFigure,
    items: tuple[set[str], set[str]],
    alignment: Alignment,
) -> Reason:
    """Return why two figures cannot be compared; empty when they can."""
    if earlier.value is None or later.value is None:
        return "no_value"
    one, other = items
    if _classes(one) != _classes(other):
        return "detail_differs"
    apart = any(first in one and second in other for first, second in alignment.apart)
    return "not_comparable" if apart else ""


def _classes(things: Collection[str]) -> set[str]:
    return {thing.removeprefix(ID).partition("/")[0] for thing in things}


def _among(figures: Sequence[FigurePair], dimension: str) -> list[Better]:
    """Return which edition is better by each figure of a dimension that says so of any."""
    chosen = (pair for pair in figures if pair.earlier.declared.dimension == dimension)
    return [pair.better for pair in chosen if pair.earlier.declared.better]


def best_of(verdicts: Sequence[Better]) -> Better:
    """Return which edition is better by several verdicts: in none worse, and better in one."""
    found = set(verdicts) - {"equal"}
    if "not_comparable" in found or not verdicts:
        return "not_comparable"
    if not found:
        return "equal"
    return found.pop() if len(found) == 1 else "neither"
