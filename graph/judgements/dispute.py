"""Dispute: what one source states and another denies, and scores that are far apart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement
from graph.judgements.scores import numbers, scored
from graph.measures.influence import summarise


def disputes(facts: Facts, parameters: Mapping[str, float]) -> Judgement:
    """Return the statements that somebody denies, and the pairs that several scorers scored.

    Facts in the roles `stated` and `denied` say their kind and document. A statement is a gap
    when another source denies it; a pair when its scores have opposite signs, or are as far apart
    as the parameter `spread`.
    """
    return Judgement([*_statements(facts), *_pairs(facts, parameters["spread"])])


def _statements(facts: Facts) -> Iterator[Finding]:
    said: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts.rows:
        if fact.role in ("stated", "denied"):
            said[fact.item, fact.other, fact.said["kind"]].append(fact)
    for (item, other, kind), found in sorted(said.items()):
        denied = [f for f in found if f.role == "denied"]
        stated = [f for f in found if f.role == "stated" and _elsewhere(f, denied)]
        if denied:
            yield Finding(
                item,
                other,
                gap=bool(stated),
                links=links_of([*stated, *denied]),
                values={"kind": kind, "by": _sources(stated), "against": _sources(denied)},
            )


def _elsewhere(fact: Fact, denied: Sequence[Fact]) -> bool:
    """Tell whether another source than that of the fact denies it."""
    return any(f.said.get("document") != fact.said.get("document") for f in denied)


def _sources(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(sorted({f.said["document"] for f in facts if "document" in f.said}))


def _pairs(facts: Facts, most: float) -> Iterator[Finding]:
    for (item, other), assessments in scored(facts).items():
        if len(assessments) < 2:
            continue
        summary = summarise(numbers(assessments))
        opposed = summary.contested
        gap = opposed or summary.spread >= most
        yield Finding(
            item,
            other,
            gap=gap,
            why="signs" if opposed else "spread" if gap else "agreed",
            values={
                "low": summary.low,
                "high": summary.high,
                "scorers": tuple(f.said["by"] for f in assessments),
                "assessments": tuple(f.link for f in assessments),
            },
        )
