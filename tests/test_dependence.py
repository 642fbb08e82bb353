"""Dependence: closures and circles of what rests on what."""

from hypothesis import given
from hypothesis import strategies as st

from graph.measures.dependence import closures, cycles

PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=20)


def test_closure_of_a_chain() -> None:
    """The first of a chain rests on all the others, the last on nothing."""
    found = closures([("a", "b"), ("b", "c")])
    assert found == {"a": {"b", "c"}, "b": {"c"}, "c": set()}


def test_circles_are_named_whole() -> None:
    """A circle of three is one group; what leads into it, and a thing on itself, are none."""
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e")]
    assert cycles(pairs) == [("a", "b", "c")]


@given(PAIRS)
def test_things_of_a_circle_rest_on_each_other(pairs: list[tuple[str, str]]) -> None:
    """Two things are in one circle exactly when each is in the closure of the other."""
    found, reach = cycles(pairs), closures(pairs)
    together = {(a, b) for group in found for a in group for b in group if a != b}
    assert together == {(a, b) for a in reach for b in reach[a] if a in reach[b] and a != b}
