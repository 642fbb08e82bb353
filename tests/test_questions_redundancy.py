"""Questions of redundancy: goals with a single instrument, and what is critical."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.oxigraph import OxigraphStore
from ontology import ID
from sketch import answer, rows, sketch

#: i and j serve a, j alone serves b, nothing serves c.
SHARED = ("instrument:i serves goal:a", "instrument:j serves goal:a", "instrument:j serves goal:b")
#: Two instruments for one goal, one of which has a known owner.
DOUBLE = (
    "instrument:i serves goal:a",
    "instrument:j serves goal:a",
    "department:d responsibleFor instrument:i",
)


def found(answer: Answer) -> dict[str, Finding]:
    """Return the findings by the short name of their item."""
    return {finding.item.removeprefix(ID): finding for finding in answer.findings}


def figures(answer: Answer) -> dict[str, float | int | None]:
    """Return the values of the figures by name."""
    return {figure.name: figure.value for figure in answer.figures}


def short(value: object) -> list[str]:
    """Return the short names in a value."""
    assert isinstance(value, tuple)
    return [name.removeprefix(ID) for name in value]


# Q12


def test_goal_with_one_instrument_is_a_gap() -> None:
    """A goal with one instrument is a gap, one with two is none, one without is not counted."""
    asked = answer(sketch(*SHARED, things="goal:c"), "Q12")
    assert rows(asked) == ["goal/b"]
    assert (asked.numerator, asked.denominator) == (1, 2)
    assert figures(asked)["single_point_share"] == 0.5
    assert figures(asked)["redundancy_0"] == pytest.approx(1 / 3)
    (alone, double) = asked.findings
    assert alone.links == (ID + "link/l3",)
    assert double.cover == (ID + "link/l1", ID + "link/l2")


def test_instruments_are_counted_and_not_links() -> None:
    """Two links of one instrument are one instrument; what is no instrument is none."""
    twice = sketch("instrument:i serves goal:a", "instrument:i serves goal:a @two")
    assert rows(answer(twice, "Q12")) == ["goal/a"]
    other = sketch("instrument:i serves goal:a", "topic:t serves goal:a")
    assert rows(answer(other, "Q12")) == ["goal/a"]


def test_nothing_covered_is_not_assessable() -> None:
    """Without a covered goal there is nothing to depend on; a denial covers nothing."""
    asked = answer(sketch("instrument:i serves goal:a denied"), "Q12")
    assert (asked.verdict, asked.findings) == ("not_assessable", ())


def test_single_instrument_depends_on_level_source_and_edition() -> None:
    """A weaker link gives a second instrument; another source or edition does not count."""
    lines = (
        "instrument:i serves goal:a",
        "instrument:j serves goal:a assessed @two",
        "instrument:k serves goal:z",
        "strategy:s hasGoal goal:a",
        "strategy:t hasGoal goal:z",
    )
    store = sketch(*lines)
    cited = answer(store, "Q12", edition="s")
    assert rows(cited) == ["goal/a"]
    assert cited.findings[0].disappears_at == "assessed"
    assert rows(answer(store, "Q12", "assessed", edition="s")) == []
    assert rows(answer(store, "Q12", "assessed", ["one"], edition="s")) == ["goal/a"]
    assert rows(answer(store, "Q12")) == ["goal/a", "goal/z"]


def test_open_list_softens_a_single_instrument() -> None:
    """A goal whose one instrument stands in a list left open is one step less severe."""
    (row,) = answer(sketch("instrument:i serves goal:a open"), "Q12").findings
    assert (row.severity, row.severity_reasons) == ("low", ("open_list",))


def test_single_instruments_of_2019(store: OxigraphStore) -> None:
    """Ten issues of the NVS have instruments, terrorism alone has one.

    Read: every link of the kind serves in nvs-2019-en.ttl whose subject is an instrument; the
    organisations, frameworks, the topic and the investment among the subjects do not count.
    """
    asked = answer(store, "Q12", sources=["nvs-2019-en"], edition="nvs-2019")
    assert rows(asked) == ["issue/nvs-2019-terrorism-and-extremism"]
    assert (asked.numerator, asked.denominator) == (1, 10)


# Q13


def test_critical_instrument_is_the_only_one_of_a_goal() -> None:
    """Without j goal b is uncovered; without i no goal is, since j serves a too."""
    asked = answer(sketch(*SHARED), "Q13")
    assert rows(asked) == ["instrument/j"]
    by_name = found(asked)
    assert short(by_name["instrument/j"].values["goals"]) == ["goal/b"]
    assert by_name["instrument/j"].links == (ID + "link/l3",)
    assert by_name["instrument/i"].cover == (ID + "link/l2",)


def test_shares_add_up_to_the_covered_goals() -> None:
    """j carries b and half of a, i half of a: together the two covered goals."""
    asked = answer(sketch(*SHARED, things="goal:c"), "Q13")
    shares = {name: finding.values["share"] for name, finding in found(asked).items()}
    assert shares == {"instrument/i": 0.5, "instrument/j": 1.5}
    assert figures(asked)["concentration"] == (0.5**2 + 1.5**2) / 4
    assert figures(asked)["effective_number"] == 1.6
    assert figures(asked)["effective_number_departments"] is None


def test_critical_department_is_the_only_owner_of_all_instruments() -> None:
    """A department is critical for a goal when it alone owns each of its instruments."""
    lines = (*DOUBLE, "department:d coordinates instrument:j")
    asked = answer(sketch(*lines), "Q13")
    assert rows(asked) == ["department/d"]
    assert set(found(asked)["department/d"].links) == {ID + f"link/l{n}" for n in (1, 2, 3, 4)}


@pytest.mark.parametrize(
    "other",
    [
        "instrument:k serves goal:a",
        "department:e responsibleFor instrument:j",
        "instrument:j signedBy office:o",
    ],
)
def test_department_is_spared_by_another_owner_or_an_instrument_without_one(other: str) -> None:
    """An instrument of nobody or of another, or a second owner, keeps the goal covered."""
    lines = (*DOUBLE, "department:d coordinates instrument:j", "office:o officeOf department:e")
    asked = answer(sketch(*lines, other), "Q13")
    assert rows(asked) == []
    spared = found(asked)["department/d"]
    assert spared.why == "spared-department"
    assert spared.cover


def test_office_stands_for_its_department() -> None:
    """What an office signs or issues is owned by its department."""
    lines = ("instrument:i serves goal:a", "office:o officeOf department:d")
    for kind in ("signedBy", "issuedBy"):
        asked = answer(sketch(*lines, f"instrument:i {kind} office:o"), "Q13")
        assert rows(asked) == ["department/d", "instrument/i"]


def test_critical_instrument_disappears_at_a_weaker_level() -> None:
    """A second instrument by a derived link makes the first dispensable at that level."""
    store = sketch("instrument:i serves goal:a", "instrument:j serves goal:a derived")
    (row,) = answer(store, "Q13").findings
    assert row.disappears_at == "derived"
    assert answer(store, "Q13", "derived").verdict == "none_found"


def test_critical_items_of_2019(store: OxigraphStore) -> None:
    """Only the counterterrorism strategy is critical, of 25 instruments and one department.

    Read in nvs-2019-en.ttl: 25 instruments serve issues, each one; by issue 2, 2, 2, 1, 2, 3, 4,
    4, 2, 3. Of responsibleFor, coordinates, issuedBy and signedBy one names both an instrument that
    serves and a department: Health, for the immunisation programme, one of three against
    infectious diseases. The squares of the shares add up to 14/3, so that 1/H is 100/(14/3).
    """
    asked = answer(store, "Q13", sources=["nvs-2019-en"], edition="nvs-2019")
    assert rows(asked) == ["instrument/national-counterterrorism-strategy"]
    assert (asked.numerator, asked.denominator) == (1, 26)
    assert figures(asked)["effective_number"] == pytest.approx(150 / 7)
    assert figures(asked)["effective_number_departments"] == 1
    assert found(asked)["department/health"].why == "spared-department"
