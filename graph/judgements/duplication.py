"""Instruments that serve the same goals, and the smallest set that serves all."""

from collections.abc import Mapping

from graph.facts import Facts, links_of, pairs
from graph.findings import Finding, Judgement
from graph.judgements.means import Footprints, footprints, service
from graph.measures.figures import DECIMALS, Figure, figure
from graph.measures.redundancy import SmallestCover, coverers, jaccard, smallest_cover

#: Sharing one goal is no duplicate: only instruments with this many goals are compared.
_COMPARED = 2


def duplicates(facts: Facts, parameters: Mapping[str, float]) -> Judgement:
    """Return pairs of instruments with a likeness of `theta` or more, each a gap.

    The other rows are the instruments of one smallest set that serves every goal that is served.
    """
    covers = footprints(facts)
    compared = {name: goals for name, goals in covers.items() if len(goals) >= _COMPARED}
    smallest = smallest_cover(facts.items, covers)
    findings = [
        *_pairs(facts, compared, round(parameters["theta"], DECIMALS)),
        *_chosen(facts, covers, smallest),
    ]
    able = len(compared) * (len(compared) - 1) // 2
    return Judgement(findings, (_size(smallest),), able)


def _pairs(facts: Facts, compared: Footprints, theta: float) -> list[Finding]:
    """Return the pairs that are alike enough; only those that share a goal can be."""
    sharing = {pair for names in coverers(facts.items, compared).values() for pair in pairs(names)}
    findings = []
    for one, other in sorted(sharing):
        likeness = jaccard(compared[one], compared[other])
        if likeness.value is None or likeness.value < theta:
            continue
        shared = sorted(compared[one] & compared[other])
        findings.append(
            Finding(
                one,
                other,
                gap=True,
                links=links_of(service(facts, shared, (one, other))),
                values={
                    "shared": tuple(shared),
                    "number": len(shared),
                    "total": len(compared[one] | compared[other]),
                    "likeness": likeness.value,
                },
            )
        )
    return findings


def _chosen(facts: Facts, covers: Footprints, smallest: SmallestCover) -> list[Finding]:
    """Return the instruments of the first of the smallest sets."""
    chosen = smallest.choices[0]
    return [
        Finding(
            name,
            why="smallest" if smallest.exact else "greedy",
            cover=links_of(service(facts, sorted(covers[name]), (name,))),
            values={
                "size": len(chosen),
                "choices": len(smallest.choices),
                "goals": tuple(sorted(covers[name])),
            },
        )
        for name in chosen
    ]


def _size(smallest: SmallestCover) -> Figure:
    """Return the size of the smallest set; None when no goal is served."""
    name = "smallest_set" if smallest.exact else "greedy_set"
    return figure(name, len(smallest.choices[0]) or None, reason="empty_denominator")
