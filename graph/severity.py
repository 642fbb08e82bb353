"""Severity: how grave a finding is, and what moves it a step up or down."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, Literal

from graph.findings import Finding
from graph.store import Store
from ontology import PREFIXES, SAM

#: Severities of a finding, from the least (the notations of the concept scheme).
SEVERITIES: Final = ("info", "low", "medium", "high", "critical")
#: Why a severity is a step lower or higher than that of its question.
Reason = Literal["open_list", "one_source", "precondition"]

_SUPPORT: Final = f"""SELECT DISTINCT ?link ?document ?open {{
  VALUES ?link {{ LINKS }}
  ?link <{SAM}evidence> ?passage .
  ?passage <{PREFIXES["oa"]}hasSource> ?document .
  OPTIONAL {{ ?link <{SAM}openList> ?open }}
}}"""
#: The documents that state a link, and whether it stands in a list that they leave open.
Support = tuple[frozenset[str], bool]


def read_support(store: Store, links: Collection[str]) -> dict[str, Support]:
    """Return the documents that state each link, and whether it stands in an open list."""
    found: dict[str, Support] = dict.fromkeys(links, (frozenset(), False))
    if not links:
        return found
    values = " ".join(f"<{link}>" for link in sorted(links))
    for link, document, open_ in store.query(_SUPPORT.replace("LINKS", values)).texts():
        found[link] = found[link][0] | {document}, open_ == "true"
    return found


def rate(
    finding: Finding,
    closing: Mapping[tuple[str, str], str],
    base: int,
    support: Mapping[str, Support],
    needed: bool,
) -> Finding:
    """Return a gap with its severity: one step less when its support is weak, one more if needed.

    Support is weak when every link that says where the item stands is in an open list, or when
    one document states all of them.
    """
    known = [support[link] for link in finding.links if link in support]
    reasons: list[Reason] = []
    if known and all(open_ for _, open_ in known):
        reasons.append("open_list")
    elif len(frozenset[str]().union(*(documents for documents, _ in known))) == 1:
        reasons.append("one_source")
    step = base - len(reasons)
    if needed:
        reasons.append("precondition")
        step += 1
    severity = SEVERITIES[min(max(step, 0), len(SEVERITIES) - 1)]
    return replace(
        finding,
        disappears_at=closing.get((finding.item, finding.other), finding.disappears_at),
        severity=severity,
        severity_reasons=tuple(reasons),
    )
