"""Coherence questions: stored queries that are asked at a level of evidence and answered with it.

A question of shape `gap` selects every ?item with the ?link that covers it, if any, the ?strength
of that link's level, and a ?context link that says where the item stands. One of shape `support`
selects what an ?item rests on (?other) through a ?link, and what covers that support (?cover).
Because every row carries its strength, one query answers for all levels, and tells at which level
a finding disappears.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from graph.errors import NotFoundError
from graph.library import Query, find, read_folder
from graph.links import STRENGTH
from graph.names import Names
from graph.results import Row
from graph.store import Store
from ontology import GRAPH, ROOT

FOLDER: Final = ROOT / "questions"

#: Graphs without statements of a source: they always count.
ALWAYS: Final = ("vocabulary", "things")


@dataclass(frozen=True)
class Finding:
    """One row of an answer: the thing, what it concerns, and the links that bear it out.

    `gap` tells whether the row is a gap. `disappears_at` is the level of evidence at which a gap
    would close, empty when no link of any level closes it.
    """

    item: str
    other: str
    gap: bool
    links: tuple[str, ...]
    cover: tuple[str, ...]
    disappears_at: str


@dataclass(frozen=True)
class Answer:
    """The answer: verdict, fraction, rows. The denominator counts what could have been a gap."""

    question: Query
    level: str
    sources: tuple[str, ...]
    verdict: str
    numerator: int
    denominator: int
    findings: tuple[Finding, ...]


def _strength(row: Row, name: str) -> int:
    return int(row[name].value) if name in row else 0


def _name_of(strength: int) -> str:
    counted = ((name, value) for name, value in STRENGTH.items() if name != "hypothetical")
    return next((name for name, value in counted if value == strength), "")


def _iris(rows: Iterable[Row], name: str, strength: str, least: int) -> tuple[str, ...]:
    ranked = {r[name].value: _strength(r, strength) for r in rows if name in r}
    counted = [iri for iri, value in ranked.items() if not strength or value >= least]
    return tuple(sorted(counted, key=lambda iri: (-ranked[iri], iri)))


def _groups(rows: Iterable[Row], *names: str) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row[name].value if name in row else "" for name in names)
        groups.setdefault(key, []).append(row)
    return groups


def _gaps(rows: list[Row], least: int) -> list[Finding]:
    findings = []
    for (item,), group in _groups(rows, "item").items():
        best = max(_strength(row, "strength") for row in group)
        gap = best < least
        findings.append(
            Finding(
                item,
                "",
                gap,
                _iris(group, "context", "", 0),
                _iris(group, "link", "strength", least),
                _name_of(best) if gap else "",
            )
        )
    return findings


def _supports(rows: list[Row], least: int) -> list[Finding]:
    findings = []
    for (item, other), group in _groups(rows, "item", "other").items():
        links = _iris(group, "link", "strength", least)
        if not links:
            continue
        best = max(_strength(row, "coverStrength") for row in group)
        cover = _iris(group, "cover", "coverStrength", least)
        gap = best < least
        findings.append(Finding(item, other, gap, links, cover, _name_of(best) if gap else ""))
    return findings


_SHAPES: Final[dict[str, Callable[[list[Row], int], list[Finding]]]] = {
    "gap": _gaps,
    "support": _supports,
}


def list_questions() -> list[Query]:
    """Return all questions, by number."""
    return read_folder(FOLDER)


def find_question(name: str) -> Query:
    """Return the question with this slug or number (Q01); NotFoundError lists those there are."""
    for question in list_questions():
        if name.lower() in (question.slug.lower(), question.slug.partition("-")[0].lower()):
            return question
    return find(FOLDER, name)


def ask(store: Store, name: str, level: str = "cited", sources: Sequence[str] = ()) -> Answer:
    """Answer a question, counting links of `level` or stronger from these sources only.

    Sources are names of graphs; without any, all count. NotFoundError for an unknown question,
    level or source.
    """
    question = find_question(name)
    if level not in STRENGTH:
        raise NotFoundError(f"No level {level!r}; the levels are: {', '.join(STRENGTH)}.")
    known = {iri.removeprefix(GRAPH) for iri in store.graphs()}
    if unknown := [source for source in sources if source not in known]:
        raise NotFoundError(f"No source {unknown[0]!r} here; see the list of sources.")
    graphs = [GRAPH + source for source in (*ALWAYS, *sources)] if sources else []
    rows = list(store.query(question.text, default_graphs=graphs).rows())
    least = max(STRENGTH[level], STRENGTH["assessed"])  # what is hypothetical never counts
    findings = _SHAPES[question.says("shape")](rows, least)
    gaps = sum(finding.gap for finding in findings)
    verdict = "not_assessable" if not findings else "gaps_found" if gaps else "none_found"
    ordered = sorted(findings, key=lambda f: (not f.gap, f.item, f.other))
    return Answer(question, level, tuple(sources), verdict, gaps, len(findings), tuple(ordered))


def explain(answer: Answer, finding: Finding, names: Names, language: str) -> str:
    """Return why a row is in the answer, in one sentence."""
    item = names.of(finding.item).in_language(language)
    other = names.of(finding.other).in_language(language) if finding.other else ""
    sentence = answer.question.says("why", language)
    return sentence.replace("{item}", item).replace("{other}", other)
