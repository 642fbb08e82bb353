"""Neighbours: what is linked with what by links that are not denied, whichever way they point."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graph.links import STRENGTH, Link

#: Tells whether a link is of interest.
Choice = Callable[[Link], bool]


@dataclass(frozen=True)
class Neighbour:
    """A thing beside another, and the links between the two, strongest first."""

    thing: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Group:
    """Neighbours of one class: the first of them, and how many there are in all."""

    class_: str
    neighbours: tuple[Neighbour, ...]
    total: int

    @property
    def more(self) -> int:
        """How many are not among the first."""
        return self.total - len(self.neighbours)


@dataclass(frozen=True)
class Surroundings:
    """Every thing with its neighbours, and the links to each, strongest first."""

    by_thing: Mapping[str, Mapping[str, tuple[Link, ...]]]

    def near(self, thing: str, counts: Choice) -> Iterator[Neighbour]:
        """Yield the neighbours of a thing, in order, with the links that count."""
        for other, links in self.by_thing.get(thing, {}).items():
            if kept := tuple(filter(counts, links)):
                yield Neighbour(other, kept)

    def degree(self, thing: str) -> int:
        """Return with how many things a thing is linked."""
        return len(self.by_thing.get(thing, {}))


def surroundings_of(links: Iterable[Link]) -> Surroundings:
    """Return what is linked with what; links to values, to the thing itself and denied are none."""
    found: dict[str, dict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in sorted(links, key=lambda link: link.sort_key):
        if not (link.is_value or link.denied or link.subject == link.object):
            found[link.subject][link.object].append(link)
            found[link.object][link.subject].append(link)
    return Surroundings(
        {
            thing: {other: tuple(near[other]) for other in sorted(near)}
            for thing, near in found.items()
        }
    )


def choose(level: str, kinds: Collection[str] = (), without: Collection[str] = ()) -> Choice:
    """Return the choice of links at a level or stronger, of these kinds (any, when none)."""
    least = STRENGTH[level]

    def counts(link: Link) -> bool:
        named = not kinds or link.kind in kinds
        return STRENGTH[link.level] >= least and named and link.kind not in without

    return counts


def group_neighbours(
    surroundings: Surroundings,
    thing: str,
    counts: Choice,
    class_of: Callable[[str], str],
    limit: int,
) -> list[Group]:
    """Return the neighbours of a thing by class, the largest class first.

    Of each class come the first `limit`: those with the firmest link first, then those with the
    most links, then by IRI.
    """
    groups: dict[str, list[Neighbour]] = defaultdict(list)
    for neighbour in surroundings.near(thing, counts):
        groups[class_of(neighbour.thing)].append(neighbour)
    return [
        Group(class_, tuple(sorted(groups[class_], key=_firmest)[:limit]), len(groups[class_]))
        for class_ in sorted(groups, key=lambda name: (-len(groups[name]), name))
    ]


def _firmest(neighbour: Neighbour) -> tuple[int, int, str]:
    links = neighbour.links
    return -STRENGTH[links[0].level], -len(links), neighbour.thing
