"""Redundancy: how often things are covered, and how much rests on each that covers them.

`covers` maps what covers (an instrument, say) to the items that it covers (goals); `items` are
those that the question is about, covered or not. What covers other items counts for those not.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import combinations, count
from typing import Final

import networkx as nx

from graph.measures.figures import Figure, Reason, figure, fraction
from graph.measures.projection import simple_graph

#: Up to this many sets the smallest cover is searched for exactly.
EXACT: Final = 20

Covers = Mapping[str, Collection[str]]


def coverers(items: Iterable[str], covers: Covers) -> dict[str, frozenset[str]]:
    """Return what covers each item, by item."""
    found: dict[str, set[str]] = {item: set() for item in sorted(set(items))}
    for name, covered in covers.items():
        for item in found.keys() & set(covered):
            found[item].add(name)
    return {item: frozenset(names) for item, names in found.items()}


def redundancy(items: Iterable[str], covers: Covers) -> dict[str, int]:
    """Return R of each item: the number of those that cover it."""
    return {item: len(names) for item, names in coverers(items, covers).items()}


def distinct_owners(items: Iterable[str], covers: Covers, owners: Covers) -> dict[str, int]:
    """Return the number of distinct owners of what covers each item.

    `owners` maps what covers to its owners; without an owner it adds none.
    """
    return {
        item: len({owner for name in names for owner in owners.get(name, ())})
        for item, names in coverers(items, covers).items()
    }


def disjoint_paths(items: Iterable[str], covers: Covers, owners: Covers) -> dict[str, int]:
    """Return how many covers of each item share neither what covers nor its owner.

    These are the node-disjoint paths from owners to the item (Menger 1927): one instrument of two
    owners is one path, and so are two instruments of one owner.
    """
    paths = {}
    for item, names in coverers(items, covers).items():
        ends = [(("by", n), ("owner", o)) for n in sorted(names) for o in sorted(owners.get(n, ()))]
        left = {one for one, _ in ends}
        matching = nx.bipartite.hopcroft_karp_matching(nx.Graph(ends), left) if ends else {}
        paths[item] = len(matching) // 2
    return paths


def profile(counts: Mapping[str, int]) -> tuple[Figure, ...]:
    """Return the shares of items with a count of 0, 1, 2, and 3 or more."""
    tally = Counter(min(count, 3) for count in counts.values())
    names = ("redundancy_0", "redundancy_1", "redundancy_2", "redundancy_3_or_more")
    return tuple(fraction(name, tally[count], len(counts)) for count, name in enumerate(names))


def single_point_share(counts: Mapping[str, int]) -> Figure:
    """Return the share of the covered items that are covered exactly once."""
    once = sum(count == 1 for count in counts.values())
    return fraction("single_point_share", once, sum(count >= 1 for count in counts.values()))


def _shares(items: Iterable[str], covers: Covers) -> dict[str, Fraction]:
    parts: dict[str, Counter[int]] = {name: Counter() for name in sorted(covers)}
    for names in coverers(items, covers).values():
        for name in names:
            parts[name][len(names)] += 1
    return {
        name: sum((Fraction(times, among) for among, times in counts.items()), Fraction(0))
        for name, counts in parts.items()
    }


def shapley(items: Iterable[str], covers: Covers) -> dict[str, Figure]:
    """Return what rests on each that covers: of each item it covers, one part in R.

    It is the Shapley value (Shapley 1953, "A value for n-person games") of the game in which a
    coalition is worth the number of items that it covers; all add up to the items covered.
    """
    shares = _shares(items, covers)
    return {name: figure("shapley", float(share)) for name, share in shares.items()}


def _concentration(items: Iterable[str], covers: Covers) -> tuple[Fraction, Fraction]:
    """Return the sum of the squares of the Shapley values, and the square of their sum."""
    shares = _shares(items, covers).values()
    return sum((s * s for s in shares), Fraction(0)), sum(shares, Fraction(0)) ** 2


def concentration(items: Iterable[str], covers: Covers) -> Figure:
    """Return H, the sum of the squared parts of the Shapley values: 1 when all rests on one.

    Herfindahl (1950) and Hirschman (1945).
    """
    return fraction("concentration", *_concentration(items, covers))


def effective_number(items: Iterable[str], covers: Covers) -> Figure:
    """Return 1/H: how many would cover as much if all carried the same.

    Laakso and Taagepera (1979), "Effective number of parties".
    """
    squares, square = _concentration(items, covers)
    return fraction("effective_number", square, squares)


def node_redundancy(graph: "nx.Graph[str]", nodes: Iterable[str]) -> dict[str, Figure]:
    """Return the share of the pairs of neighbours of each node that another node also ties.

    The graph has two kinds of nodes, and these nodes are of one of them; only two neighbours or
    more make a pair. Latapy, Magnien and Del Vecchio (2008), "Basic notions for the analysis of
    large two-mode networks".
    """
    simple = simple_graph(graph)
    figures = {}
    for node in sorted(set(nodes)):
        degree = len(simple[node]) if node in simple else 0
        pairs = degree * (degree - 1) // 2
        share = nx.bipartite.node_redundancy(simple, [node])[node] if pairs else 0
        reason: Reason = "too_few" if degree else "isolated"
        figures[node] = fraction("node_redundancy", round(share * pairs), pairs, reason)
    return figures


@dataclass(frozen=True)
class Overlap:
    """Two that cover the same: `figure` is their likeness, `shared` what both cover."""

    one: str
    other: str
    figure: Figure
    shared: tuple[str, ...]


def jaccard(one: Collection[str], other: Collection[str]) -> Figure:
    """Return what both hold as a share of what either holds (Jaccard 1912)."""
    return fraction("jaccard", len({*one} & {*other}), len({*one, *other}))


def overlaps(covers: Covers, threshold: float) -> list[Overlap]:
    """Return the pairs with a Jaccard of the threshold or more, most alike first, ties by id.

    A pair that covers nothing has no likeness and is left out.
    """
    found = []
    for one, other in combinations(sorted(covers), 2):
        likeness = jaccard(covers[one], covers[other])
        if likeness.value is not None and likeness.value >= threshold:
            shared = tuple(sorted({*covers[one]} & {*covers[other]}))
            found.append(Overlap(one, other, likeness, shared))
    return sorted(found, key=lambda pair: (-(pair.figure.value or 0), pair.one, pair.other))


@dataclass(frozen=True)
class SmallestCover:
    """The smallest sets that cover all that is covered.

    `exact` says that `choices` holds every smallest set there is; otherwise it holds the one that
    the greedy rule gave, which may be larger than needed.
    """

    exact: bool
    choices: tuple[tuple[str, ...], ...]


def _hitting(left: Collection[frozenset[str]], size: int) -> Iterator[frozenset[str]]:
    """Yield once each set of at most `size` names that has one name of each of `left`."""
    if not left:
        yield frozenset()
    elif size:
        barred: set[str] = set()
        fewest = min(left, key=lambda names: (len(names), sorted(names)))
        for name in sorted(fewest):
            rest = {names - barred for names in left if name not in names}
            yield from (more | {name} for more in _hitting(rest, size - 1))
            barred.add(name)


def _greedy(left: Collection[frozenset[str]]) -> frozenset[str]:
    """Return names that have one of each of `left`, taking the most frequent, ties by id.

    A name that is taken from the heap with a count that has fallen since goes back with its own.
    """
    rest = dict(enumerate(left))
    holding: dict[str, set[int]] = defaultdict(set)
    for place, names in rest.items():
        for name in names:
            holding[name].add(place)
    heap = [(-len(places), name) for name, places in holding.items()]
    heapify(heap)
    chosen = set()
    while rest:
        count, name = heappop(heap)
        if len(holding[name]) < -count:
            heappush(heap, (-len(holding[name]), name))
            continue
        chosen.add(name)
        for place in tuple(holding[name]):
            for other in rest.pop(place):
                holding[other].discard(place)
    return frozenset(chosen)


def smallest_cover(items: Iterable[str], covers: Covers) -> SmallestCover:
    """Return the smallest choices of sets that cover every item that any set covers.

    Exact up to 20 sets that cover something; beyond, greedy (Chvátal 1979, "A greedy heuristic for
    the set-covering problem").
    """
    left = [names for names in coverers(items, covers).values() if names]
    if len({name for names in left for name in names}) > EXACT:
        return SmallestCover(False, (tuple(sorted(_greedy(left))),))
    distinct = set(left)
    needed = {names for names in distinct if not any(other < names for other in distinct)}
    of_size = (sorted(tuple(sorted(chosen)) for chosen in _hitting(needed, n)) for n in count())
    return SmallestCover(True, tuple(next(filter(None, of_size))))
