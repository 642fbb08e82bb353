"""Coherence questions: what they find depends on the level and the sources, and says why."""

from collections.abc import Sequence
from itertools import pairwise

import pyoxigraph as ox
import pytest

from graph.derive import materialise
from graph.errors import NotFoundError
from graph.inquiry import Answer, Inquiry
from graph.library import LANGUAGES, Query
from graph.links import LEVELS, STRENGTH, Link
from graph.names import Names
from graph.oxigraph import OxigraphStore, in_memory
from graph.questions import find_question, list_questions, number
from graph.store import Store
from graph.wording import explain
from ontology import GRAPH, ID, PREFIXES


def ask(
    store: Store, name: str, level: str = "cited", sources: Sequence[str] = (), edition: str = ""
) -> Answer:
    """Ask one question of a store."""
    inquiry = Inquiry(store)
    return inquiry.ask(name, inquiry.scope(level, sources, edition))


Answers = dict[tuple[str, str], Answer]

QUESTIONS = list_questions()
SLUGS = [question.slug for question in QUESTIONS]
#: Measures whose rows are gaps just when nothing covers them.
COVERING = ("gaps", "foundations")
HEAD = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items())
#: Questions whose rows nothing covers, those that weigh denials too, and those of scores, of which
#: none are shipped.
UNCOVERED = ("Q27", "Q28", "Q29")
DENIALS = ("Q28", "Q29")
SCORED = ("Q27", "Q28")
THINGS = """goal:a a sam:Goal . goal:b a sam:Goal . goal:c a sam:Goal .
    pillar:p a sam:Pillar . pillar:q a sam:Pillar . instrument:i a sam:Instrument ."""


def quads(name: str, turtle: str) -> dict[str, list[ox.Quad]]:
    """Return a graph of Turtle with our prefixes."""
    graph = ox.NamedNode(GRAPH + name)
    parsed = ox.parse(f"{HEAD}\n{turtle}", format=ox.RdfFormat.TURTLE)
    found = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed]
    return {graph.value: found + materialise(found, graph.value)}


def link(name: str, subject: str, kind: str, object_: str, words: str) -> str:
    """Return a link in Turtle."""
    return (
        f"link:{name} a sam:Link ; rdf:subject {subject} ; rdf:predicate sam:{kind} ;"
        f" rdf:object {object_} ; sam:level level:{words} .\n"
    )


@pytest.fixture(scope="module")
def small(store: OxigraphStore) -> OxigraphStore:
    """Give three goals: one served by a cited link, one by an assessed one, one by a denied one."""
    vocabulary = [q for q in store.quads() if str(q.graph_name) == f"<{GRAPH}vocabulary>"]
    graphs = {GRAPH + "vocabulary": vocabulary} | quads("things", THINGS)
    graphs |= quads("one", link("a", "instrument:i", "serves", "goal:a", "cited"))
    judged = link("b", "instrument:i", "serves", "goal:b", "assessed")
    graphs |= quads(
        "two",
        judged
        + link("c", "instrument:i", "serves", "goal:c", "quoted ; sam:polarity polarity:denied")
        + link("p", "pillar:q", "preconditionFor", "pillar:p", "cited")
        + link("g", "pillar:q", "hasGoal", "goal:b", "cited")
        + "pillar:q sam:hasGoal goal:b .",
    )
    return in_memory(graphs)


@pytest.fixture(scope="module")
def answers(store: OxigraphStore) -> Answers:
    """Give the answer to each question at each level, on the shipped data."""
    return {(slug, level): ask(store, slug, level) for slug in SLUGS for level in LEVELS}


def gaps(answer: Answer) -> list[str]:
    """Return the things that are gaps."""
    return [finding.item.removeprefix(ID) for finding in answer.findings if finding.gap]


def test_questions_are_those_of_the_folder() -> None:
    """The questions come by number, and a question is found by number or by name."""
    assert sorted(SLUGS) == SLUGS
    assert {"Q01", "Q04", "Q24"} <= {slug.partition("-")[0] for slug in SLUGS}
    assert find_question("q01") == find_question("Q01-goal-without-instrument")


@pytest.mark.parametrize("name", ["Q99", "", "Q0", "../queries/links"])
def test_unknown_question_lists_the_known(store: OxigraphStore, name: str) -> None:
    """A question that nobody has written gives NotFoundError with those there are."""
    with pytest.raises(NotFoundError, match=SLUGS[0]):
        ask(store, name)


def test_unknown_level_lists_the_known(store: OxigraphStore) -> None:
    """A level that nobody has declared gives NotFoundError with those there are."""
    with pytest.raises(NotFoundError, match=", ".join(LEVELS)):
        ask(store, "Q01", "certain")


def test_unknown_source_is_named(store: OxigraphStore) -> None:
    """A source that is not in the store gives NotFoundError with its name."""
    with pytest.raises(NotFoundError, match="nowhere"):
        ask(store, "Q01", sources=["kamerbrief-gbvs-2018", "nowhere"])


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("quoted", ["goal/a", "goal/b", "goal/c"]),
        ("cited", ["goal/b", "goal/c"]),
        ("derived", ["goal/b", "goal/c"]),
        ("assessed", ["goal/c"]),
        ("hypothetical", ["goal/c"]),
    ],
)
def test_a_gap_closes_at_the_level_of_its_link(
    small: OxigraphStore, level: str, expected: list[str]
) -> None:
    """A goal is a gap until links of the level of its instrument count; a denial closes nothing."""
    answer = ask(small, "Q01", level)
    assert gaps(answer) == expected
    assert (answer.numerator, answer.denominator) == (len(expected), 3)
    assert answer.verdict == "gaps_found"


def test_gap_tells_where_it_would_close(small: OxigraphStore) -> None:
    """A gap names the level at which it disappears, and nothing when none does."""
    found = {finding.item: finding for finding in ask(small, "Q01", "quoted").findings}
    assert found[ID + "goal/a"].disappears_at == "cited"
    assert found[ID + "goal/b"].disappears_at == "assessed"
    assert found[ID + "goal/c"].disappears_at == ""


def test_what_is_no_gap_shows_what_covers_it(small: OxigraphStore) -> None:
    """A goal that is covered names the links that cover it, and a gap is listed before it."""
    answer = ask(small, "Q01", "assessed")
    assert [finding.gap for finding in answer.findings] == [True, False, False]
    covered = {f.item: f.cover for f in answer.findings}
    assert covered[ID + "goal/a"] == (ID + "link/a",)
    assert covered[ID + "goal/c"] == ()


def test_only_the_chosen_sources_count(small: OxigraphStore) -> None:
    """Links of other sources close no gap, but things count whatever the sources."""
    assert gaps(ask(small, "Q01", "assessed", ["one"])) == ["goal/b", "goal/c"]
    assert gaps(ask(small, "Q01", "assessed", ["two"])) == ["goal/a", "goal/c"]
    assert ask(small, "Q01", "assessed", ["one", "two"]).scope.sources == ("one", "two")


def test_support_is_covered_through_a_goal(small: OxigraphStore) -> None:
    """A pillar rests on its precondition, which is covered when an instrument serves its goal."""
    (weak,) = ask(small, "Q24", "cited").findings
    assert (weak.item, weak.other) == (ID + "pillar/p", ID + "pillar/q")
    assert weak.gap
    assert weak.disappears_at == "assessed"
    assert weak.links == (ID + "link/p",)
    (strong,) = ask(small, "Q24", "assessed").findings
    assert not strong.gap
    assert strong.cover == (ID + "link/b",)


def test_support_that_does_not_count_is_not_there(small: OxigraphStore) -> None:
    """What a pillar rests on only by weaker links is no row, so that nothing can be judged."""
    answer = ask(small, "Q24", "quoted")
    assert (answer.verdict, answer.denominator, answer.findings) == ("not_assessable", 0, ())


def test_nothing_to_judge_is_not_assessable() -> None:
    """In an empty store no question finds gaps, nor says that there are none."""
    for slug in SLUGS:
        assert ask(in_memory({}), slug).verdict == "not_assessable"


def test_none_found_is_said(small: OxigraphStore) -> None:
    """When no row is a gap the verdict says so."""
    assert ask(small, "Q24", "assessed").verdict == "none_found"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_answer_holds_together(
    answers: Answers, links: dict[str, Link], slug: str, level: str
) -> None:
    """On the shipped data verdict, fraction and rows agree, and every link that is named exists."""
    answer = answers[slug, level]
    assert answer.numerator == sum(finding.gap for finding in answer.findings)
    assert answer.numerator <= answer.denominator
    found = "gaps_found" if answer.numerator else "none_found"
    assert answer.verdict == (found if answer.denominator else "not_assessable")
    pairs = [(finding.item, finding.other) for finding in answer.findings]
    assert len(pairs) == len(set(pairs))
    for finding in answer.findings:
        assert {*finding.links, *finding.cover} <= set(links)
        assert not (finding.gap and finding.cover)
        if answer.question.says("measure") in COVERING:
            assert finding.gap is not bool(finding.cover)
        assert all(STRENGTH[links[iri].level] >= STRENGTH[level] for iri in finding.cover)
        if number(answer.question) not in DENIALS:
            assert not any(links[iri].denied for iri in (*finding.links, *finding.cover))


#: A weaker link brings these a goal that only one instrument serves, a shared budget, or likeness.
OPENING = ("Q13", "Q15", "Q16")


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug[:3] not in OPENING])
def test_weaker_levels_never_open_a_gap(answers: Answers, slug: str) -> None:
    """What is covered at a level stays covered when weaker links count too."""
    for strict, loose in pairwise(answers[slug, level] for level in LEVELS):
        covered = {(f.item, f.other) for f in strict.findings if f.cover}
        assert not covered & {(f.item, f.other) for f in loose.findings if f.gap}


def test_letter_alone_serves_no_goal(store: OxigraphStore) -> None:
    """The letter ties no instrument to one goal: by its own words every goal is a gap."""
    answer = ask(store, "Q01", "quoted", ["kamerbrief-gbvs-2018"])
    assert answer.numerator == answer.denominator > 0


def test_letter_shows_what_pillars_rest_on(store: OxigraphStore) -> None:
    """By the letter, preventing and defending rest on strengthening."""
    answer = ask(store, "Q24", "quoted", ["kamerbrief-gbvs-2018"])
    rests = {(f.item.rpartition("-")[2], f.other.rpartition("-")[2]) for f in answer.findings}
    assert {("prevent", "strengthen"), ("defend", "strengthen")} <= rests


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_every_row_is_explained(answers: Answers, names: Names, question: Query) -> None:
    """Why a row is in the answer is a sentence in both languages, with its names filled in."""
    answer = answers[question.slug, "assessed"]
    assert answer.findings or number(question) in SCORED
    for finding in answer.findings:
        for language in LANGUAGES:
            sentence = explain(answer.question, finding, names, language)
            assert names.of(finding.item).in_language(language) in sentence
            assert "{" not in sentence
