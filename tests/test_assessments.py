"""Assessments: read from a store, summed up over scorers, and never taken for links."""

import pyoxigraph as ox
import pytest

from graph.assessments import check_score, find_assessments, influence_of, pair_up
from graph.dataset import Dataset
from graph.errors import DataError, NotFoundError, ParameterError
from graph.links import Text, find_links
from graph.options import balance_of, choices_of, consistent_scenarios
from graph.oxigraph import OxigraphStore, in_memory
from graph.tally import tally_graphs
from ontology import GRAPH, ID, SAM

MADE = ID + "strategy/made"
A, B, C = (f"{ID}goal/made-{name}" for name in "abc")
X1, X2, Y1, Y2 = (f"{ID}option/made-{name}" for name in ("x1", "x2", "y1", "y2"))


def test_assessment_is_read_whole(assessed: OxigraphStore) -> None:
    """An assessment comes with all that its record says; maker and date are those of its graph."""
    (found,) = find_assessments(assessed, assessment=ID + "assessment/made-ab")
    assert (found.from_, found.to, found.score, found.within) == (A, B, 2, MADE)
    assert (found.by, found.date) == (ID + "organization/first", "2026-11-01")
    assert found.guiding_question == Text("Does A help B?", "en")
    assert (found.role, found.reason) == (Text("analyst", "en"), Text("A pays for B.", "en"))
    assert found.context == Text("The Netherlands, until 2030", "en")
    assert (found.confidence, found.graph) == ("high", "assessed")
    assert found.evidence == (ID + "passage/assessed-one",)


def test_assessments_are_filtered(assessed: OxigraphStore) -> None:
    """Assessments are found by scorer, by end and by strategy."""
    by = find_assessments(assessed, by=ID + "person/second")
    assert [found.score for found in by] == [-1]
    assert [found.score for found in find_assessments(assessed, **{"from": B})] == [0]
    assert find_assessments(assessed, within=ID + "strategy/gbvs-2018") == []


def test_newest_score_of_a_scorer_counts(assessed: OxigraphStore) -> None:
    """Of two scores of one scorer for a pair the later one counts; each scorer counts once."""
    pairs = {(p.from_, p.to): p for p in pair_up(find_assessments(assessed, within=MADE))}
    pair = pairs[A, B]
    assert sorted(found.score for found in pair.assessments) == [-1, 2]
    assert (pair.summary.median, pair.summary.n, pair.summary.contested) == (0.5, 2, True)


def test_influence_of_a_strategy(assessed: OxigraphStore) -> None:
    """The influence within a strategy is of all its goals, scored or not, and of no options."""
    found = influence_of(assessed, MADE)
    assert [item.id for item in found.influence.items] == [A, B, C]
    assert (found.influence.scored, found.influence.pairs) == (2, 6)
    assert found.influence.contested == ((A, B),)
    assert found.scorers == (ID + "organization/first", ID + "person/second")
    assert found.questions == (Text("Does A help B?", "en"), Text("Helpt A B?", "nl"))


def test_strategy_without_assessments(assessed: OxigraphStore) -> None:
    """A strategy that nobody assessed has its goals, and nothing scored."""
    found = influence_of(assessed, ID + "strategy/gbvs-2018").influence
    assert (len(found.items), found.scored, found.tension.reason) == (13, 0, "nothing_scored")


def test_unknown_strategy(assessed: OxigraphStore) -> None:
    """A name that no strategy has is told."""
    for ask in (influence_of, choices_of):
        with pytest.raises(NotFoundError, match="no strategy"):
            ask(assessed, ID + "strategy/none")


def test_assessments_are_no_links(assessed: OxigraphStore, dataset: Dataset) -> None:
    """No assessment counts as a link, gives a plain triple, or changes the count of a source."""
    graph = GRAPH + "assessed"
    scored = {a.iri for a in find_assessments(assessed)}
    assert not scored & {link.iri for link in find_links(assessed)}
    query = f"ASK {{ <{A}> ?any <{B}> }}"
    assert not assessed.query(query).truth()
    quads = [quad for quad in assessed.quads() if quad.graph_name.value == graph]  # type: ignore[union-attr]
    assert tally_graphs({graph: quads})["assessed"].levels == {"assessed": 9}


def test_unchecked_score_is_told() -> None:
    """A score beyond three, which only unchecked data hold, is an error that names it."""
    facts = f"""<urn:x> a <{SAM}Assessment> ; <{SAM}from> <urn:a> ; <{SAM}to> <urn:b> ;
        <{SAM}score> 4 ; <{SAM}within> <urn:s> ;
        <http://www.w3.org/ns/prov#wasAttributedTo> <urn:w> ;
        <http://www.w3.org/ns/prov#generatedAtTime> "2026-11-23" ."""
    triples = ox.parse(facts, format=ox.RdfFormat.TURTLE)
    graph = ox.NamedNode("urn:g")
    store = in_memory(
        {"urn:g": [ox.Quad(q.subject, q.predicate, q.object, graph) for q in triples]}
    )
    with pytest.raises(DataError, match="urn:x: The score 4 from urn:a to urn:b"):
        find_assessments(store)


@pytest.mark.parametrize(
    ("from_", "to", "score", "reason", "parameter", "told"),
    [
        (A, B, 4, "Very.", "score", "-3, -2, -1, 0, 1, 2, 3"),
        (A, A, 1, "Itself.", "to", "another than from"),
        (A, B, -1, " ", "reason", "any text"),
    ],
)
def test_wrong_score_names_its_parameter(
    from_: str, to: str, score: int, reason: str, parameter: str, told: str
) -> None:
    """Score 4, a self-score and a score without reason name the parameter and what is allowed."""
    with pytest.raises(ParameterError, match=told) as caught:
        check_score(from_, to, score, reason)
    assert caught.value.parameter == parameter
    assert caught.value.allowed


def test_zero_needs_no_reason() -> None:
    """No influence needs no reason."""
    check_score(A, B, 0, "")


def test_scenarios_of_a_strategy(assessed: OxigraphStore) -> None:
    """The options of a strategy are combined by their scores, with the share that was scored."""
    found = consistent_scenarios(assessed, MADE)
    assert found.consistent.scenarios == ((X1, Y1), (X2, Y1), (X2, Y2))
    assert (found.scored, found.choices.pairs) == (2, 8)


def test_strategy_without_options(assessed: OxigraphStore) -> None:
    """A strategy without descriptors has no scenarios."""
    assert consistent_scenarios(assessed, ID + "strategy/gbvs-2018").consistent.combinations == 0


def test_balance_of_a_selection(assessed: OxigraphStore) -> None:
    """A selection has its balance, in whatever order it is given."""
    found = balance_of(assessed, MADE, [Y2, X1])
    assert found.balances == {X1: 0, X2: 1, Y1: 2, Y2: 0}
    assert not found.consistent


@pytest.mark.parametrize(
    ("selection", "told", "allowed"),
    [
        ([X1], "0 options of", (Y1, Y2)),
        ([X1, X2, Y1], "2 options of", (X1, X2)),
        ([X1, A], "none of the options", (X1, X2, Y1, Y2)),
    ],
)
def test_wrong_selection(
    assessed: OxigraphStore, selection: list[str], told: str, allowed: tuple[str, ...]
) -> None:
    """A selection that is not one option of each descriptor is told what it may hold."""
    with pytest.raises(ParameterError, match=told) as caught:
        balance_of(assessed, MADE, selection)
    assert (caught.value.parameter, caught.value.allowed) == ("selection", allowed)
