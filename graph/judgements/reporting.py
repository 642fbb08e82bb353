"""Whether the progress of a goal is measured or reported, itself or only as part of a whole."""

from collections.abc import Mapping

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement


def reporting(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return every goal; it is a gap when no fact in the role `report` is about the goal itself.

    Facts in the role `context` say under which pillar or strategy a thing stands; a report on one
    of these is named, and closes no gap.
    """
    return Judgement([_reported(facts, goal) for goal in facts.items])


def _reported(facts: Facts, goal: str) -> Finding:
    own = facts.of(goal, "report")
    wider = [] if own else _wider(facts, goal)
    return Finding(
        goal,
        gap=not own,
        why="whole" if wider else "",
        links=links_of((*facts.of(goal, "context"), *wider)),
        cover=links_of(own),
        values={
            "others": tuple(facts.others(goal, "report")),
            "whole": tuple(sorted({fact.item for fact in wider})),
            "reports": tuple(sorted({fact.other for fact in wider})),
        },
    )


def _wider(facts: Facts, goal: str) -> list[Fact]:
    """Return the reports on what a goal stands under: pillars, and strategies above them."""
    above = facts.others(goal, "context")
    top = {other for thing in above for other in facts.others(thing, "context")}
    return [fact for thing in sorted({*above, *top}) for fact in facts.of(thing, "report")]
