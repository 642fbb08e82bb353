"""Questions of doubling: cover that only looks double, duplicates, and the smallest set."""

import pytest

from graph.inquiry import Answer
from graph.names import Names
from graph.oxigraph import OxigraphStore
from graph.wording import explain, sentence, wording
from ontology import ID
from sketch import answer, rows, sketch

#: Two instruments for one goal, one of which has a known owner.
DOUBLE = (
    "instrument:i serves goal:a",
    "instrument:j serves goal:a",
    "department:d responsibleFor instrument:i",
)
#: i and j serve the same two goals; k serves one of these and one more.
ALIKE = (
    "instrument:i serves goal:a",
    "instrument:i serves goal:b",
    "instrument:j serves goal:a",
    "instrument:j serves goal:b",
    "instrument:k serves goal:b",
    "instrument:k serves goal:c",
)


def figures(answer: Answer) -> dict[str, float | int | None]:
    """Return the values of the figures by name."""
    return {figure.name: figure.value for figure in answer.figures}


def short(value: object) -> list[str]:
    """Return the short names in a value."""
    assert isinstance(value, tuple)
    return [name.removeprefix(ID) for name in value]


# Q15


def test_one_owner_of_two_instruments_is_no_double() -> None:
    """Two instruments with one owner are a gap, also beside a third of which no owner is known."""
    for more in ((), ("instrument:k serves goal:a",)):
        owned = ("department:d coordinates instrument:j", *more)
        asked = answer(sketch(*DOUBLE, *owned), "Q15")
        assert rows(asked) == ["goal/a"]
        assert asked.findings[0].values["known"] == 2
        assert asked.findings[0].why == "department"


def test_owner_of_one_instrument_says_nothing_of_the_others() -> None:
    """Where the owner of a single instrument is known, the others may have another."""
    asked = answer(sketch(*DOUBLE), "Q15")
    assert (asked.verdict, asked.figures[0].numerator) == ("not_assessable", 1)


def test_two_owners_are_a_double() -> None:
    """Two departments make the cover independent, at the level at which both are known."""
    owned = ("department:d coordinates instrument:j", "instrument:j issuedBy department:e assessed")
    store = sketch(*DOUBLE, *owned)
    assert answer(store, "Q15").findings[0].disappears_at == "assessed"
    asked = answer(store, "Q15", "assessed")
    assert asked.verdict == "none_found"
    assert asked.findings[0].cover == tuple(ID + f"link/l{n}" for n in (3, 4, 5))


def test_one_budget_for_all_is_no_double() -> None:
    """One investment that alone funds every instrument is a gap; a part, or a second, is none."""
    lines = (*DOUBLE[:2], "investment:m funds instrument:i")
    assert rows(answer(sketch(*lines), "Q15")) == []
    both = (*lines, "investment:m funds instrument:j")
    asked = answer(sketch(*both), "Q15")
    assert rows(asked) == ["goal/a"]
    assert asked.findings[0].why == "budget"
    assert rows(answer(sketch(*both, "investment:n funds instrument:j"), "Q15")) == []


def test_unknown_owners_and_budgets_are_counted_apart() -> None:
    """A goal of which neither is known is not assessed; a figure says how many there are."""
    asked = answer(sketch(*DOUBLE[:2]), "Q15")
    assert (asked.verdict, asked.denominator) == ("not_assessable", 0)
    (unknown,) = asked.figures
    assert (unknown.numerator, unknown.denominator) == (1, 1)


def test_no_mock_double_of_2019(store: OxigraphStore) -> None:
    """Of nine issues with several instruments none has two with a known owner.

    Read in nvs-2019-en.ttl: every link of the kinds serves, responsibleFor, coordinates, issuedBy
    and signedBy; it has none of funds. Against infectious diseases there are three instruments,
    and Health is responsible for the immunisation programme; another is a structure of two
    ministries.
    """
    asked = answer(store, "Q15", sources=["nvs-2019-en"], edition="nvs-2019")
    assert asked.verdict == "not_assessable"
    (unknown,) = asked.figures
    assert (unknown.numerator, unknown.denominator) == (9, 9)


# Q16


def test_same_goals_are_duplicates() -> None:
    """i and j serve the same two goals; k shares one of three and is none until theta allows."""
    store = sketch(*ALIKE)
    asked = answer(store, "Q16")
    assert rows(asked) == ["instrument/i instrument/j"]
    assert (asked.numerator, asked.denominator) == (1, 3)
    assert short(asked.findings[0].values["shared"]) == ["goal/a", "goal/b"]
    assert len(rows(answer(store, "Q16", theta=1 / 3))) == 3
    assert len(rows(answer(store, "Q16", theta=0.34))) == 1


def test_sharing_one_goal_is_no_duplicate() -> None:
    """Instruments with one goal each are not compared, nor those that share nothing."""
    one = sketch("instrument:i serves goal:a", "instrument:j serves goal:a")
    assert answer(one, "Q16").verdict == "not_assessable"
    lines = [f"instrument:{i} serves goal:{g}" for i, g in ("ia", "ib", "jc", "jd")]
    asked = answer(sketch(*lines), "Q16", theta=0.1)
    assert (asked.verdict, asked.denominator) == ("none_found", 1)


def test_smallest_set_without_anything_to_compare_says_so() -> None:
    """Where no two instruments can be compared, the first caveat tells what the rows are."""
    one = answer(sketch("instrument:i serves goal:a", "instrument:j serves goal:a"), "Q16")
    assert (one.verdict, len(one.findings)) == ("not_assessable", 1)
    assert one.caveats[0] == "none_compared"
    assert "none_compared" not in answer(sketch(*ALIKE), "Q16").caveats


def test_duplicates_end_where_a_weaker_link_tells_them_apart() -> None:
    """A duplicate disappears at the level at which one of the two serves another goal."""
    store = sketch(*ALIKE[:4], "instrument:j serves goal:c assessed")
    assert answer(store, "Q16").findings[0].disappears_at == "assessed"
    assert rows(answer(store, "Q16", "assessed")) == []


def test_smallest_set_covers_all_that_is_covered() -> None:
    """k is needed for c; i or j adds a: two sets of two, and the first is shown."""
    asked = answer(sketch(*ALIKE, things="goal:z"), "Q16")
    chosen = [f for f in asked.findings if f.why == "smallest"]
    assert [f.item.removeprefix(ID) for f in chosen] == ["instrument/i", "instrument/k"]
    assert {f.values["choices"] for f in chosen} == {2}
    assert figures(asked) == {"smallest_set": 2}
    assert figures(answer(sketch(things="goal:z"), "Q16")) == {"smallest_set": None}


def test_many_instruments_are_chosen_step_by_step() -> None:
    """Beyond twenty instruments the set is greedy, and says so."""
    lines = [f"instrument:i{n} serves goal:g{n}" for n in range(21)]
    asked = answer(sketch(*lines), "Q16")
    assert figures(asked) == {"greedy_set": 21}
    assert {finding.why for finding in asked.findings} == {"greedy"}


def test_smallest_set_of_2023(store: OxigraphStore) -> None:
    """Nine instruments serve five lines of the strategy of 2023, and five cover these.

    Read in vkk-2023-en.ttl: 4 for partnerships, 1 each for hybrid conflict, digital resilience and
    critical infrastructure (the act there is a framework), 2 for crisis control; each serves one
    line, so that there are 4 x 2 smallest sets, and no pair to compare.
    """
    asked = answer(store, "Q16", sources=["vkk-2023-en"], edition="vkk-2023")
    assert figures(asked) == {"smallest_set": 5}
    assert {finding.values["choices"] for finding in asked.findings} == {8}
    assert asked.verdict == "not_assessable"


# Wording


@pytest.mark.parametrize("name", ["Q12", "Q13", "Q15", "Q16"])
def test_figures_and_caveats_are_worded(names: Names, name: str) -> None:
    """Figures, reasons, caveats and every kind of row have their words in both languages."""
    lines = (*ALIKE, "department:d coordinates instrument:k", "department:d coordinates goal:a")
    asked = answer(sketch(*lines), name)
    for language in ("nl", "en"):
        for figure in asked.figures:
            assert language in wording()["figure"][figure.name]
            assert not figure.reason or language in wording()["reason"][figure.reason]
        for caveat in asked.caveats:
            assert sentence("caveat", caveat, language, n=1)
        for finding in asked.findings:
            assert "{" not in explain(asked.question, finding, names, language)
