"""Reference: papers that a strategy names or says it fits, and what comes back of that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement
from graph.judgements.interaction import wholes
from graph.measures.figures import fraction
from graph.measures.influence import Pair


def references(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return each strategy with each paper that it names or is in line with.

    In line (role `aligned`) is a general sentence, and a gap, when no goal of the strategy has a
    link with the paper (`counterpart`, about the paper). Named, with its own text among those that
    were read (`named`), is one way, and a gap, when nothing in that text leads back to the
    strategy or a goal of it (`back`, about the paper).
    """
    found: dict[Pair, list[Fact]] = defaultdict(list)
    for fact in facts.rows:
        if fact.role in ("aligned", "named"):
            found[fact.item, fact.other].append(fact)
    rows = [_reference(facts, pair, links) for pair, links in sorted(found.items())]
    aligned = sum(any(f.role == "aligned" for f in links) for links in found.values())
    named = sum(any(f.role == "named" for f in links) for links in found.values())
    figures = (
        fraction("general", sum(row.gap and row.why != "oneway" for row in rows), aligned),
        fraction("oneway", sum(row.why in ("oneway", "both") for row in rows), named),
    )
    return Judgement(rows, figures)


def _reference(facts: Facts, pair: Pair, links: Sequence[Fact]) -> Finding:
    strategy, paper = pair
    roles = {fact.role for fact in links}
    counterpart = _of(facts, strategy, paper, "counterpart") if "aligned" in roles else []
    back = _of(facts, strategy, paper, "back") if "named" in roles else []
    general = "aligned" in roles and not counterpart
    oneway = "named" in roles and not back
    gap = general or oneway
    return Finding(
        strategy,
        paper,
        gap=gap,
        why=_why(general, oneway, aligned="aligned" in roles),
        links=links_of(links),
        cover=() if gap else links_of([*counterpart, *back]),
        values={"goals": tuple(sorted({f.other for f in counterpart}))},
    )


def _why(general: bool, oneway: bool, aligned: bool) -> str:
    """Return which sentence says it; a paper that is only named has no alignment to speak of."""
    if oneway:
        return "both" if general else "oneway"
    return "" if aligned else "back"


def _of(facts: Facts, strategy: str, paper: str, role: str) -> list[Fact]:
    """Return the facts about a paper whose other end is the strategy or a part of it."""
    return [
        fact
        for fact in facts.of(paper, role)
        if fact.other == strategy or strategy in wholes(facts, fact.other)
    ]
