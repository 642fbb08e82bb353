"""What ties pillars together: instruments that span them, and what two of them share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from graph.facts import Fact, Facts, links_of, pairs
from graph.findings import Finding, Judgement
from graph.measures.figures import figure, fraction

#: What two pillars may share, by the role of the facts, and the name of its value.
_SHARED = {"threat": "threats", "serves": "instruments", "region": "regions"}


def spanning_instruments(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the instruments that serve goals of most pillars, all of them when they tie.

    Where none serves more than one pillar, the rows are the pillars that are served. Facts in the
    role `goal` say which goals a pillar holds.
    """
    spans: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for pillar in facts.items:
        for held in facts.of(pillar, "goal"):
            for fact in facts.of(held.other, "serves"):
                spans[fact.other][pillar] += (held, fact)
    most = max(map(len, spans.values()), default=0)
    findings = [
        Finding(
            instrument,
            links=links_of(fact for found in spans[instrument].values() for fact in found),
            values={"number": most, "pillars": tuple(sorted(spans[instrument]))},
        )
        for instrument in sorted(spans)
        if len(spans[instrument]) == most > 1
    ]
    wide = sum(len(found) > 1 for found in spans.values())
    figures = (
        figure("most_pillars", most or None, reason="empty_denominator"),
        fraction("spanning_share", wide, len(spans)),
    )
    return Judgement(findings or _apart(spans), figures, len(spans))


def _apart(spans: Mapping[str, Mapping[str, list[Fact]]]) -> list[Finding]:
    """Return the pillars with what serves each alone, when no instrument serves two."""
    found: dict[str, list[Fact]] = defaultdict(list)
    instruments: dict[str, list[str]] = defaultdict(list)
    for instrument, served in sorted(spans.items()):
        for pillar, facts in served.items():
            found[pillar] += facts
            instruments[pillar].append(instrument)
    return [
        Finding(
            pillar,
            why="one",
            links=links_of(found[pillar]),
            values={"number": len(names), "instruments": tuple(names)},
        )
        for pillar, names in sorted(instruments.items())
    ]


def pillar_overlap(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the pairs of pillars of one strategy, and those that a claim ties.

    A row tells what both share and (role `claim`) whether the text says that they hang together.
    """
    claims: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    known = frozenset(facts.items)
    for pillar in facts.items:
        for fact in facts.of(pillar, "claim"):
            if fact.other in known - {pillar}:
                claims[min(pillar, fact.other), max(pillar, fact.other)].append(fact)
    found = {pillar: _reach(facts, pillar) for pillar in facts.items}
    beside = {*claims, *(pair for group in _strategies(facts) for pair in pairs(group))}
    rows = [_overlap(pair, found, claims.get(pair, ())) for pair in sorted(beside)]
    sharing = sum(bool(row.values["number"]) for row in rows)
    figures = (
        fraction("pairs_sharing", sharing, len(rows)),
        fraction("pairs_said", sum(bool(row.links) for row in rows), len(rows)),
    )
    return Judgement(rows, figures)


def _strategies(facts: Facts) -> Iterable[set[str]]:
    """Return the pillars of each strategy."""
    groups: dict[str, set[str]] = defaultdict(set)
    for pillar in facts.items:
        for strategy in facts.others(pillar, "strategy"):
            groups[strategy].add(pillar)
    return groups.values()


_Reach = dict[str, dict[str, list[Fact]]]


def _reach(facts: Facts, pillar: str) -> _Reach:
    """Return what a pillar and its goals are tied to, by role and thing, with the facts."""
    reach: _Reach = {role: defaultdict(list) for role in _SHARED}
    for role in ("threat", "region"):
        for fact in facts.of(pillar, role):
            reach[role][fact.other].append(fact)
    for held in facts.of(pillar, "goal"):
        for role in _SHARED:
            for fact in facts.of(held.other, role):
                reach[role][fact.other] += (held, fact)
    return reach


def _overlap(pair: tuple[str, str], found: Mapping[str, _Reach], claims: Iterable[Fact]) -> Finding:
    """Return the row of two pillars; the links of what both share are its cover."""
    one, other = (found[pillar] for pillar in pair)
    shared = {role: sorted(one[role].keys() & other[role].keys()) for role in _SHARED}
    every = tuple(thing for things in shared.values() for thing in things)
    cover = (f for role in shared for t in shared[role] for f in (*one[role][t], *other[role][t]))
    said = links_of(claims)
    return Finding(
        *pair,
        why=("said" if said else "unsaid") if every else "claimed" if said else "neither",
        links=said,
        cover=links_of(cover),
        values={name: tuple(shared[role]) for role, name in _SHARED.items()}
        | {"shared": every, "number": len(every)},
    )
