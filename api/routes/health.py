"""Health: is the service there, and can it answer?"""

from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Response

from api.library import LibraryDep
from graph.errors import LimitError
from graph.results import Form

_ASK: Final = "ASK {}"


async def _kept_nowhere(response: Response) -> None:
    """Have an answer asked for anew each time: what was true a moment ago says nothing."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(include_in_schema=False, dependencies=[Depends(_kept_nowhere)])


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Say that the service is there; nothing else is asked.

    Who starts a service again when this fails would gain nothing by it when an engine elsewhere
    is out of reach.
    """
    return {"status": "ok"}


@router.get("/readyz")
async def ready(library: LibraryDep) -> dict[str, str | int]:
    """Ask the store and the readers something, and say how many statements there were at first.

    When they do not answer, a 503 problem says why. Readers that are all at work are ready.
    """
    await to_thread.run_sync(lambda: library.store.query(_ASK).truth())
    if library.readers:
        try:
            await library.readers.answer(_ASK, {Form.BOOLEAN: "json"})
        except LimitError as error:
            if error.limit != "busy":
                raise
    return {"status": "ready", "statements": await to_thread.run_sync(lambda: library.size)}
