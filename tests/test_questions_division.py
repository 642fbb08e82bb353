"""Questions of the division of labour: silos, brokers, and the shape of the work."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.oxigraph import OxigraphStore
from ontology import ID, SAM
from sketch import answer, sketch

#: Pillar p holds goals a and b; a threat and an instrument hang on a.
TREE = (
    "pillar:p hasGoal goal:a",
    "pillar:p hasGoal goal:b",
    "goal:a addresses threat:t",
    "instrument:i serves goal:a",
)
LETTER = ["kamerbrief-gbvs-2018"]


def only(answer: Answer) -> Finding:
    """Return the only row of an answer."""
    (finding,) = answer.findings
    return finding


def figure(answer: Answer, name: str) -> float | int | None:
    """Return the value of a figure."""
    return {figure.name: figure.value for figure in answer.figures}[name]


def items(answer: Answer) -> list[str]:
    """Return the things of all rows, gaps or not, by class and slug."""
    return [finding.item.replace(ID, "").replace(SAM, "") for finding in answer.findings]


PILLARS = tuple(f"pillar:{p} hasGoal goal:{g}" for p, g in ("pa", "pb", "qc", "qd"))
INSIDE = tuple(f"instrument:{i} serves goal:{g}" for i, g in ("ia", "ib", "jc", "jd"))


def test_few_ties_are_no_silo() -> None:
    """Two ties, both inside, have an index of -1 and a chance level, and allow no judgement."""
    found = answer(sketch(*PILLARS, *INSIDE), "Q19")
    row = only(found)
    assert (row.item, row.gap, row.why) == (SAM + "Instrument", False, "few")
    assert row.values == {"index": -1.0, "chance": pytest.approx(1 / 3)}
    assert len(row.links) == 4
    assert (found.numerator, found.denominator) == (0, 0)
    assert found.verdict == "not_assessable"
    assert figure(found, "modularity_instrument") == 0.5
    assert figure(found, "ei_index_department") is None


def test_departments_are_a_projection_of_their_own() -> None:
    """A department that answers for goals of two pillars ties them, directly or by instruments."""
    direct = ("department:d responsibleFor goal:a", "department:d responsibleFor goal:c")
    by_instrument = ("instrument:i issuedBy department:d", "instrument:j issuedBy department:d")
    found = answer(sketch(*PILLARS, *direct), "Q19")
    assert items(found) == ["Department"]
    assert only(found).values["index"] == 1.0
    found = answer(sketch(*PILLARS, *INSIDE, *by_instrument), "Q19")
    assert sorted(items(found)) == ["Department", "Instrument"]
    assert figure(found, "ei_index_department") == pytest.approx(1 / 3)  # by chance, no more


def test_a_silo_opens_where_a_tie_across_counts() -> None:
    """With weaker ties across on top, the gap closes."""
    pillars = [f"pillar:{p} hasGoal goal:{p}{n}" for p in "pq" for n in range(5)]
    inside = [f"instrument:{p} serves goal:{p}{n}" for p in "pq" for n in range(5)]
    across = [f"instrument:i serves goal:{p}{n} assessed" for p in "pq" for n in range(5)]
    assert only(answer(sketch(*pillars, *inside, *across), "Q19")).disappears_at == "assessed"


def test_from_ten_ties_the_interval_decides() -> None:
    """Two groups of five, tied inside only, are a silo; tied altogether they are as by chance."""
    pillars = [f"pillar:{p} hasGoal goal:{p}{n}" for p in "pq" for n in range(5)]
    inside = [f"instrument:{p} serves goal:{p}{n}" for p in "pq" for n in range(5)]
    whole = [f"instrument:i serves goal:{p}{n}" for p in "pq" for n in range(5)]
    silo = only(answer(sketch(*pillars, *inside), "Q19"))
    assert (silo.why, silo.values["index"], silo.gap) == ("inside", -1.0, True)
    even = only(answer(sketch(*pillars, *whole), "Q19"))
    assert (even.why, even.gap) == ("across", False)
    assert even.values == dict.fromkeys(even.values, pytest.approx(1 / 9))
    assert set(even.values) == {"index", "chance", "low", "high"}


def test_goals_of_two_pillars_are_left_out() -> None:
    """A goal in two pillars is on neither side; without it no tie is left."""
    store = sketch(*PILLARS, "pillar:q hasGoal goal:a", *INSIDE[:2])
    found = answer(store, "Q19")
    assert (found.verdict, found.findings) == ("not_assessable", ())
    assert figure(found, "ei_chance_instrument") == pytest.approx(1 / 3)  # b | c, d


def test_brokers_stand_between() -> None:
    """Of the path d-a-e-b-f department e holds the middle, and both its neighbours are apart."""
    links = [f"department:{d} responsibleFor goal:{g}" for d, g in ("da", "ea", "eb", "fb")]
    row = only(answer(sketch(*links), "Q20"))
    assert (row.item, row.why, row.gap) == (ID + "department/e", "department", False)
    values = {
        "betweenness": pytest.approx(4 / 6),
        "percent": pytest.approx(400 / 6),
        "size": 2.0,
        "constraint": 0.5,
    }
    assert row.values == values
    assert row.links == (ID + "link/l2", ID + "link/l3")


def test_who_shares_with_all_is_no_broker() -> None:
    """Three departments that share one goal need nobody between them."""
    links = [f"department:{d} responsibleFor goal:a" for d in "def"]
    found = answer(sketch(*links), "Q20")
    assert found.findings == ()
    assert figure(found, "department_ties") == 1


def test_only_departments_and_instruments_are_brokers() -> None:
    """The goal in the middle is no row, the instrument is."""
    found = answer(sketch(*TREE, "instrument:i focusesOn region:r"), "Q20")
    assert items(found) == ["instrument/i"]
    assert only(found).why == ""


@pytest.mark.parametrize(("instruments", "expected"), [(10, 10), (11, 0)])
def test_no_tie_of_brokers_is_broken(instruments: int, expected: int) -> None:
    """Ten that stand equally between are all named; of eleven none stands out."""
    links = [f"instrument:i{n} serves goal:{g}" for n in range(instruments) for g in "ab"]
    assert len(answer(sketch(*links), "Q20").findings) == expected


@pytest.mark.parametrize(
    ("links", "why", "most", "effective"),
    [
        (("ia", "jb"), "spread", ("i", "j"), 2),
        (("ia",), "concentrated", ("i",), 1),
        (("ia", "ib", "ic", "id", "ie", "if", "jg", "kg", "lg"), "concentrated", ("i",), 147 / 109),
        (("ia", "ib", "ic", "ja", "jb", "ka"), "nested", ("i",), 9 / (150 / 36)),
    ],
)
def test_shape_of_the_work(
    links: tuple[str, ...], why: str, most: tuple[str, ...], effective: float
) -> None:
    """The work is spread, rests on few, or the lesser serve what the greater serve too."""
    found = answer(sketch(*(f"instrument:{two[0]} serves goal:{two[1]}" for two in links)), "Q22")
    row = only(found)
    assert (row.why, row.gap, found.verdict) == (why, False, "none_found")
    assert row.values["most"] == tuple(f"{ID}instrument/{name}" for name in most)
    assert row.values["effective"] == pytest.approx(effective)


def test_letter_has_one_broker(store: OxigraphStore) -> None:
    """Read in the letter: of instruments and departments only one has more than one neighbour."""
    found = answer(store, "Q20", "quoted", LETTER, "every")
    assert items(found) == ["instrument/worldwide-effort"]


def test_reader_ties_goals_as_often_across_as_inside(store: OxigraphStore) -> None:
    """Read in the letter (pillars of 4, 6 and 3 goals) and the assessments (who serves what).

    Shared instruments tie conflict prevention to economic security, cyber deterrence,
    counterterrorism and resilience, and self-defence to cooperation: five across. Inside defending
    the intelligence services tie three goals, passenger information two, the civil-military review
    two: five. No department is named there for any of these instruments.
    """
    found = answer(store, "Q19", "assessed", [*LETTER, "assessments"], "gbvs-2018")
    row = only(found)
    assert (row.item, row.gap, row.why) == (SAM + "Instrument", False, "across")
    assert row.values["index"] == 0.0
    assert row.values["chance"] == pytest.approx(30 / 78)
    assert answer(store, "Q19", "quoted", LETTER, "gbvs-2018").verdict == "not_assessable"


def test_reader_spreads_the_work(store: OxigraphStore) -> None:
    """Read in the assessments: 23 instruments serve ten goals, the intelligence services four.

    Their part is 1/4 + 1/2 + 1/3 + 1/2 of a goal.
    """
    found = answer(store, "Q22", "assessed", [*LETTER, "assessments"], "gbvs-2018")
    row = only(found)
    assert (row.item, row.why) == (ID + "instrument/intelligence-services-policy", "spread")
    assert row.values["instruments"] == 23
    assert row.values["share"] == pytest.approx(19 / 12)
    assert row.values["effective"] == pytest.approx(14.19, abs=0.01)
