"""Whether something covers an item: gaps, and what things rest on."""

from collections.abc import Mapping

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement


def gaps(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return every item; it is a gap when no fact in the role `cover` is about it.

    Facts in the role `context` say where the item stands.
    """
    return Judgement(
        [
            Finding(
                item,
                gap=not facts.of(item, "cover"),
                links=links_of(facts.of(item, "context")),
                cover=links_of(facts.of(item, "cover")),
            )
            for item in facts.items
        ]
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
