"""The cache: what was answered before is answered again, within a size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.answers import Answer
from graph.cache import Cache, Key
from graph.results import Form

FORMATS = {Form.BINDINGS: "json", Form.GRAPH: "turtle"}


def an_answer(size: int) -> Answer:
    """Return an answer with so many bytes."""
    return Answer(Form.BINDINGS, "json", b"x" * size, "")


def test_answer_is_found_by_all_that_it_depends_on() -> None:
    """An answer is found for the same query, dataset, formats and rows, and for no other."""
    cache = Cache(1)
    key = cache.key("ASK {}", ["urn:a"], ["urn:b"], FORMATS, 10)
    cache.keep(key, an_answer(10))
    assert cache.find(cache.key("ASK {}", ("urn:a",), ("urn:b",), dict(FORMATS), 10))
    assert cache.find((*key, "gzip")) is None
    for other in (
        cache.key("ASK { }", ["urn:a"], ["urn:b"], FORMATS, 10),
        cache.key("ASK {}", ["urn:b"], ["urn:a"], FORMATS, 10),
        cache.key("ASK {}", ["urn:a"], ["urn:b"], {Form.BINDINGS: "csv"}, 10),
        cache.key("ASK {}", ["urn:a"], ["urn:b"], FORMATS, None),
    ):
        assert cache.find(other) is None


def test_nothing_is_kept_without_room() -> None:
    """A cache of no size keeps nothing, and no answer takes more than an eighth of one."""
    for cache, size in ((Cache(0), 0), (Cache(0), 10), (Cache(1), 200_000)):
        key = cache.key("ASK {}", [], [], FORMATS, None)
        cache.keep(key, an_answer(size))
        assert cache.find(key) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 130_000)), max_size=60))
def test_cache_never_grows_beyond_its_size(asked: list[tuple[int, int]]) -> None:
    """However many answers come, those that are kept have at most the size together."""
    cache = Cache(1)
    keys: dict[int, Key] = {}
    for number, size in asked:
        key = keys.setdefault(number, cache.key(f"ASK {{ {number} }}", [], [], FORMATS, None))
        cache.keep(key, an_answer(size))
    held = [answer for key in keys.values() if (answer := cache.find(key))]
    assert sum(len(answer.body) for answer in held) <= 1 << 20


def test_texts_take_room_too() -> None:
    """Long queries with short answers are not kept without end."""
    cache = Cache(1)
    keys = [cache.key(f"ASK {{}} # {n}" + "x" * 20_000, [], [], FORMATS, None) for n in range(500)]
    for key in keys:
        cache.keep(key, an_answer(10))
    held = [key for key in keys if cache.find(key)]
    assert 0 < sum(len(key[0]) for key in held) <= 1 << 20


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?x) {}", "ASK { service <urn:x> {} }"])
def test_what_changes_by_itself_is_not_kept(query: str) -> None:
    """What another endpoint says, or chance, is asked anew each time."""
    cache = Cache(1)
    key = cache.key(query, [], [], FORMATS, None)
    cache.keep(key, an_answer(10))
    assert cache.find(key) is None
