"""Paths: how two things hang together, by the shortest ways over links that count.

A path may follow a link against its direction. What joins everything, such as the strategy that
has all goals, is not passed through, and a link that says that nothing goes on is not followed:
both are choices, with a default.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from graph.links import STRENGTH, Link
from graph.neighbours import Choice, Surroundings, choose
from ontology import SAM

#: Classes that hold or name so much that passing through them says nothing.
HUBS: Final = ("Strategy", "Pillar", "Document")
#: Kinds of link that only name something, or say that two things do not go together.
IDLE: Final = tuple(
    SAM + kind
    for kind in (
        "mentions",
        "notComparableWith",
        "newComparedWith",
        "droppedIn",
        "headingDroppedIn",
    )
)
#: The levels of links that count, strongest first.
COUNTING: Final = tuple(name for name, strength in STRENGTH.items() if strength > 1)
#: So many beginnings of paths are looked at; it takes some tenths of a second.
MOST: Final = 50_000

#: What is compared of two paths of one length, in this order: the number of assessed, of derived
#: and of cited links, the number of things that the things between are linked with, and the IRIs.
Cost = tuple[int, int, int, int, tuple[str, ...]]


@dataclass(frozen=True)
class Step:
    """From one thing to the next, by the links between them that count, strongest first."""

    source: str
    target: str
    links: tuple[Link, ...]

    @property
    def level(self) -> str:
        """The level of the strongest link."""
        return self.links[0].level


@dataclass(frozen=True)
class Path:
    """Steps from one thing to another."""

    steps: tuple[Step, ...]

    @property
    def level(self) -> str:
        """The level of the weakest step."""
        return min((step.level for step in self.steps), key=lambda name: STRENGTH[name])


@dataclass(frozen=True)
class Ways:
    """What was looked for between two things.

    Links of `level` or stronger count, those of the kinds `without` excepted; things of the
    classes in `avoid` may stand at an end but not between; a path has at most `longest` steps.
    """

    source: str
    target: str
    level: str = "assessed"
    avoid: Collection[str] = HUBS
    without: Collection[str] = IDLE
    longest: int = 4

    @cached_property
    def counts(self) -> Choice:
        """Which links count."""
        return choose(self.level, without=frozenset(self.without))


@dataclass(frozen=True)
class Found:
    """The first paths; `more` tells whether there may be others."""

    paths: tuple[Path, ...]
    more: bool


def find_paths(
    surroundings: Surroundings, class_of: Callable[[str], str], ways: Ways, limit: int = 10
) -> Found:
    """Return the first paths: the shortest first, among these those with the best evidence.

    That is the fewest links of the weakest level, then of the next; then the paths through things
    that are linked with little else. Hart, Nilsson and Raphael (1968), "A formal basis for the
    heuristic determination of minimum cost paths": what is left to go is known exactly.
    """
    near = _Near(surroundings, class_of, ways)
    left = _steps_left(near, ways)
    if ways.source not in left:
        return Found((), more=False)
    open_: list[tuple[int, Cost]] = [(left[ways.source], (0, 0, 0, 0, (ways.source,)))]
    found: list[Path] = []
    looked_at = 0
    while open_ and len(found) < limit and looked_at < MOST:
        _, cost = heappop(open_)
        way = cost[-1]
        if way[-1] == ways.target:
            found.append(near.path(way))
            continue
        for other in near.of(way[-1]):
            length = len(way) + left.get(other, ways.longest)
            if other not in way and length <= ways.longest:
                heappush(open_, (length, near.longer(cost, other)))
                looked_at += 1
    return Found(tuple(found), more=bool(open_))


class _Near:
    """The neighbours that a path may go on to, each with the strength of its strongest link."""

    def __init__(
        self, surroundings: Surroundings, class_of: Callable[[str], str], ways: Ways
    ) -> None:
        self._all, self._class_of, self._ways = surroundings, class_of, ways
        self._known: dict[str, dict[str, Step]] = {}

    def of(self, thing: str) -> dict[str, Step]:
        """Return the steps from a thing, by where they lead."""
        if thing not in self._known:
            self._known[thing] = {
                one.thing: Step(thing, one.thing, one.links)
                for one in self._all.near(thing, self._ways.counts)
                if one.thing in (self._ways.source, self._ways.target)
                or self._class_of(one.thing) not in self._ways.avoid
            }
        return self._known[thing]

    def longer(self, cost: Cost, other: str) -> Cost:
        """Return the cost of a way that goes one step on."""
        assessed, derived, cited, joined, way = cost
        level = self.of(way[-1])[other].level
        return (
            assessed + (level == "assessed"),
            derived + (level == "derived"),
            cited + (level == "cited"),
            joined + (0 if other == self._ways.target else self._all.degree(other)),
            (*way, other),
        )

    def path(self, way: tuple[str, ...]) -> Path:
        """Return the path through these things."""
        return Path(tuple(self.of(one)[other] for one, other in pairwise(way)))


def _steps_left(near: _Near, ways: Ways) -> dict[str, int]:
    """Return how many steps it is at least from each thing to the target, as far as it counts."""
    left, waiting = {ways.target: 0}, deque([ways.target])
    while waiting:
        thing = waiting.popleft()
        if left[thing] == ways.longest:
            break
        for other in near.of(thing):
            if other not in left:
                left[other] = left[thing] + 1
                waiting.append(other)
    return left
