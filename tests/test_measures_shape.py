"""Shape: nestedness and cores."""

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given

from graph.measures.shape import core_numbers, innermost_core, nestedness
from random_graphs import any_weight, coverings, graphs, renamings, some_items, tied

PUBLISHED = Path(__file__).parent.parent.parent / "shared" / "benchmarks" / "nodf_almeida_neto"


def values(found: object) -> tuple[float | None, ...]:
    """Return the values for all pairs, rows and columns."""
    return tuple(getattr(found, part).value for part in ("total", "rows", "columns"))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published matrix is not kept here")
def test_nodf_is_as_published() -> None:
    """The example of Almeida-Neto et al. (2008) gives 58.33, 53.33 and 63.33 %."""
    with (PUBLISHED / "matrix.csv").open(encoding="utf-8") as file:
        matrix = {str(n): row for n, row in enumerate(csv.reader(file))}
    rows = {
        name: [str(column) for column, cell in enumerate(row) if cell == "1"]
        for name, row in matrix.items()
    }
    found = values(nestedness(rows))
    assert found == pytest.approx((175 / 3, 160 / 3, 190 / 3), abs=1e-9)
    with (PUBLISHED / "published.csv").open(encoding="utf-8") as file:
        said = next(csv.DictReader(file))
    wanted = [100 * float(said[name]) for name in ("NODF_total", "NODF_rows", "NODF_columns")]
    assert found == pytest.approx(wanted, abs=100 * float(said["tolerance"]))


def test_triangle_is_fully_nested() -> None:
    """A matrix in which each row holds all that the next one holds, and more, has 100."""
    assert values(nestedness({"1": "abc", "2": "ab", "3": "a"})) == (100, 100, 100)


def test_chessboard_is_not_nested() -> None:
    """Rows and columns of equal fill have no nestedness at all."""
    assert values(nestedness({"1": "ac", "2": "bd", "3": "ac", "4": "bd"})) == (0, 0, 0)


def test_nodf_by_hand() -> None:
    """Two of three pairs of rows are nested, and the columns are filled alike."""
    found = nestedness({"1": "abc", "2": "ab", "3": "c"})
    assert values(found) == pytest.approx((100 / 3, 200 / 3, 0), abs=1e-9)
    assert (found.rows.numerator, found.rows.denominator) == (200, 3)


def test_empty_columns_count() -> None:
    """A goal that nothing covers makes pairs that are not nested."""
    found = nestedness({"1": "ab", "2": "a"}, columns="abc")
    assert values(found) == pytest.approx((50, 100, 100 / 3), abs=1e-9)


def test_nodf_needs_pairs() -> None:
    """One row makes no pair of rows, and a matrix without a single 1 has no nestedness."""
    found = nestedness({"1": "ab"})
    assert (found.rows.reason, found.columns.value) == ("too_few", 0)
    assert nestedness({"1": "", "2": ""}, columns="ab").total.reason == "no_edges"


@given(coverings, some_items, renamings)
def test_order_and_names_do_not_matter(
    rows: Mapping[str, frozenset[str]], columns: frozenset[str], renaming: Mapping[str, str]
) -> None:
    """Renaming and reordering the rows changes nothing."""
    renamed = {
        "".join(renaming[letter] for letter in name): filled
        for name, filled in reversed(list(rows.items()))
    }
    assert nestedness(renamed, columns) == nestedness(rows, columns)


def test_core_by_hand() -> None:
    """A triangle with a tail has the triangle as its core of two, and the tail in that of one."""
    graph = tied("ab", "bc", "ca", "cd", "e")
    assert core_numbers(graph) == {"a": 2, "b": 2, "c": 2, "d": 1, "e": 0}
    core = innermost_core(graph)
    assert (core.k.value, core.nodes) == (2, ("a", "b", "c"))


def test_core_is_of_the_simple_graph() -> None:
    """Two quotations of one link, and a link of a thing with itself, make no denser core."""
    graph: nx.Graph[str] = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "a"), ("a", "a")])
    assert core_numbers(graph) == {"a": 1, "b": 1}


def test_nothing_has_no_core() -> None:
    """A graph without nodes has no core, and says so."""
    core = innermost_core(nx.Graph())
    assert (core.k.value, core.k.reason, core.nodes) == (None, "no_nodes", ())


@given(graphs(any_weight), coverings)
def test_every_shape_can_be_said(
    graph: "nx.Graph[str]", rows: Mapping[str, frozenset[str]]
) -> None:
    """No graph and no matrix gives NaN, infinity or an error."""
    json.dumps([asdict(innermost_core(graph)), asdict(nestedness(rows))], allow_nan=False)
