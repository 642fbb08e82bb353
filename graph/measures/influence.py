"""Influence between items that were scored: direct, incoming, of second order, and their ranking.

Scores run from -3 (makes impossible) to +3 (indivisible), by ordered pair of items; several
scorers may score a pair (Nilsson et al. 2016). A pair that nobody scored is missing, not zero.
Sums add ordinal scores as if they were numbers, so the same is worked out with signs alone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from graph.measures.figures import Figure, fraction

#: The furthest that a score can be from zero.
MOST: Final = 3

Pair = tuple[str, str]


@dataclass(frozen=True)
class Summary:
    """The scores of several scorers for one ordered pair: their median, range and number."""

    median: float
    low: int
    high: int
    n: int

    @property
    def spread(self) -> int:
        """How far the scorers are apart."""
        return self.high - self.low

    @property
    def contested(self) -> bool:
        """Whether one scorer sees help where another sees harm."""
        return self.low < 0 < self.high


def summarise(scores: Collection[int]) -> Summary:
    """Return the summary of the scores of one pair, of which there is at least one."""
    return Summary(median(scores), min(scores), max(scores), len(scores))


@dataclass(frozen=True)
class Range:
    """A sum: its value by the medians, and the lowest and highest that the scores allow."""

    value: float
    low: float
    high: float

    def __add__(self, other: "Range") -> "Range":
        """Add two ranges that do not depend on each other."""
        return Range(self.value + other.value, self.low + other.low, self.high + other.high)

    def __mul__(self, other: "Range") -> "Range":
        """Multiply two ranges that do not depend on each other."""
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Range(self.value * other.value, min(ends), max(ends))

    def clip(self, low: float, high: float) -> "Range":
        """Return the range with everything outside the limits moved to them."""
        value, least, most = (max(low, min(high, end)) for end in (self.value, self.low, self.high))
        return Range(value, least, most)


@dataclass(frozen=True)
class Position:
    """The first and the last place (from 1) that an item may have; equal when it is settled."""

    first: int
    last: int


@dataclass(frozen=True)
class Item:
    """The influence of one item.

    `positive` and `negative` add the scores that it gives to others, apart; `direct` both;
    `second` is half of what it passes on through those others; `total` is direct and second.
    `incoming` adds the scores that it is given. All are None when no such score is there.
    `scored_out` and `scored_in` count the pairs behind them. `position` ranks by total, and
    `sign_position` by the total of the signs: two items are ranked only when their ranges do not
    overlap, whatever the missing scores would be. `active`, `passive` and `quadrant` ("active",
    "passive", "critical" or "buffering"; empty when not known) are those of Vester's matrix of
    influence: sums without signs, above their mean or not.
    """

    id: str
    scored_out: int
    scored_in: int
    positive: Range | None
    negative: Range | None
    direct: Range | None
    second: Range | None
    total: Range | None
    incoming: Range | None
    position: Position
    sign_position: Position
    active: float | None
    passive: float | None
    quadrant: str


@dataclass(frozen=True)
class Influence:
    """The influence of all items, sorted by id.

    `scored` of the `pairs` n(n-1) have a score; `tension` is the share of these with a negative
    median, without a value for the reason "nothing_scored" when there is none. `opposed` are
    pairs that help one way and harm the other; on the `contested` the scorers disagree about the
    sign.
    """

    items: tuple[Item, ...]
    scored: int
    pairs: int
    tension: Figure
    opposed: tuple[Pair, ...]
    contested: tuple[Pair, ...]


_Rows = Mapping[str, Mapping[str, Range]]


def _sum(ranges: Iterable[Range]) -> Range | None:
    """Add ranges; None when there are none."""
    found = list(ranges)
    return sum(found[1:], found[0]) if found else None


def _rows(items: Sequence[str], cells: Mapping[Pair, Range], gap: Range | None) -> _Rows:
    """Return the cells by row and column; a gap, if given, fills those that are missing."""
    rows: dict[str, dict[str, Range]] = {item: {} for item in items}
    if gap:
        rows = {one: dict.fromkeys((i for i in items if i != one), gap) for one in items}
    for (one, other), cell in cells.items():
        rows[one][other] = cell
    return rows


def _directs(rows: _Rows) -> dict[str, Range]:
    sums = {item: _sum(row.values()) for item, row in rows.items()}
    return {item: found for item, found in sums.items() if found}


def _passed_on(row: Mapping[str, Range], directs: Mapping[str, Range], once: float) -> Range | None:
    """Return the sum of each score times half the direct influence of its column, plus `once`.

    The range is exact: no cell occurs twice in it. What nobody scored passes nothing on.
    """
    half, first, none = Range(0.5, 0.5, 0.5), Range(once, once, once), Range(0, 0, 0)
    return _sum(cell * (half * directs.get(j, none) + first) for j, cell in row.items())


def _positions(items: Sequence[str], cells: Mapping[Pair, Range], most: int) -> dict[str, Position]:
    """Return the places by total that remain possible, whatever the missing scores would be."""
    rows = _rows(items, cells, Range(0, -most, most))
    directs = _directs(rows)
    none = Range(0, 0, 0)
    totals = {item: _passed_on(row, directs, 1) or none for item, row in rows.items()}
    lows = sorted(total.low for total in totals.values())
    highs = sorted(total.high for total in totals.values())
    return {
        item: Position(
            1 + len(lows) - bisect_right(lows, total.high),
            len(highs) - bisect_left(highs, total.low),
        )
        for item, total in totals.items()
    }


def _sign(score: int) -> int:
    return (score > 0) - (score < 0)


def _cells(scores: Mapping[Pair, Summary]) -> dict[Pair, Range]:
    return {pair: Range(s.median, s.low, s.high) for pair, s in scores.items()}


def _quadrant(active: float | None, passive: float | None, mean: float) -> str:
    if active is None or passive is None:
        return ""
    names = {(1, 1): "critical", (1, 0): "active", (0, 1): "passive", (0, 0): "buffering"}
    return names[active > mean, passive > mean]


def _strength(row: Mapping[str, Range]) -> float | None:
    """Return the sum of the medians without their signs; None of no scores."""
    return sum(abs(cell.value) for cell in row.values()) if row else None


def _items(
    items: Sequence[str], cells: Mapping[Pair, Range], signs: Mapping[Pair, Range]
) -> Iterable[Item]:
    rows = _rows(items, cells, None)
    columns = _rows(items, {(b, a): cell for (a, b), cell in cells.items()}, None)
    directs = _directs(rows)
    places, sign_places = _positions(items, cells, MOST), _positions(items, signs, 1)
    actives = {item: _strength(row) for item, row in rows.items()}
    mean = sum(filter(None, actives.values())) / max(1, len(items))
    for item in items:
        row, column = rows[item], columns[item]
        active, passive = actives[item], _strength(column)
        yield Item(
            id=item,
            scored_out=len(row),
            scored_in=len(column),
            positive=_sum(cell.clip(0, MOST) for cell in row.values()),
            negative=_sum(cell.clip(-MOST, 0) for cell in row.values()),
            direct=directs.get(item),
            second=_passed_on(row, directs, 0),
            total=_passed_on(row, directs, 1),
            incoming=_sum(column.values()),
            position=places[item],
            sign_position=sign_places[item],
            active=active,
            passive=passive,
            quadrant=_quadrant(active, passive, mean),
        )


def measure_influence(items: Collection[str], scores: Mapping[Pair, Collection[int]]) -> Influence:
    """Return the influence of items on each other, of the scores of each ordered pair.

    ValueError for a score beyond ±3, of an item on itself, or of an item that is not given.
    """
    ids = sorted(set(items))
    given = {pair: tuple(found) for pair, found in scores.items() if found}
    for (one, other), found in given.items():
        if one == other or not {one, other} <= set(ids) or max(map(abs, found)) > MOST:
            raise ValueError(f"No scores of one item on another: {one}, {other}: {found}.")
    summaries = {pair: summarise(found) for pair, found in sorted(given.items())}
    signs = {pair: summarise([*map(_sign, found)]) for pair, found in given.items()}
    negative = {pair for pair, summary in summaries.items() if summary.median < 0}
    positive = {pair for pair, summary in summaries.items() if summary.median > 0}
    return Influence(
        items=tuple(_items(ids, _cells(summaries), _cells(signs))),
        scored=len(summaries),
        pairs=len(ids) * (len(ids) - 1),
        tension=fraction("tension", len(negative), len(summaries), "nothing_scored"),
        opposed=tuple(sorted((a, b) for a, b in positive if (b, a) in negative)),
        contested=tuple(pair for pair, summary in summaries.items() if summary.contested),
    )
