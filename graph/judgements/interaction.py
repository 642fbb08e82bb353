"""Interaction: tensions that somebody states, and pairs about which nobody says anything."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from graph.facts import Fact, Facts, links_of, pairs
from graph.findings import Finding, Judgement
from graph.judgements.scores import numbers, scored
from graph.links import STRENGTH
from graph.measures.figures import Figure, fraction
from graph.measures.influence import Pair

_SHARED = ("threat", "region", "investment")


def tensions(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return each pair with an interaction; a gap when somebody states or scores a tension.

    Facts in the role `tension` work against the other thing, those in `interacts` do not; those
    in `scored` are assessments. The items are the goals over which the assessed share is taken.
    """
    scores = scored(facts)
    stated = {(f.item, f.other) for f in facts.rows if f.role in ("tension", "interacts")}
    rows = [_tension(facts, pair, scores.get(pair, ())) for pair in sorted(stated | set(scores))]
    return Judgement(rows, tuple(_shares(facts, scores)))


def _tension(facts: Facts, pair: Pair, assessments: Sequence[Fact]) -> Finding:
    item, other = pair
    against = [f for f in facts.of(item, "tension") if f.other == other]
    with_ = [f for f in facts.of(item, "interacts") if f.other == other]
    score = median(numbers(assessments)) if assessments else 0
    gap = bool(against) or score < 0
    return Finding(
        item,
        other,
        gap=gap,
        why=_why(against, score, with_),
        links=links_of(against),
        cover=() if gap else links_of(with_),
        values={
            "score": _plain(score),
            "scorers": tuple(f.said["by"] for f in assessments),
            "assessments": tuple(f.link for f in assessments),
        },
    )


def _why(against: Sequence[Fact], score: float, with_: Sequence[Fact]) -> str:
    """Return which sentence says it; the facts are in order, the strongest first."""
    if against:
        return "" if _stated(against[0]) else "read"
    if score < 0:
        return "scored"
    return ("" if _stated(with_[0]) else "reading") if with_ else "fine"


def _stated(fact: Fact) -> bool:
    """Tell whether a published document itself says so, and no reader."""
    return fact.strength >= STRENGTH["cited"]


def _plain(value: float) -> int | float:
    """Return a whole number as one."""
    return int(value) if value == int(value) else value


def _shares(facts: Facts, scores: Mapping[Pair, Sequence[Fact]]) -> Iterator[Figure]:
    """Yield the share of the ordered pairs of goals with a score, and that of a tension."""
    goals = frozenset(facts.items)
    known = [pair for pair in scores if goals.issuperset(pair)]
    every = len(goals) * (len(goals) - 1)
    against = sum(median(numbers(scores[pair])) < 0 for pair in known)
    yield fraction("assessed_share", len(known), every)
    yield fraction("tension_share", against, len(known))


def candidates(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the pairs of goals of one strategy that share a threat, region or investment.

    A gap, that is a question to an analyst, when they share no instrument and nobody states or
    scores an interaction between them. The items are goals; `part` says of what each is a part.
    """
    known: dict[Pair, list[Fact]] = defaultdict(list)
    for fact in facts.rows:
        if fact.role in ("interacts", "scored"):
            known[min(fact.item, fact.other), max(fact.item, fact.other)].append(fact)
    rows = [
        _candidate(facts, pair, shared, known.get(pair, ()))
        for pair, shared in sorted(_sharing(facts).items())
    ]
    return Judgement(rows)


def _sharing(facts: Facts) -> Mapping[Pair, list[Fact]]:
    """Return what the goals of each pair of one strategy have in common."""
    by_thing: dict[tuple[str, str], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    goals = {goal: wholes(facts, goal) for goal in facts.items}
    for fact in facts.rows:
        if fact.role in _SHARED and fact.item in goals:
            by_thing[fact.role, fact.other][fact.item].append(fact)
    shared: dict[Pair, list[Fact]] = defaultdict(list)
    for found in by_thing.values():
        for one, other in pairs(found):
            if goals[one] & goals[other]:
                shared[one, other] += found[one] + found[other]
    return shared


def _candidate(facts: Facts, pair: Pair, shared: Sequence[Fact], known: Sequence[Fact]) -> Finding:
    item, other = pair
    both = set(facts.others(item, "serves")) & set(facts.others(other, "serves"))
    means = [f for goal in pair for f in facts.of(goal, "serves") if f.other in both]
    stated = [f for f in known if f.role == "interacts"]
    return Finding(
        item,
        other,
        gap=not both and not known,
        why="known" if known else "means" if both else "",
        links=links_of(shared),
        cover=links_of([*stated, *means]),
        values={
            "shared": tuple(sorted({f.other for f in shared})),
            "means": tuple(sorted(both)),
            "assessments": tuple(sorted(f.link for f in known if f.role == "scored")),
        },
    )


def wholes(facts: Facts, part: str) -> frozenset[str]:
    """Return what something is a part of (role `part`), and of what that is a part."""
    first = frozenset(facts.others(part, "part"))
    return first.union(*(facts.others(whole, "part") for whole in first))
