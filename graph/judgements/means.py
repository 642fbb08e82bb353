"""What is there for what: the instruments of goals, and the departments that own them."""

from collections import defaultdict
from collections.abc import Iterable

from graph.facts import Fact, Facts

Footprints = dict[str, frozenset[str]]


def footprints(facts: Facts) -> Footprints:
    """Return the goals that each instrument serves (role `serves`), of those asked about."""
    found: dict[str, set[str]] = defaultdict(set)
    for goal in facts.items:
        for instrument in facts.others(goal, "serves"):
            found[instrument].add(goal)
    return {instrument: frozenset(goals) for instrument, goals in found.items()}


def owners(facts: Facts, instruments: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the departments that own each instrument (role `owner`); none where none is known."""
    return {name: frozenset(facts.others(name, "owner")) for name in instruments}


def service(facts: Facts, goals: Iterable[str], instruments: Iterable[str]) -> list[Fact]:
    """Return the facts by which these instruments serve these goals."""
    wanted = frozenset(instruments)
    return [fact for goal in goals for fact in facts.of(goal, "serves") if fact.other in wanted]
