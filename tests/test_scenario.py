"""Scenarios: what is dropped takes what rests on it, what is added is hypothetical."""

from dataclasses import replace

import pytest

from graph.assessments import find_assessments
from graph.errors import ParameterError
from graph.ground import UNREAD, canonical_hash, read_ground
from graph.inquiry import Inquiry
from graph.library import read_folder
from graph.overlay import Overlay, overlay
from graph.oxigraph import OxigraphStore
from graph.questions import FOLDER
from graph.scenario import Addition, Rescore, Scenario
from graph.scope import Scope
from ontology import ID, ROOT
from sketch import sketch


def under(store: OxigraphStore, scenario: Scenario) -> Overlay:
    """Lay a scenario over a store."""
    return overlay(read_ground(store), scenario)


def gone(store: OxigraphStore, scenario: Scenario) -> list[str]:
    """Return the links that a scenario takes away, by the end of their names."""
    links = under(store, scenario).removal.links
    return sorted(link.removeprefix(ID + "link/") for link in links)


def gaps(store: OxigraphStore, scope: Scope | None = None) -> list[str]:
    """Return the goals without an instrument."""
    answer = Inquiry(store).ask("Q01", scope or Scope())
    return [f.item.removeprefix(ID) for f in answer.findings if f.gap]


@pytest.fixture
def small() -> OxigraphStore:
    """Give a strategy of two goals, three instruments and two departments."""
    return sketch(
        "strategy:s hasPillar pillar:p",
        "pillar:p hasGoal goal:a",
        "pillar:p hasGoal goal:b",
        "instrument:i serves goal:a quoted",
        "instrument:j serves goal:b @two",
        "instrument:i serves goal:b assessed @two",
        "department:d responsibleFor instrument:i",
        "office:o officeOf department:d",
        "instrument:j signedBy office:o",
        "department:e coordinates instrument:j",
        "goal:a focusesOn region:r",
        things="instrument:k",
    )


def test_a_thing_takes_its_links_along(small: OxigraphStore) -> None:
    """Without an instrument the links from and to it are gone, and nothing else."""
    left = under(small, Scenario("x", things=("instrument/i",)))
    assert gone(small, left.scenario) == ["l4", "l6", "l7"]
    assert left.scenario.things == (ID + "instrument/i",)
    assert gaps(small) == []
    assert gaps(left.store) == ["goal/a"]
    assert len(left.store.graphs()) == len(small.graphs())


def test_a_goal_that_is_dropped_is_not_asked_about(small: OxigraphStore) -> None:
    """What is dropped is no gap: it is not there."""
    left = under(small, Scenario("x", things=("goal/a", "instrument/j")))
    answer = Inquiry(left.store).ask("Q01")
    assert [f.item for f in answer.findings if f.gap] == [ID + "goal/b"]
    assert answer.denominator == 1


def test_a_region_takes_no_goal_along(small: OxigraphStore) -> None:
    """Goals lose their region; they stay."""
    left = under(small, Scenario("x", things=("region/r",)))
    assert gone(small, left.scenario) == ["l11"]
    assert Inquiry(left.store).ask("Q01").denominator == 2


def test_a_department_leaves_its_instruments(small: OxigraphStore) -> None:
    """By default instruments lose an owner; with `cascade` those that nobody else owns go too."""
    kept = Scenario("x", things=("department/d",))
    assert gone(small, kept) == ["l7", "l8"]
    cascade = under(small, replace(kept, mode="cascade"))
    assert cascade.removal.things == {ID + "department/d", ID + "instrument/i"}
    assert gaps(cascade.store) == ["goal/a"]
    both = Scenario("x", things=("department/d", "department/e"), mode="cascade")
    assert ID + "instrument/j" in under(small, both).removal.things


def test_a_source_takes_what_nothing_else_bears_out() -> None:
    """Links with evidence elsewhere stay; a source is what its document says, in any graph."""
    store = sketch("instrument:i serves goal:a", "instrument:i serves goal:b @two")
    assert gone(store, Scenario("x", sources=("two",))) == ["l2"]
    again = "link:l2 sam:evidence passage:p1 ."
    store.engine.update(
        f"PREFIX link: <{ID}link/> PREFIX passage: <{ID}passage/>"
        f" PREFIX sam: <https://w3id.org/samenhang/def#>"
        f" INSERT DATA {{ GRAPH <{ID}graph/two> {{ {again} }} }}"
    )
    assert gone(store, Scenario("x", sources=("two",))) == []
    assert gone(store, Scenario("x", sources=("one", "two"))) == ["l1", "l2"]


def test_a_reading_of_many_documents_goes_as_a_whole(store: OxigraphStore) -> None:
    """A graph without a document of its own is a source too: all that stands in it goes."""
    ground = read_ground(store)
    left = overlay(ground, Scenario("x", sources=("alignment-of-editions",)))
    graphs = {ground.statements.by_link[link].graph for link in left.removal.links}
    assert graphs == {ID + "graph/alignment-of-editions"}
    kept = {s.graph for s in left.statements.by_link.values()}
    assert not graphs & kept


def test_a_level_takes_its_links(small: OxigraphStore) -> None:
    """Without what is assessed, a goal keeps what a text says of it."""
    assert gone(small, Scenario("x", levels=("assessed",))) == ["l6"]


def test_what_two_links_say_is_lost_with_both() -> None:
    """The direct triple of a link stays as long as another link in its graph says the same."""
    store = sketch("pillar:p hasGoal goal:a", "pillar:p hasGoal goal:a", "goal:a hasTheme theme:t")
    said = "SELECT ?goal { ?pillar <https://w3id.org/samenhang/def#hasGoal> ?goal }"
    for links, expected in ((("link/l1",), True), (("link/l1", "link/l2"), False)):
        left = under(store, Scenario("x", links=links)).store
        assert bool(list(left.query(said).rows())) is expected


def test_what_was_derived_goes_with_its_ground(store: OxigraphStore) -> None:
    """A derived link goes when no rule gives it any more, and stays when another pair does."""
    ground = read_ground(store)
    pillar = ID + "pillar/gbvs-2018-prevent"
    known = ground.statements.by_link.values()
    derived = {s.link for s in known if s.level == "derived" and "goal-through-pillar" in s.link}
    through = {
        s.link
        for s in known
        if s.link in derived
        and any(pillar == ground.statements.by_link[p].object.value for p in s.premises)
    }
    assert len(through) == 4  # the goals of the pillar, as tests/data/editions counts them
    assert through <= overlay(ground, Scenario("x", things=(pillar,))).removal.links
    some = next(s for s in known if s.link in through and len(s.premises) > 2)
    left = overlay(ground, Scenario("x", links=(min(some.premises),)))
    assert some.link not in left.removal.links


def test_what_is_added_counts_where_it_is_supposed(small: OxigraphStore) -> None:
    """An addition closes a gap in a scope that supposes, and at no level of evidence."""
    added = (Addition("instrument/k", "serves", "goal/a", "it could"),)
    left = under(small, Scenario("x", things=("instrument/i",), additions=added)).store
    assert gaps(left, Scope("assessed")) == ["goal/a"]
    assert gaps(left, Scope("hypothetical")) == ["goal/a"]
    assert gaps(left, Scope("cited", supposes=True)) == ["goal/a"]
    assert gaps(left, Scope("hypothetical", supposes=True)) == []


def test_what_is_added_belongs_to_the_edition(small: OxigraphStore) -> None:
    """An instrument that an addition brings in closes a gap of the edition that is asked about."""
    added = (Addition("instrument/k", "serves", "goal/a", "it could"),)
    left = under(small, Scenario("x", things=("instrument/i",), additions=added)).store
    scope = Scope("hypothetical", edition=ID + "strategy/s", supposes=True)
    assert gaps(left, scope) == []
    assert gaps(left, replace(scope, sources=("one", "two"))) == []
    assert gaps(left, replace(scope, supposes=False)) == ["goal/a"]


ADDITION = Addition("instrument/k", "serves", "goal/a", "it could")


@pytest.mark.parametrize(
    ("scenario", "parameter", "allowed"),
    [
        (Scenario(" "), "name", ""),
        (Scenario("x", things=("goal/z",)), "things", "goal/a"),
        (Scenario("x", things=("nothing/z",)), "things", "goal/..."),
        (Scenario("x", things=("not an iri",)), "things", "goal/..."),
        (Scenario("x", things=("goal/a", "goal/a")), "things", ""),
        (Scenario("x", links=("link/l99",)), "links", "the IRI of a link of this store"),
        (Scenario("x", sources=("three",)), "sources", "two"),
        (Scenario("x", levels=("certain",)), "levels", "quoted"),
        (Scenario("x", mode="all"), "mode", "cascade"),
        (
            Scenario("x", additions=(replace(ADDITION, reason=" "),)),
            "additions.reason",
            "any text",
        ),
        (Scenario("x", additions=(replace(ADDITION, kind="helps"),)), "additions.kind", "serves"),
        (
            Scenario("x", additions=(replace(ADDITION, subject="instrument/z"),)),
            "additions.subject",
            "instrument/k",
        ),
        (
            Scenario("x", additions=(replace(ADDITION, object="region/r"),)),
            "additions.object",
            "Goal",
        ),
        (
            Scenario("x", additions=(replace(ADDITION, kind="hasGoal"),)),
            "additions.subject",
            "Pillar",
        ),
        (
            Scenario("x", additions=(replace(ADDITION, subject="instrument/i"),)),
            "additions",
            "a link that is not there yet",
        ),
        (Scenario("x", additions=(ADDITION, ADDITION)), "additions", ""),
        (
            Scenario("x", things=("instrument/k",), additions=(ADDITION,)),
            "additions.subject",
            "things that stay",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    small: OxigraphStore, scenario: Scenario, parameter: str, allowed: str
) -> None:
    """The error names the parameter that is at fault, and what it may be."""
    with pytest.raises(ParameterError) as caught:
        under(small, scenario)
    assert caught.value.parameter == parameter
    assert not allowed or allowed in caught.value.allowed


def test_documents_stay(store: OxigraphStore) -> None:
    """A document cannot be dropped as a thing: the error says to drop what it says."""
    with pytest.raises(ParameterError, match="under sources"):
        under(store, Scenario("x", things=("document/gbvs-2018-en",)))
    assert under(store, Scenario("x", things=("instrument/defensienota-2018",))).removal.things


def test_the_agenda_leaves_no_goal_uncovered(store: OxigraphStore) -> None:
    """Seventeen links go with the Nederlandse Cybersecurity Agenda, by all files of the data.

    One of them serves a goal: the issue of cyber threats of 2019. Three other instruments serve
    that issue by the same text; without these too it is a gap (an act serves it, no instrument).
    """
    agenda = "instrument/nederlandse-cybersecurity-agenda"
    others = (
        "public-private-testing-and-drill-programme",
        "cybersecurity-certification-framework",
        "eu-cyber-diplomacy-toolbox",
    )
    ground = read_ground(store)
    one = overlay(ground, Scenario("without the agenda", things=(agenda,)))
    assert len(one.removal.links) == 17
    assert gaps(one.store) == gaps(store)
    all_ = Scenario("without four", things=(agenda, *(f"instrument/{name}" for name in others)))
    opened = set(gaps(overlay(ground, all_).store)) - set(gaps(store))
    assert "issue/nvs-2019-cyber-threats" in opened


def scores(store: OxigraphStore) -> dict[str, int]:
    """Return the score of each assessment by name."""
    return {a.iri.removeprefix(ID + "assessment/"): a.score for a in find_assessments(store)}


def test_a_score_is_replaced(assessed: OxigraphStore) -> None:
    """One assessment gets another score; the others, its scorer and its date stay."""
    name, was = next((name, score) for name, score in scores(assessed).items() if score > 0)
    left = under(assessed, Scenario("x", scores=(Rescore(name, -2, "it clashes"),)))
    assert scores(left.store) == scores(assessed) | {name: -2}
    assert scores(assessed)[name] == was
    changed = next(a for a in find_assessments(left.store) if a.iri.endswith("/" + name))
    before = next(a for a in find_assessments(assessed) if a.iri.endswith("/" + name))
    assert changed.reason
    assert changed.reason.value == "it clashes"
    assert (changed.by, changed.date) == (before.by, before.date)


def test_what_is_dropped_is_not_assessed(assessed: OxigraphStore) -> None:
    """The assessments of a thing that is dropped go with it."""
    left = under(assessed, Scenario("x", things=("goal/made-a",)))
    assert left.removal.assessments
    for assessment in find_assessments(left.store):
        assert ID + "goal/made-a" not in (assessment.from_, assessment.to)
    everything = under(assessed, Scenario("x", sources=("assessed",)))
    assert not find_assessments(everything.store)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        (Rescore("nobody", 1, "so"), "scores.assessment"),
        (Rescore("made-ab-early", 4, "so"), "score"),
        (Rescore("made-ab-early", 1, " "), "reason"),
    ],
)
def test_only_scores_that_may_be_take_a_place(
    assessed: OxigraphStore, change: Rescore, parameter: str
) -> None:
    """A score keeps to the scale and has a reason, and its assessment is there and stays."""
    with pytest.raises(ParameterError) as caught:
        under(assessed, Scenario("x", scores=(change,)))
    assert caught.value.parameter == parameter
    good = Rescore("made-ab-early", 1, "so")
    for scenario in (
        Scenario("x", scores=(good, good)),
        Scenario("x", things=("goal/made-a",), scores=(good,)),
    ):
        with pytest.raises(ParameterError) as caught:
            under(assessed, scenario)
        assert caught.value.parameter == "scores.assessment"


def test_no_question_reads_what_a_copy_leaves_out() -> None:
    """The properties that a copy of the graph leaves out occur in no question or what it needs."""
    needed = (
        "assessments",
        "documents",
        "edges",
        "supposed",
        "pillars",
        "preconditions",
        "premises",
        "things",
    )
    texts = [question.text for question in read_folder(FOLDER)]
    texts += [q.text for q in read_folder(ROOT / "queries") if q.slug in needed]
    body = "\n".join(line for text in texts for line in text.splitlines() if line[:2] != "#+")
    for property_ in UNREAD:
        name = property_.value.replace("#", "/").rpartition("/")[2]
        assert f":{name} " not in body
        assert property_.value not in body


def test_the_canonical_hash_is_of_what_is_said() -> None:
    """Names of blank nodes and the order of quads do not matter; graphs and triples do."""
    one, two = (read_ground(sketch(*lines)) for lines in (("goal:a hasTheme theme:t",),) * 2)
    assert one.hash == two.hash
    assert one.hash != read_ground(sketch("goal:a hasTheme theme:u")).hash
    assert canonical_hash([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_ground_knows_when_it_was_written(small: OxigraphStore) -> None:
    """The hash of now is the same until a quad changes."""
    ground = read_ground(small)
    before = ground.hash
    overlay(ground, Scenario("x", things=("goal/a",), levels=("assessed",)))
    assert ground.hash_now() == before
    small.engine.update(f"DELETE WHERE {{ GRAPH ?g {{ <{ID}goal/a> ?p ?o }} }}")
    assert ground.hash_now() != before
