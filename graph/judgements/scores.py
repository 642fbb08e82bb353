"""Scores: what scorers judged of ordered pairs, from the facts in the role `scored`.

Such a fact is about an assessment: `item` influences `other`, and `said` holds score, by, date
and within. An assessment is no link, so it counts at every level of evidence, as evidence of none.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from graph.facts import Fact, Facts
from graph.measures.influence import Pair


def scored(facts: Facts) -> Mapping[Pair, Sequence[Fact]]:
    """Return the assessments of each ordered pair, of each scorer the newest in each strategy."""
    newest: dict[Pair, dict[tuple[str, str], Fact]] = defaultdict(dict)
    every = (f for found in facts.by_role.get("scored", {}).values() for f in found)
    for fact in sorted(every, key=lambda f: (f.said["date"], f.link)):
        newest[fact.item, fact.other][fact.said["within"], fact.said["by"]] = fact
    return {pair: [found[key] for key in sorted(found)] for pair, found in sorted(newest.items())}


def numbers(assessments: Sequence[Fact]) -> list[int]:
    """Return the scores of assessments."""
    return [int(fact.said["score"]) for fact in assessments]
