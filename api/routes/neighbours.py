"""Neighbours over HTTP: one step around a thing."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.library import LibraryDep
from api.neighbours import NeighboursModel, StepDep, neighbours_model
from api.nodes import thing_named

router = APIRouter(tags=["networks"])


@router.get("/things/neighbours")
def get_neighbours(
    library: LibraryDep,
    thing: Annotated[
        str,
        Query(description="A thing, as class/slug.", examples=["goal/gbvs-2018-cyber-norms"]),
    ],
    step: StepDep,
) -> NeighboursModel:
    """Give what is linked with a thing, by class, with the links between.

    Of each class come the firmest first; `more` counts the others. Links that are denied or
    hypothetical do not count.
    """
    return neighbours_model(library, thing_named(library, thing, "thing"), step)
