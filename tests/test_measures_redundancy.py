"""Redundancy: how often things are covered, and how much rests on each that covers them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from itertools import combinations, permutations

import networkx as nx
import pytest
from hypothesis import given

from graph.measures.figures import Figure
from graph.measures.redundancy import (
    Covers,
    concentration,
    disjoint_paths,
    distinct_owners,
    effective_number,
    jaccard,
    node_redundancy,
    overlaps,
    profile,
    redundancy,
    shapley,
    single_point_share,
    smallest_cover,
)
from random_graphs import any_weight, coverings, graphs, renamings, some_items, tied

#: Goal 1 has two instruments, goal 2 three, goal 3 one, and goal 4 none; d covers another goal.
GOALS = "1234"
COVERS = {"a": "12", "b": "12", "c": "23", "d": "9"}


def test_redundancy_counts_what_covers() -> None:
    """R is the number of instruments of a goal, 0 for one without any; other goals stay out."""
    assert redundancy(GOALS, COVERS) == {"1": 2, "2": 3, "3": 1, "4": 0}


def test_profile_shares_the_items_out() -> None:
    """The profile has the shares covered 0, 1, 2, and 3 times or more."""
    shares = profile({"1": 2, "2": 3, "3": 1, "4": 0, "5": 7})
    assert [(f.name, f.numerator, f.denominator) for f in shares] == [
        ("redundancy_0", 1, 5),
        ("redundancy_1", 1, 5),
        ("redundancy_2", 1, 5),
        ("redundancy_3_or_more", 2, 5),
    ]


def test_single_point_share_is_of_what_is_covered() -> None:
    """One of three covered goals is covered once; the uncovered goal does not count."""
    share = single_point_share(redundancy(GOALS, COVERS))
    assert (share.numerator, share.denominator) == (1, 3)


def test_single_point_share_needs_cover() -> None:
    """Where nothing is covered there is no share of single points."""
    assert single_point_share({"1": 0}).reason == "empty_denominator"


def test_pseudo_redundancy_shows() -> None:
    """Two instruments of one owner have one distinct owner, and give one disjoint path."""
    owners = {"a": ["x"], "b": ["x"], "c": ["x", "y"]}
    assert distinct_owners(GOALS, COVERS, owners) == {"1": 1, "2": 2, "3": 2, "4": 0}
    assert disjoint_paths(GOALS, COVERS, owners) == {"1": 1, "2": 2, "3": 1, "4": 0}


def test_no_owner_adds_nothing() -> None:
    """An instrument without an owner gives no independent cover."""
    assert distinct_owners("1", COVERS, {}) == disjoint_paths("1", COVERS, {}) == {"1": 0}


def test_same_name_on_both_sides_is_two() -> None:
    """A department that bears the name of its instrument is not taken for it."""
    assert disjoint_paths("1", {"a": "1"}, {"a": ["a"]}) == {"1": 1}


def test_shapley_by_hand() -> None:
    """Of goal 1 half rests on a, of goal 2 a third, and goal 3 rests on c alone."""
    values = {name: figure.value for name, figure in shapley(GOALS, COVERS).items()}
    assert values == pytest.approx({"a": 5 / 6, "b": 5 / 6, "c": 4 / 3, "d": 0})


@given(some_items, coverings)
def test_shapley_sums_to_what_is_covered(items: frozenset[str], covers: Covers) -> None:
    """All Shapley values together are the number of covered items."""
    covered = sum(count > 0 for count in redundancy(items, covers).values())
    assert sum(f.value or 0 for f in shapley(items, covers).values()) == pytest.approx(covered)


def average_gain(items: str, covers: Covers) -> dict[str, float]:
    """Return what each adds to those before it, over all orders of arrival."""
    gains = dict.fromkeys(covers, Fraction(0))
    orders = list(permutations(covers))
    for order in orders:
        seen: set[str] = set()
        for name in order:
            new = (set(covers[name]) & set(items)) - seen
            gains[name] += Fraction(len(new), len(orders))
            seen |= new
    return {name: float(gain) for name, gain in gains.items()}


def test_shapley_is_the_average_gain() -> None:
    """It is what Shapley defined: the gain on arrival, averaged over all orders."""
    values = {name: figure.value for name, figure in shapley(GOALS, COVERS).items()}
    assert values == pytest.approx(average_gain(GOALS, COVERS))


def test_concentration_by_hand() -> None:
    """All on one gives H = 1 and one effective; four with the same give 1/4 and four."""
    assert concentration("12", {"a": "12"}).value == effective_number("12", {"a": "12"}).value == 1
    equal = {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert concentration(GOALS, equal).value == 0.25
    assert effective_number(GOALS, equal).value == 4


def test_concentration_needs_cover() -> None:
    """Where nothing is covered there is neither concentration nor an effective number."""
    found = [concentration("1", {"a": ""}), effective_number("", COVERS)]
    assert [(f.value, f.reason) for f in found] == [(None, "empty_denominator")] * 2


def test_node_redundancy_by_hand() -> None:
    """Of the three pairs of v, only the pair 1-2 is tied by another, w."""
    graph = tied("v1", "v2", "v3", "w1", "w2", "u1", "z")
    found = node_redundancy(graph, "uvwz")
    assert (found["v"].numerator, found["v"].denominator) == (1, 3)
    assert found["w"].value == 1
    assert (found["u"].reason, found["z"].reason) == ("too_few", "isolated")


def test_jaccard_by_hand() -> None:
    """Two that share one of three are a third alike; two that hold nothing have no likeness."""
    assert (jaccard("12", "23").numerator, jaccard("12", "23").denominator) == (1, 3)
    assert jaccard("", "").reason == "empty_denominator"


def test_overlaps_reach_the_threshold() -> None:
    """Pairs at the threshold or above are listed, most alike first, ties by id."""
    covers = {"b": "12", "a": "12", "c": "23", "e": "", "f": ""}
    found = [(pair.one, pair.other, pair.shared) for pair in overlaps(covers, 1 / 3 - 1e-9)]
    assert found == [("a", "b", ("1", "2")), ("a", "c", ("2",)), ("b", "c", ("2",))]
    assert len(overlaps(covers, 1)) == 1


def test_smallest_cover_names_every_tie() -> None:
    """Both smallest sets are given, without the goal that nothing covers."""
    found = smallest_cover(GOALS, COVERS)
    assert (found.exact, found.choices) == (True, (("a", "c"), ("b", "c")))


def test_each_smallest_cover_is_given_once() -> None:
    """Any two of these three sets cover all three goals, and no pair is said twice."""
    found = smallest_cover("123", {"a": "12", "b": "13", "c": "23"})
    assert found.choices == (("a", "b"), ("a", "c"), ("b", "c"))


def test_greedy_takes_the_largest_first() -> None:
    """Of 22 sets, the one that holds what the others hold is taken and no other."""
    goals = [str(number) for number in range(21)]
    found = smallest_cover(goals, {**{f"n{goal}": [goal] for goal in goals}, "z": goals})
    assert (found.exact, found.choices) == (False, (("z",),))


def test_smallest_cover_of_nothing_is_empty() -> None:
    """Where nothing is covered the smallest set has no members."""
    assert smallest_cover("1", {}).choices == ((),)


def test_greedy_is_fooled_where_exact_is_not() -> None:
    """The largest set first is not the smallest cover, and only the exact search knows."""
    trap: Covers = {"a": "123456", "b": "1237", "c": "4568"}
    items = "12345678"
    assert smallest_cover(items, trap).choices == (("b", "c"),)
    many = {f"n{number:02}": [f"x{number}"] for number in range(18)}
    found = smallest_cover([*items, *(f"x{n}" for n in range(18))], {**trap, **many})
    assert not found.exact
    assert found.choices == (("a", "b", "c", *many),)


def test_exact_up_to_twenty_sets() -> None:
    """Twenty sets that cover something are searched exactly, with any number that cover nothing."""
    covers = {f"n{number:02}": [f"x{number}"] for number in range(20)}
    items = [f"x{number}" for number in range(21)]
    assert smallest_cover(items, covers | {"zz": [], "yy": []}).exact
    assert not smallest_cover(items, covers | {"zz": ["x20"]}).exact


@given(some_items, coverings)
def test_smallest_cover_is_smallest(items: frozenset[str], covers: Covers) -> None:
    """The choices are exactly the covers of the least size, found by trying all."""
    covered = {item for item, count in redundancy(items, covers).items() if count}
    for size in range(len(covers) + 1):
        tried = combinations(sorted(covers), size)
        fit = [names for names in tried if covered <= {i for n in names for i in covers[n]}]
        if fit:
            assert smallest_cover(items, covers).choices == tuple(fit)
            return


@given(coverings, some_items, renamings)
def test_names_do_not_matter(
    covers: Covers, items: frozenset[str], renaming: Mapping[str, str]
) -> None:
    """Renaming what covers renames the answers and changes nothing else."""

    def other(name: str) -> str:
        return "".join(renaming[letter] for letter in name)

    renamed = {other(name): covered for name, covered in covers.items()}
    assert redundancy(items, renamed) == redundancy(items, covers)
    assert effective_number(items, renamed) == effective_number(items, covers)
    values = shapley(items, covers)
    assert shapley(items, renamed) == {other(name): value for name, value in values.items()}
    choices = {frozenset(map(other, c)) for c in smallest_cover(items, covers).choices}
    assert set(map(frozenset, smallest_cover(items, renamed).choices)) == choices


@given(some_items, coverings, graphs(any_weight))
def test_every_figure_can_be_said(
    items: frozenset[str], covers: Covers, graph: "nx.Graph[str]"
) -> None:
    """No covering and no graph gives NaN, infinity, an unknown reason or an error."""
    counts = redundancy(items, covers)
    found: list[Figure] = [
        *profile(counts),
        single_point_share(counts),
        *shapley(items, covers).values(),
        concentration(items, covers),
        effective_number(items, covers),
        *node_redundancy(graph, "abcz").values(),
        *(pair.figure for pair in overlaps(covers, 0)),
    ]
    for figure in found:
        json.dumps(asdict(figure), allow_nan=False)
        assert bool(figure.reason) is (figure.value is None)
