"""The profile of a strategy over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.library import LibraryDep
from api.profiles import ProfileModel, profile_model
from api.routes.questions import ScopeDep
from graph.composite import compose, shares
from graph.errors import ParameterError
from graph.profile import take_profile

_PATTERN: Final = r"^(|\w+:\d+(\.\d+)?(,\w+:\d+(\.\d+)?)*)$"

router = APIRouter(tags=["profile"])


@router.get("/profile")
def get_profile(
    library: LibraryDep,
    scope: ScopeDep,
    weights: Annotated[
        str,
        Query(
            description="Weights of figures that add up to 1, for a composite: "
            "goals_with_instrument:0.6,links_at_level:0.4. Without them there is none.",
            json_schema_extra={"pattern": _PATTERN},
        ),
    ] = "",
) -> ProfileModel:
    """Give the profile: five dimensions, each figure with its fraction, rows and interval."""
    weighed = _weights(weights)
    profile = take_profile(library.inquiry, library.inquiry.ground.statements, scope)
    composite = compose(profile, weighed) if weighed else None
    return profile_model(library.author, profile, composite)


def _weights(text: str) -> dict[str, float]:
    """Return the weight of each figure; ParameterError when they cannot be read."""
    weights: dict[str, float] = {}
    for part in text.split(",") if text else ():
        name, _, number = (word.strip() for word in part.partition(":"))
        try:
            weight = float(number)
        except ValueError as error:
            raise ParameterError(
                f"The weights hold {part!r}; write the name of a figure and a number, as name:0.4.",
                "weights",
                ("name:number, with commas",),
            ) from error
        if name not in shares():
            raise ParameterError.unknown("weights", name, shares())
        if name in weights:
            raise ParameterError(f"The weights name {name} twice; name it once.", "weights")
        weights[name] = weight
    return weights
