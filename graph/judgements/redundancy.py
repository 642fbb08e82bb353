"""How many instruments carry a goal: single ones, critical ones, and what only looks doubled."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from graph.facts import Facts, links_of
from graph.findings import Finding, Judgement, Value
from graph.judgements.means import Footprints, footprints, owners, service
from graph.measures.figures import fraction
from graph.measures.redundancy import (
    concentration,
    coverers,
    effective_number,
    profile,
    redundancy,
    shapley,
    single_point_share,
)


def single_points(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the goals that an instrument serves; a gap when it is the only one."""
    covers = footprints(facts)
    counts = redundancy(facts.items, covers)
    findings = [_single_point(facts, goal) for goal, count in counts.items() if count]
    return Judgement(findings, (single_point_share(counts), *profile(counts)))


def _single_point(facts: Facts, goal: str) -> Finding:
    names, links = facts.others(goal, "serves"), links_of(facts.of(goal, "serves"))
    values: dict[str, Value] = {"instruments": tuple(names), "number": len(names)}
    if len(names) == 1:
        return Finding(goal, gap=True, links=links, values=values)
    return Finding(goal, why="several", cover=links, values=values)


@dataclass(frozen=True)
class _Bearers:
    """Those that carry goals, of one kind: the goals of each, and which instruments fall with it.

    `sort` is the end of the key of the sentence about them.
    """

    sort: str
    covers: Footprints
    falls: Mapping[str, frozenset[str]]


def critical_items(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return instruments and departments; a gap when a goal keeps no instrument without one.

    With a department fall the instruments of which it is the only known owner.
    """
    covers = footprints(facts)
    serving = coverers(facts.items, covers)
    instruments = _Bearers("", covers, {name: frozenset((name,)) for name in covers})
    departments = _departments(facts, covers)
    findings = [
        finding
        for bearers in (instruments, departments)
        for finding in _critical(facts, bearers, serving)
    ]
    figures = (
        concentration(facts.items, instruments.covers),
        effective_number(facts.items, instruments.covers),
        replace(concentration(facts.items, departments.covers), name="concentration_departments"),
        replace(
            effective_number(facts.items, departments.covers), name="effective_number_departments"
        ),
    )
    return Judgement(findings, figures)


def _departments(facts: Facts, covers: Footprints) -> _Bearers:
    goals: dict[str, set[str]] = defaultdict(set)
    falls: dict[str, set[str]] = defaultdict(set)
    for instrument, known in owners(facts, covers).items():
        for department in known:
            goals[department] |= covers[instrument]
        if len(known) == 1:
            falls[min(known)].add(instrument)
    return _Bearers(
        "department",
        {name: frozenset(found) for name, found in goals.items()},
        {name: frozenset(falls[name]) for name in goals},
    )


def _critical(
    facts: Facts, bearers: _Bearers, serving: Mapping[str, frozenset[str]]
) -> list[Finding]:
    """Return each bearer, with the goals that lose all their instruments with it."""
    shares = shapley(facts.items, bearers.covers)
    covered = len(frozenset[str]().union(*bearers.covers.values()))
    findings = []
    for name, falls in sorted(bearers.falls.items()):
        goals = sorted(bearers.covers[name])
        lost = [goal for goal in goals if serving[goal] <= falls]
        values: dict[str, Value] = {
            "goals": tuple(lost),
            "share": float(shares[name].value or 0),
            "covered": covered,
        }
        if lost:
            owned = (f for one in sorted(falls) for f in facts.of(one, "owner") if f.other == name)
            links = links_of((*service(facts, lost, falls), *owned))
            findings.append(Finding(name, gap=True, why=bearers.sort, links=links, values=values))
        else:
            others = {other for goal in goals for other in serving[goal] - falls}
            why = "-".join(filter(None, ("spared", bearers.sort)))
            cover = links_of(service(facts, goals, others))
            findings.append(Finding(name, why=why, cover=cover, values=values))
    return findings


def pseudo_redundancy(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return the goals with several instruments; a gap when these rest on one owner or budget.

    Goals with no known budget (role `budget`), and with one department as the known owner of one
    instrument at most, are left out, and counted.
    """
    several = {
        goal: sorted(names)
        for goal, names in coverers(facts.items, footprints(facts)).items()
        if len(names) > 1
    }
    found = {goal: _pseudo(facts, goal, names) for goal, names in several.items()}
    findings = [finding for finding in found.values() if finding]
    unknown = fraction("unknown_support", len(found) - len(findings), len(found))
    return Judgement(findings, (unknown,))


def _pseudo(facts: Facts, goal: str, names: Collection[str]) -> Finding | None:
    """Return what is known of a goal's owners and budgets; None when nothing is."""
    held = owners(facts, names)
    paid = {name: frozenset(facts.others(name, "budget")) for name in names}
    departments, budgets = (frozenset[str]().union(*m.values()) for m in (held, paid))
    known = sum(map(bool, held.values()))
    single = len(departments) == 1 and known > 1
    if not single and len(departments) < 2 and not budgets:
        return None
    links = links_of(f for name in names for f in facts.of(name, "owner", "budget"))
    number = len(names)
    if single:
        values: dict[str, Value] = {
            "number": number,
            "known": known,
            "department": min(departments),
        }
        return Finding(goal, gap=True, why="department", links=links, values=values)
    if len(budgets) == 1 and all(paid.values()):
        values = {"number": number, "budget": min(budgets)}
        return Finding(goal, gap=True, why="budget", links=links, values=values)
    return Finding(goal, why="independent", cover=links, values={"number": number})
