"""Whether something covers an item: gaps, and what things rest on."""

from collections.abc import Mapping

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement


def gaps(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return every item; it is a gap when no fact in the role `cover` is about it.

    Facts in the role `context` say where the item stands.
    """
    return Judgement([_gap(facts, item) for item in facts.items])


def stated(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the gaps among the items that a text states: those with a fact in `context`."""
    return Judgement([_gap(facts, item) for item in facts.items if facts.of(item, "context")])


def _gap(facts: Facts, item: str) -> Finding:
    """Return an item with what covers it.

    That is the thing at the other end, or what the row calls `means`: money need not belong to the
    edition of what it pays for. A value (an amount) covers an item, too, and is no thing.
    """
    cover = facts.of(item, "cover")
    others = {fact.other or fact.said.get("means", "") for fact in cover} - {""}
    return Finding(
        item,
        gap=not cover,
        why="figure" if cover and not others else "",
        links=links_of(facts.of(item, "context")),
        cover=links_of(cover),
        values={"others": tuple(sorted(others))},
    )


def foundations(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return what each item rests on (role `rests`); a gap when nothing covers that support.

    What covers a support is a fact about it in the role `cover`.
    """
    findings = []
    for item in facts.items:
        for other in facts.others(item, "rests"):
            links = links_of(f for f in facts.of(item, "rests") if f.other == other)
            cover = links_of(facts.of(other, "cover"))
            findings.append(Finding(item, other, gap=not cover, links=links, cover=cover))
    return Judgement(findings)
