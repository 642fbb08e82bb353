"""Seals over HTTP: answers that can be cited, and asked again."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Request

from api.intake import ShortRoute
from api.library import UNKNOWN, Library, LibraryDep
from api.seals import LONGEST, Given, SealModel, fields_of, read_given, seal_model
from api.steady import steadily
from api.verification import VerificationModel, verify
from api.witness import ENGINE, Witness
from graph.seals import Seal

#: What is answered instead of what was found by asking.
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": f"There is nothing of this name. {UNKNOWN}"},
    413: {"description": "The answer is too long to be sealed, or the question for an address."},
    504: {"description": "The query takes too long."},
    507: {"description": "The query takes too much memory."},
}

router = APIRouter(tags=["seals"], route_class=ShortRoute)

SealPath = Annotated[
    str, Path(max_length=LONGEST, pattern=r"^[A-Za-z0-9_-]+$", description="The text of a seal.")
]


@router.post("/seals", responses=_PROBLEMS)
async def seal_answer(request: Request, given: Given) -> SealModel:
    """Seal the answer to a question or a query: with revision, hashes, engine and time.

    Nothing is stored: the seal is the text in its address. A query that asks for the time, chance
    or another service is not sealed, nor is an answer that is too long.
    """

    async def work(library: Library) -> SealModel:
        witness = Witness(library, request.app.state.turns)
        settled = witness.settle(given)
        said = await witness.say(settled)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        made = (library.revision, said.dataset, said.answer, ENGINE, time)
        seal = Seal(fields_of(settled), *made)
        if len(seal.text()) > LONGEST:
            raise HTTPException(413, "What is asked is too long for an address.")
        return seal_model(seal, settled, library.settings.base_url)

    return await steadily(request, work)


@router.get("/seals/{seal}", responses={404: {"description": "This is no seal."}})
def get_seal(library: LibraryDep, seal: SealPath) -> SealModel:
    """Read a seal: what was asked, and what was answered then."""
    return seal_model(*read_given(seal), library.settings.base_url)


@router.get("/seals/{seal}/verification", responses=_PROBLEMS)
async def verify_seal(request: Request, seal: SealPath) -> VerificationModel:
    """Ask again what was sealed, and compare.

    The verdict is `identical`; `unaffected` (the data changed, this answer did not); `changed`,
    with the statements that did it; `unexplained` (the answer is another one, and the revision of
    the seal is not kept); or `not_reproduced` (the data of the seal give another answer: the engine
    is another one, the query leaves it open, or the seal was forged).
    """
    return await steadily(
        request, lambda library: verify(Witness(library, request.app.state.turns), seal)
    )
