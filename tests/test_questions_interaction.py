"""Questions on interaction and evidence: support, tension, influence, dispute, reference."""

from collections.abc import Sequence

import pytest

from graph.findings import Finding
from graph.inquiry import Answer, Inquiry
from graph.library import LANGUAGES
from graph.names import read_names
from graph.oxigraph import OxigraphStore
from graph.wording import explain, wording
from ontology import ID, PREFIXES
from sketch import add, answer, rows, score, sketch

LETTER = "kamerbrief-gbvs-2018"
GOALS = ("strategy:s hasGoal goal:a", "strategy:s hasGoal goal:b", "strategy:s hasGoal goal:c")


def row(answer_: Answer, item: str, other: str = "") -> Finding:
    """Return the row about an item and another thing, in short names."""
    (found,) = [
        f for f in answer_.findings if f.item == ID + item and f.other == (other and ID + other)
    ]
    return found


def figures(answer_: Answer) -> dict[str, tuple[object, object]]:
    """Return numerator and denominator of the figures by name."""
    return {figure.name: (figure.numerator, figure.denominator) for figure in answer_.figures}


def said(store: OxigraphStore, answer_: Answer) -> list[str]:
    """Return the sentences of all rows; each names its item and leaves no place open."""
    names = read_names(store)
    found = []
    for finding in answer_.findings:
        for language in LANGUAGES:
            sentence = explain(answer_.question, finding, names, language)
            assert names.of(finding.item).in_language(language) in sentence
            assert "{" not in sentence
            found.append(sentence)
    return found


# Q24: support


def test_support_reaches_as_far_as_it_goes() -> None:
    """A row names what its support rests on in turn, and what of that is covered least."""
    store = sketch(
        "goal:a dependsOn goal:b",
        "goal:b dependsOn goal:c",
        "instrument:i serves goal:b",
    )
    found = answer(store, "Q24")
    assert rows(found) == ["goal/b goal/c"]
    assert row(found, "goal/a", "goal/b").values["further"] == (ID + "goal/c",)
    assert row(found, "goal/a", "goal/b").values["weakest"] == (ID + "goal/c",)
    assert found.figures[0].value == 0
    assert said(store, found)


def test_support_in_a_circle_is_a_row() -> None:
    """Things that rest on each other are one row, with the links that close the circle."""
    store = sketch(
        "goal:a dependsOn goal:b",
        "goal:b requires goal:a",
        "goal:c dependsOn goal:a",
        "instrument:i serves goal:a",
        "instrument:i serves goal:b",
    )
    found = answer(store, "Q24")
    assert rows(found) == ["goal/a"]
    assert row(found, "goal/a").values["cycle"] == (ID + "goal/a", ID + "goal/b")
    assert row(found, "goal/a").links == (ID + "link/l1", ID + "link/l2")
    assert said(store, found)


def test_support_that_is_denied_closes_no_circle() -> None:
    """A denied dependence is none."""
    store = sketch("goal:a dependsOn goal:b", "goal:b dependsOn goal:a denied")
    assert rows(answer(store, "Q24")) == ["goal/a goal/b"]


# Q25: tension


def test_stated_tension_is_a_gap_and_other_interaction_is_none() -> None:
    """Tension and hindrance are gaps; what reinforces is a row without one."""
    store = sketch(
        "goal:a inTensionWith goal:b",
        "instrument:i hinders goal:a",
        "goal:b reinforces pillar:p",
        "trend:t hinders goal:a",
        "goal:a excludes goal:b",
    )
    found = answer(store, "Q25")
    assert rows(found) == ["goal/a goal/b", "instrument/i goal/a"]
    assert (found.numerator, found.denominator) == (2, 3)
    assert row(found, "goal/b", "pillar/p").cover == (ID + "link/l3",)
    assert said(store, found)


@pytest.mark.parametrize(("level", "expected"), [("cited", []), ("assessed", ["goal/a goal/b"])])
def test_tension_that_a_reader_sees(level: str, expected: list[str]) -> None:
    """What a reader sees counts at the level of readers only, and is said to be theirs."""
    found = answer(sketch("goal:a inTensionWith goal:b assessed"), "Q25", level)
    assert rows(found) == expected
    assert all(f.why == "read" for f in found.findings)


def test_interaction_that_a_reader_sees_is_said_to_be_theirs() -> None:
    """What only a reader says of a pair is not put into the mouth of the sources."""
    store = sketch("goal:a reinforces goal:b assessed", "goal:b reinforces goal:c")
    found = answer(store, "Q25", "assessed")
    assert {f.item.removeprefix(ID): f.why for f in found.findings} == {
        "goal/a": "reading",
        "goal/b": "",
    }


def test_negative_scores_are_tensions_and_the_share_is_shown() -> None:
    """A negative median is a gap at every level; the assessed share is over all ordered pairs."""
    store = score(
        sketch(*GOALS),
        "goal:a goal:b -2 one",
        "goal:b goal:a 1 one",
        "goal:a goal:c 1 one",
        "goal:a goal:c -3 two",
    )
    found = answer(store, "Q25", "quoted")
    assert rows(found) == ["goal/a goal/b", "goal/a goal/c"]
    assert figures(found) == {"assessed_share": (3, 6), "tension_share": (2, 3)}
    assert found.figures[0].name == "assessed_share"
    assert row(found, "goal/a", "goal/c").values["score"] == -1
    assert said(store, found)


def test_newest_score_of_a_scorer_counts() -> None:
    """Of the scores of one scorer for one pair, the newest counts."""
    store = score(sketch(*GOALS), "goal:a goal:b -2 one 02-01", "goal:a goal:b 2 one 03-01")
    assert rows(answer(store, "Q25")) == []


# Q26: pairs to assess


SHARED = (*GOALS, "goal:a addresses threat:t", "goal:b addresses threat:t")


def test_pair_that_shares_a_threat_but_no_instrument() -> None:
    """Two goals with a threat in common, no instrument and no interaction are a question."""
    found = answer(store := sketch(*SHARED), "Q26")
    assert rows(found) == ["goal/a goal/b"]
    assert row(found, "goal/a", "goal/b").values["shared"] == (ID + "threat/t",)
    assert said(store, found)


@pytest.mark.parametrize(
    "more",
    [
        ("instrument:i serves goal:a", "instrument:i serves goal:b"),
        ("goal:b reinforces goal:a",),
        ("goal:a inTensionWith goal:b",),
    ],
)
def test_pair_that_somebody_spoke_of(more: Sequence[str]) -> None:
    """A shared instrument or a stated interaction, whichever way, leaves no question."""
    found = answer(store := sketch(*SHARED, *more), "Q26")
    assert (rows(found), found.denominator) == ([], 1)
    assert row(found, "goal/a", "goal/b").cover
    assert said(store, found)


def test_pair_that_was_scored_is_no_question() -> None:
    """A score, be it zero, is an assessment."""
    assert rows(answer(score(sketch(*SHARED), "goal:b goal:a 0 one"), "Q26")) == []


def test_pairs_are_of_one_strategy() -> None:
    """Goals of two strategies are no pair; regions and investments are shared as threats are."""
    store = sketch(
        *GOALS[:2],
        "strategy:other hasPillar pillar:p",
        "pillar:p hasGoal goal:d",
        "goal:a focusesOn region:r",
        "goal:d focusesOn region:r",
        "investment:m funds goal:a",
        "investment:m serves goal:b",
    )
    found = answer(store, "Q26")
    assert rows(found) == ["goal/a goal/b"]
    assert row(found, "goal/a", "goal/b").values["shared"] == (ID + "investment/m",)


def test_pair_closes_at_the_level_of_its_interaction() -> None:
    """A question disappears where an interaction that a reader sees counts."""
    found = answer(sketch(*SHARED, "goal:a touches goal:b assessed"), "Q26")
    assert row(found, "goal/a", "goal/b").disappears_at == "assessed"


# Q27: influence


def test_influence_without_scores_is_not_assessable() -> None:
    """Without assessments nothing is said of influence, but that none of the pairs was scored."""
    found = answer(sketch(*GOALS), "Q27")
    assert (found.verdict, figures(found)) == ("not_assessable", {"assessed_share": (0, 6)})


def test_influence_of_second_order() -> None:
    """A gives B 2 and B gives A -1 and C 3: A has 2 + ½·2·2 = 4, B 2 - ½·1·2 = 1."""
    store = score(
        sketch(*GOALS, "strategy:s hasPillar pillar:p", "pillar:p hasGoal goal:unscored"),
        "goal:a goal:b 2 one",
        "goal:b goal:a -1 one",
        "goal:b goal:c 3 one",
    )
    found = answer(store, "Q27")
    a, b, c = (row(found, f"goal/{name}", "strategy/s") for name in "abc")
    assert (a.values["direct"], a.values["second"], a.values["total"]) == (2, 2, 4)
    assert (b.values["positive"], b.values["negative"], b.values["total"]) == (3, -1, 1)
    assert (c.values["incoming"], "total" in c.values) == (3, False)
    assert figures(found) == {"assessed_share": (3, 12)}
    assert (found.verdict, found.numerator, found.denominator) == ("none_found", 0, 3)
    assert said(store, found)


def test_influence_has_a_range_and_a_rank_only_where_ranges_part() -> None:
    """With two goals: A gives 3 and -3 to B, B gives 1: their ranges overlap, so no rank."""
    two = sketch(*GOALS[:2])
    store = score(two, "goal:a goal:b 3 one", "goal:a goal:b -3 two", "goal:b goal:a 1 one")
    a = row(answer(store, "Q27"), "goal/a", "strategy/s")
    assert (a.values["directLow"], a.values["directHigh"]) == (-3, 3)
    assert (a.values["first"], a.values["last"], a.why) == (1, 2, "unranked")
    clear = score(sketch(*GOALS[:2]), "goal:a goal:b 3 one", "goal:b goal:a -1 one")
    a = row(answer(clear, "Q27"), "goal/a", "strategy/s")
    assert (a.values["first"], a.values["last"], a.why) == (1, 1, "")


# Q28: contradiction


def test_what_one_source_states_and_another_denies() -> None:
    """The same link, stated by one source and denied by another, is a gap with both links."""
    store = sketch(
        "instrument:i serves goal:a @one",
        "instrument:i serves goal:a denied @two",
        "instrument:i addresses goal:b denied @two",
        "instrument:i serves goal:b @one",
    )
    found = answer(store, "Q28")
    assert rows(found) == ["instrument/i goal/a"]
    assert found.denominator == 2
    gap = row(found, "instrument/i", "goal/a")
    assert set(gap.links) == {ID + "link/l1", ID + "link/l2"}
    assert gap.values["against"] == (ID + "document/two",)
    assert said(store, found)


def test_source_that_denies_what_it_states_itself_is_no_other() -> None:
    """One source on both sides is no contradiction between sources."""
    store = sketch("instrument:i serves goal:a", "instrument:i serves goal:a denied")
    assert (rows(found := answer(store, "Q28")), found.denominator) == ([], 1)


def test_scorers_who_disagree() -> None:
    """Opposite signs are a gap, and so is a spread of two; one scorer contradicts nobody."""
    store = score(
        sketch(*GOALS),
        "goal:a goal:b 1 one",
        "goal:a goal:b -1 two",
        "goal:b goal:c 1 one",
        "goal:b goal:c 3 two",
        "goal:a goal:c 1 one",
        "goal:a goal:c 2 two",
        "goal:c goal:a -3 one",
    )
    found = answer(store, "Q28")
    assert rows(found) == ["goal/a goal/b", "goal/b goal/c"]
    assert (found.denominator, row(found, "goal/a", "goal/b").why) == (3, "signs")
    assert rows(answer(store, "Q28", spread=3)) == ["goal/a goal/b"]
    assert said(store, found)


# Q29: evidence


def test_links_without_quotation_or_with_one_source() -> None:
    """A link is weak without a quotation, with one document, or both; the row names the link."""
    quoted = "passage:p1 sam:quotation 'x'@en . passage:p3 sam:quotation 'y'@en ."
    second = "link:l1 sam:evidence passage:more . passage:more oa:hasSource document:two ."
    store = add(
        sketch(
            "instrument:i serves goal:a quoted",
            "instrument:i serves goal:b",
            "instrument:i serves goal:c quoted",
            "instrument:i serves goal:d",
        ),
        quoted + second + second.replace("l1", "l4"),
    )
    found = answer(store, "Q29")
    about = {f.other.removeprefix(ID): f.why for f in found.findings if "/link/" in f.other}
    assert about == {"link/l1": "", "link/l2": "", "link/l3": "single", "link/l4": "unquoted"}
    assert not row(found, "instrument/i", "link/l1").gap
    assert row(found, "instrument/i", "link/l2").links == (ID + "link/l2",)
    assert figures(found)["unquoted"] == (2, 4)
    assert figures(found)["single"] == (2, 4)
    assert any("instrument:i" in line and "goal:b" in line for line in said(store, found))


def test_links_that_say_the_same_are_one_statement() -> None:
    """Two sources that state the same are two documents for it; a denial supports nothing."""
    store = add(
        sketch(
            "instrument:i serves goal:a quoted",
            "instrument:i serves goal:a @two",
            "instrument:i serves goal:b quoted",
            "instrument:i serves goal:b denied @two",
        ),
        "passage:p1 sam:quotation 'x'@en . passage:p3 sam:quotation 'y'@en .",
    )
    found = answer(store, "Q29")
    about = {f.other.removeprefix(ID): f.why for f in found.findings if "/link/" in f.other}
    assert about == {"link/l1": "", "link/l3": "single"}
    assert row(found, "instrument/i", "link/l1").links == (ID + "link/l1", ID + "link/l2")
    assert figures(found)["single"] == (1, 2)


def test_versions_of_one_work_are_one_source() -> None:
    """What only two versions of one work state has a single source, and both are documents."""
    store = add(
        sketch("instrument:i serves goal:a quoted", "instrument:i serves goal:a quoted @two"),
        "passage:p1 sam:quotation 'x'@en . document:one dcterms:isVersionOf strategy:s ."
        " document:two dcterms:isVersionOf strategy:s .",
    )
    (found,) = (f for f in answer(store, "Q29").findings if "/link/" in f.other)
    assert found.why == "single"
    assert found.values["documents"] == (ID + "document/one", ID + "document/two")


def test_kinds_of_other_vocabularies_are_said_by_name() -> None:
    """A link of the kind dcterms:title is said in words, not as an IRI."""
    store = add(
        sketch("strategy:s hasGoal goal:a"),
        "link:l3 a sam:Link ; rdf:subject goal:a ; rdf:predicate dcterms:title ; rdf:object 'A' ;"
        " sam:level level:cited .",
    )
    assert not any("http" in line for line in said(store, answer(store, "Q29")))


def test_conclusions_that_need_weaker_links() -> None:
    """A gap of another question that a weaker link closes is weak; one that stays is firm."""
    store = sketch("instrument:i serves goal:a assessed", things="goal:b")
    found = answer(store, "Q29")
    weak, firm = (row(found, f"goal/{name}", "question/Q01") for name in "ab")
    assert (weak.gap, weak.disappears_at, weak.values["question"]) == (True, "assessed", "Q01")
    assert weak.values["level"] == PREFIXES["level"] + "assessed"
    assert not firm.gap
    assert any("Q01" in line and "beoordeeld" in line.lower() for line in said(store, found))


# Q30: external coherence


PAPER = """graph:added dcterms:source document:text .
    document:text dcterms:isVersionOf instrument:x .
    link:back a sam:Link ; rdf:subject instrument:y ; rdf:object goal:a ;
    rdf:predicate sam:serves ; sam:level level:cited ; sam:strength 4 ; sam:evidence passage:back .
    passage:back oa:hasSource document:WHERE ."""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), ["strategy/s framework/f"]),
        (("goal:a guidedBy framework:f",), []),
        (("goal:a guidedBy framework:f denied",), ["strategy/s framework/f"]),
        (("goal:other guidedBy framework:f",), ["strategy/s framework/f"]),
    ],
)
def test_alignment_that_stays_general(more: Sequence[str], expected: list[str]) -> None:
    """Alignment is general until a goal of the same strategy takes it up."""
    store = sketch(*GOALS, "strategy:s alignedWith framework:f", *more)
    assert rows(found := answer(store, "Q30")) == expected
    assert said(store, found)


@pytest.mark.parametrize(
    ("where", "expected"), [("text", []), ("one", ["strategy/s instrument/x"])]
)
def test_paper_that_does_not_refer_back(where: str, expected: list[str]) -> None:
    """A paper that was read refers back when its own text links with a goal, another's does not."""
    store = add(sketch(*GOALS, "strategy:s coupledTo instrument:x"), PAPER.replace("WHERE", where))
    found = answer(store, "Q30")
    assert (rows(found), found.denominator) == (expected, 1)
    assert [finding.why for finding in found.findings] == ["oneway" if expected else "back"]
    assert said(store, found)


@pytest.mark.parametrize(("year", "number"), [("2016", 0), ("2018", 1)])
def test_paper_of_an_earlier_year_cannot_refer_back(year: str, number: int) -> None:
    """A paper older than the strategy is no row; one of the same year is."""
    dates = f"document:text dcterms:issued '{year}' . document:plan dcterms:issued '2018-03-20' ;"
    plan = f"{dates} dcterms:isVersionOf strategy:s ."
    paper = PAPER.replace("WHERE", "one")
    store = add(sketch(*GOALS, "strategy:s coupledTo instrument:x"), f"{paper} {plan}")
    assert len(answer(store, "Q30").findings) == number


@pytest.mark.parametrize(("year", "number"), [("2017", 0), ("2018", 1)])
def test_document_of_an_earlier_year_cannot_refer_back(year: str, number: int) -> None:
    """The same holds for a document that is named itself, and not as the text of a paper."""
    dates = f"document:d dcterms:issued '{year}' . document:plan dcterms:issued '2018-03-20' ;"
    read = f"graph:added dcterms:source document:d . {dates} dcterms:isVersionOf strategy:s ."
    store = add(sketch(*GOALS, "strategy:s refersTo document:d"), read)
    assert len(answer(store, "Q30").findings) == number


def test_paper_that_was_not_read_is_no_row() -> None:
    """Of a paper whose text is not there nothing is said."""
    store = sketch(*GOALS, "strategy:s coupledTo instrument:x")
    assert answer(store, "Q30").verdict == "not_assessable"


# The shipped graph: what is expected was read in the files named


def test_letter_names_no_tension(store: OxigraphStore) -> None:
    """The letter has nine interactions of its three pillars and no tension.

    Read in kamerbrief-gbvs-2018.ttl: six times reinforces, of each pillar to the two others
    (kaders of the three pillars), defend overlapsWith prevent, and strengthen preconditionFor
    prevent and defend. The pairs are six, as the last three join pairs that reinforce too.
    """
    found = answer(store, "Q25", "quoted", [LETTER])
    assert (found.numerator, found.denominator) == (0, 6)


def test_readers_see_five_tensions(store: OxigraphStore) -> None:
    """Read in assessments.ttl, h637 to h641: five pairs of goals, all at the level of readers."""
    found = answer(store, "Q25", "assessed")
    assert [line.replace("goal/gbvs-2018-", "") for line in rows(found)] == [
        "border-management economic-security",
        "cyber-norms cyber-deterrence",
        "disarmament-and-non-proliferation collective-self-defence",
        "economic-security conflict-prevention",
        "international-security-cooperation international-legal-order",
    ]


def test_strategy_of_2018_and_its_frameworks(store: OxigraphStore) -> None:
    """Of seven frameworks one returns in a goal; the one paper that was read refers back.

    Read: alignedWith from strategy:gbvs-2018 in gbvs-2018-en.ttl, kamerbrief-gbvs-2018.ttl and
    kst-33694-57.ttl; only the SDGs are those of a goal, too (conflict prevention). The strategy
    is coupled to the Defensienota, whose text is coordinatedWith and basedOn the strategy, and to
    the counterterrorism strategy, whose text is of 2016 and so cannot name it.
    """
    found = answer(store, "Q30")
    assert [line.partition(" ")[2] for line in rows(found)] == [
        "framework/developments-within-nato",
        "framework/eu-global-strategy",
        "framework/international-priorities-of-nato",
        "framework/international-priorities-of-the-eu",
        "framework/international-priorities-of-the-un",
        "framework/un-reform-agenda",
    ]
    assert found.denominator == 8
    assert figures(found) == {"general": (6, 7), "oneway": (0, 1)}


def test_no_shipped_source_denies_what_another_states(store: OxigraphStore) -> None:
    """Read: each of the six denied links in the data has a subject and object of its own."""
    assert rows(answer(store, "Q28", "assessed", edition="every")) == []


def test_every_link_of_the_letter_is_quoted_from_it_alone(store: OxigraphStore) -> None:
    """Read in kamerbrief-gbvs-2018.ttl: each link is at the level quoted, of one document."""
    found = answer(store, "Q29", "quoted", [LETTER], "every")
    links = [f for f in found.findings if "/link/" in f.other]
    assert links
    assert {f.why for f in links} == {"single"}


def test_every_figure_has_a_name(store: OxigraphStore) -> None:
    """Figures and the reasons why there is none are said in both languages."""
    inquiry = Inquiry(store)
    for name in ("Q24", "Q25", "Q26", "Q27", "Q28", "Q29", "Q30"):
        for figure in inquiry.ask(name).figures:
            assert set(wording()["figure"][figure.name]) == set(LANGUAGES)
            assert not figure.reason or figure.reason in wording()["reason"]
