"""Questions on the line of sight: owners, chains, focus regions, and reports on progress."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.measures.figures import Figure
from graph.names import read_names
from graph.oxigraph import OxigraphStore
from graph.wording import explain
from ontology import ID, PREFIXES
from sketch import answer, rows, sketch

LETTER = "kamerbrief-gbvs-2018"
STRATEGY = "gbvs-2018-en"
SOURCES = [STRATEGY, "kst-34919-1", "assessments"]


def keys(answer: Answer) -> dict[str, str]:
    """Return the key of the sentence of every row, by the short name of its item."""
    return {f.item.removeprefix(ID): f.why for f in answer.findings}


def row(answer: Answer, item: str) -> Finding:
    """Return the one row about a thing."""
    (found,) = (f for f in answer.findings if f.item == ID + item)
    return found


def short(value: object) -> list[str]:
    """Return the things that a sentence names, in short names."""
    assert isinstance(value, tuple)
    return [part.removeprefix(ID) for part in value]


def figures(answer: Answer) -> dict[str, Figure]:
    """Return the figures of an answer by name."""
    return {figure.name: figure for figure in answer.figures}


# Q03: who answers for a goal


@pytest.fixture(scope="module")
def owned() -> OxigraphStore:
    """Give five goals: owned directly, through an instrument, in both ways, and in neither."""
    return sketch(
        "office:o officeOf department:d",
        "office:o coordinates goal:direct",
        "instrument:i serves goal:through",
        "instrument:i signedBy office:o",
        "instrument:i issuedBy office:o",
        "department:e responsibleFor goal:both assessed @two",
        "instrument:j serves goal:both",
        "department:e responsibleFor instrument:j",
        "instrument:k serves goal:ownerless",
        "instrument:k issuedBy organization:w",
        "department:e responsibleFor instrument:k denied",
        "organization:w responsibleFor goal:bare",
        "department:d coordinates topic:x",
    )


def test_owner_is_direct_or_through_an_instrument(owned: OxigraphStore) -> None:
    """The two ways are told apart; a body that is no department owns nothing."""
    assert keys(answer(owned, "Q03", "assessed")) == {
        "goal/bare": "",
        "goal/both": "both",
        "goal/direct": "direct",
        "goal/ownerless": "ownerless",
        "goal/through": "instrument",
    }
    assert rows(answer(owned, "Q03", "assessed")) == ["goal/bare", "goal/ownerless"]


def test_each_way_of_owning_has_its_figure(owned: OxigraphStore) -> None:
    """A goal that is owned in both ways counts for both, as far as its links count."""
    loose, strict = (figures(answer(owned, "Q03", level)) for level in ("assessed", "cited"))
    assert loose["owner_direct"] == Figure("owner_direct", 0.4, 2, 5)
    assert loose["owner_instrument"] == Figure("owner_instrument", 0.4, 2, 5)
    assert strict["owner_direct"] == Figure("owner_direct", 0.2, 1, 5)
    assert figures(answer(sketch(), "Q03"))["owner_direct"].reason == "empty_denominator"


def test_owner_names_what_covers_the_goal(owned: OxigraphStore) -> None:
    """The links of both steps cover the goal, and an office stands for its department."""
    found = row(answer(owned, "Q03"), "goal/through")
    assert found.cover == tuple(ID + f"link/l{number}" for number in (3, 4, 5))
    assert short(found.values["departments"]) == ["department/d"]
    assert short(row(answer(owned, "Q03"), "goal/ownerless").values["instruments"]) == [
        "instrument/k"
    ]


def test_both_steps_of_an_owner_have_to_count() -> None:
    """An instrument owned by a weaker link, or in another source, owns nothing before that."""
    store = sketch(
        "instrument:i serves goal:a", "department:d responsibleFor instrument:i assessed @two"
    )
    assert row(answer(store, "Q03"), "goal/a").disappears_at == "assessed"
    assert rows(answer(store, "Q03", "assessed", ["one"])) == ["goal/a"]
    assert rows(answer(store, "Q03", "assessed")) == []


# Q08: whole chains


def test_chain_breaks_where_the_next_step_is_missing() -> None:
    """The longest chain of a threat tells what was not found: goal, instrument or department."""
    store = sketch(
        "goal:a addresses threat:whole",
        "instrument:i serves goal:a",
        "department:d responsibleFor instrument:i",
        "goal:b addresses threat:department",
        "instrument:j serves goal:b",
        "instrument:j issuedBy organization:o",
        "goal:c addresses threat:instrument",
        "organization:o serves goal:c",
        "instrument:i addresses threat:goal",
        "goal:c addresses threat:longest",
        "goal:b addresses threat:longest",
    )
    assert keys(answer(store, "Q08")) == {
        "threat/goal": "goal",
        "threat/instrument": "instrument",
        "threat/department": "department",
        "threat/longest": "department",
        "threat/whole": "complete",
    }
    assert row(answer(store, "Q08"), "threat/longest").values["goal"] == ID + "goal/b"
    assert row(answer(store, "Q08"), "threat/longest").links == (ID + "link/l11", ID + "link/l5")


def test_chain_is_as_strong_as_its_weakest_link() -> None:
    """Of two whole chains the one with the stronger weakest link is shown, not the stronger start.

    Through goal a: quoted, cited, assessed. Through goal b: cited, cited, derived.
    """
    store = sketch(
        "goal:a addresses threat:t quoted",
        "instrument:i serves goal:a cited",
        "department:d coordinates instrument:i assessed",
        "goal:b addresses threat:t cited",
        "instrument:j serves goal:b cited",
        "instrument:j signedBy office:o derived",
        "office:o officeOf department:e",
    )
    whole = row(answer(store, "Q08", "assessed"), "threat/t")
    assert whole.cover == tuple(ID + f"link/l{number}" for number in (4, 5, 6))
    assert whole.values["level"] == PREFIXES["level"] + "derived"
    assert whole.values["department"] == ID + "department/e"
    broken = row(answer(store, "Q08"), "threat/t")
    assert (broken.why, broken.disappears_at) == ("department", "derived")
    assert broken.values["goal"] == ID + "goal/a"


def test_chain_through_a_loop_ends() -> None:
    """Goals that share instruments, and instruments that share owners, are walked once each."""
    store = sketch(
        *(f"goal:g{n} addresses threat:t{n % 2}" for n in range(6)),
        *(f"instrument:i{n % 3} serves goal:g{n}" for n in range(6)),
        *(f"department:d responsibleFor instrument:i{n}" for n in range(3)),
    )
    found = answer(store, "Q08")
    assert (found.verdict, found.denominator) == ("none_found", 2)


# Q07: focus regions


def test_region_with_one_side_only_is_a_gap() -> None:
    """Threats without policy and policy without threats are gaps; both or neither is none."""
    store = sketch(
        *(f"strategy:s focusesOn region:{name}" for name in ("alarm", "calm", "met", "void")),
        "threat:t locatedIn region:alarm",
        "goal:a mentions region:alarm",
        "instrument:i worksWith region:alarm",
        "goal:a focusesOn region:calm",
        "topic:x locatedIn region:calm",
        "theme:h mentions region:met",
        "instrument:i locatedIn region:met",
        "threat:t affects region:elsewhere",
        "strategy:s focusesOn region:later assessed",
    )
    found = answer(store, "Q07")
    assert keys(found) == {
        "region/alarm": "unanswered",
        "region/calm": "unthreatened",
        "region/met": "answered",
        "region/void": "empty",
    }
    assert (found.numerator, found.denominator) == (2, 3)
    assert figures(found)["regions_empty"].value == 1
    assert row(found, "region/met").cover == (ID + "link/l11",)
    assert row(found, "region/alarm").links == (ID + "link/l1", ID + "link/l5")


@pytest.mark.parametrize(
    "words",
    [
        "threat:t locatedIn region:r",
        "threat:t affects region:r",
        "threat:t threatens region:r",
        "threat:t concerns region:r",
        "threat:t mentions region:r",
        "region:r causes threat:t",
    ],
)
def test_every_kind_of_threat_in_a_region_counts(words: str) -> None:
    """A threat lies in a region by each of these kinds, and closes the gap at its level."""
    store = sketch("strategy:s focusesOn region:r", "goal:a protects region:r", f"{words} assessed")
    assert row(answer(store, "Q07"), "region/r").disappears_at == "assessed"
    assert rows(answer(store, "Q07", "assessed")) == []


@pytest.mark.parametrize(
    ("harm", "threatened"), [("causes topic:y", True), ("threatens interest:z", True), ("", False)]
)
def test_what_lies_in_a_region_threatens_when_it_does_harm(harm: str, threatened: bool) -> None:
    """Wars in a region are a threat there once a link says what they cause or threaten."""
    done = [f"topic:wars {harm} quoted"] if harm else []
    store = sketch("strategy:s focusesOn region:r", "topic:wars locatedIn region:r", *done)
    found = answer(store, "Q07", edition="every")
    assert (rows(found) == ["region/r"]) is threatened
    denied = sketch(
        "strategy:s focusesOn region:r",
        "topic:wars locatedIn region:r",
        *(f"{d} denied" for d in done),
    )
    assert rows(answer(denied, "Q07")) == []


def test_only_empty_regions_are_not_assessable() -> None:
    """Where nothing is found in any focus region there is nothing to judge."""
    found = answer(sketch("strategy:s focusesOn region:r"), "Q07")
    assert (found.verdict, len(found.findings)) == ("not_assessable", 1)


# Q11: measures and reports


def test_report_on_the_whole_measures_no_goal() -> None:
    """A report on the strategy is named and closes no gap; one on the goal itself does."""
    store = sketch(
        "strategy:s hasPillar pillar:p",
        "pillar:p hasGoal goal:a",
        "strategy:s hasFocus focus:b",
        "strategy:s reportsTo organization:house",
        "focus:b measuredBy topic:x",
        "strategy:other hasIssue issue:c",
        "issue:c commitsTo commitment:k",
        "issue:c reportsTo organization:house assessed",
    )
    found = answer(store, "Q11")
    assert keys(found) == {"goal/a": "whole", "focus/b": "", "issue/c": ""}
    assert rows(found) == ["goal/a", "issue/c"]
    assert short(row(found, "goal/a").values["whole"]) == ["strategy/s"]
    assert row(found, "goal/a").links == (ID + "link/l2", ID + "link/l4")
    assert row(found, "issue/c").disappears_at == "assessed"
    said = explain(found.question, row(found, "goal/a"), read_names(store), "en")
    assert "the whole (strategy:s) is reported on or measured" in said
    assert said.endswith(": organization:house.")


@pytest.mark.parametrize("kind", ["reportsTo", "reportedIn", "measuredBy"])
def test_every_kind_of_measure_closes_the_gap(kind: str) -> None:
    """A body, a report and an indicator each make a goal measurable, unless denied."""
    other = {"reportsTo": "organization:o", "reportedIn": "document:d"}.get(kind, "topic:x")
    assert rows(answer(sketch(f"goal:a {kind} {other}"), "Q11")) == []
    assert rows(answer(sketch(f"goal:a {kind} {other} denied"), "Q11")) == ["goal/a"]


# The letter and the strategies, read in full for each kind of link


def test_letter_names_no_owner_of_any_goal(store: OxigraphStore) -> None:
    """By the letter a department coordinates one topic, and no instrument serves a goal."""
    found = answer(store, "Q03", "quoted", [LETTER])
    assert (found.numerator, found.denominator) == (13, 13)
    assert set(keys(found).values()) == {""}


def test_defence_paper_owns_one_goal_of_the_strategy(store: OxigraphStore) -> None:
    """In the strategy the defence paper serves collective self-defence; its minister signed it.

    The strategy itself names no department for a goal or an instrument, 34 919, nr. 1 names the
    minister of Defence for the paper, and the assessments (which do not count as cited) say of
    which department a minister is.
    """
    found = answer(store, "Q03", "cited", SOURCES)
    assert [f.item for f in found.findings if not f.gap] == [
        ID + "goal/gbvs-2018-collective-self-defence"
    ]
    assert (found.numerator, found.denominator) == (12, 13)
    assert figures(found)["owner_direct"].value == 0


def test_health_owns_one_issue_of_2019(store: OxigraphStore) -> None:
    """Of what serves the eleven issues only the immunisation programme has a department.

    Agriculture, Foreign Affairs, Defence, Justice and Economic Affairs own instruments of which no
    passage says that they serve an issue; the water partners are no department.
    """
    found = answer(store, "Q03", "cited", ["nvs-2019-en"], "nvs-2019")
    assert (found.numerator, found.denominator) == (10, 11)
    owned = row(found, "issue/nvs-2019-infectious-diseases")
    assert short(owned.values["departments"]) == ["department/health"]
    assert short(owned.values["instruments"]) == ["instrument/national-immunisation-programme"]
    assert keys(found)["issue/nvs-2019-multilateral-institutions"] == ""


def test_chains_to_defence_run_from_four_threats(store: OxigraphStore) -> None:
    """Collective self-defence addresses four threats by the strategy, and has the one owner."""
    found = answer(store, "Q08", "cited", SOURCES)
    whole = sorted(f.item.removeprefix(ID) for f in found.findings if not f.gap)
    assert whole == [
        "threat/attacks-on-dutch-or-allied-territory",
        "threat/crisis-in-venezuela",
        "threat/instability-in-the-caribbean-region",
        "threat/new-high-tech-often-hybrid-threats",
    ]
    assert row(found, whole[0]).values["instrument"] == ID + "instrument/defensienota-2018"


def test_chains_of_the_letter_break_before_an_instrument(store: OxigraphStore) -> None:
    """Four threats reach a goal in the letter, and no goal reaches an instrument."""
    found = answer(store, "Q08", "quoted", [LETTER])
    assert sorted(name for name, why in keys(found).items() if why == "instrument") == [
        "threat/breeding-grounds-of-terrorism",
        "threat/cross-border-crime",
        "threat/foreign-interference",
        "threat/terrorism",
    ]
    assert set(keys(found).values()) == {"goal", "instrument"}


def test_wars_and_unstable_countries_threaten_one_region_of_the_letter(
    store: OxigraphStore,
) -> None:
    """The letter focuses on two regions, and so does its goal of conflict prevention.

    Wars and unstable countries in the regions around Europe cause problems of security and flows of
    refugees; of the other region it only says that developments there matter for security.
    """
    found = answer(store, "Q07", "quoted", [LETTER])
    assert keys(found) == {
        "region/regions-around-europe": "answered",
        "region/regions-around-the-kingdom": "unthreatened",
    }
    assert short(found.findings[0].values["answers"]) == ["goal/gbvs-2018-conflict-prevention"]


def test_letter_promises_a_report_on_the_whole(store: OxigraphStore) -> None:
    """The House gets a report on the strategy, and on none of its thirteen goals."""
    found = answer(store, "Q11", "quoted", [LETTER])
    assert (found.numerator, found.denominator) == (13, 13)
    assert set(keys(found).values()) == {"whole"}
    assert short(found.findings[0].values["reports"]) == ["organization/house-of-representatives"]


def test_one_issue_of_2019_is_reported(store: OxigraphStore) -> None:
    """The strategy of 2019 promises reports on criminal subversion, and on nothing wider."""
    found = answer(store, "Q11", "cited", ["nvs-2019-en"], "nvs-2019")
    assert [f.item for f in found.findings if not f.gap] == [
        ID + "issue/nvs-2019-criminal-subversion"
    ]
    assert (found.numerator, found.denominator) == (10, 11)
    assert set(keys(found).values()) == {""}
