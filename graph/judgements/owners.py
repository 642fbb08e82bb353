"""Who answers for a goal: departments, directly or through an instrument that serves it."""

from collections.abc import Mapping, Sequence

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement
from graph.measures.figures import Figure, fraction


def owners(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return every goal; it is a gap when no department answers for it in either way.

    Roles: `direct` (a goal and a department), `serves` (a goal and an instrument), `owner` (an
    instrument and a department), `context` (where the goal stands).
    """
    findings = [_owned(facts, goal) for goal in facts.items]
    return Judgement(findings, (_share("direct", findings), _share("instrument", findings)))


def _owned(facts: Facts, goal: str) -> Finding:
    direct, serving = facts.of(goal, "direct"), facts.of(goal, "serves")
    through = [fact for fact in serving if facts.of(fact.other, "owner")]
    owning = [owner for fact in through for owner in facts.of(fact.other, "owner")]
    return Finding(
        goal,
        gap=not direct and not through,
        why=_way(direct, through, serving),
        links=links_of(facts.of(goal, "context")),
        cover=links_of((*direct, *through, *owning)),
        values={
            "direct": _others(direct),
            "departments": _others(owning),
            "instruments": _others(through or serving),
        },
    )


def _way(direct: Sequence[Fact], through: Sequence[Fact], serving: Sequence[Fact]) -> str:
    """Return the key of the sentence: in which way departments answer for a goal, if any does."""
    if direct:
        return "both" if through else "direct"
    if through:
        return "instrument"
    return "ownerless" if serving else ""


def _others(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(sorted({fact.other for fact in facts}))


def _share(way: str, findings: list[Finding]) -> Figure:
    """Return the share of the goals for which departments answer in this way."""
    found = sum(finding.why in (way, "both") for finding in findings)
    return fraction(f"owner_{way}", found, len(findings))
