"""Cross-impact balance: small matrices worked out on paper, and what holds for any."""

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.measures import balance
from graph.measures.balance import Options, Scores, find_consistent, measure_balance

TWO: Options = {"X": ("x1", "x2"), "Y": ("y1", "y2")}
#: x1 and y1 help each other, x2 and y2 too.
MATCHED: Scores = {("x1", "y1"): 2, ("y1", "x1"): 1, ("x2", "y2"): 1, ("y2", "x2"): 3}


def test_balance_adds_what_the_chosen_options_give() -> None:
    """The balance of an option is the sum of the scores of the options that were chosen."""
    found = measure_balance(TWO, MATCHED, {"X": "x1", "Y": "y2"})
    assert found.balances == {"x1": 0, "x2": 3, "y1": 2, "y2": 0}
    assert found.better == {"X": ("x2",), "Y": ("y1",)}
    assert not found.consistent


def test_consistent_scenario_has_nothing_better() -> None:
    """A scenario is consistent when every chosen option has the highest balance."""
    assert measure_balance(TWO, MATCHED, {"X": "x1", "Y": "y1"}).consistent


def test_consistent_scenarios_are_found() -> None:
    """Of two pairs that help each other exactly those two are consistent."""
    found = find_consistent(TWO, MATCHED)
    assert found.scenarios == (("x1", "y1"), ("x2", "y2"))
    assert (found.found, found.combinations, found.examined) == (2, 4, 4)
    assert (found.sampled, found.seed) == (False, None)


def test_ties_are_consistent() -> None:
    """Without any score all options tie, and every combination is consistent."""
    assert find_consistent(TWO, {}).found == 4


def test_scores_within_a_descriptor_do_not_count() -> None:
    """What is said of two options of one descriptor changes nothing: only one of them holds."""
    inner = {("x1", "x2"): 3.0, ("x1", "x1"): -3.0}
    assert find_consistent(TWO, {**MATCHED, **inner}) == find_consistent(TWO, MATCHED)


def test_no_options_have_no_scenarios() -> None:
    """Without descriptors, or with one that has no options, there is nothing to combine."""
    for options in ({}, {"X": ("x1",), "Y": ()}):
        found = find_consistent(options, {})
        assert (found.scenarios, found.combinations, found.examined) == ((), 0, 0)
    assert measure_balance({}, {}, {}).consistent


@pytest.mark.parametrize("chosen", [{}, {"X": "x1"}, {"X": "x1", "Y": "x1"}])
def test_incomplete_scenario_is_refused(chosen: dict[str, str]) -> None:
    """A scenario without one option of each descriptor is refused."""
    with pytest.raises(ValueError, match="one option of each"):
        measure_balance(TWO, MATCHED, chosen)


def test_sample_says_that_it_is_one() -> None:
    """Beyond the limit a seeded sample is drawn, which says so and can be repeated."""
    found = find_consistent(TWO, MATCHED, most=3, draws=50, seed=7)
    assert (found.sampled, found.examined, found.seed, found.combinations) == (True, 50, 7, 4)
    assert found.scenarios == (("x1", "y1"), ("x2", "y2"))
    assert found == find_consistent(TWO, MATCHED, most=3, draws=50, seed=7)


def test_sample_gives_up_where_nothing_is_consistent() -> None:
    """Where better options go round in circles a sample ends, and finds nothing."""
    chase = {("x1", "y1"): 1, ("y1", "x2"): 1, ("x2", "y2"): 1, ("y2", "x1"): 1}
    assert find_consistent(TWO, chase).found == 0
    assert find_consistent(TWO, chase, most=1, draws=5).found == 0


def test_list_is_short_and_the_count_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """More consistent scenarios than are kept are counted all the same."""
    monkeypatch.setattr(balance, "KEPT", 3)
    found = find_consistent(TWO, {})
    assert (len(found.scenarios), found.found) == (3, 4)


SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=4)


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Options, Scores]:
    """Draw descriptors with options, and some scores between them, halves included."""
    options = {
        f"d{i}": tuple(f"d{i}o{j}" for j in range(size)) for i, size in enumerate(draw(SIZES))
    }
    names = [name for found in options.values() for name in found]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    scores = draw(st.dictionaries(pairs, st.integers(-6, 6).map(lambda n: n / 2)))
    return options, scores


@given(matrices())
def test_search_finds_what_looking_at_each_finds(matrix: tuple[Options, Scores]) -> None:
    """The search that leaves branches out finds the scenarios whose balance is consistent."""
    options, scores = matrix
    slow = [
        chosen
        for chosen in product(*options.values())
        if measure_balance(options, scores, dict(zip(options, chosen, strict=True))).consistent
    ]
    found = find_consistent(options, scores)
    assert list(found.scenarios) == slow
    assert found.combinations == prod(map(len, options.values()))


@given(matrices(), st.integers())
def test_sample_finds_nothing_else(matrix: tuple[Options, Scores], seed: int) -> None:
    """Whatever a sample finds is consistent, whatever its seed."""
    options, scores = matrix
    sample = find_consistent(options, scores, most=0, draws=5, seed=seed)
    assert set(sample.scenarios) <= set(find_consistent(options, scores).scenarios)
