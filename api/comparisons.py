"""Comparisons as other systems read them: how two editions align, what differs, which is better."""

from collections.abc import Iterable
from typing import Final

from api.answers import (
    Author,
    CodeModel,
    EvidenceModel,
    FigureModel,
    Model,
    ScopeModel,
    ThingModel,
    code,
    scope_model,
)
from api.profiles import plain_figure
from graph.alignment import Alignment, Fate, Group, Shape, State
from graph.comparison import Better, ClassCount, Comparison, FigurePair
from graph.scope import Scope
from graph.statements import Statement

_STATES: Final = ("kept", "gone", "new", "not_comparable", "unknown")


class AligningModel(Model):
    """A link that aligns two items; `agreement` is strong, partial or null."""

    link: str
    subject: ThingModel
    kind: ThingModel
    object: ThingModel
    level: str
    agreement: str | None
    evidence: list[EvidenceModel]


class FateModel(Model):
    """What became of an item of the earlier edition, or where one of the later came from.

    "unknown": nobody says so, which is not that it went. `heading` tells that its heading went,
    or is new, whatever its content. `links` say it, by IRI.
    """

    item: ThingModel
    state: State
    counterparts: list[ThingModel]
    links: list[str]
    heading: bool


class StatesModel(Model):
    """The items of a class that an edition holds, by what became of them."""

    total: int
    kept: int
    gone: int
    new: int
    not_comparable: int
    unknown: int
    headings: int


class ClassModel(Model):
    """A class, by its name in IRIs, with the items of both editions; null where one has none."""

    name: str
    earlier: StatesModel | None
    later: StatesModel | None


class GroupModel(Model):
    """Items that go on as each other, with the links that say so."""

    shape: Shape
    earlier: list[ThingModel]
    later: list[ThingModel]
    links: list[str]


class ComparedModel(Model):
    """A figure of both editions, each with its own denominator.

    `difference` is null and `reason` says why where the two cannot be compared.
    """

    dimension: CodeModel
    earlier: FigureModel
    later: FigureModel
    difference: float | None
    better: Better
    reason: CodeModel | None


class DominanceModel(Model):
    """Which edition is better in a dimension: in no figure worse, and better in one."""

    dimension: CodeModel
    better: Better


class ComparisonModel(Model):
    """Two editions: first how they align, then counts and figures.

    `dominance` says which is better: in no dimension worse, and better in one.
    """

    params: ScopeModel
    earlier: ThingModel
    later: ThingModel
    alignment: list[AligningModel]
    groups: list[GroupModel]
    classes: list[ClassModel]
    earlier_items: list[FateModel]
    later_items: list[FateModel]
    figures: list[ComparedModel]
    dimensions: list[DominanceModel]
    dominance: Better
    caveats: list[CodeModel]


def _aligning(author: Author, statement: Statement) -> AligningModel:
    return AligningModel(
        link=statement.link,
        subject=author.thing(statement.subject),
        kind=author.thing(statement.kind),
        object=author.thing(statement.object.value),
        level=statement.level,
        agreement=statement.agreement or None,
        evidence=author.evidence([statement.link]),
    )


def _fates(author: Author, fates: Iterable[Fate]) -> list[FateModel]:
    return [
        FateModel(
            item=author.thing(fate.item),
            state=fate.state,
            counterparts=[author.thing(iri) for iri in fate.counterparts],
            links=list(fate.links),
            heading=fate.heading,
        )
        for fate in fates
    ]


def _group(author: Author, group: Group) -> GroupModel:
    return GroupModel(
        shape=group.shape,
        earlier=[author.thing(iri) for iri in group.earlier],
        later=[author.thing(iri) for iri in group.later],
        links=list(group.links),
    )


def _states(count: ClassCount | None) -> StatesModel | None:
    if count is None:
        return None
    states = {name: count.by_state.get(name, 0) for name in _STATES}
    return StatesModel(total=count.total, headings=count.headings, **states)


def _classes(found: Comparison) -> list[ClassModel]:
    earlier, later = (
        {count.class_: count for count in counts}
        for counts in (found.earlier_counts, found.later_counts)
    )
    return [
        ClassModel(name=name, earlier=_states(earlier.get(name)), later=_states(later.get(name)))
        for name in sorted(earlier.keys() | later.keys())
    ]


def _compared(pair: FigurePair) -> ComparedModel:
    return ComparedModel(
        dimension=code("dimension", pair.earlier.declared.dimension),
        earlier=plain_figure(pair.earlier),
        later=plain_figure(pair.later),
        difference=pair.difference,
        better=pair.better,
        reason=code("comparison", pair.reason) if pair.reason else None,
    )


def _caveats(alignment: Alignment) -> list[str]:
    unknown = any(fate.state == "unknown" for fate in (*alignment.earlier, *alignment.later))
    return ["detail", *["unknown_fate"] * unknown, "no_single_number", "effects"]


def comparison_model(author: Author, scope: Scope, found: Comparison) -> ComparisonModel:
    """Return a comparison, as it is written."""
    alignment = found.alignment
    return ComparisonModel(
        params=scope_model(scope),
        earlier=author.thing(found.earlier),
        later=author.thing(found.later),
        alignment=[_aligning(author, statement) for statement in alignment.links],
        groups=[_group(author, group) for group in alignment.groups],
        classes=_classes(found),
        earlier_items=_fates(author, alignment.earlier),
        later_items=_fates(author, alignment.later),
        figures=[_compared(pair) for pair in found.figures],
        dimensions=[
            DominanceModel(dimension=code("dimension", name), better=better)
            for name, better in found.dimensions.items()
        ],
        dominance=found.dominance,
        caveats=[code("caveat", name) for name in _caveats(alignment)],
    )
