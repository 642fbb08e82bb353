"""Questions of the fabric: breaking points and islands."""

import pytest

from graph.inquiry import Answer
from graph.oxigraph import OxigraphStore
from graph.questions import find_question
from ontology import ID
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


def figure(answer: Answer, name: str) -> float | int | None:
    """Return the value of a figure."""
    return {figure.name: figure.value for figure in answer.figures}[name]


def test_the_fabric_is_read_once() -> None:
    """All questions of the network have one and the same query."""
    assert len({find_question(name).body for name in NETWORK}) == 1


@pytest.mark.parametrize("name", NETWORK)
def test_without_links_nothing_can_be_judged(name: str) -> None:
    """Things of which no link speaks make no network."""
    found = answer(sketch(things="pillar:p department:d instrument:i"), name)
    assert found.findings == ()
    assert found.verdict == "not_assessable"


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
    presents = "department:d presents strategy:s"
    links = (presents, "instrument:i serves goal:a", "office:o officeOf department:d")
    assert rows(answer(sketch(*links), "Q21")) == ["department/d"]
    for said in ("instrument:i signedBy office:o", "office:o responsibleFor instrument:i"):
        assert answer(sketch(*links, said), "Q21").verdict == "none_found"


def test_islands_are_all_parts_but_the_largest() -> None:
    """A group and a thing that nothing ties to the largest group are islands.

    A thing that nothing names, or that the strategy names in passing, is no part.
    """
    named = ("strategy:s identifiesThreat threat:z", "strategy:s mentions region:v")
    store = sketch(*TREE, "instrument:k focusesOn region:r", *named, things="threat:w")
    found = answer(store, "Q21", edition="every")
    assert rows(found) == ["instrument/k", "threat/z"]
    assert (found.numerator, found.denominator) == (2, 3)
    pair, alone = found.findings
    assert pair.values["things"] == (ID + "instrument/k", ID + "region/r")
    assert (pair.why, pair.links) == ("together", (ID + "link/l5",))
    assert (alone.why, alone.links) == ("alone", (ID + "link/l6",))
    assert figure(found, "apart") == 3 / 8


def test_islands_that_join_are_still_apart() -> None:
    """An island disappears where it is tied to the largest part, not to another island."""
    store = sketch(
        *TREE,
        "threat:x partOf threat:y assessed",
        "goal:b addresses threat:z derived",
        *(f"strategy:s identifiesThreat threat:{name}" for name in "xyz"),
    )
    asked = answer(store, "Q21", edition="every")
    found = {f.item.removeprefix(ID): f.disappears_at for f in asked.findings}
    assert found == {"threat/x": "", "threat/y": "", "threat/z": "derived"}


def test_other_sources_tie_nothing() -> None:
    """Only links of the chosen sources tie; what these do not name at all is no part."""
    tied = (*TREE, "goal:b addresses threat:z @two")
    assert answer(sketch(*tied), "Q21").verdict == "none_found"
    assert rows(answer(sketch(*tied), "Q21", sources=["one"])) == []
    named = sketch(*tied, "strategy:s identifiesThreat threat:z")
    assert rows(answer(named, "Q21", sources=["one"])) == ["threat/z"]


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


def test_letter_has_these_breaking_points(store: OxigraphStore) -> None:
    """Read in the letter: 46 pairs of parts, in a main piece of 31 and seven islands.

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
    assert figure(found, "fabric_ties") == 46


def test_letter_has_these_islands(store: OxigraphStore) -> None:
    """Read in the letter: beside the pillars seven groups; all that it does not tie is alone.

    Two of these are extra money and what it goes to: development cooperation, the migration agenda.
    """
    found = answer(store, "Q21", "quoted", LETTER, "every")
    groups = {f.item.removeprefix(ID): f.values["n"] for f in found.findings if f.why != "alone"}
    assert groups == {
        "framework/developments-within-nato": 5,
        "instrument/worldwide-effort": 6,
        "principle/anticipatory-policy": 3,
        "instrument/defensienota-2018": 2,
        "instrument/bhos-nota-2018": 2,
        "instrument/development-cooperation": 2,
        "instrument/integrated-migration-agenda": 2,
    }
    things = figure(found, "fabric_things")
    assert found.numerator == (things or 0) - 31 - 22 + 7
