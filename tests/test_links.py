"""Links: read with their evidence, strongest first, and readable as sentences."""

import pytest

from graph.errors import NotFoundError
from graph.library import LANGUAGES
from graph.links import LEVELS, STRENGTH, Link, Readings, Text, find_links, value_of
from graph.oxigraph import OxigraphStore
from ontology import GRAPH, ID, PREFIXES, SAM

STRATEGY = ID + "strategy/gbvs-2018"
OVERLAP = ID + "link/kamerbrief-gbvs-2018-overlap-1"


def count(store: OxigraphStore, pattern: str) -> int:
    """Count the links that fit a pattern."""
    prefixes = f"PREFIX sam: <{SAM}> PREFIX rdf: <{PREFIXES['rdf']}>"
    query = f"{prefixes} SELECT (COUNT(DISTINCT ?link) AS ?n) {{ ?link a sam:Link {pattern} }}"
    return int(next(store.query(query).rows())["n"].value)


def test_every_link_is_read_once(store: OxigraphStore, links: dict[str, Link]) -> None:
    """All links of the store are read, each once, however many passages it has."""
    assert len(find_links(store)) == len(links) == count(store, "")


@pytest.mark.parametrize(
    ("name", "iri", "pattern"),
    [
        ("subject", STRATEGY, f"; rdf:subject <{STRATEGY}>"),
        ("object", STRATEGY, f"; rdf:object <{STRATEGY}>"),
        ("kind", SAM + "hasGoal", "; rdf:predicate sam:hasGoal"),
        ("level", PREFIXES["level"] + "assessed", f"; sam:level <{PREFIXES['level']}assessed>"),
        ("graph", GRAPH + "derived", f"; sam:level <{PREFIXES['level']}derived>"),
        ("link", OVERLAP, f"FILTER(?link = <{OVERLAP}>)"),
    ],
)
def test_links_that_fit(store: OxigraphStore, name: str, iri: str, pattern: str) -> None:
    """Each way to ask gives the links that fit, all of them."""
    assert len(find_links(store, **{name: iri})) == count(store, pattern) > 0


def test_several_wishes_hold_together(store: OxigraphStore) -> None:
    """A link fits when all that is asked holds."""
    found = find_links(store, subject=STRATEGY, kind=SAM + "hasPillar", graph=GRAPH + "derived")
    assert found == []
    graph = GRAPH + "kamerbrief-gbvs-2018"
    assert len(find_links(store, subject=STRATEGY, kind=SAM + "hasPillar", graph=graph)) == 3


def test_no_iri_is_refused(store: OxigraphStore) -> None:
    """What is no IRI names nothing."""
    with pytest.raises(NotFoundError):
        find_links(store, subject="no iri")


def test_strongest_first(links: dict[str, Link]) -> None:
    """Links come strongest first, and always in the same order."""
    strengths = [STRENGTH[link.level] for link in links.values()]
    assert strengths == sorted(strengths, reverse=True)
    keys = [link.sort_key for link in links.values()]
    assert keys == sorted(keys)
    assert tuple(STRENGTH) == LEVELS


def test_link_has_what_its_source_says(links: dict[str, Link]) -> None:
    """A link has its hedge, its open list and its passage as the source has them."""
    wide = ID + "link/kamerbrief-gbvs-2018-raakt-en-randvoorwaarde-3"
    assert links[wide].said["hedge"] == Text("in veel gevallen", "nl")
    assert not links[wide].denied
    opened = links[ID + "link/kamerbrief-gbvs-2018-koppelingen-2"]
    assert opened.open_list
    (passage,) = opened.passages
    assert passage.quotation
    assert "waaronder" in passage.quotation.value
    assert passage.document == ID + "document/kamerbrief-gbvs-2018"
    assert passage.start is not None
    assert passage.end is not None


def test_cited_passage_has_a_locator(links: dict[str, Link]) -> None:
    """A cited link has a passage that says where it stands, in a document."""
    for link in links.values():
        if link.level == "cited":
            assert any(passage.locator and passage.document for passage in link.passages), link.iri


def test_value_is_told_from_a_thing(links: dict[str, Link]) -> None:
    """The object of a link to a value is its text."""
    numbered = [link for link in links.values() if link.kind == SAM + "number"]
    assert all(link.is_value and link.object.isdigit() for link in numbered)
    assert not links[OVERLAP].is_value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_reads_as_a_sentence(
    readings: Readings, links: dict[str, Link], language: str
) -> None:
    """A link reads as a sentence of its kind, with both ends in it and no place left open."""
    for link in links.values():
        sentence = readings.read(link, language)
        assert link.kind in readings.templates
        assert readings.names.of(link.subject).in_language(language) in sentence
        assert not {"{subject}", "{object}"} & set(sentence.split())


def test_sentence_of_a_link(readings: Readings, links: dict[str, Link]) -> None:
    """The overlap of two pillars reads in both languages."""
    assert "overlap" in readings.read(links[OVERLAP], "nl").lower()
    assert "overlap" in readings.read(links[OVERLAP], "en").lower()
    assert readings.read(links[OVERLAP], "nl") != readings.read(links[OVERLAP], "en")


def test_denied_link_says_so(readings: Readings, links: dict[str, Link]) -> None:
    """A denied link never reads as its statement."""
    denied = next(link for link in links.values() if link.denied)
    assert readings.read(denied, "nl").startswith("Niet: ")
    assert readings.read(denied, "en").startswith("Not: ")


def test_kind_without_a_reading_is_readable(readings: Readings, links: dict[str, Link]) -> None:
    """A link of a kind that nobody has declared still shows both ends."""
    bare = Readings({}, readings.names)
    ends = [readings.names.of(iri).in_language("nl") for iri in (links[OVERLAP].subject,)]
    assert bare.read(links[OVERLAP], "nl").startswith(f"{ends[0]} – ")


def test_amount_reads_with_its_currency_and_period(links: dict[str, Link]) -> None:
    """An amount is read with thousands, currency and year, as the language writes them."""
    readings = {}
    for link in links.values():
        if link.kind == SAM + "amount" and link.subject.endswith(
            "/defensienota-2018-intensification"
        ):
            readings[link.said.get("validFrom", Text("")).value] = link
    assert value_of(readings["2019"], "en") == "EUR 1,210,000,000 (2019)"
    assert value_of(readings["2019"], "nl") == "EUR 1.210.000.000 (2019)"
    assert value_of(readings[""], "en") == "EUR 1,510,000,000"
    assert readings[""].said["condition"].value == "structural"
