"""The letter that presents the strategy: all that it says, and nothing that it does not."""

import pytest

from asking import HEAD, values
from graph.links import Link
from graph.names import Names
from graph.oxigraph import OxigraphStore
from graph.text import pieces
from ontology import GRAPH, ID, SAM

LETTER = "kamerbrief-gbvs-2018"
STRATEGY = ID + "strategy/gbvs-2018"


@pytest.fixture(scope="module")
def letter_links(links: dict[str, Link]) -> list[Link]:
    """Give the links of the letter."""
    return [link for link in links.values() if link.graph == LETTER]


def ends(links: list[Link], kind: str, subject: str = "") -> set[str]:
    """Return the objects of a kind, by class and slug, of one subject or of all."""
    return {
        link.object.removeprefix(ID)
        for link in links
        if link.kind == SAM + kind and subject in ("", link.subject.removeprefix(ID))
    }


def test_every_sentence_of_the_letter_is_in_a_passage(store: OxigraphStore) -> None:
    """Outside the passages the letter has only white space and the mark of its footnote."""
    outside = [p.text for p in pieces(store, f"{ID}document/{LETTER}") if not p.passage]
    assert "".join("".join(outside).split()) == "1"


def test_every_passage_of_the_letter_is_accounted_for(
    store: OxigraphStore, letter_links: list[Link]
) -> None:
    """Each passage is evidence of a link, or says why it is not; never both."""
    used = {passage.iri for link in letter_links for passage in link.passages}
    graph = f"GRAPH <{GRAPH}{LETTER}>"
    every = set(values(store, f"SELECT ?it {{ {graph} {{ ?it a sam:Passage }} }}"))
    silent = set(values(store, f"SELECT ?it {{ {graph} {{ ?it sam:unlinked ?why }} }}"))
    assert used | silent == every
    assert used & silent == set()


def test_letter_is_quoted(letter_links: list[Link]) -> None:
    """Everything in the graph of the letter is quoted from the letter."""
    assert {link.level for link in letter_links} == {"quoted"}
    documents = {passage.document for link in letter_links for passage in link.passages}
    assert documents == {f"{ID}document/{LETTER}"}
    assert all(p.start is not None for link in letter_links for p in link.passages)


def test_letter_has_three_pillars(letter_links: list[Link]) -> None:
    """The strategy has three pillars, numbered as the letter counts them."""
    pillars = [f"pillar/gbvs-2018-{name}" for name in ("prevent", "defend", "strengthen")]
    assert ends(letter_links, "hasPillar", "strategy/gbvs-2018") == set(pillars)
    assert [ends(letter_links, "number", pillar) for pillar in pillars] == [{"1"}, {"2"}, {"3"}]


def test_letter_has_goals_in_pillars(letter_links: list[Link], names: Names) -> None:
    """The goals stand under the pillar that names them: four, six and three."""
    goals = {
        name: ends(letter_links, "hasGoal", f"pillar/gbvs-2018-{name}")
        for name in ("prevent", "defend", "strengthen")
    }
    assert [len(found) for found in goals.values()] == [4, 6, 3]
    assert "goal/gbvs-2018-counterterrorism" in goals["defend"]
    assert (
        names.of(ID + "goal/gbvs-2018-border-management")
        .in_language("nl")
        .startswith("een robuuste")
    )


def test_letter_tells_how_pillars_hang_together(letter_links: list[Link]) -> None:
    """Pillars reinforce each other, two overlap, and the third is often a precondition of both."""
    names = ("prevent", "defend", "strengthen")
    pairs = {
        (link.subject.rpartition("-")[2], link.object.rpartition("-")[2])
        for link in letter_links
        if link.kind == SAM + "reinforces" and "/pillar/" in link.subject
    }
    assert pairs == {(a, b) for a in names for b in names if a != b}
    assert ends(letter_links, "overlapsWith", "pillar/gbvs-2018-defend") == {
        "pillar/gbvs-2018-prevent"
    }
    needed = [link for link in letter_links if link.kind == SAM + "preconditionFor"]
    assert {link.object.rpartition("-")[2] for link in needed} == {"prevent", "defend"}
    assert {link.said["hedge"].value for link in needed} == {"in veel gevallen"}


def test_letter_couples_openly(letter_links: list[Link]) -> None:
    """The couplings are an open list of ten, two of them laid down in a paper that is named."""
    coupled = [link for link in letter_links if link.kind == SAM + "coupledTo"]
    listed = [link for link in coupled if link.open_list]
    assert len(listed) == 10
    assert all("/instrument/" in link.object for link in listed)
    assert len([link for link in coupled if "/investment/" in link.object]) == 6
    assert ends(letter_links, "laidDownIn") == {
        "instrument/defensienota-2018",
        "instrument/bhos-nota-2018",
    }


def test_letter_names_frameworks_and_investments(letter_links: list[Link]) -> None:
    """The strategy is in line with four frameworks."""
    assert len(ends(letter_links, "alignedWith", "strategy/gbvs-2018")) == 4


def test_letter_keeps_its_hedges(letter_links: list[Link]) -> None:
    """Words that weaken, and words that leave a list open, are kept as such."""
    hedges = {link.said["hedge"].value for link in letter_links if "hedge" in link.said}
    assert {"vaak", "in veel gevallen"} <= hedges
    assert any(hedge.startswith("veelal") for hedge in hedges)
    causes = [link for link in letter_links if link.passages[0].iri.endswith("-oorzaken")]
    assert all(link.said["hedge"].value == "vaak" for link in causes if link.kind == SAM + "causes")


def test_letter_denies_new_bodies(letter_links: list[Link], store: OxigraphStore) -> None:
    """That no separate structures are created is a denial, and no triple says that they are."""
    denied = [link for link in letter_links if link.denied]
    assert {link.kind for link in denied} == {SAM + "creates"}
    assert {link.subject for link in denied} == {STRATEGY}
    assert not store.query(f"ASK {{ <{STRATEGY}> <{SAM}creates> ?any }}").truth()


def test_letter_says_who_reports_coordinates_and_presents(letter_links: list[Link]) -> None:
    """The House is reported to, Foreign Affairs coordinates, one office presents it for six."""
    assert ends(letter_links, "reportsTo") == {"organization/house-of-representatives"}
    coordinating = {link.subject for link in letter_links if link.kind == SAM + "coordinates"}
    assert coordinating == {ID + "department/foreign-affairs"}
    presenting = {link.subject for link in letter_links if link.kind == SAM + "presents"}
    assert presenting == {ID + "office/minister-of-foreign-affairs"}
    assert len(ends(letter_links, "presentedOnBehalfOf", "strategy/gbvs-2018")) == 6


@pytest.mark.parametrize(
    "kind",
    ["identifiesThreat", "hasTrend", "responsibleFor", "presentedOn", "inForceFrom", "validDuring"],
)
def test_letter_does_not_say(letter_links: list[Link], kind: str) -> None:
    """The letter lists no threats or trends, makes nobody responsible, and has no date."""
    assert ends(letter_links, kind) == set()


def test_letter_gives_no_numbers_to_goals(letter_links: list[Link]) -> None:
    """Only pillars are numbered in the letter."""
    numbered = {link.subject for link in letter_links if link.kind == SAM + "number"}
    assert all(iri.startswith(ID + "pillar/") for iri in numbered)


def test_letter_ties_no_instrument_to_a_goal(letter_links: list[Link]) -> None:
    """No instrument serves one goal, and none has a department, in the letter."""
    served = {link.object for link in letter_links if link.kind == SAM + "serves"}
    assert not any(iri.startswith(ID + "goal/") for iri in served)
    for link in letter_links:
        assert not (link.subject + link.object).count("/department/") or "/instrument/" not in (
            link.subject + link.object
        )


def test_letter_has_no_dates(letter_links: list[Link]) -> None:
    """No value in the letter is a date, and no link of it has a period."""
    assert not any(
        name in link.said for link in letter_links for name in ("validFrom", "validUntil")
    )
    texts = [link.object for link in letter_links if link.is_value]
    assert not any(text[:2] == "20" or text.count("-") == 2 for text in texts)


def test_letter_names_one_person(letter_links: list[Link]) -> None:
    """Stef Blok signs; the open place for a second name is nobody."""
    people = {
        iri for link in letter_links for iri in (link.subject, link.object) if "/person/" in iri
    }
    assert people == {ID + "person/stef-blok"}


def test_placeholder_is_evidence_of_nothing(store: OxigraphStore, links: dict[str, Link]) -> None:
    """“[Ondertekenaar 2]” is kept as a passage, and no link, thing or label is made of it."""
    query = """SELECT ?it { ?it sam:quotation ?text FILTER(CONTAINS(?text, "Ondertekenaar")) }"""
    (passage,) = values(store, query)
    assert not any(p.iri == passage for link in links.values() for p in link.passages)
    labels = 'ASK { ?any rdfs:label ?text FILTER(CONTAINS(LCASE(?text), "ondertekenaar")) }'
    assert not store.query(HEAD + labels).truth()
