"""Whether threats and policy meet in the regions on which a strategy focuses."""

from collections.abc import Mapping

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement
from graph.measures.figures import figure


def regions(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return every focus region (role `context`); a gap when it has threats only, or none.

    Roles: `threat` (what lies there and does harm, without being called a threat, is its `topic`),
    and `goal` and `instrument`, which answer. A region where nothing was found could not have been
    a gap.
    """
    found = [_region(facts, item) for item in facts.items if facts.of(item, "context")]
    empty = sum(finding.why == "empty" for finding in found)
    return Judgement(found, (figure("regions_empty", empty),), len(found) - empty)


def _region(facts: Facts, item: str) -> Finding:
    threats, answers = facts.of(item, "threat"), facts.of(item, "goal", "instrument")
    focus = facts.of(item, "context")
    met = bool(threats and answers)
    return Finding(
        item,
        gap=bool(threats) is not bool(answers),
        why=_meeting(bool(threats), bool(answers)),
        links=links_of((*focus, *threats) if met else (*focus, *threats, *answers)),
        cover=links_of(answers) if met else (),
        values={
            "threats": tuple(sorted({fact.other or fact.said["topic"] for fact in threats})),
            "answers": tuple(facts.others(item, "goal", "instrument")),
        },
    )


def _meeting(threats: bool, answers: bool) -> str:
    """Return the key of the sentence on a region."""
    if threats:
        return "answered" if answers else "unanswered"
    return "unthreatened" if answers else "empty"
