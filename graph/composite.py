"""A composite of a profile: only by weights that the caller gives, and with what depends on them.

OECD and JRC, Handbook on Constructing Composite Indicators (2008): the parts stay beside it, and
both ways of adding up and the range over other weights are shown.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.errors import ParameterError
from graph.profile import Profile, ProfileFigure, declarations

#: How far each weight is moved up and down for the range.
SWING: Final = 0.2
_TOLERANCE: Final = 1e-9

#: A value between 0 and 1, and its weight.
Weighted = tuple[float, float]


@dataclass(frozen=True)
class Mean:
    """A mean by the weights that were given, and its range over weights 20 % up and down."""

    value: float
    least: float
    most: float


@dataclass(frozen=True)
class Composite:
    """Both means of the parts, and the parts: the value and weight of each figure by name."""

    arithmetic: Mean
    geometric: Mean
    parts: Mapping[str, Weighted]


def shares() -> list[str]:
    """Return the names of the figures that may have a weight."""
    return [one.name for one in declarations() if one.better and one.is_share]


def compose(profile: Profile, weights: Mapping[str, float]) -> Composite:
    """Return the composite of the figures of the whole that have a weight.

    A share of which less is better counts as what is left of the whole. ParameterError when the
    weights do not add up to 1, name a figure that is no such share, or one that has no value; it
    names the missing parts.
    """
    known = shares()
    for name, weight in weights.items():
        if name not in known:
            raise ParameterError.unknown("weights", name, known)
        if not 0 < weight <= 1:
            raise ParameterError(
                f"The weight of {name} is {weight:g}; it must be above 0, and 1 at most.",
                "weights",
                ("above 0 to 1",),
            )
    if abs(sum(weights.values()) - 1) > _TOLERANCE:
        raise ParameterError(
            f"The weights add up to {sum(weights.values()):g}; they must add up to 1.",
            "weights",
            ("weights that add up to 1",),
        )
    parts = _parts(profile, weights)
    return Composite(_mean(parts, _arithmetic), _mean(parts, _geometric), parts)


def _parts(profile: Profile, weights: Mapping[str, float]) -> dict[str, Weighted]:
    values = {name: _good(figure) for name in weights if (figure := profile.of(name))}
    missing = [name for name in weights if values.get(name) is None]
    if missing:
        raise ParameterError(
            f"These parts have no value: {', '.join(missing)}; weigh others.",
            "weights",
            [name for name in weights if name not in missing],
        )
    return {name: (value, weights[name]) for name, value in values.items() if value is not None}


def _good(figure: ProfileFigure) -> float | None:
    """Return the value, turned so that more is better."""
    if figure.value is None or figure.declared.better == "more":
        return figure.value
    return 1 - figure.value


def _arithmetic(parts: Sequence[Weighted]) -> float:
    return sum(value * weight for value, weight in parts) / sum(weight for _, weight in parts)


def _geometric(parts: Sequence[Weighted]) -> float:
    if any(value <= 0 for value, _ in parts):
        return 0.0
    logs = [(math.log(value), weight) for value, weight in parts]
    return math.exp(_arithmetic(logs))


def _mean(parts: Mapping[str, Weighted], mean: Callable[[Sequence[Weighted]], float]) -> Mean:
    """Return a mean with its range.

    A weighted mean is at its ends when all parts above some value have one end of their weights
    and all others the other, so that these are all that need be tried.
    """
    ordered = sorted(parts.values())
    tried = [
        mean([(v, w * (up if i >= cut else down)) for i, (v, w) in enumerate(ordered)])
        for cut in range(len(ordered) + 1)
        for up, down in ((1 + SWING, 1 - SWING), (1 - SWING, 1 + SWING))
    ]
    return Mean(mean(ordered), min(tried), max(tried))
