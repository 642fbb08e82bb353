"""Reciprocity: what one text says of another is said back, is not, is denied, or is not known."""

import pytest

from graph.errors import ParameterError
from graph.ground import read_ground
from graph.oxigraph import OxigraphStore
from graph.reciprocity import Reciprocity, reciprocity
from graph.statements import Statements, read_statements
from ontology import GRAPH, ID, PREFIXES
from sketch import sketch

GBVS, PAPER = ID + "strategy/gbvs-2018", ID + "instrument/defensienota-2018"


def drawn(*lines: str, texts: str = "one:strategy/s two:instrument/i") -> Statements:
    """Return the statements of a sketch, in which documents are the texts of things."""
    store = sketch(*lines)
    said = " ".join(
        f"<{ID}document/{document}> <{PREFIXES['dcterms']}isVersionOf> <{ID}{thing}> ."
        for document, thing in (text.split(":") for text in texts.split())
    )
    store.engine.update(f"INSERT DATA {{ GRAPH <{GRAPH}things> {{ {said} }} }}")
    return read_statements(store.quads())


def states(found: Reciprocity) -> dict[str, str]:
    """Return the state of each claim by the thing it is about."""
    return {claim.thing.removeprefix(ID): claim.state for claim in found.claims}


def between(statements: Statements, level: str = "cited") -> dict[str, str]:
    """Return the claims between the strategy and the instrument of a sketch."""
    return states(reciprocity(statements, ID + "strategy/s", ID + "instrument/i", level))


WHOLE = "strategy:s coupledTo instrument:i"
BACK = "instrument:i alignedWith strategy:s @two"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((WHOLE, BACK), "both"),
        ((WHOLE, "goal:g hasTheme theme:t @two"), "one_only"),
        (("goal:g hasTheme theme:t", BACK), "other_only"),
        ((WHOLE, BACK + " denied"), "contradiction"),
        ((WHOLE,), "not_assessable"),
    ],
)
def test_wholes_are_tied_by_one_text_or_both(lines: tuple[str, ...], state: str) -> None:
    """What both texts say of each other as wholes is one claim, in one of five states."""
    assert between(drawn(*lines)) == {"strategy/s": state}


def test_a_part_is_said_back_by_a_link_with_either() -> None:
    """A thing that one text lays down in the other is said back when that ties it to the first."""
    part = "topic:t laidDownIn instrument:i"
    silent = drawn(part, "topic:u linkedTo instrument:i @two")
    assert between(silent) == {"topic/t": "one_only"}
    to_one = drawn(part, "topic:t linkedTo strategy:s @two")
    to_itself = drawn(part, "topic:t linkedTo instrument:i @two")
    assert between(to_one) == between(to_itself) == {"topic/t": "both"}
    denied = drawn(part, "topic:t linkedTo instrument:i @two denied")
    assert between(denied) == {"topic/t": "contradiction"}


def test_what_is_only_denied_is_no_claim() -> None:
    """A text that denies what nobody says contradicts nobody."""
    assert between(drawn(BACK + " denied", "goal:g hasTheme theme:t")) == {}


def test_what_an_actor_does_is_no_claim() -> None:
    """That a department answers for the other paper says nothing of how two texts fit."""
    assert between(drawn("department:d responsibleFor instrument:i", BACK)) == {
        "strategy/s": "other_only"
    }


def test_only_what_counts_is_read() -> None:
    """At a stronger level a weaker claim is none; our own reading is no text."""
    statements = drawn(WHOLE, BACK + " quoted")
    assert between(statements, "quoted") == {"strategy/s": "other_only"}
    assert between(drawn(WHOLE + " @three", "goal:g hasTheme theme:t", BACK)) == {
        "strategy/s": "other_only"
    }


def test_other_documents_may_speak_for_a_thing() -> None:
    """A letter that presents a strategy speaks for it where the caller says so."""
    statements = drawn("goal:g hasTheme theme:t", WHOLE + " @letter", BACK)
    one, other = ID + "strategy/s", ID + "instrument/i"
    letter = {one: [ID + "document/letter", ID + "document/not-read"]}
    found = reciprocity(statements, one, other, more=letter)
    assert states(found) == {"strategy/s": "both"}
    assert found.documents[0] == (ID + "document/letter", ID + "document/one")


@pytest.mark.parametrize(
    ("one", "other", "level", "parameter"),
    [
        ("strategy/z", "instrument/i", "cited", "one"),
        ("strategy/s", "instrument/z", "cited", "other"),
        ("strategy/s", "strategy/s", "cited", "other"),
        ("strategy/s", "instrument/i", "certain", "level"),
    ],
)
def test_what_is_not_there_is_refused(one: str, other: str, level: str, parameter: str) -> None:
    """The error names the parameter that is at fault."""
    with pytest.raises(ParameterError) as caught:
        reciprocity(drawn(WHOLE, BACK), ID + one, ID + other, level)
    assert caught.value.parameter == parameter


def test_strategy_and_defensienota_from_both_sides(store: OxigraphStore) -> None:
    """They tie each other as wholes; eight things are claimed by the one only, four by the other.

    Read in gbvs-2018-en: every link that names the Defensienota (h041, h351, h365, h366, h367,
    h528, d282 to d284). In defensienota-2018-en: every link that names the strategy (d012 to d016
    and f085; that the strategy is of a minister is no claim). None of the twelve things occurs in
    the file of the other text.
    """
    strategy = """goal/gbvs-2018-collective-self-defence
        instrument/greater-emphasis-on-preventive-security-policy instrument/modern-self-defence
        instrument/modernisation-of-the-armed-forces
        investment/steps-of-government-term-from-2017-towards-2-percent-of-gdp
        topic/choices-on-capabilities-for-missions topic/promotion-of-the-international-legal-order
        topic/steps-of-the-term-towards-the-nato-capability-objectives"""
    paper = """instrument/defensienota-2018-cyber-capabilities instrument/defensienota-2018-means
        topic/better-protection-against-digital-threats
        topic/choice-how-to-spend-the-additional-1-5-billion"""
    statements = read_ground(store).statements
    expected = dict.fromkeys(strategy.split(), "one_only")
    expected |= dict.fromkeys(paper.split(), "other_only")
    found = reciprocity(statements, GBVS, PAPER)
    assert states(found) == expected | {"strategy/gbvs-2018": "both"}
    whole = next(claim for claim in found.claims if claim.thing == GBVS)
    assert (len(whole.one), len(whole.other)) == (3, 1)  # h366, d282, d284; f085-2


def test_the_letter_says_one_thing_of_the_defensienota(store: OxigraphStore) -> None:
    """Its one sentence lays the modernisation down in it (koppelingen-12), and nothing answers."""
    letter = {GBVS: [ID + "document/kamerbrief-gbvs-2018"]}
    statements = read_ground(store).statements
    found = reciprocity(statements, GBVS, PAPER, "quoted", letter)
    assert states(found) == {"instrument/modernisation-of-the-armed-forces": "one_only"}


def test_a_paper_whose_text_was_not_read(store: OxigraphStore) -> None:
    """Whether the Nederlandse Cybersecurity Agenda answers the strategy cannot be told."""
    statements = read_ground(store).statements
    letter = {GBVS: [ID + "document/kamerbrief-gbvs-2018"]}
    agenda = ID + "instrument/nederlandse-cybersecurity-agenda"
    assert set(states(reciprocity(statements, GBVS, agenda, "quoted", letter)).values()) == {
        "not_assessable"
    }
