"""Questions on cover: instruments, threats, goals, principles and means without a counterpart."""

import pytest

from graph.findings import Finding
from graph.inquiry import Answer
from graph.names import read_names
from graph.oxigraph import OxigraphStore
from graph.wording import explain
from ontology import ID
from sketch import answer, rows, sketch

LETTER = "kamerbrief-gbvs-2018"
STRATEGY = "gbvs-2018-en"


def covered(answer: Answer) -> list[str]:
    """Return the rows that are no gap, in short names, sorted."""
    return sorted(f.item.removeprefix(ID) for f in answer.findings if not f.gap)


def row(answer: Answer, item: str) -> Finding:
    """Return the one row about a thing."""
    (found,) = (f for f in answer.findings if f.item == ID + item)
    return found


@pytest.fixture(scope="module")
def drawn() -> OxigraphStore:
    """Give a strategy with two goals, three instruments, two threats and some money."""
    return sketch(
        "strategy:s hasGoal goal:a",
        "strategy:s hasGoal goal:b",
        "strategy:s coupledTo instrument:j open",
        "strategy:s coupledTo instrument:k",
        "instrument:i serves goal:a",
        "instrument:j serves goal:b assessed",
        "instrument:k serves goal:b denied",
        "instrument:k serves topic:x",
        "goal:a addresses threat:t",
        "goal:b addresses threat:u assessed @two",
        "goal:b addresses trend:w",
        "instrument:k addresses threat:u",
        "strategy:s identifiesThreat threat:u",
        "strategy:s guidedBy principle:p",
        "strategy:s guidedBy principle:q assessed",
        "goal:a takesAccountOf principle:p",
        "principle:q mergedInto goal:a",
        "goal:b mergedInto principle:q",
        "strategy:s hasTheme theme:h",
        "goal:b guidedBy principle:r",
        "investment:m funds instrument:i assessed",
        "investment:m linkedTo strategy:s",
        "strategy:old hasLine line:z",
        "instrument:k serves line:z",
        "instrument:n serves topic:x",
    )


def test_instrument_is_adrift_until_it_serves_a_goal(drawn: OxigraphStore) -> None:
    """Serving by a denied link or at a weaker level serves no goal; a line is a goal.

    What neither a strategy nor a goal is linked with (n, which serves a topic) is not asked about.
    """
    found = answer(drawn, "Q02", edition="every")
    assert rows(found) == ["instrument/j"]
    assert covered(found) == ["instrument/i", "instrument/k"]
    assert rows(answer(drawn, "Q02", edition="s")) == ["instrument/j", "instrument/k"]
    assert row(found, "instrument/j").disappears_at == "assessed"
    assert row(found, "instrument/j").links == (ID + "link/l3",)
    assert row(found, "instrument/j").severity_reasons == ("open_list",)


@pytest.mark.parametrize("kind", ["seeks", "requires", "dependsOn"])
def test_what_a_goal_seeks_or_requires_is_not_adrift(kind: str) -> None:
    """An instrument that a goal wants stands with that goal, though no link says that it serves."""
    store = sketch("strategy:s coupledTo instrument:i", f"goal:a {kind} instrument:i assessed")
    assert row(answer(store, "Q02"), "instrument/i").disappears_at == "assessed"
    assert covered(answer(store, "Q02", "assessed")) == ["instrument/i"]


def test_part_of_a_goal_is_told_and_covers_nothing() -> None:
    """What a goal comprises is said in the row of the goal and of the part; both stay gaps."""
    store = sketch("goal:a comprises instrument:i")
    for name, item, other in (("Q01", "goal", "instrument:i"), ("Q02", "instrument", "goal:a")):
        found = answer(store, name)
        (gap,) = found.findings
        assert (gap.gap, gap.why) == (True, "instead")
        assert gap.item.startswith(f"{ID}{item}/")
        assert other in explain(found.question, gap, read_names(store), "nl")


def test_threat_that_only_a_pillar_addresses_says_so() -> None:
    """It is a gap, with the passage that names it, and the sentence tells what addresses it."""
    store = sketch("strategy:s hasPillar pillar:p", "pillar:p addresses threat:t")
    found = answer(store, "Q05")
    (gap,) = found.findings
    assert (gap.gap, gap.why, gap.links) == (True, "instead", (ID + "link/l2",))
    assert "pillar:p" in explain(found.question, gap, read_names(store), "nl")


def test_threat_that_no_source_names_at_the_level_is_no_row() -> None:
    """What is named by a weaker link only cannot be unanswered at the stronger level."""
    store = sketch("strategy:s identifiesThreat threat:t assessed", "goal:a linkedTo threat:u")
    for name in ("Q05", "Q08"):
        assert answer(store, name).verdict == "not_assessable"
        assert rows(answer(store, name, "assessed")) == ["threat/t"]


def test_threat_is_answered_by_goals_only(drawn: OxigraphStore) -> None:
    """What an instrument addresses stays a gap, and so does a theme that no goal addresses."""
    found = answer(drawn, "Q05")
    assert rows(found) == ["theme/h", "threat/u"]
    assert (found.numerator, found.denominator) == (2, 3)
    assert row(found, "threat/u").disappears_at == "assessed"
    assert row(answer(drawn, "Q05", sources=["one"]), "threat/u").disappears_at == ""


def test_threats_asked_about_are_those_of_the_edition(drawn: OxigraphStore) -> None:
    """A threat of another edition is no row."""
    assert not answer(drawn, "Q05", edition="old").findings


def test_goal_without_threat(drawn: OxigraphStore) -> None:
    """A trend is no threat, so that a goal that addresses one only is a gap."""
    assert rows(answer(drawn, "Q06", edition="s")) == ["goal/b"]
    assert rows(answer(drawn, "Q06", "assessed", edition="s")) == []
    assert answer(drawn, "Q06", "assessed", edition="s").verdict == "none_found"


def test_only_what_is_stated_is_asked_for(drawn: OxigraphStore) -> None:
    """A principle counts once a strategy states it at the level; any kind brings it back."""
    found = answer(drawn, "Q09")
    assert rows(found) == ["theme/h"]
    assert covered(found) == ["principle/p"]


def test_comparing_editions_brings_no_principle_back(drawn: OxigraphStore) -> None:
    """A principle that is merged into a goal of another edition returns in none."""
    assert rows(answer(drawn, "Q09", "assessed")) == ["principle/q", "theme/h"]


def test_means_of_the_strategy_are_not_those_of_an_instrument(drawn: OxigraphStore) -> None:
    """Money linked to the strategy funds no instrument, not even of those it is coupled to."""
    found = answer(drawn, "Q10", edition="s")
    assert rows(found) == ["instrument/i", "instrument/j", "instrument/k"]
    assert row(found, "instrument/i").disappears_at == "assessed"
    assert covered(answer(drawn, "Q10", "assessed", edition="s")) == ["instrument/i"]


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ("investment:m funds instrument:i", "investment:m"),
        ("document:d funds instrument:i", "document:d"),
        ("instrument:i amount 5", "amount"),
        ("instrument:i shareOfGdp 2", "share"),
        ("instrument:i linkedTo investment:m", "investment:m"),
        ("investment:m linkedTo instrument:i", "investment:m"),
        ("investment:m concerns instrument:i", "investment:m"),
        ("investment:m contributesTo instrument:i", "investment:m"),
    ],
)
def test_every_kind_of_means_closes_the_gap(means: str, said: str) -> None:
    """Money that goes to an instrument, or a figure of its own, are means; the row says which."""
    store = sketch("instrument:i serves goal:a", means)
    (found,) = answer(store, "Q10").findings
    assert not found.gap
    assert found.cover == (ID + "link/l2",)
    sentence = explain(answer(store, "Q10").question, found, read_names(store), "en")
    assert "instrument:i" in sentence
    assert said in sentence


def test_what_is_not_money_is_no_means() -> None:
    """An instrument that is linked to another, or concerned by a paper, has no means by that."""
    store = sketch(
        "instrument:i serves goal:a",
        "instrument:i linkedTo instrument:k",
        "document:d concerns instrument:i",
    )
    assert rows(answer(store, "Q10")) == ["instrument/i"]


# The letter and the strategy, read in full for each kind of link


def test_letter_alone_gives_no_instrument_a_goal(store: OxigraphStore) -> None:
    """Its one link of the kind `serves` has the strategy as subject and a topic as object."""
    found = answer(store, "Q02", "quoted", [LETTER])
    assert found.numerator == found.denominator > 11
    assert row(found, "instrument/digitaliseringsagenda").severity_reasons == ("open_list",)


def test_lines_of_2023_are_served_by_nine_instruments(store: OxigraphStore) -> None:
    """Ten links say what serves a line of 2023, one of them of a framework."""
    served = """dutch-cybersecurity-strategy-2022-2028 eu-open-strategic-autonomy
        european-peace-facility fwhac host-nation-support nato-defence-planning-process
        nationwide-response-framework-against-state-threats sanctions
        shared-national-agenda-for-crisis-control"""
    found = answer(store, "Q02", "cited", ["vkk-2023-en"], "vkk-2023")
    assert covered(found) == sorted("instrument/" + name for name in served.split())


ADDRESSED = {
    "threat/breeding-grounds-of-terrorism": "goal/gbvs-2018-root-causes-of-terrorism",
    "threat/cross-border-crime": "goal/gbvs-2018-cross-border-crime",
    "threat/foreign-interference": "goal/gbvs-2018-societal-resilience",
    "threat/terrorism": "goal/gbvs-2018-counterterrorism",
}


def test_goals_of_the_letter_address_four_threats(store: OxigraphStore) -> None:
    """Of its six links of the kind `addresses` four have a goal as subject.

    The others are of a pillar (causes and root causes of insecurity) and of the worldwide effort
    (cyberthreats).
    """
    threats, goals = (answer(store, name, "quoted", [LETTER]) for name in ("Q05", "Q06"))
    assert covered(threats) == sorted(ADDRESSED)
    assert {"threat/cyberthreats", "threat/causes-and-root-causes-of-insecurity"} <= {
        *rows(threats)
    }
    assert covered(goals) == sorted(ADDRESSED.values())
    assert (goals.numerator, goals.denominator) == (9, 13)


def test_one_of_ten_principles_returns_in_a_goal(store: OxigraphStore) -> None:
    """Letter and strategy state ten principles; only human security guides a goal as well.

    The letter: alignment with frameworks, civic space, integrated character. The strategy: seven
    more; its goals are guided by human security and by three principles that it does not state
    for itself. It has no themes.
    """
    found = answer(store, "Q09", "cited", [LETTER, STRATEGY])
    assert covered(found) == ["principle/human-security"]
    assert (found.numerator, found.denominator) == (9, 10)
    assert rows(answer(store, "Q09", "quoted", [LETTER])) == [
        "principle/alignment-with-frameworks-and-cooperation",
        "principle/civic-space",
        "principle/integrated-character",
    ]


def test_three_of_eleven_coupled_policies_have_money(store: OxigraphStore) -> None:
    """The letter couples eleven policies and names extra money for one; two later papers fund two.

    In the letter it is the migration agenda (in the sentence on the extra investments); the papers
    are 32 734, nr. 32 (diplomacy) and 26 643, nr. 614 (the cybersecurity agenda).
    """
    alone = answer(store, "Q10", "quoted", [LETTER])
    assert (alone.numerator, alone.denominator) == (10, 11)
    assert covered(alone) == ["instrument/integrated-migration-agenda"]
    found = answer(store, "Q10", "cited", [LETTER, "kst-32734-32", "kst-26643-614"])
    assert covered(found) == [
        "instrument/integrated-migration-agenda",
        "instrument/nederlandse-cybersecurity-agenda",
        "instrument/strengthening-of-diplomacy",
    ]
    assert (found.numerator, found.denominator) == (8, 11)
