"""How long work takes, and how that is written."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Final

#: A measure that takes longer than this, in seconds, is not repeated.
LONG: Final = 5.0

#: What was measured, its median, and a note.
Row = tuple[str, str, str]


def seconds(work: Callable[[], object], repeats: int) -> list[float]:
    """Return how long the work took, each time; once only when it takes long."""
    taken: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
        if taken[0] > LONG:
            break
    return taken


def percentile(taken: Sequence[float], share: float) -> float:
    """Return the least value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(taken)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def duration(value: float) -> str:
    """Write seconds in the unit that suits them."""
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.1f} ms" if value >= 0.01 else f"{value * 1000:.2f} ms"


def shown(taken: list[float]) -> tuple[str, str]:
    """Write the median, and the number of runs with the least and the most."""
    spread = f"{duration(min(taken))} to {duration(max(taken))}"
    return duration(statistics.median(taken)), f"{len(taken)} runs, {spread}"
