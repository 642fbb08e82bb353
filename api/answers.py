"""Answers as other systems read them: the shapes of the JSON, and how they are filled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.texts import Texts
from graph.findings import Finding
from graph.inquiry import Answer, Verdict
from graph.library import LANGUAGES, Query
from graph.links import Link
from graph.measures.figures import Figure
from graph.names import Names
from graph.scope import Scope
from graph.wording import explain, sentence


class Model(BaseModel):
    """The base of all JSON shapes: camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


#: The levels of evidence, strongest first.
Level = Literal["quoted", "cited", "derived", "assessed", "hypothetical"]


class QuestionModel(Model):
    """A question: its name, title, wording and rule; `severity` is that of a gap as such."""

    id: str
    title: Texts
    question: Texts
    rule: Texts
    layer: str
    severity: str
    demand: str
    parameters: dict[str, float]


class ScopeModel(Model):
    """What was asked: the weakest level, the sources (none: all), the edition (null: every)."""

    level: str
    sources: list[str]
    edition: str | None
    parameters: dict[str, float] = {}


class ThingModel(Model):
    """A thing by its IRI, and its name in each language."""

    id: str
    label: Texts


class EvidenceModel(Model):
    """A passage that states a link; start and end count characters of the stored text."""

    link: str
    level: str
    document: str
    quote: str | None
    locator: str | None
    start: int | None
    end: int | None


class CodeModel(Model):
    """A code, and what it says in each language."""

    code: str
    text: Texts


class FigureModel(Model):
    """A figure; without a value there is a reason why."""

    name: str
    label: Texts
    value: float | None
    numerator: float | None
    denominator: float | None
    reason: CodeModel | None


class FindingModel(Model):
    """One row of an answer.

    `gap` tells whether it is a shortcoming. `links` say where the thing stands, `cover` what
    covers it, and `evidence` holds their passages. `disappearsAtLevel` is the level at which the
    gap would close, null when no link of any level closes it. `values` are what `why` names.
    """

    entity: ThingModel
    other: ThingModel | None
    gap: bool
    finding: str
    why: Texts
    links: list[str]
    cover: list[str]
    evidence: list[EvidenceModel]
    values: dict[str, str | float | list[str]]
    disappears_at_level: str | None
    severity: str | None
    severity_reason: list[CodeModel]


class AnswerModel(Model):
    """The answer to a question.

    The numerator counts the gaps, the denominator what could have been one; when nothing could,
    the verdict is not_assessable. `documents` is the number of documents that were read for it.
    """

    question: QuestionModel
    params: ScopeModel
    verdict: Verdict
    numerator: int
    denominator: int
    documents: int
    rows: list[FindingModel]
    figures: list[FigureModel] = Field(default_factory=list)
    caveats: list[CodeModel]


def texts(question: Query, key: str) -> Texts:
    """Return what the head of a question says under a key, in each language."""
    return {language: question.says(key, language) for language in LANGUAGES}


def code(group: str, name: str, **values: str | int) -> CodeModel:
    """Return a code with its sentence in each language."""
    said = {language: sentence(group, name, language, **values) for language in LANGUAGES}
    return CodeModel(code=name, text=said)


def question_model(question: Query) -> QuestionModel:
    """Return a question; its parameters with their defaults."""
    declared = question.head.get("parameter", {})
    return QuestionModel(
        id=question.slug,
        title=texts(question, "title"),
        question=texts(question, "question"),
        rule=texts(question, "rule"),
        layer=question.says("layer"),
        severity=question.says("severity"),
        demand=question.says("demand"),
        parameters={name: float(text.split()[0]) for name, text in declared.items()},
    )


def scope_model(scope: Scope, parameters: Mapping[str, float] | None = None) -> ScopeModel:
    """Return what was asked."""
    return ScopeModel(
        level=scope.level,
        sources=list(scope.sources),
        edition=scope.edition or None,
        parameters=dict(parameters or {}),
    )


def figure_model(figure: Figure, label: Texts | None = None) -> FigureModel:
    """Return a figure with its name in each language; where none is given, that of its kind."""
    if label is None:
        label = {language: sentence("figure", figure.name, language) for language in LANGUAGES}
    return FigureModel(
        name=figure.name,
        label=label,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        reason=code("reason", figure.reason) if figure.reason else None,
    )


@dataclass(frozen=True)
class Author:
    """Writes answers out, with the names and links of a store."""

    names: Names
    links: Mapping[str, Link]

    def thing(self, iri: str) -> ThingModel:
        """Return a thing with its names."""
        name = self.names.of(iri)
        return ThingModel(id=iri, label={lang: name.in_language(lang) for lang in LANGUAGES})

    def evidence(self, links: Iterable[str]) -> list[EvidenceModel]:
        """Return every passage of these links."""
        return [
            EvidenceModel(
                link=link.iri,
                level=link.level,
                document=passage.document,
                quote=passage.quotation.value if passage.quotation else None,
                locator=passage.locator or None,
                start=passage.start,
                end=passage.end,
            )
            for link in (self.links[iri] for iri in links if iri in self.links)
            for passage in link.passages
        ]

    def finding(self, question: Query, finding: Finding) -> FindingModel:
        """Return a row of the answer to a question."""
        why = {lang: explain(question, finding, self.names, lang) for lang in LANGUAGES}
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in finding.values.items()}
        return FindingModel(
            entity=self.thing(finding.item),
            other=self.thing(finding.other) if finding.other else None,
            gap=finding.gap,
            finding=finding.why or "default",
            why=why,
            links=list(finding.links),
            cover=list(finding.cover),
            evidence=self.evidence((*finding.links, *finding.cover)),
            values=values,
            disappears_at_level=finding.disappears_at or None,
            severity=finding.severity or None,
            severity_reason=[code("severity", reason) for reason in finding.severity_reasons],
        )

    def answer(self, answer: Answer) -> AnswerModel:
        """Return a whole answer."""
        return AnswerModel(
            question=question_model(answer.question),
            params=scope_model(answer.scope, answer.parameters),
            verdict=answer.verdict,
            numerator=answer.numerator,
            denominator=answer.denominator,
            documents=answer.read,
            rows=[self.finding(answer.question, finding) for finding in answer.findings],
            figures=[figure_model(figure) for figure in answer.figures],
            caveats=[code("caveat", caveat, n=answer.read) for caveat in answer.caveats],
        )
