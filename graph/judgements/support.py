"""Support: what things rest on, whether that is covered, and what rests on itself."""

from collections.abc import Collection, Iterator, Mapping

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement
from graph.measures.dependence import Pair, closures, cycles
from graph.measures.figures import figure


def foundations(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return what each item rests on (role `rests`); a gap when nothing covers that support.

    What covers a support is a fact about it in the role `cover`. `values` name what the support
    rests on in turn, by however many steps, and what of all this the fewest things cover. Things
    that rest on each other are a row of their own, named after the first of them.
    """
    pairs = {(f.item, f.other) for f in facts.rows if f.role == "rests"}
    further = closures(pairs)
    rows = [
        _foundation(facts, item, other, further[other])
        for item in facts.items
        for other in facts.others(item, "rests")
    ]
    counts = [len(facts.others(row.other, "cover")) for row in rows]
    weakest = figure("weakest_support", min(counts, default=None), reason="empty_denominator")
    return Judgement([*rows, *_cycles(facts, pairs)], (weakest,))


def _foundation(facts: Facts, item: str, other: str, further: frozenset[str]) -> Finding:
    support = links_of(f for f in facts.of(item, "rests") if f.other == other)
    cover = links_of(facts.of(other, "cover"))
    beyond = tuple(sorted(further - {item, other}))
    covered = {thing: len(facts.others(thing, "cover")) for thing in (other, *beyond)}
    least = min(covered.values())
    return Finding(
        item,
        other,
        gap=not cover,
        why=_why(support, cover, beyond),
        links=support,
        cover=cover,
        values={
            "coveredBy": covered[other],
            "further": beyond,
            "weakest": tuple(thing for thing, number in covered.items() if number == least),
        },
    )


def _why(support: Collection[str], cover: Collection[str], beyond: Collection[str]) -> str:
    """Return which sentence says it; what is a means itself is covered by what rests on it."""
    if beyond:
        return "covered-further" if cover else "further"
    return "means" if cover and set(support) >= set(cover) else ""


def _cycles(facts: Facts, pairs: set[Pair]) -> Iterator[Finding]:
    for group in cycles(pairs):
        within = [f for thing in group for f in facts.of(thing, "rests") if f.other in group]
        yield Finding(
            group[0], gap=True, why="cycle", links=links_of(within), values={"cycle": group}
        )
