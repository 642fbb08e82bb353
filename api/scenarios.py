"""Scenarios as other systems send them, and what they do to answers and profile."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from api.answers import (
    Author,
    CodeModel,
    FigureModel,
    FindingModel,
    Level,
    Model,
    ScopeModel,
    ThingModel,
    code,
    scope_model,
    texts,
)
from api.profiles import plain_figure
from api.texts import Texts
from graph.errors import ParameterError
from graph.inquiry import Answer, Verdict
from graph.scenario import Addition, Rescore, Scenario
from graph.whatif import Effect, Shift, WhatIf

#: The most changes of one scenario, and the longest text in it, in characters.
CHANGES: Final = 100
LONGEST: Final = 2_000

_Text = Annotated[str, Field(max_length=LONGEST)]
_Filled = Annotated[_Text, Field(json_schema_extra={"minLength": 1, "pattern": r"\S"})]
_Name = Annotated[str, Field(max_length=300)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=CHANGES)]


class _Given(Model):
    """The base of what is sent: a member that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class GivenAddition(_Given):
    """A link that is supposed: things as class/slug or by IRI, the kind by name, and why."""

    subject: _Name
    kind: _Name
    object: _Name
    reason: _Filled


class GivenScore(_Given):
    """Another score for an assessment, by its IRI or assessment/slug, and why."""

    assessment: _Name
    score: Annotated[int, Field(strict=True)]
    reason: _Text


class GivenScope(_Given):
    """The scope in which the questions are asked.

    Without a level it is hypothetical where the scenario adds links, so that these count, and
    else cited.
    """

    level: Level | Literal[""] = ""
    sources: _Names = ()
    edition: _Name = ""


class GivenScenario(_Given):
    """A scenario: what is dropped and what is added, and the questions to ask (none: all).

    `things` (class/slug or IRI), `links` (IRI) and `sources` (names of graphs: the links that
    only these bear out) are dropped, and all links of the `levels`. With the mode `cascade` the
    instruments of a department that nobody else owns go with it; with `keep` they stay. Other
    `scores` take the place of those of their assessments.
    """

    name: _Filled
    note: _Text = ""
    author: _Text = ""
    things: _Names = ()
    links: _Names = ()
    sources: _Names = ()
    levels: Annotated[tuple[Level, ...], Field(max_length=CHANGES)] = ()
    mode: Literal["keep", "cascade"] = "keep"
    additions: Annotated[tuple[GivenAddition, ...], Field(max_length=CHANGES)] = ()
    scores: Annotated[tuple[GivenScore, ...], Field(max_length=CHANGES)] = ()
    questions: _Names = ()
    scope: GivenScope = GivenScope()

    def scenario(self) -> Scenario:
        """Return the scenario; ParameterError when it has too many changes."""
        drops = (*self.things, *self.links, *self.sources, *self.levels)
        if len((*drops, *self.additions, *self.scores)) > CHANGES:
            message = f"The scenario has more than {CHANGES} changes; leave some out."
            raise ParameterError(message, "changes", (f"{CHANGES} at most, of all kinds",))
        return Scenario(
            self.name,
            self.note,
            self.author,
            things=self.things,
            links=self.links,
            sources=self.sources,
            levels=self.levels,
            mode=self.mode,
            additions=tuple(Addition(**vars(one)) for one in self.additions),
            scores=tuple(Rescore(**vars(one)) for one in self.scores),
        )

    @property
    def level(self) -> str:
        """The level in which the questions are asked."""
        return self.scope.level or ("hypothetical" if self.additions else "cited")


class AdditionModel(Model):
    """A link that was supposed, and why."""

    subject: ThingModel
    kind: ThingModel
    object: ThingModel
    reason: str


class RescoreModel(Model):
    """Another score for an assessment, by IRI, and why."""

    assessment: str
    score: int
    reason: str


class ScenarioModel(Model):
    """The scenario, with full IRIs and names."""

    name: str
    note: str
    author: str
    things: list[ThingModel]
    links: list[str]
    sources: list[str]
    levels: list[str]
    mode: str
    additions: list[AdditionModel]
    scores: list[RescoreModel]


class RemovedModel(Model):
    """What a scenario takes away: things, and links with those derived from them, by IRI."""

    things: list[ThingModel]
    links: list[str]


class CountModel(Model):
    """What an answer comes to: `numerator` gaps of `denominator` that could be one."""

    verdict: Verdict
    numerator: int
    denominator: int


class EffectModel(Model):
    """What a scenario does to the answer to one question.

    `difference` is how many gaps more there are. `appeared` are the gaps that it opens, `closed`
    those that it closes, `gone` those about what is not asked about any more.
    """

    id: str
    title: Texts
    before: CountModel
    after: CountModel
    difference: int
    appeared: list[FindingModel]
    closed: list[FindingModel]
    gone: list[FindingModel]


class ShiftModel(Model):
    """A figure of the profile before and after; `pillar` is null for the whole."""

    dimension: CodeModel
    pillar: ThingModel | None
    before: FigureModel
    after: FigureModel
    difference: float | None


class BaseModel(Model):
    """The canonical hash (RDFC-1.0, SHA-256) of the base graph, which is never written."""

    before: str
    after: str
    unchanged: bool


class WhatIfModel(Model):
    """What a scenario does: what it takes away, to each question, and to the profile."""

    scenario: ScenarioModel
    removed: RemovedModel
    params: ScopeModel
    questions: list[EffectModel]
    profile: list[ShiftModel]
    base: BaseModel
    caveats: list[CodeModel]


def _scenario(author: Author, scenario: Scenario) -> ScenarioModel:
    return ScenarioModel(
        name=scenario.name,
        note=scenario.note,
        author=scenario.author,
        things=[author.thing(iri) for iri in scenario.things],
        links=list(scenario.links),
        sources=list(scenario.sources),
        levels=list(scenario.levels),
        mode=scenario.mode,
        additions=[
            AdditionModel(
                subject=author.thing(one.subject),
                kind=author.thing(one.kind),
                object=author.thing(one.object),
                reason=one.reason,
            )
            for one in scenario.additions
        ],
        scores=[RescoreModel(**vars(one)) for one in scenario.scores],
    )


def _count(answer: Answer) -> CountModel:
    return CountModel(
        verdict=answer.verdict, numerator=answer.numerator, denominator=answer.denominator
    )


def _effect(author: Author, effect: Effect) -> EffectModel:
    question = effect.before.question
    appeared, closed, gone = (
        [author.finding(question, finding) for finding in findings]
        for findings in (effect.appeared, effect.closed, effect.gone)
    )
    return EffectModel(
        id=question.slug,
        title=texts(question, "title"),
        before=_count(effect.before),
        after=_count(effect.after),
        difference=effect.difference,
        appeared=appeared,
        closed=closed,
        gone=gone,
    )


def _shift(author: Author, shift: Shift) -> ShiftModel:
    return ShiftModel(
        dimension=code("dimension", shift.before.declared.dimension),
        pillar=author.thing(shift.before.pillar) if shift.before.pillar else None,
        before=plain_figure(shift.before),
        after=plain_figure(shift.after),
        difference=shift.difference,
    )


def whatif_model(author: Author, found: WhatIf) -> WhatIfModel:
    """Return what a scenario does, as it is written."""
    ignored = found.scenario.additions and not found.scope.supposes
    caveats = ("supposed", *["additions_not_counted"] * bool(ignored), "effects")
    return WhatIfModel(
        scenario=_scenario(author, found.scenario),
        removed=RemovedModel(
            things=[author.thing(iri) for iri in sorted(found.removal.things)],
            links=sorted(found.removal.links),
        ),
        params=scope_model(found.scope),
        questions=[_effect(author, effect) for effect in found.effects],
        profile=[_shift(author, shift) for shift in found.shifts],
        base=BaseModel(
            before=found.base_before,
            after=found.base_after,
            unchanged=found.base_before == found.base_after,
        ),
        caveats=[code("caveat", name) for name in caveats],
    )
