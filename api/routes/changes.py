"""Revisions over HTTP, and what changed between two of them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from api.changes import (
    ChangesModel,
    RevisionModel,
    RevisionsModel,
    StatementsModel,
    counts_of,
    link_models,
    revision_model,
    statement_model,
)
from api.library import UNKNOWN, Library, LibraryDep
from api.paging import Paging, PagingDep, next_address
from api.steady import steadily
from graph.difference import Difference
from graph.errors import NotFoundError, UnknownError
from graph.history import History

_NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {404: {"description": UNKNOWN}}
_GONE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": f"There is no such revision. {UNKNOWN}"},
    410: {"description": "What changed between them is not kept any more."},
}
_HIGHEST: Final = 2**53 - 1

T = TypeVar("T")

router = APIRouter(tags=["changes"])

FromQuery = Annotated[
    int | None,
    Query(alias="from", ge=0, le=_HIGHEST, description="A revision; else the one before `to`."),
]
ToQuery = Annotated[int | None, Query(ge=0, le=_HIGHEST, description="Another; else the newest.")]


def history_of(library: Library) -> History:
    """Return the history of what is served; NotFoundError when none can be known."""
    if library.history is None:
        raise NotFoundError(UNKNOWN)
    return library.history


@router.get("/revisions", responses=_NOT_FOUND)
def get_revisions(
    request: Request, response: Response, library: LibraryDep, paging: PagingDep
) -> RevisionsModel:
    """List the revisions, the newest first: each write that was made, with its time and counts.

    A store in memory knows those since the service was started.
    """
    history = history_of(library)
    entries = list(reversed(history.revisions))
    page, cursor = paging.cut(entries, lambda e: (f"{_HIGHEST - e.revision:016d}",))
    items: list[RevisionModel] = [revision_model(entry, history) for entry in page]
    _link(request, response, cursor)
    return RevisionsModel(total=len(entries), items=items, next=cursor, oldest=history.oldest)


@router.get("/changes", responses=_GONE)
async def get_changes(
    request: Request,
    response: Response,
    paging: PagingDep,
    from_: FromQuery = None,
    to: ToQuery = None,
) -> ChangesModel:
    """Compare two revisions: what they differ in is counted, and the links that differ are listed.

    A link differs when something else is said of it, or of a passage that states it.
    """

    def work(library: Library) -> ChangesModel:
        start, end, found = _difference(library, from_, to)
        page, cursor = _page(paging, found.links, start, end)
        items = link_models(found.tell(page))
        counts: dict[str, Any] = counts_of(found)
        return ChangesModel(
            from_=start, to=end, total=len(found.links), items=items, next=cursor, **counts
        )

    made = await steadily(request, lambda library: to_thread.run_sync(partial(work, library)))
    _link(request, response, made.next)
    return made


@router.get("/changes/statements", responses=_GONE)
async def get_changed_statements(
    request: Request,
    response: Response,
    paging: PagingDep,
    from_: FromQuery = None,
    to: ToQuery = None,
    graph: Annotated[str, Query(description="Only of this graph, by its IRI.")] = "",
) -> StatementsModel:
    """List the statements that were added or removed between two revisions, graph by graph.

    One that came and went again is not among them. Blank nodes have the names that they have here.
    """

    def work(library: Library) -> StatementsModel:
        start, end, found = _difference(library, from_, to)
        said = found.statements
        if graph:
            said = [one for one in said if one[1].graph_name.value == graph]  # type: ignore[union-attr]
        page, cursor = _page(paging, said, start, end)
        items = [statement_model(kind, quad) for kind, quad in page]
        return StatementsModel(from_=start, to=end, total=len(said), items=items, next=cursor)

    made = await steadily(request, lambda library: to_thread.run_sync(partial(work, library)))
    _link(request, response, made.next)
    return made


def _difference(library: Library, from_: int | None, to: int | None) -> tuple[int, int, Difference]:
    """Return the revisions that are compared and how they differ; made once for each pair."""
    history = history_of(library)
    end = library.revision if to is None else to
    start = max(end - 1, history.revisions[0].revision) if from_ is None else from_
    return start, end, library.difference(start, end)


def _page(
    paging: Paging, items: Sequence[T], start: int, end: int
) -> tuple[Sequence[T], str | None]:
    """Return a page of what does not change, so that a place is a number."""
    pair = f"{start} {end}"
    if paging.after and paging.after[0] != pair:
        raise UnknownError("This cursor belongs to other revisions; begin anew.", "cursor")
    numbered = list(enumerate(items))
    page, cursor = paging.cut(numbered, lambda item: (pair, f"{item[0]:012d}"))
    return [item for _, item in page], cursor


def _link(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in a header (RFC 8288)."""
    if cursor:
        response.headers["Link"] = f'<{next_address(request, cursor)}>; rel="next"'
