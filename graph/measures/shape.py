"""Shape: whether the work is nested, and where it is densest."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx

from graph.measures.figures import Figure, figure, fraction
from graph.measures.projection import simple_graph


@dataclass(frozen=True)
class Nestedness:
    """NODF from 0 to 100, over all pairs, over those of rows, and over those of columns."""

    total: Figure
    rows: Figure
    columns: Figure


def _paired(lines: Sequence[frozenset[str]]) -> tuple[Fraction, int]:
    """Return the sum of the paired nestedness, in percent, and the number of pairs.

    Only pairs that share something add to it, so that others are not looked at.
    """
    shared_of: Counter[int] = Counter()  # by the lesser fill of the pair
    holding: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        shared = Counter(other for column in line for other in holding[column])
        for other, number in shared.items():
            if len(lines[other]) != len(line):
                shared_of[min(len(lines[other]), len(line))] += number
        for column in line:
            holding[column].append(index)
    total = sum((Fraction(100 * number, fill) for fill, number in shared_of.items()), Fraction(0))
    return total, len(lines) * (len(lines) - 1) // 2


def nestedness(rows: Mapping[str, Collection[str]], columns: Iterable[str] = ()) -> Nestedness:
    """Return NODF, nestedness by overlap and decreasing fill; each row is the columns it fills.

    Of a pair of unequal fill, it is the percentage of the lesser that the greater holds too; a
    pair of equal fill, or with an empty line, counts for 0. `columns` may name empty ones.
    Almeida-Neto et al. (2008), "A consistent metric for nestedness analysis in ecological systems".
    """
    across = {name: frozenset(filled) for name, filled in rows.items()}
    down: dict[str, set[str]] = {column: set() for column in columns}
    for name, filled in across.items():
        for column in filled:
            down.setdefault(column, set()).add(name)
    if not any(across.values()):
        names = ("nodf", "nodf_rows", "nodf_columns")
        return Nestedness(*(figure(name, None, reason="no_edges") for name in names))
    in_rows, row_pairs = _paired(list(across.values()))
    in_columns, column_pairs = _paired([frozenset(names) for names in down.values()])
    return Nestedness(
        fraction("nodf", in_rows + in_columns, row_pairs + column_pairs, "too_few"),
        fraction("nodf_rows", in_rows, row_pairs, "too_few"),
        fraction("nodf_columns", in_columns, column_pairs, "too_few"),
    )


def core_numbers(graph: "nx.Graph[str]") -> dict[str, int]:
    """Return for each node the largest k of which it is in the k-core.

    The k-core is the largest part in which each node has k neighbours or more. Seidman (1983),
    "Network structure and minimum degree".
    """
    return dict(nx.core_number(simple_graph(graph)))


@dataclass(frozen=True)
class Core:
    """The innermost core: its k, and its nodes."""

    k: Figure
    nodes: tuple[str, ...]


def innermost_core(graph: "nx.Graph[str]") -> Core:
    """Return the k-core of the largest k that has nodes."""
    numbers = core_numbers(graph)
    k = max(numbers.values(), default=None)
    nodes = tuple(sorted(node for node, number in numbers.items() if number == k))
    return Core(figure("innermost_core", k, reason="no_nodes"), nodes)
