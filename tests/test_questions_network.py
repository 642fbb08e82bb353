"""Questions of the network: breaking points, silos, brokers, islands, and the shape of the work."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.oxigraph import OxigraphStore
from graph.questions import find_question
from ontology import ID, SAM
from sketch import answer, rows, sketch

NETWORK = ("Q14", "Q19", "Q20", "Q21", "Q22")
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


def test_the_fabric_is_read_once() -> None:
    """All questions of the network have one and the same query."""
    assert len({find_question(name).body for name in NETWORK}) == 1


@pytest.mark.parametrize("name", NETWORK)
def test_without_links_nothing_can_be_judged(name: str) -> None:
    """Things alone make no network; their number is a figure, not a verdict."""
    found = answer(sketch(things="pillar:p department:d instrument:i"), name)
    assert found.findings == ()
    assert found.verdict == ("none_found" if name == "Q14" else "not_assessable")


def test_what_holds_two_things_is_a_breaking_point() -> None:
    """Without the goal its threat and instrument are loose; without its tie to the pillar too."""
    found = answer(sketch(*TREE), "Q14")
    assert rows(found) == ["goal/a", "goal/a pillar/p"]
    assert (found.numerator, found.denominator) == (2, 9)  # five things and four ties
    values = [finding.values["things"] for finding in found.findings]
    assert values == [
        (ID + "instrument/i", ID + "threat/t"),
        (ID + "goal/b", ID + "pillar/p"),
    ]
    assert [finding.links for finding in found.findings] == [
        (ID + "link/l3", ID + "link/l4"),
        (ID + "link/l1",),
    ]


def test_a_ring_has_no_breaking_point() -> None:
    """When a second way closes the ring, nothing holds the rest alone."""
    store = sketch(*TREE, "instrument:i serves goal:b assessed")
    assert answer(store, "Q14", "assessed").verdict == "none_found"
    broken = answer(store, "Q14")
    assert {finding.disappears_at for finding in broken.findings} == {"assessed"}


def test_two_quotations_are_one_tie() -> None:
    """A second link between the same two closes no ring."""
    store = sketch(*TREE, "pillar:p hasGoal goal:a @two", "goal:a partOf pillar:p @two")
    assert rows(answer(store, "Q14")) == ["goal/a", "goal/a pillar/p"]


def test_a_denied_link_ties_nothing() -> None:
    """What a source denies closes no ring."""
    store = sketch(*TREE, "instrument:i serves goal:b denied")
    assert rows(answer(store, "Q14")) == ["goal/a", "goal/a pillar/p"]


def test_strategy_and_documents_tie_nothing() -> None:
    """Everything hangs on the strategy, so that it holds nothing together."""
    store = sketch(
        "pillar:p hasGoal goal:a",
        "strategy:s hasPillar pillar:p",
        "strategy:s coupledTo instrument:i",
        "instrument:i linkedTo document:d",
        "goal:a linkedTo document:d",
    )
    assert rows(answer(store, "Q21")) == ["instrument/i"]


def test_departments_are_reached_through_offices() -> None:
    """An instrument that an office signs hangs on the department of the office."""
    links = ("instrument:i serves goal:a", "office:o officeOf department:d")
    assert rows(answer(sketch(*links), "Q21")) == ["department/d"]
    for said in ("instrument:i signedBy office:o", "office:o responsibleFor instrument:i"):
        assert answer(sketch(*links, said), "Q21").verdict == "none_found"


def test_islands_are_all_parts_but_the_largest() -> None:
    """A group and a thing that nothing ties to the largest group are islands."""
    store = sketch(*TREE, "instrument:k focusesOn region:r", things="threat:z")
    found = answer(store, "Q21")
    assert rows(found) == ["instrument/k", "threat/z"]
    assert (found.numerator, found.denominator) == (2, 3)
    pair, alone = found.findings
    assert pair.values["things"] == (ID + "instrument/k", ID + "region/r")
    assert (pair.why, pair.links) == ("together", (ID + "link/l5",))
    assert (alone.why, alone.links) == ("alone", ())
    assert figure(found, "apart") == 3 / 8


def test_islands_that_join_are_still_apart() -> None:
    """An island disappears where it is tied to the largest part, not to another island."""
    store = sketch(
        *TREE,
        "threat:x partOf threat:y assessed",
        "goal:b addresses threat:z derived",
    )
    found = {f.item.removeprefix(ID): f.disappears_at for f in answer(store, "Q21").findings}
    assert found == {"threat/x": "", "threat/y": "", "threat/z": "derived"}


def test_other_sources_tie_nothing() -> None:
    """Only links of the chosen sources count; things always do."""
    store = sketch(*TREE, "goal:b addresses threat:z @two")
    assert answer(store, "Q21").verdict == "none_found"
    assert rows(answer(store, "Q21", sources=["one"])) == ["threat/z"]


def test_islands_are_of_the_edition_only() -> None:
    """What belongs to another strategy stands in no row."""
    store = sketch(
        "strategy:s hasPillar pillar:p",
        "pillar:p hasGoal goal:a",
        "strategy:x hasPillar pillar:q",
        "pillar:q hasGoal goal:z",
    )
    assert rows(answer(store, "Q21", edition="every")) == ["goal/z"]
    assert answer(store, "Q21", edition="x").denominator == 1


PILLARS = tuple(f"pillar:{p} hasGoal goal:{g}" for p, g in ("pa", "pb", "qc", "qd"))
INSIDE = tuple(f"instrument:{i} serves goal:{g}" for i, g in ("ia", "ib", "jc", "jd"))


def test_silos_are_ties_inside_pillars() -> None:
    """All ties are inside: -1, where of the six pairs four cross and two do not."""
    found = answer(sketch(*PILLARS, *INSIDE), "Q19")
    row = only(found)
    assert (row.item, row.gap, row.why) == (SAM + "Instrument", True, "inside")
    assert row.values == {"index": -1.0, "chance": pytest.approx(1 / 3)}
    assert len(row.links) == 4
    assert (found.numerator, found.denominator) == (1, 1)
    assert figure(found, "modularity_instrument") == 0.5
    assert figure(found, "ei_index_department") is None


def test_departments_are_a_projection_of_their_own() -> None:
    """A department that answers for goals of two pillars ties them, directly or by instruments."""
    direct = ("department:d responsibleFor goal:a", "department:d responsibleFor goal:c")
    by_instrument = ("instrument:i issuedBy department:d", "instrument:j issuedBy department:d")
    found = answer(sketch(*PILLARS, *direct), "Q19")
    assert (items(found), found.verdict) == (["Department"], "none_found")
    assert only(found).values["index"] == 1.0
    found = answer(sketch(*PILLARS, *INSIDE, *by_instrument), "Q19")
    assert rows(found) == [SAM + "Instrument"]
    assert items(found) == ["Instrument", "Department"]
    assert figure(found, "ei_index_department") == pytest.approx(1 / 3)  # by chance, no more


def test_a_silo_opens_where_a_tie_across_counts() -> None:
    """With a weaker tie across on top, and fewer pairs inside than chance, the gap closes."""
    across = tuple(f"instrument:k serves goal:{g} assessed" for g in "abcd")
    assert only(answer(sketch(*PILLARS, *INSIDE, *across), "Q19")).disappears_at == "assessed"


def test_from_ten_ties_the_interval_decides() -> None:
    """Two groups of five, tied inside only, are a silo; tied altogether they are as by chance."""
    pillars = [f"pillar:{p} hasGoal goal:{p}{n}" for p in "pq" for n in range(5)]
    inside = [f"instrument:{p} serves goal:{p}{n}" for p in "pq" for n in range(5)]
    whole = [f"instrument:i serves goal:{p}{n}" for p in "pq" for n in range(5)]
    silo = only(answer(sketch(*pillars, *inside), "Q19"))
    assert (silo.why, silo.values["index"], silo.gap) == ("inside-interval", -1.0, True)
    even = only(answer(sketch(*pillars, *whole), "Q19"))
    assert (even.why, even.gap) == ("across-interval", False)
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
    values = {"betweenness": pytest.approx(4 / 6), "size": 2.0, "constraint": 0.5}
    assert row.values == values
    assert row.links == (ID + "link/l2", ID + "link/l3")


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


def test_letter_has_these_breaking_points(store: OxigraphStore) -> None:
    """Read in the letter: 44 pairs of parts, in a main piece of 31 and five islands.

    Preventing holds four goals, three instruments and a threat (with what hangs on two of the
    goals eleven things), defending six goals (eleven), strengthening three (six). Conflict
    prevention holds two regions, self-defence two, the legal order three; the principle of
    alignment four frameworks, the worldwide effort five things. Pillars hold each other in a ring.
    """
    found = answer(store, "Q14", "quoted", LETTER, "every")
    points = {f.item.removeprefix(ID): f.values["n"] for f in found.findings if not f.other}
    assert points == {
        "pillar/gbvs-2018-prevent": 11,
        "pillar/gbvs-2018-defend": 11,
        "pillar/gbvs-2018-strengthen": 6,
        "goal/gbvs-2018-conflict-prevention": 2,
        "goal/gbvs-2018-collective-self-defence": 2,
        "goal/gbvs-2018-international-legal-order": 3,
        "principle/alignment-with-frameworks-and-cooperation": 3,
        "instrument/worldwide-effort": 4,
    }
    bridges = {f.item.rpartition("2018-")[2]: f.values["n"] for f in found.findings if f.other}
    assert bridges == {
        "conflict-prevention": 3,
        "root-causes-of-terrorism": 2,
        "collective-self-defence": 3,
        "counterterrorism": 2,
        "societal-resilience": 2,
        "cross-border-crime": 2,
        "international-legal-order": 4,
    }
    assert figure(found, "fabric_ties") == 44


def test_letter_has_these_islands(store: OxigraphStore) -> None:
    """Read in the letter: beside the pillars five groups; all that it does not tie is alone."""
    found = answer(store, "Q21", "quoted", LETTER, "every")
    groups = {f.item.removeprefix(ID): f.values["n"] for f in found.findings if f.links}
    assert groups == {
        "framework/developments-within-nato": 5,
        "instrument/worldwide-effort": 6,
        "principle/anticipatory-policy": 3,
        "instrument/defensienota-2018": 2,
        "instrument/bhos-nota-2018": 2,
    }
    things = figure(found, "fabric_things")
    assert found.numerator == (things or 0) - 31 - 18 + 5


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
    assert (row.item, row.gap, row.why) == (SAM + "Instrument", False, "across-interval")
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
