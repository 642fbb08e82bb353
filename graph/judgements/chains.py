"""Lines of sight: from a threat through a goal and an instrument to a department."""

from collections.abc import Mapping
from typing import Final

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement
from graph.links import STRENGTH
from ontology import PREFIXES

#: The roles of the steps of a chain, and what stands at the end of each.
_STEPS: Final = ("addresses", "serves", "owner")
_ENDS: Final = ("goal", "instrument", "department")

_LEVELS: Final = {strength: PREFIXES["level"] + name for name, strength in STRENGTH.items()}

Chain = tuple[Fact, ...]


def chains(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the longest chain of every threat, among equals the strongest.

    It is a gap when a step is missing; `why` then is what was not found. Roles: `addresses` (a
    threat and a goal), `serves` (a goal and an instrument), `owner` (an instrument and a
    department), `context` (who names the threat). A threat that nothing names is no row.
    """
    known: dict[tuple[str, int], Chain] = {}
    named = (item for item in facts.items if facts.of(item, "context", _STEPS[0]))
    return Judgement([_finding(facts, item, _best(facts, item, 0, known)) for item in named])


def _best(facts: Facts, item: str, step: int, known: dict[tuple[str, int], Chain]) -> Chain:
    """Return the longest chain from an item on, among equals the strongest."""
    if step == len(_STEPS):
        return ()
    if (item, step) not in known:
        found = (
            (fact, *_best(facts, fact.other, step + 1, known))
            for fact in facts.of(item, _STEPS[step])
        )
        known[item, step] = max(found, key=_worth, default=())
    return known[item, step]


def _worth(chain: Chain) -> tuple[int, int]:
    """Return how many steps a chain has, and how strong its weakest link is."""
    return len(chain), min(fact.strength for fact in chain)


def _finding(facts: Facts, item: str, chain: Chain) -> Finding:
    whole = len(chain) == len(_STEPS)
    ends = {end: fact.other for end, fact in zip(_ENDS, chain, strict=False)}
    level = {"level": _LEVELS[min(fact.strength for fact in chain)]} if chain else {}
    return Finding(
        item,
        gap=not whole,
        why="complete" if whole else _ENDS[len(chain)],
        links=links_of((*facts.of(item, "context"), *chain)),
        cover=links_of(chain) if whole else (),
        values=ends | level,
    )
