"""Figures of measures: a number, or the reason why there is none."""

import json
import math
from dataclasses import asdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.measures import connection, redundancy, shape
from graph.measures.betweenness import betweenness
from graph.measures.figures import Figure, figure, fraction, ranked
from graph.wording import sentence
from random_graphs import tied


@given(st.none() | st.floats() | st.integers() | st.fractions(-1000, 1000))
def test_figure_has_a_value_or_a_reason(value: float | Fraction | None) -> None:
    """Every figure can be written as JSON, and has a reason exactly when it has no value."""
    made = figure("made", value, value, value, reason="isolated")
    json.dumps(asdict(made), allow_nan=False)
    assert made.reason == ("isolated" if made.value is None else "")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_value(value: float) -> None:
    """NaN and infinity become None in every field, and the reason is never forgotten."""
    assert figure("made", value, value, value) == Figure("made", None, None, None, "undefined")


def test_fraction_keeps_both_counts() -> None:
    """A fraction carries numerator and denominator beside its value."""
    assert fraction("share", 5, 13) == Figure("share", round(5 / 13, 12), 5, 13)


def test_share_of_nothing_has_no_value() -> None:
    """With a denominator of zero there is no value, and the fraction is still said."""
    assert fraction("share", 0, 0) == Figure("share", None, 0, 0, "empty_denominator")


def test_zero_has_no_sign() -> None:
    """A value that rounds to zero is plain zero."""
    assert json.dumps(figure("made", -1e-17).value) == "0.0"


def test_rank_breaks_ties_by_id() -> None:
    """Figures are ranked highest first; equals go by id, and those without a value last."""
    figures = {
        "d": figure("made", None),
        "c": figure("made", 0.1 + 0.2),
        "b": figure("made", 0.3),
        "a": figure("made", -1),
    }
    assert [name for name, _ in ranked(figures)] == ["b", "c", "a", "d"]


def every_figure() -> list[Figure]:
    """Return at least one figure of each measure."""
    graph, covers = tied("ab", "bc"), {"a": "12"}
    index = connection.ei_index(graph, {})
    nested = shape.nestedness(covers)
    return [
        *redundancy.profile({}),
        redundancy.single_point_share({}),
        *redundancy.shapley("1", covers).values(),
        redundancy.concentration("1", covers),
        redundancy.effective_number("1", covers),
        *redundancy.node_redundancy(graph, "b").values(),
        redundancy.jaccard("1", "2"),
        *(index.index, index.chance, index.low, index.high),
        connection.modularity(graph, {}),
        *betweenness(graph).values(),
        *connection.constraint(graph).values(),
        *connection.effective_size(graph).values(),
        *(nested.total, nested.rows, nested.columns),
        shape.innermost_core(graph).k,
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_figures_are_said(language: str) -> None:
    """Each figure has a name in both languages."""
    assert all(sentence("figure", figure.name, language) for figure in every_figure())
