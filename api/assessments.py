"""Assessments as other systems read and send them: who scored what, and the influence of it."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import ConfigDict, Discriminator, Field, Tag

from api.answers import Author, CodeModel, FigureModel, Model, ThingModel, code, figure_model
from graph.assessments import AssessedPair, Assessment, StrategyInfluence
from graph.links import Text
from graph.measures.figures import fraction
from graph.measures.influence import Item, Pair, Position, Range
from graph.records import Record

#: The most records that are taken at once, and the longest text in one, in characters.
MOST: Final = 2_000
LONGEST: Final = 2_000

_Text = Annotated[str, Field(max_length=LONGEST)]
_DATE = Field(json_schema_extra={"format": "date"})


class GivenAssessment(Model):
    """One score, from -3 to 3, of what one thing does to another, and why.

    Things, strategy and scorer as class/slug or IRI. A score other than 0 needs a reason. The
    texts are in `language`; without a date it is of today; `evidence` are passages.
    """

    model_config = ConfigDict(extra="forbid")

    from_: Annotated[_Text, Field(alias="from")]
    to: _Text
    score: Annotated[int, Field(strict=True)]
    within: _Text
    by: _Text
    role: _Text
    guiding_question: _Text
    reason: _Text = ""
    context: _Text = ""
    date: Annotated[_Text, _DATE] = Field(default_factory=str)
    language: _Text = "en"
    confidence: _Text = ""
    evidence: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()

    def record(self) -> Record:
        """Return the record."""
        return Record(**vars(self))


def _kind(given: object) -> str:
    return "[]" if isinstance(given, list) else "{}"


#: One record, or a list of them.
Given = Annotated[
    Annotated[GivenAssessment, Tag("{}")]
    | Annotated[
        list[GivenAssessment], Field(min_length=1, max_length=MOST, title="Records"), Tag("[]")
    ],
    Discriminator(_kind),
]


class WrittenModel(Model):
    """What was written: the assessments by IRI, in their graph, and the revision of the store."""

    graph: str
    assessments: list[str]
    revision: int


class TextModel(Model):
    """A text in its language."""

    text: str
    language: str


class ScoreModel(Model):
    """One score of one scorer; `evidence` are the IRIs of passages."""

    id: str
    graph: str
    score: int
    by: ThingModel
    date: Annotated[str, _DATE]
    guiding_question: TextModel | None
    context: TextModel | None
    role: TextModel | None
    reason: TextModel | None
    confidence: str | None
    evidence: list[str]


class SummaryModel(Model):
    """Scores of `n` scorers; contested when one sees help where another sees harm."""

    median: float
    low: int
    high: int
    n: int
    spread: int
    contested: bool


class AssessedPairModel(Model):
    """An ordered pair, the summary of its scores, and the scores."""

    from_: Annotated[ThingModel, Field(alias="from")]
    to: ThingModel
    summary: SummaryModel
    assessments: list[ScoreModel]


class RangeModel(Model):
    """A sum by the medians, and the lowest and highest that the scores allow."""

    value: float
    low: float
    high: float


class PositionModel(Model):
    """The first and the last place that an item may have; equal when it is settled."""

    first: int
    last: int


class ItemModel(Model):
    """The influence of one thing: what it gives, apart and together, is given, and passes on.

    A sum is null when nothing is scored for it. `position` ranks by total and `signPosition` by
    the total of the signs alone; `quadrant` is active, passive, critical or buffering.
    """

    item: ThingModel
    scored_out: int
    scored_in: int
    positive: RangeModel | None
    negative: RangeModel | None
    direct: RangeModel | None
    incoming: RangeModel | None
    second: RangeModel | None
    total: RangeModel | None
    position: PositionModel
    sign_position: PositionModel
    active: float | None
    passive: float | None
    quadrant: str | None


class PairModel(Model):
    """An ordered pair, by IRI."""

    from_: Annotated[str, Field(alias="from")]
    to: str


class InfluenceModel(Model):
    """The influence within a strategy, the share of pairs that was assessed first.

    `opposed` pairs help one way and harm the other; on `contested` ones the scorers disagree
    about the sign.
    """

    assessed_share: FigureModel
    strategy: ThingModel
    scorers: list[ThingModel]
    questions: list[TextModel]
    tension: FigureModel
    items: list[ItemModel]
    pairs: list[AssessedPairModel]
    opposed: list[PairModel]
    contested: list[PairModel]
    caveats: list[CodeModel]


def _text(text: Text | None) -> TextModel | None:
    return TextModel(text=text.value, language=text.language) if text else None


def _score(author: Author, found: Assessment) -> ScoreModel:
    return ScoreModel(
        id=found.iri,
        graph=found.graph,
        score=found.score,
        by=author.thing(found.by),
        date=found.date,
        guiding_question=_text(found.guiding_question),
        context=_text(found.context),
        role=_text(found.role),
        reason=_text(found.reason),
        confidence=found.confidence or None,
        evidence=list(found.evidence),
    )


def _pair(author: Author, pair: AssessedPair) -> AssessedPairModel:
    summary = pair.summary
    return AssessedPairModel(
        from_=author.thing(pair.from_),
        to=author.thing(pair.to),
        summary=SummaryModel(**vars(summary), spread=summary.spread, contested=summary.contested),
        assessments=[_score(author, found) for found in pair.assessments],
    )


def _range(found: Range | None) -> RangeModel | None:
    return RangeModel(**vars(found)) if found else None


def _position(found: Position) -> PositionModel:
    return PositionModel(**vars(found))


def _item(author: Author, item: Item) -> ItemModel:
    return ItemModel(
        item=author.thing(item.id),
        scored_out=item.scored_out,
        scored_in=item.scored_in,
        positive=_range(item.positive),
        negative=_range(item.negative),
        direct=_range(item.direct),
        incoming=_range(item.incoming),
        second=_range(item.second),
        total=_range(item.total),
        position=_position(item.position),
        sign_position=_position(item.sign_position),
        active=item.active,
        passive=item.passive,
        quadrant=item.quadrant or None,
    )


def _pairs(pairs: Iterable[Pair]) -> list[PairModel]:
    return [PairModel(from_=one, to=other) for one, other in pairs]


def influence_model(author: Author, found: StrategyInfluence) -> InfluenceModel:
    """Return the influence within a strategy, as it is written."""
    influence = found.influence
    caveats = ["ordinal_sums", "unscored"]
    caveats += ["several_questions"] * (len(found.questions) > 1) + ["effects"]
    return InfluenceModel(
        assessed_share=figure_model(fraction("assessed_share", influence.scored, influence.pairs)),
        strategy=author.thing(found.strategy),
        scorers=[author.thing(iri) for iri in found.scorers],
        questions=[TextModel(text=q.value, language=q.language) for q in found.questions],
        tension=figure_model(influence.tension),
        items=[_item(author, item) for item in influence.items],
        pairs=[_pair(author, pair) for pair in found.pairs],
        opposed=_pairs(influence.opposed),
        contested=_pairs(influence.contested),
        caveats=[code("caveat", name) for name in caveats],
    )
