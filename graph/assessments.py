"""Assessments: what named scorers judge of the influence of one thing on another.

An assessment is a record, no link and no evidence: nothing is derived from it, and no level of
evidence counts it. A pair without assessments is not assessed, which is not a score of zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from graph.errors import DataError, Finding, NotFoundError, ParameterError
from graph.library import LANGUAGES, find
from graph.links import Text
from graph.measures.influence import MOST, Influence, Summary, measure_influence, summarise
from graph.results import Row, language_of
from graph.store import Store
from ontology import GRAPH, PREFIXES, ROOT

#: The scores that there are.
SCORES: Final = range(-MOST, MOST + 1)


@dataclass(frozen=True)
class Assessment:
    """One score of one scorer: from what on what, within which strategy, and why.

    `from_`, `to`, `within` and `by` are IRIs, `evidence` those of passages; `date` is as written.
    `of_options` tells that it is about the options of descriptors, not about goals.
    """

    iri: str
    graph: str
    from_: str
    to: str
    score: int
    within: str
    by: str
    date: str
    guiding_question: Text | None = None
    context: Text | None = None
    role: Text | None = None
    reason: Text | None = None
    confidence: str = ""
    evidence: tuple[str, ...] = ()
    of_options: bool = False


@dataclass(frozen=True)
class AssessedPair:
    """An ordered pair with its assessments that count, and their summary."""

    from_: str
    to: str
    assessments: tuple[Assessment, ...]

    @cached_property
    def summary(self) -> Summary:
        """Median, range and number of the scores, and whether they disagree."""
        return summarise([assessment.score for assessment in self.assessments])


@dataclass(frozen=True)
class StrategyInfluence:
    """The influence within one strategy, the pairs it is of, who scored and what was asked.

    With more than one guiding question the scores may not mean the same.
    """

    strategy: str
    influence: Influence
    pairs: tuple[AssessedPair, ...]
    scorers: tuple[str, ...]
    questions: tuple[Text, ...]


def check_score(from_: str, to: str, score: int, reason: str) -> None:
    """Raise ParameterError for a score that may not be recorded, naming the parameter at fault."""
    if score not in SCORES:
        allowed = [str(known) for known in SCORES]
        raise ParameterError(
            f"The score {score} is not allowed; a score is one of {', '.join(allowed)}.",
            "score",
            allowed,
        )
    if from_ == to:
        raise ParameterError(
            "Nothing is scored on itself: to must be another than from.",
            "to",
            ["another than from"],
        )
    if score and not reason.strip():
        raise ParameterError(
            f"The score {score} needs a reason: any text; only 0 may go without.",
            "reason",
            ["any text", "nothing with the score 0"],
        )


def check_texts(texts: Mapping[str, str], language: str) -> None:
    """Raise ParameterError for a text that is empty, by its parameter, or an unknown language."""
    for parameter, text in texts.items():
        if not text.strip():
            message = f"The {parameter} is empty; write what it was."
            raise ParameterError(message, parameter, ("any text",))
    if language not in LANGUAGES:
        raise ParameterError.unknown("language", language, LANGUAGES)


def check_date(text: str) -> str:
    """Return a date in its long form (ISO 8601, as XML Schema has it); ParameterError for none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        message = f"The date {text!r} is none; write it as 2026-11-23."
        raise ParameterError(message, "date", ("a date, as 2026-11-23",)) from error


def _text(row: Row, name: str) -> Text | None:
    return Text(row[name].value, language_of(row[name])) if name in row else None


def _score(row: Row) -> int:
    """Return the score; DataError when there can be none such, as unchecked data may hold."""
    score = row["score"].value
    if score not in map(str, SCORES) or row["from"] == row["to"]:
        what = f"The score {score} from {row['from'].value} to {row['to'].value} is not allowed."
        do = "A score is a whole number from -3 to 3, and nothing is scored on itself."
        raise DataError([Finding(what, do, row["assessment"].value)])
    return int(score)


def _assessment(rows: list[Row]) -> Assessment:
    """Return the assessment of the rows that are about it, one for each passage."""
    row = rows[0]
    confidence = row["confidence"].value if "confidence" in row else ""
    return Assessment(
        iri=row["assessment"].value,
        graph=row["graph"].value.removeprefix(GRAPH),
        from_=row["from"].value,
        to=row["to"].value,
        score=_score(row),
        within=row["within"].value,
        by=row["by"].value,
        date=row["date"].value,
        guiding_question=_text(row, "guidingQuestion"),
        context=_text(row, "context"),
        role=_text(row, "role"),
        reason=_text(row, "reason"),
        confidence=confidence.removeprefix(PREFIXES["confidence"]),
        evidence=tuple(sorted({found["evidence"].value for found in rows if "evidence" in found})),
        of_options="ofOptions" in row,
    )


def find_assessments(store: Store, **where: str) -> list[Assessment]:
    """Return the assessments that fit, sorted by IRI.

    `where` gives IRIs for assessment, from, to, within, by and graph. DataError for a score that
    cannot be one, of data that were loaded unchecked.
    """
    rows: dict[str, list[Row]] = {}
    for row in store.query(find(ROOT / "queries", "assessments").bound(**where)).rows():
        rows.setdefault(row["assessment"].value, []).append(row)
    return [_assessment(rows[iri]) for iri in sorted(rows)]


def pair_up(assessments: Iterable[Assessment]) -> tuple[AssessedPair, ...]:
    """Return the assessments by ordered pair; of each scorer only the newest of a pair counts."""
    newest: dict[tuple[str, str], dict[str, Assessment]] = defaultdict(dict)
    for assessment in sorted(assessments, key=lambda a: (a.date, a.iri)):
        newest[assessment.from_, assessment.to][assessment.by] = assessment
    return tuple(
        AssessedPair(*ends, tuple(found[by] for by in sorted(found)))
        for ends, found in sorted(newest.items())
    )


def require_strategy(store: Store, strategy: str) -> None:
    """Raise NotFoundError when the store has no such strategy."""
    query = find(ROOT / "queries", "strategies").bound(strategy=strategy)
    if not list(store.query(query).rows()):
        raise NotFoundError(f"There is no strategy {strategy}.")


def influence_of(store: Store, strategy: str) -> StrategyInfluence:
    """Return the influence between the goals of a strategy and what else was assessed within it.

    Goals that nobody assessed take part, so that the share that was assessed is of all pairs.
    Assessments of options are left to the cross-impact balance.
    """
    require_strategy(store, strategy)
    found = [a for a in find_assessments(store, within=strategy) if not a.of_options]
    pairs = pair_up(found)
    query = find(ROOT / "queries", "items").bound(strategy=strategy)
    items = {row["item"].value for row in store.query(query).rows()}
    scores = {(p.from_, p.to): [a.score for a in p.assessments] for p in pairs}
    counted = [assessment for pair in pairs for assessment in pair.assessments]
    questions = {a.guiding_question for a in counted if a.guiding_question}
    return StrategyInfluence(
        strategy,
        measure_influence(items.union(*scores), scores),
        pairs,
        scorers=tuple(sorted({assessment.by for assessment in counted})),
        questions=tuple(sorted(questions, key=lambda text: (text.language, text.value))),
    )
