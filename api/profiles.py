"""Profiles as other systems read them: figures by dimension, of the whole and of each pillar."""

from collections.abc import Iterable
from typing import Final

from api.answers import (
    Author,
    CodeModel,
    FigureModel,
    Model,
    ScopeModel,
    ThingModel,
    code,
    figure_model,
    scope_model,
)
from graph.composite import Composite, Mean
from graph.profile import DIMENSIONS, Profile, ProfileFigure
from ontology import PREFIXES

_LINK: Final = PREFIXES["link"]


class IntervalModel(Model):
    """The value when only quoted links count, and when all that may count do."""

    quoted: float | None
    assessed: float | None


class ProfileFigureModel(FigureModel):
    """A figure of a profile; `pillar` is null for the whole.

    `better` says whether more or less of it is better, null where it only describes. `rows` are
    the things that are counted and `others` the rest; where links are counted, these are `links`
    and `otherLinks`. `question` answers which and why.
    """

    pillar: ThingModel | None
    question: str | None
    better: str | None
    interval: IntervalModel
    rows: list[ThingModel]
    others: list[ThingModel]
    links: list[str]
    other_links: list[str]


class DimensionModel(Model):
    """A dimension, with the figures of the whole and those of each pillar."""

    dimension: CodeModel
    whole: list[ProfileFigureModel]
    pillars: list[ProfileFigureModel]


class MeanModel(Model):
    """A mean by the weights that were given, and its range over weights 20 % up and down."""

    value: float
    least: float
    most: float


class PartModel(Model):
    """A part of a composite, turned so that more is better."""

    name: str
    value: float
    weight: float


class CompositeModel(Model):
    """Both means of the parts, and the parts."""

    arithmetic: MeanModel
    geometric: MeanModel
    parts: list[PartModel]


class ProfileModel(Model):
    """A profile; a composite only where weights were given."""

    params: ScopeModel
    dimensions: list[DimensionModel]
    composite: CompositeModel | None
    caveats: list[CodeModel]


def plain_figure(figure: ProfileFigure) -> FigureModel:
    """Return a figure of a profile without its rows, with the name that the profile gives it."""
    model = figure_model(figure.reading.figure, dict(figure.declared.label))
    return model.model_copy(update={"name": figure.declared.name})


def _figure(author: Author, figure: ProfileFigure) -> ProfileFigureModel:
    reading = figure.reading
    return ProfileFigureModel(
        **vars(plain_figure(figure)),
        pillar=author.thing(figure.pillar) if figure.pillar else None,
        question=figure.declared.question or None,
        better=figure.declared.better or None,
        interval=IntervalModel(quoted=figure.quoted, assessed=figure.assessed),
        rows=_things(author, reading.rows),
        others=_things(author, reading.others),
        links=[iri for iri in reading.rows if iri.startswith(_LINK)],
        other_links=[iri for iri in reading.others if iri.startswith(_LINK)],
    )


def _things(author: Author, iris: Iterable[str]) -> list[ThingModel]:
    return [author.thing(iri) for iri in iris if not iri.startswith(_LINK)]


def _mean(mean: Mean) -> MeanModel:
    return MeanModel(value=mean.value, least=mean.least, most=mean.most)


def _composite(composite: Composite) -> CompositeModel:
    parts = [
        PartModel(name=name, value=value, weight=weight)
        for name, (value, weight) in composite.parts.items()
    ]
    return CompositeModel(
        arithmetic=_mean(composite.arithmetic), geometric=_mean(composite.geometric), parts=parts
    )


def profile_model(author: Author, profile: Profile, composite: Composite | None) -> ProfileModel:
    """Return a profile as it is written."""
    by_dimension: dict[str, list[ProfileFigure]] = {name: [] for name in DIMENSIONS}
    for figure in profile.figures:
        by_dimension[figure.declared.dimension].append(figure)
    caveats = ("no_single_number", *["composite"] * bool(composite), "effects")
    return ProfileModel(
        params=scope_model(profile.scope),
        dimensions=[
            DimensionModel(
                dimension=code("dimension", name),
                whole=[_figure(author, figure) for figure in figures if not figure.pillar],
                pillars=[_figure(author, figure) for figure in figures if figure.pillar],
            )
            for name, figures in by_dimension.items()
        ],
        composite=_composite(composite) if composite else None,
        caveats=[code("caveat", name) for name in caveats],
    )
