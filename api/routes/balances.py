"""Cross-impact balances over HTTP: which options of a strategy go together."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.balances import BalanceModel, balance_model
from api.intake import TurnRoute
from api.library import LibraryDep
from graph.editions import find_strategy
from graph.errors import ParameterError
from graph.measures.balance import DRAWS, Balance, find_consistent
from graph.options import Choices, balance_of, choices_of
from graph.store import Store
from ontology import ID

router = APIRouter(tags=["balances"], route_class=TurnRoute)

#: So many combinations are all looked at here; it takes a second or two.
MOST: Final = 100_000
#: The same for a sample: draws by descriptors by options.
_WORK: Final = 500_000


@router.get("/balances")
def get_balances(
    library: LibraryDep,
    edition: Annotated[
        str, Query(description="A strategy, by its slug; else the default edition.")
    ] = "",
    most: Annotated[
        int,
        Query(ge=1, le=MOST, description="Beyond so many combinations a sample is looked at."),
    ] = MOST,
    option: Annotated[
        list[str] | None,
        Query(description="The option of each descriptor, as class/slug, for its balance row."),
    ] = None,
) -> BalanceModel:
    """Give the options of a strategy, the scenarios that are consistent, and one balance row."""
    strategy = find_strategy(library.store, edition)
    choices = choices_of(library.store, strategy)
    found = find_consistent(choices.options, choices.scores, most=most, draws=draws_of(choices))
    row = _row(library.store, strategy, option) if option else None
    return balance_model(library.author, strategy, choices, found, row)


def draws_of(choices: Choices) -> int:
    """Return how many scenarios a sample draws; fewer where each takes longer."""
    options = sum(map(len, choices.options.values()))
    return max(1, min(DRAWS, _WORK // max(1, len(choices.options) * options)))


def _row(store: Store, strategy: str, named: list[str]) -> Balance:
    """Return the balance row of options; ParameterError when they are not one of each."""
    try:
        return balance_of(store, strategy, [ID + name.removeprefix(ID) for name in named])
    except ParameterError as error:
        allowed = [name.removeprefix(ID) for name in error.allowed]
        raise type(error)(str(error), "option", allowed) from error
