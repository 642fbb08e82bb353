"""Severity: how grave a finding is, and what moves it a step up or down."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.findings import Finding
from graph.store import Store
from ontology import PREFIXES, SAM

#: Severities of a finding, from the least (the notations of the concept scheme).
SEVERITIES: Final = ("info", "low", "medium", "high", "critical")
#: Why a severity is a step lower or higher than that of its question.
Reason = Literal["no_source", "one_source", "open_list", "precondition"]

# What is derived stands where the links stand from which it follows.
_SUPPORT: Final = f"""SELECT DISTINCT ?link ?stated ?source ?open {{
  VALUES ?link {{ LINKS }}
  ?link <{PREFIXES["prov"]}wasDerivedFrom>? ?stated .
  FILTER NOT EXISTS {{ ?stated <{PREFIXES["prov"]}wasDerivedFrom> ?other }}
  OPTIONAL {{ ?stated <{SAM}openList> ?open }}
  OPTIONAL {{
    ?stated <{SAM}evidence>/<{PREFIXES["oa"]}hasSource> ?document .
    OPTIONAL {{ ?document <{PREFIXES["dcterms"]}isVersionOf> ?work }}
  }}
  BIND(COALESCE(?work, ?document) AS ?source)
}}"""


@dataclass(frozen=True)
class Support:
    """The sources that state a link, and whether it stands in a list that they leave open.

    Documents that are versions of one work are one source.
    """

    sources: frozenset[str]
    open: bool


def read_support(store: Store, links: Collection[str]) -> dict[str, Support]:
    """Return the support of each link; that of a derived one is the weakest of what it rests on."""
    if not links:
        return {}
    sources: dict[str, dict[str, set[str]]] = {link: defaultdict(set) for link in links}
    open_ = set()
    values = " ".join(f"<{link}>" for link in sorted(links))
    for link, stated, source, open_list in store.query(_SUPPORT.replace("LINKS", values)).texts():
        sources[link][stated] |= {source} - {""}
        if open_list == "true":
            open_.add(link)
    return {
        link: Support(frozenset(min(found.values(), key=len, default=())), link in open_)
        for link, found in sources.items()
    }


def rate(
    finding: Finding,
    closing: Mapping[tuple[str, str], str],
    base: int,
    support: Mapping[str, Support],
    needed: bool,
) -> Finding:
    """Return a gap with its severity: one step less when its support is weak, one more if needed.

    Support is weak when every link that says where the item stands is in an open list, or when
    one source at most states all of them: a document, or a scorer among the values of the finding.
    """
    known = [support[link] for link in finding.links if link in support]
    scorers = finding.values.get("scorers")
    sources = frozenset[str](scorers if isinstance(scorers, tuple) else ())
    sources = sources.union(*(found.sources for found in known))
    reasons: list[Reason] = []
    if known and all(found.open for found in known):
        reasons.append("open_list")
    elif len(sources) < 2:
        reasons.append("one_source" if sources else "no_source")
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
