"""Cross-impact balance: which options of several descriptors go together (Weimer-Jehle 2006).

A scenario chooses one option of each descriptor. The balance of an option is the sum of the
scores that the chosen options of the other descriptors give it; a scenario is consistent when no
descriptor has an option with a higher balance than the chosen one (ties are allowed).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import add, sub
from random import Random
from typing import Final

#: So many combinations are all looked at; of more, a sample is drawn.
ALL: Final = 1_000_000
#: So many scenarios are drawn for a sample.
DRAWS: Final = 1_000
#: So many consistent scenarios are kept; the others are only counted.
KEPT: Final = 1_000

Options = Mapping[str, Sequence[str]]
Scores = Mapping[tuple[str, str], float]
_Vector = tuple[float, ...]


@dataclass(frozen=True)
class Balance:
    """The balance of a scenario: of every option, and where a better one was to be had.

    `better` gives, for each descriptor that is not consistent, its options of highest balance.
    """

    chosen: Mapping[str, str]
    balances: Mapping[str, float]
    better: Mapping[str, tuple[str, ...]]

    @property
    def consistent(self) -> bool:
        """Whether no descriptor has a better option."""
        return not self.better


@dataclass(frozen=True)
class Consistent:
    """The consistent scenarios, each an option for each descriptor, in the order of the options.

    `found` counts them; at most KEPT are listed. When `sampled`, only the scenarios to which
    `examined` random starts (of this `seed`) led were looked at: there may be more.
    """

    scenarios: tuple[tuple[str, ...], ...]
    found: int
    combinations: int
    examined: int
    sampled: bool
    seed: int | None


class _Matrix:
    """The scores as vectors: options by number, `spans` says which belong to each descriptor."""

    def __init__(self, options: Options, scores: Scores) -> None:
        self.ids = [option for found in options.values() for option in found]
        self.spans: list[range] = []
        for found in options.values():
            first = self.spans[-1].stop if self.spans else 0
            self.spans.append(range(first, first + len(found)))
        own = [span for span in self.spans for _ in span]
        self.rows: list[_Vector] = [
            tuple(
                0 if j in own[i] else scores.get((one, other), 0)
                for j, other in enumerate(self.ids)
            )
            for i, one in enumerate(self.ids)
        ]

    def balances(self, chosen: Sequence[int]) -> _Vector:
        """Return the balance of every option."""
        return tuple(map(sum, zip(*(self.rows[option] for option in chosen), strict=True)))

    def best(self, balances: _Vector, span: range) -> list[int]:
        """Return the options of a descriptor with the highest balance."""
        highest = max(balances[span.start : span.stop])
        return [option for option in span if balances[option] == highest]

    def consistent(self, chosen: Sequence[int]) -> bool:
        """Tell whether every chosen option has the highest balance of its descriptor."""
        balances = self.balances(chosen)
        spans = zip(chosen, self.spans, strict=True)
        return all(balances[one] == max(balances[span.start : span.stop]) for one, span in spans)

    def _gains(self) -> list[list[_Vector]]:
        """Return how much an option can still gain on each of its rivals, by depth and option.

        At a depth, the descriptors before it are chosen, and the others still open.
        """
        own = [span for span in self.spans for _ in span]
        gains: list[list[_Vector]] = [[(0.0,) * len(span) for span in own]]
        for open_ in reversed(self.spans):
            after = gains[0]
            step = [
                tuple(max(self.rows[o][i] - self.rows[o][rival] for o in open_) for rival in own[i])
                for i in range(len(own))
            ]
            gains.insert(0, [tuple(map(add, *pair)) for pair in zip(after, step, strict=True)])
        return gains

    def search(self) -> Iterator[tuple[int, ...]]:
        """Yield every consistent scenario; branches that cannot become consistent are left out."""
        gains = self._gains()
        start: tuple[tuple[int, ...], _Vector] = ((), (0,) * len(self.ids))
        stack = [start]
        while stack:
            chosen, balances = stack.pop()
            depth = len(chosen)
            if depth == len(self.spans):
                yield chosen
                continue
            reach = gains[depth + 1]
            for option in reversed(self.spans[depth]):
                here, now = (*chosen, option), tuple(map(add, balances, self.rows[option]))
                for one, span in zip(here, self.spans, strict=False):
                    if max(map(sub, now[span.start : span.stop], reach[one])) > now[one]:
                        break
                else:
                    stack.append((here, now))

    def settle(self, chosen: list[int], random: Random) -> list[int]:
        """Take a better option of one descriptor after another, until none is left.

        After ten steps for each descriptor it gives up: the steps may go round in circles.
        """
        balances = self.balances(chosen)
        for _ in range(10 * len(self.spans)):
            best = [self.best(balances, span) for span in self.spans]
            moves = [d for d, found in enumerate(best) if chosen[d] not in found]
            if not moves:
                break
            at = random.choice(moves)
            left, taken = self.rows[chosen[at]], self.rows[best[at][0]]
            balances = tuple(map(add, balances, map(sub, taken, left)))
            chosen[at] = best[at][0]
        return chosen


def measure_balance(options: Options, scores: Scores, chosen: Mapping[str, str]) -> Balance:
    """Return the balance of a scenario, of scores by option and option; missing ones add nothing.

    ValueError when `chosen` is not one of the options of each descriptor.
    """
    if chosen.keys() != options.keys() or any(chosen[d] not in options[d] for d in options):
        raise ValueError("A scenario chooses one option of each descriptor.")
    matrix = _Matrix(options, scores)
    numbers = [
        span[options[d].index(chosen[d])] for d, span in zip(options, matrix.spans, strict=True)
    ]
    balances = matrix.balances(numbers) if numbers else ()
    better = {}
    for descriptor, span, number in zip(options, matrix.spans, numbers, strict=True):
        best = matrix.best(balances, span)
        if number not in best:
            better[descriptor] = tuple(matrix.ids[option] for option in best)
    return Balance(dict(chosen), dict(zip(matrix.ids, balances, strict=True)), better)


def _sample(matrix: _Matrix, draws: int, seed: int) -> list[tuple[int, ...]]:
    random = Random(seed)
    starts = ([random.choice(span) for span in matrix.spans] for _ in range(draws))
    ends = {tuple(matrix.settle(start, random)) for start in starts}
    return sorted(end for end in ends if matrix.consistent(end))


def find_consistent(
    options: Options, scores: Scores, *, most: int = ALL, draws: int = DRAWS, seed: int = 0
) -> Consistent:
    """Return the consistent scenarios: all of them, or beyond `most` combinations a sample.

    A sample draws `draws` scenarios and goes from each to better options until none is better.
    """
    combinations = prod(map(len, options.values())) if options else 0
    if not combinations:
        return Consistent((), 0, 0, 0, sampled=False, seed=None)
    matrix, sampled = _Matrix(options, scores), combinations > most
    listed, found = list[tuple[int, ...]](), 0
    for chosen in _sample(matrix, draws, seed) if sampled else matrix.search():
        found += 1
        if found <= KEPT:
            listed.append(chosen)
    return Consistent(
        scenarios=tuple(tuple(matrix.ids[option] for option in chosen) for chosen in listed),
        found=found,
        combinations=combinations,
        examined=draws if sampled else combinations,
        sampled=sampled,
        seed=seed if sampled else None,
    )
