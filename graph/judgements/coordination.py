"""Departments that meet in one goal, and who coordinates them."""

from collections.abc import Mapping

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement


def coordination_gaps(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the goals that touch two departments or more; a gap when nothing coordinates one.

    A goal touches who owns it, who it has as a partner, and who owns an instrument that serves it.
    """
    findings = (_touched(facts, goal) for goal in facts.items)
    return Judgement([finding for finding in findings if finding])


def _touched(facts: Facts, goal: str) -> Finding | None:
    """Return the row of a goal; None when it touches fewer than two departments."""
    touching = facts.of(goal, "owner", "partner")
    for instrument in facts.others(goal, "serves"):
        owned = facts.of(instrument, "owner")
        if owned:
            served = (fact for fact in facts.of(goal, "serves") if fact.other == instrument)
            touching = [*touching, *owned, *served]
    departments = {fact.other for fact in touching if fact.role != "serves"}
    if len(departments) < 2:
        return None
    coordinators = facts.others(goal, "coordinates")
    return Finding(
        goal,
        gap=not coordinators,
        why="coordinated" if coordinators else "",
        links=links_of(touching),
        cover=links_of(facts.of(goal, "coordinates")),
        values={
            "departments": tuple(sorted(departments)),
            "number": len(departments),
            "coordinators": tuple(coordinators),
        },
    )
