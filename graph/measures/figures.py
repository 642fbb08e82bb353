"""Figures: a value with its fraction, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A named value; with numerator and denominator when it is a fraction.

    The value is None when there is nothing to compute it from; `reason` is the code of why.
    """

    name: str
    value: float | int | None
    numerator: float | int | None = None
    denominator: float | int | None = None
    reason: str = ""
