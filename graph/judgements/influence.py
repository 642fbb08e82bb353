"""Influence: what things do to the others, from the scores that were given."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from graph.facts import Facts
from graph.findings import Finding, Judgement, Value
from graph.judgements.interaction import wholes
from graph.judgements.scores import numbers, scored
from graph.measures.figures import Figure, fraction
from graph.measures.influence import Influence, Item, Pair, Range, measure_influence

_SUMS = ("positive", "negative", "direct", "incoming", "second", "total")


def influences(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return what each thing that was scored does to the others, by the strategy it was scored in.

    The items are goals, and `part` says of what each is a part: those of the strategy take part,
    scored or not. Facts in the role `scored` say within which strategy. No row is a gap.
    """
    within: dict[str, dict[Pair, list[int]]] = defaultdict(dict)
    for pair, assessments in scored(facts).items():
        for fact in assessments:
            within[fact.said["within"]].setdefault(pair, []).extend(numbers([fact]))
    measured = {s: _measure(facts, s, scores) for s, scores in sorted(within.items())}
    rows = [row for strategy, found in measured.items() for row in _rows(strategy, found)]
    return Judgement(rows, _figures(measured, len(facts.items)), assessable=len(rows))


def _measure(facts: Facts, strategy: str, scores: Mapping[Pair, list[int]]) -> Influence:
    goals = {goal for goal in facts.items if strategy in wholes(facts, goal)}
    return measure_influence(goals.union(*scores), scores)


def _rows(strategy: str, found: Influence) -> Iterator[Finding]:
    last = len(found.items)
    for item in found.items:
        if item.scored_out or item.scored_in:
            yield Finding(item.id, strategy, why=_why(item, last), values=_values(item))


def _why(item: Item, last: int) -> str:
    """Return which sentence says it: with a place only when the scores leave fewer than all."""
    if item.total is None:
        return "passive"
    if (item.position.first, item.position.last) == (1, last):
        return "unranked"
    return ""


def _values(item: Item) -> Mapping[str, Value]:
    values: dict[str, Value] = {
        "first": item.position.first,
        "last": item.position.last,
        "signFirst": item.sign_position.first,
        "signLast": item.sign_position.last,
        "quadrant": item.quadrant,
    }
    for name in _SUMS:
        sum_: Range | None = getattr(item, name)
        if sum_ is not None:
            ends = {"": sum_.value, "Low": sum_.low, "High": sum_.high}
            values |= {name + end: _plain(value) for end, value in ends.items()}
    return values


def _plain(value: float) -> int | float:
    """Return a whole number as one."""
    return int(value) if value == int(value) else value


def _figures(measured: Mapping[str, Influence], goals: int) -> tuple[Figure, ...]:
    """Return the share of the ordered pairs that was scored, in all these strategies."""
    part = sum(found.scored for found in measured.values())
    whole = sum(found.pairs for found in measured.values()) or goals * (goals - 1)
    return (fraction("assessed_share", part, whole),)
