"""Questions of connection: what spans pillars, what they share, and who coordinates a goal."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.names import Names
from graph.oxigraph import OxigraphStore
from graph.wording import explain, sentence, wording
from ontology import ID
from sketch import answer, rows, sketch

#: Pillars p and q of one strategy, with a goal each.
PILLARS = (
    "strategy:s hasPillar pillar:p",
    "strategy:s hasPillar pillar:q",
    "pillar:p hasGoal goal:a",
    "pillar:q hasGoal goal:b",
)
#: A goal for which one department is responsible and that involves another, by its office.
MET = (
    "department:d responsibleFor goal:a",
    "goal:a worksWith office:o",
    "office:o officeOf department:e",
)


def items(answer: Answer) -> list[str]:
    """Return the short names of the items of all rows."""
    return [finding.item.removeprefix(ID) for finding in answer.findings]


def short(finding: Finding, name: str) -> list[str]:
    """Return the short names in a value of a row."""
    value = finding.values[name]
    assert isinstance(value, tuple)
    return [thing.removeprefix(ID) for thing in value]


# Q17


def test_instrument_that_spans_most_pillars() -> None:
    """i serves goals of both pillars, j of one: only i is a row, and no row is a gap."""
    lines = (
        "instrument:i serves goal:a",
        "instrument:i serves goal:b",
        "instrument:j serves goal:a",
    )
    asked = answer(sketch(*PILLARS, *lines), "Q17")
    assert items(asked) == ["instrument/i"]
    assert short(asked.findings[0], "pillars") == ["pillar/p", "pillar/q"]
    assert set(asked.findings[0].links) == {ID + f"link/l{n}" for n in (3, 4, 5, 6)}
    assert (asked.verdict, asked.numerator, asked.denominator) == ("none_found", 0, 2)
    assert {figure.name: figure.value for figure in asked.figures} == {
        "most_pillars": 2,
        "spanning_share": 0.5,
    }


def test_ties_are_all_listed() -> None:
    """Every instrument with the highest number is a row."""
    lines = (f"instrument:{name} serves goal:{goal}" for name in "ij" for goal in "ab")
    asked = answer(sketch(*PILLARS, *lines, "instrument:k serves goal:a"), "Q17")
    assert items(asked) == ["instrument/i", "instrument/j"]


def test_pillars_are_the_rows_where_no_instrument_spans_two() -> None:
    """When all instruments tie at one pillar, each pillar is a row with the number of its own."""
    lines = (
        "instrument:i serves goal:a",
        "instrument:j serves goal:b",
        "instrument:k serves goal:b",
    )
    asked = answer(sketch(*PILLARS, *lines), "Q17")
    assert items(asked) == ["pillar/p", "pillar/q"]
    assert [(row.why, row.values["number"]) for row in asked.findings] == [("one", 1), ("one", 2)]
    assert asked.denominator == 3


def test_pillars_are_counted_and_not_goals() -> None:
    """Two goals of one pillar are one pillar; a denied or weaker place under another is none."""
    lines = (
        "pillar:p hasGoal goal:c",
        "pillar:q hasGoal goal:c denied",
        "pillar:q hasGoal goal:a assessed",
        "instrument:i serves goal:a",
        "instrument:i serves goal:c",
    )
    store = sketch(*PILLARS, *lines)
    assert items(answer(store, "Q17")) == ["pillar/p"]
    assert answer(store, "Q17", "assessed").findings[0].values["number"] == 2


def test_no_instrument_of_a_pillar_is_not_assessable() -> None:
    """Without an instrument for a goal of a pillar there is nothing to count."""
    asked = answer(sketch(*PILLARS, "instrument:i serves goal:z"), "Q17")
    assert asked.verdict == "not_assessable"
    assert [figure.value for figure in asked.figures] == [None, None]


def test_lines_stand_under_objectives(store: OxigraphStore) -> None:
    """Each of the nine instruments of the strategy of 2023 serves one objective: all tie.

    Read in vkk-2023-en.ttl: the ten links of the kind serves (one has a framework as its subject)
    and the twelve of hasLine; every instrument serves one line, and every line has one objective.
    """
    asked = answer(store, "Q17", sources=["vkk-2023-en"], edition="vkk-2023")
    assert {finding.why for finding in asked.findings} == {"one"}
    assert sum(int(str(row.values["number"])) for row in asked.findings) == asked.denominator == 9


# Q18


@pytest.mark.parametrize(
    ("lines", "name", "thing"),
    [
        (("goal:a addresses threat:t", "pillar:q addresses threat:t"), "threats", "threat/t"),
        (("instrument:i serves goal:a", "instrument:i serves goal:b"), "instruments", None),
        (("pillar:p focusesOn region:r", "goal:b protects region:r"), "regions", "region/r"),
    ],
)
def test_pillars_share_what_both_have(lines: tuple[str, str], name: str, thing: str | None) -> None:
    """A threat, instrument or region of both, or of goals of both, is shared; of one it is not."""
    (row,) = answer(sketch(*PILLARS, *lines), "Q18").findings
    assert (row.item, row.other, row.why) == (ID + "pillar/p", ID + "pillar/q", "unsaid")
    assert short(row, name) == short(row, "shared") == [thing or "instrument/i"]
    assert {ID + "link/l5", ID + "link/l6"} <= set(row.cover)
    assert row.links == ()
    (alone,) = answer(sketch(*PILLARS, lines[0]), "Q18").findings
    assert alone.why == "neither"


@pytest.mark.parametrize("kind", ["overlapsWith", "touches", "reinforces", "preconditionFor"])
def test_the_text_may_say_so_itself(kind: str) -> None:
    """A claim in either direction is told apart from what is shared, and is the row's link."""
    for claim in (f"pillar:p {kind} pillar:q", f"pillar:q {kind} pillar:p"):
        (row,) = answer(sketch(*PILLARS, claim), "Q18").findings
        assert (row.why, row.links) == ("claimed", (ID + "link/l5",))
        shared = ("pillar:p addresses threat:t", "pillar:q addresses threat:t")
        (row,) = answer(sketch(*PILLARS, claim, *shared), "Q18").findings
        assert row.why == "said"


def test_weak_and_denied_claims_do_not_count() -> None:
    """What counts at a level is all that a row tells; a claim on a goal is none on its pillar."""
    lines = (
        "pillar:p touches pillar:q denied",
        "pillar:p reinforces goal:b",
        "pillar:q touches pillar:p assessed",
    )
    store = sketch(*PILLARS, *lines)
    assert [f.why for f in answer(store, "Q18").findings] == ["neither"]
    assert [f.why for f in answer(store, "Q18", "assessed").findings] == ["claimed"]


def test_only_pillars_of_one_strategy_are_paired() -> None:
    """Pillars of two strategies are no pair unless a claim ties them; an edition has its own."""
    lines = ("strategy:t hasPillar pillar:r", "strategy:t hasPillar pillar:u")
    store = sketch(*PILLARS, *lines)
    asked = answer(store, "Q18")
    assert items(asked) == ["pillar/p", "pillar/r"]
    assert items(answer(store, "Q18", edition="t")) == ["pillar/r"]
    tied = answer(sketch(*PILLARS, *lines, "pillar:p touches pillar:r"), "Q18")
    assert items(tied) == ["pillar/p", "pillar/p", "pillar/r"]
    assert rows(tied) == []


def test_letter_ties_pillars_that_share_nothing(store: OxigraphStore) -> None:
    """By the letter alone its three pillars share nothing, and the text ties all of them.

    Read in kamerbrief-gbvs-2018.ttl: 6 links reinforces, 1 overlapsWith (defend, prevent), 2
    touches and 2 preconditionFor (strengthen, each of the others); addresses from prevent and its
    goals to breeding grounds and root causes, from goals of defend to terrorism, interference and
    crime, from strengthen to nothing; focusesOn from a goal of prevent only; no instrument serves
    a goal.
    """
    asked = answer(store, "Q18", "quoted", ["kamerbrief-gbvs-2018"], "gbvs-2018")
    found = {
        (f.item.rpartition("-")[2], f.other.rpartition("-")[2]): (f.why, len(f.links))
        for f in asked.findings
    }
    assert found == {
        ("defend", "prevent"): ("claimed", 3),
        ("defend", "strengthen"): ("claimed", 4),
        ("prevent", "strengthen"): ("claimed", 4),
    }


# Q23


def test_departments_meet_and_nobody_coordinates() -> None:
    """Two departments without coordination are a gap; one department is not counted."""
    asked = answer(sketch(*MET, "department:d responsibleFor goal:b"), "Q23")
    assert rows(asked) == ["goal/a"]
    assert asked.denominator == 1
    assert short(asked.findings[0], "departments") == ["department/d", "department/e"]
    assert set(asked.findings[0].links) == {ID + "link/l1", ID + "link/l2"}


def test_anyone_may_coordinate() -> None:
    """Coordination by a body, an instrument or a department closes the gap, at its own level."""
    for who in ("organization:x", "instrument:x", "department:d"):
        store = sketch(*MET, f"{who} coordinates goal:a derived")
        assert answer(store, "Q23").findings[0].disappears_at == "derived"
        asked = answer(store, "Q23", "derived")
        assert asked.verdict == "none_found"
        assert asked.findings[0].cover == (ID + "link/l4",)


@pytest.mark.parametrize(
    "line",
    [
        "goal:a creates organization:x",
        "goal:a worksWith organization:x",
        "goal:a involves organization:x",
        "organization:x coordinates goal:a denied",
        "organization:x coordinates goal:b",
    ],
)
def test_what_is_no_coordination(line: str) -> None:
    """A body that the goal creates or works with does not coordinate it, nor does a denial."""
    assert rows(answer(sketch(*MET, line), "Q23")) == ["goal/a"]


def test_owners_of_instruments_meet_in_the_goal() -> None:
    """A department that owns an instrument of the goal is touched; the owner of another is not."""
    lines = ("goal:a involves department:d", "instrument:i issuedBy department:e")
    assert answer(sketch(*lines), "Q23").verdict == "not_assessable"
    asked = answer(sketch(*lines, "instrument:i serves goal:a"), "Q23")
    assert rows(asked) == ["goal/a"]
    assert set(asked.findings[0].links) == {ID + f"link/l{n}" for n in (1, 2, 3)}


def test_sources_limit_who_meets() -> None:
    """A department that another source names is not touched."""
    store = sketch("goal:a involves department:d", "goal:a involves department:e @two")
    assert rows(answer(store, "Q23")) == ["goal/a"]
    assert answer(store, "Q23", sources=["one"]).verdict == "not_assessable"


def test_issues_of_2019_without_coordination(store: OxigraphStore) -> None:
    """Two issues of the NVS touch two departments each, and nobody coordinates either.

    Read in nvs-2019-en.ttl: involves and worksWith towards departments (natural disasters one, CBRN
    Justice and Defence, infectious diseases Health and Agriculture); of the instruments that serve
    an issue, Health is responsible for one; coordinates has no issue as its object.
    """
    asked = answer(store, "Q23", sources=["nvs-2019-en"], edition="nvs-2019")
    assert rows(asked) == ["issue/nvs-2019-cbrn-threats", "issue/nvs-2019-infectious-diseases"]
    assert (asked.numerator, asked.denominator) == (2, 2)


# Wording


@pytest.mark.parametrize("name", ["Q17", "Q18", "Q23"])
def test_rows_figures_and_caveats_are_worded(names: Names, name: str) -> None:
    """Figures, reasons, caveats and every kind of row have their words in both languages."""
    shared = ("pillar:p addresses threat:t", "pillar:q addresses threat:t")
    for lines in ((), MET, shared, ("instrument:i serves goal:a",), ("pillar:p touches pillar:q",)):
        asked = answer(sketch(*PILLARS, *lines), name)
        for language in ("nl", "en"):
            for figure in asked.figures:
                assert language in wording()["figure"][figure.name]
                assert not figure.reason or language in wording()["reason"][figure.reason]
            for caveat in asked.caveats:
                assert sentence("caveat", caveat, language, n=1)
            for finding in asked.findings:
                assert "{" not in explain(asked.question, finding, names, language)
