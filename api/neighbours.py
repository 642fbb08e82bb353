"""Neighbours as other systems read them: one step around a thing, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query

from api.answers import Model
from api.library import Library
from api.nodes import LevelQuery, NodeModel, TieModel, kinds_named, node, tie, types_named
from graph.neighbours import Group, Neighbour, choose, group_neighbours

#: So many links to one neighbour are written out, the strongest first.
TIES: Final = 20


class NeighbourModel(NodeModel):
    """A thing beside another, with the links between the two, strongest first.

    `moreLinks` counts those that are left out.
    """

    links: list[TieModel]
    more_links: int


class NeighbourGroupModel(Model):
    """The neighbours of one class; `more` counts those that are left out."""

    type: str
    total: int
    more: int
    items: list[NeighbourModel]


class NeighboursModel(Model):
    """One step around a thing; `total` counts all neighbours, the groups by class."""

    thing: NodeModel
    total: int
    groups: list[NeighbourGroupModel]


@dataclass(frozen=True)
class Step:
    """What of the neighbours is asked for, as parameters of a request."""

    level: LevelQuery = "assessed"
    kind: Annotated[
        Sequence[str], Query(description="Only these kinds of link, as sam:addresses.")
    ] = ()
    type_: Annotated[
        str, Query(alias="type", description="Only neighbours of this class, as Goal.")
    ] = ""
    limit: Annotated[int, Query(ge=1, le=500, description="Of each class.")] = 10


StepDep = Annotated[Step, Depends()]


def neighbours_model(library: Library, thing: str, step: Step) -> NeighboursModel:
    """Return what is around a thing; UnknownError for a kind or class that there is not."""
    types_named(library, [step.type_], "type")
    counts = choose(step.level, kinds_named(library, step.kind, "kind"))
    groups = group_neighbours(library.surroundings, thing, counts, library.class_of, step.limit)
    wanted = [group for group in groups if step.type_ in ("", group.class_)]
    return NeighboursModel(
        thing=node(library, thing),
        total=sum(group.total for group in wanted),
        groups=[_group(library, group, thing) for group in wanted],
    )


def _group(library: Library, group: Group, thing: str) -> NeighbourGroupModel:
    return NeighbourGroupModel(
        type=group.class_,
        total=group.total,
        more=group.more,
        items=[_neighbour(library, one, thing) for one in group.neighbours],
    )


def _neighbour(library: Library, neighbour: Neighbour, thing: str) -> NeighbourModel:
    shown = node(library, neighbour.thing)
    return NeighbourModel(
        **shown.model_dump(),
        links=[tie(library, link, thing) for link in neighbour.links[:TIES]],
        more_links=max(0, len(neighbour.links) - TIES),
    )
