"""Assessments over HTTP: what was scored, what influence that adds up to, and new scores."""

from datetime import UTC, datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request

from api.assessments import Given, InfluenceModel, WrittenModel, influence_model
from api.authorise import writer_for
from api.intake import TokenRoute
from api.library import LibraryDep
from graph.assessments import influence_of
from graph.documents import Documents
from graph.editions import find_strategy
from graph.records import Recorded, check_records, write_records

router = APIRouter(tags=["assessments"], route_class=TokenRoute)


@router.get("/assessments")
def get_assessments(
    library: LibraryDep,
    edition: Annotated[
        str, Query(description="A strategy, by its slug; else the default edition.")
    ] = "",
) -> InfluenceModel:
    """Give what was scored within a strategy: pairs, influence of each item, scorers, questions."""
    strategy = find_strategy(library.store, edition)
    return influence_model(library.author, influence_of(library.store, strategy))


@router.post(
    "/assessments",
    status_code=201,
    responses={401: {"description": "No token."}, 403: {"description": "Nothing is written here."}},
)
async def add_assessments(request: Request, library: LibraryDep, given: Given) -> WrittenModel:
    """Record assessments of one scorer, one or a list: all of them, or none when one is wrong.

    It needs the token of the service. They stand in a graph of their scorer and are records, never
    links; of the same scorer and pair the newest counts.
    """
    writer = writer_for(request, library)
    records = [one.record() for one in (given if isinstance(given, list) else [given])]

    def recorded() -> Recorded:
        return write_records(check_records(library.store, records), datetime.now(UTC))

    made = await to_thread.run_sync(recorded)
    body = made.turtle.encode()
    documents = Documents(made.graph, made.graph, [("turtle", len(body))], keep=True)
    await writer.write_graph(documents, body)
    return WrittenModel(graph=made.graph, assessments=list(made.iris), revision=writer.revision)
