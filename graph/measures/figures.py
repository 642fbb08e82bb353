"""Figures: a number with its fraction, or the reason why there is none.

No figure holds NaN or infinity, which JSON cannot say (RFC 8259, section 6).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

#: Why a figure has no value; empty when it has one. `ontology/questions/wording.toml` says each.
Reason = Literal[
    "",
    "empty_denominator",
    "isolated",
    "no_edges",
    "no_nodes",
    "not_a_partition",
    "nothing_scored",
    "signed_weights",
    "too_few",
    "too_many",
    "undefined",
]

#: Decimals that are kept. Sums of floats differ beyond these by the order of their terms, and what
#: is a tie on paper has to be a tie here.
DECIMALS: Final = 12

Number = float | Fraction  # an int is a float to the type checker


@dataclass(frozen=True)
class Figure:
    """One number of a measure; made by `figure` and `fraction` only.

    `value` is None when there is none, and then `reason` says why; otherwise `reason` is empty.
    `numerator` and `denominator` are None when the value is no fraction.
    """

    name: str
    value: float | int | None
    numerator: float | int | None = None
    denominator: float | int | None = None
    reason: Reason = ""


def _finite(number: Number | None) -> float | int | None:
    """Return a whole number as int where it is exact, another rounded, and None for NaN."""
    if number is None or isinstance(number, int):
        return number
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return round(float(number), DECIMALS) + 0.0 if math.isfinite(number) else None  # no -0.0


def figure(
    name: str,
    value: Number | None,
    numerator: Number | None = None,
    denominator: Number | None = None,
    reason: Reason = "undefined",
) -> Figure:
    """Return the figure of a value; NaN and infinity become None, for this reason."""
    said = _finite(value)
    return Figure(
        name, said, _finite(numerator), _finite(denominator), "" if said is not None else reason
    )


def fraction(
    name: str,
    numerator: int | Fraction,
    denominator: int | Fraction,
    reason: Reason = "empty_denominator",
) -> Figure:
    """Return the figure of a fraction, None for this reason when the denominator is zero."""
    value = float(Fraction(numerator) / Fraction(denominator)) if denominator else None
    return figure(name, value, numerator, denominator, reason)


def ranked(figures: Mapping[str, Figure]) -> list[tuple[str, Figure]]:
    """Return the figures by id, highest first, ties by id, those without a value last."""

    def rank(entry: tuple[str, Figure]) -> tuple[bool, float, str]:
        value = entry[1].value
        return value is None, -(value or 0), entry[0]

    return sorted(figures.items(), key=rank)
