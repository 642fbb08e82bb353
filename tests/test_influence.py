"""Influence: small matrices whose answer can be worked out on paper, and what holds for any."""

import json
from dataclasses import asdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.measures.figures import Figure
from graph.measures.influence import (
    Influence,
    Item,
    Position,
    Range,
    measure_influence,
    summarise,
)

#: a helps b much, b helps c, c harms a; nothing else was scored.
CIRCLE = {("a", "b"): [2], ("b", "c"): [1], ("c", "a"): [-1]}


def of(found: Influence, name: str) -> Item:
    """Return one item."""
    return next(item for item in found.items if item.id == name)


def exact(value: float) -> Range:
    """Return the range of a sum on which nobody differs."""
    return Range(value, value, value)


def test_direct_and_second_order() -> None:
    """Second order is half of each score times the direct influence of what is influenced."""
    a = of(measure_influence("abc", CIRCLE), "a")
    assert (a.positive, a.negative, a.direct) == (exact(2), exact(0), exact(2))
    assert (a.second, a.total, a.incoming) == (exact(1), exact(3), exact(-1))


def test_help_and_harm_stay_apart() -> None:
    """What helps and what harms is added apart, so that the one does not hide the other."""
    found = measure_influence("abc", {("a", "b"): [3], ("a", "c"): [-3]})
    a = of(found, "a")
    assert (a.positive, a.negative, a.direct) == (exact(3), exact(-3), exact(0))


def test_missing_is_not_zero() -> None:
    """What nobody scored has no sum; what was scored zero has the sum zero."""
    found = measure_influence("abc", {("a", "b"): [0]})
    assert (found.scored, found.pairs) == (1, 6)
    assert of(found, "a").direct == exact(0)
    assert of(found, "b").direct is None
    assert of(found, "b").total is None
    assert of(found, "b").incoming == exact(0)
    assert of(found, "c").quadrant == ""


def test_nothing_scored_has_no_tension() -> None:
    """Without a score there is no tension, and a reason code instead."""
    found = measure_influence("abc", {})
    assert (found.tension.value, found.tension.reason) == (None, "nothing_scored")
    assert (found.scored, found.pairs) == (0, 6)
    assert measure_influence("", {}).items == ()


def test_tension_is_of_what_was_scored() -> None:
    """Tension counts the negative pairs among the scored ones, and names those of two signs."""
    found = measure_influence("abc", CIRCLE | {("b", "a"): [-3]})
    assert found.tension == Figure("tension", 0.5, 2, 4)
    assert found.opposed == (("a", "b"),)


def test_summary_of_several_scorers() -> None:
    """Several scores of a pair have a median, a range, a spread, and a dispute about the sign."""
    summary = summarise([2, -1, 1])
    assert (summary.median, summary.low, summary.high, summary.n) == (1, -1, 2, 3)
    assert (summary.spread, summary.contested) == (3, True)
    assert not summarise([0, 3]).contested


def test_sums_of_several_scorers_are_ranges() -> None:
    """Where scorers differ a sum goes from the lowest to the highest that they allow."""
    found = measure_influence("abc", {("a", "b"): [1, 3], ("b", "c"): [-1, 1]})
    a = of(found, "a")
    assert a.direct == Range(2, 1, 3)
    assert a.second == Range(0, -1.5, 1.5)
    assert a.total == Range(2, 0.5, 4.5)
    assert found.contested == (("b", "c"),)


def whole(rows: dict[str, dict[str, list[int]]]) -> dict[tuple[str, str], list[int]]:
    """Return the scores of all pairs: those given, and zero."""
    return {(a, b): rows.get(a, {}).get(b, [0]) for a in "abc" for b in "abc" if a != b}


def test_ranking_of_a_whole_matrix() -> None:
    """When every pair has one score the totals rank the items, and equal ones share a place."""
    found = measure_influence("abc", whole({"a": {"b": [3]}}))
    assert of(found, "a").position == Position(1, 1)
    assert of(found, "b").position == of(found, "c").position == Position(2, 3)


def test_no_ranking_between_ranges_that_overlap() -> None:
    """Items whose ranges overlap share their places, whatever their medians say."""
    found = measure_influence("abc", whole({"a": {"b": [0, 3]}, "b": {"c": [1]}, "c": {"b": [-2]}}))
    assert of(found, "a").position == of(found, "b").position == Position(1, 2)
    assert of(found, "c").position == Position(3, 3)


def test_no_ranking_on_what_nobody_scored() -> None:
    """A missing score leaves open every place that it could give."""
    scores = whole({"a": {"b": [1]}})
    assert of(measure_influence("abc", scores), "a").position == Position(1, 1)
    del scores["b", "c"]
    assert of(measure_influence("abc", scores), "a").position == Position(1, 3)


def test_signs_rank_beside_scores() -> None:
    """One strong influence outranks two weak ones by score, and is outranked by sign."""
    rows = {"a": {"b": [3]}, "c": {"a": [0], "b": [1]}, "b": {"a": [1], "c": [-1]}}
    rows["c"]["a"] = [1]
    found = measure_influence("abc", whole(rows))
    assert (of(found, "a").position.first, of(found, "c").position.first) == (2, 1)
    assert of(found, "c").sign_position == Position(1, 1)


@pytest.mark.parametrize(
    ("item", "quadrant"), [("a", "active"), ("b", "critical"), ("c", "passive"), ("d", "buffering")]
)
def test_quadrants(item: str, quadrant: str) -> None:
    """Active items influence more than the mean, passive ones are influenced more, signs aside."""
    found = measure_influence(
        "abcd",
        {(x, y): [0] for x in "abcd" for y in "abcd" if x != y}
        | {("a", "b"): [-3], ("b", "c"): [3], ("b", "d"): [1]},
    )
    assert of(found, item).quadrant == quadrant


@pytest.mark.parametrize("scores", [{("a", "a"): [1]}, {("a", "x"): [1]}, {("a", "b"): [4]}])
def test_wrong_scores_are_refused(scores: dict[tuple[str, str], list[int]]) -> None:
    """A score of an item on itself, of an unknown item or beyond three is refused."""
    with pytest.raises(ValueError, match="No scores"):
        measure_influence("abc", scores)


PAIRS = st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda p: p[0] != p[1])
SCORES = st.dictionaries(PAIRS, st.lists(st.integers(-3, 3), min_size=1, max_size=4))


@given(SCORES)
def test_any_scores_give_numbers(scores: dict[tuple[str, str], list[int]]) -> None:
    """No scores give NaN or infinity; a value lies in its range and a place among the places."""
    found = measure_influence("abcde", scores)
    json.dumps(asdict(found), allow_nan=False)
    for item in found.items:
        for range_ in (item.positive, item.negative, item.direct, item.second, item.total):
            assert range_ is None or range_.low <= range_.value <= range_.high
        for position in (item.position, item.sign_position):
            assert 1 <= position.first <= position.last <= 5


@given(SCORES, st.randoms(use_true_random=False))
def test_order_of_scorers_is_irrelevant(
    scores: dict[tuple[str, str], list[int]], random: Random
) -> None:
    """In whatever order pairs and scorers come, the result is the same."""
    pairs = list(scores)
    random.shuffle(pairs)
    mixed = {pair: random.sample(scores[pair], len(scores[pair])) for pair in pairs}
    assert measure_influence("edcba", mixed) == measure_influence("abcde", scores)


@given(SCORES, st.data())
def test_no_choice_of_scores_leaves_the_range(
    scores: dict[tuple[str, str], list[int]], data: st.DataObject
) -> None:
    """Whichever score of each pair is taken, the total lies in the range of all of them."""
    taken = {pair: [data.draw(st.sampled_from(found))] for pair, found in scores.items()}
    ranges = {item.id: item.total for item in measure_influence("abcde", scores).items}
    for item in measure_influence("abcde", taken).items:
        range_ = ranges[item.id]
        assert (item.total is None) == (range_ is None)
        assert not item.total or (range_ and range_.low <= item.total.value <= range_.high)


@given(SCORES)
def test_zero_for_what_is_missing_is_possible(scores: dict[tuple[str, str], list[int]]) -> None:
    """Scoring a missing pair zero narrows the places of an item, and never moves them outside."""
    open_ = {item.id: item.position for item in measure_influence("abcde", scores).items}
    every = {(a, b): scores.get((a, b), [0]) for a in "abcde" for b in "abcde" if a != b}
    for item in measure_influence("abcde", every).items:
        assert open_[item.id].first <= item.position.first
        assert item.position.last <= open_[item.id].last
