"""Whether something covers an item."""

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


def named(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the gaps among the items that a link names: those with a fact in any role.

    A gap with a fact in the role `instead` tells what there is in the place of what covers it.
    """
    every = {fact.item for fact in facts.rows}
    return Judgement([_gap(facts, item) for item in facts.items if item in every])


def _gap(facts: Facts, item: str) -> Finding:
    """Return an item with what covers it.

    That is the thing at the other end, or what the row calls `means`: money need not belong to the
    edition of what it pays for. A value (an amount) covers an item, too, and is no thing.
    """
    cover = facts.of(item, "cover")
    others = {fact.other or fact.said.get("means", "") for fact in cover} - {""}
    instead = [] if cover else facts.of(item, "instead")
    return Finding(
        item,
        gap=not cover,
        why="instead" if instead else "figure" if cover and not others else "",
        links=links_of((*facts.of(item, "context"), *instead)),
        cover=links_of(cover),
        values={
            "others": tuple(sorted(others)),
            "instead": tuple(sorted({fact.other for fact in instead})),
        },
    )
