"""Scenarios over HTTP: what would become of the answers; nothing is written."""

from dataclasses import replace

from fastapi import APIRouter

from api.intake import TurnRoute
from api.library import LibraryDep
from api.scenarios import GivenScenario, WhatIfModel, whatif_model
from graph.whatif import compare

router = APIRouter(tags=["scenarios"], route_class=TurnRoute)


@router.post("/scenarios")
def try_scenario(library: LibraryDep, given: GivenScenario) -> WhatIfModel:
    """Work out a scenario: the answers and the profile before and after it, and what changed.

    Nothing is written, and nobody needs a token. Few are worked out at once; who finds them all
    taken gets 503 with Retry-After.
    """
    inquiry = library.inquiry
    scope = inquiry.scope(given.level, given.scope.sources, given.scope.edition)
    scope = replace(scope, supposes=given.level == "hypothetical")
    found = compare(inquiry, given.scenario(), given.questions, scope)
    return whatif_model(library.author, found)
