"""Names: what things are called, in which language, and what they are."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.library import LANGUAGES
from graph.links import Link
from graph.names import Name, Names, read_names, shorten
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH, ID, PREFIXES, SAM

STRATEGY = ID + "strategy/gbvs-2018"


def named(turtle: str) -> Names:
    """Return the names of a small graph."""
    head = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items())
    parsed = ox.parse(f"{head}\n{turtle}", format=ox.RdfFormat.TURTLE)
    graph = ox.NamedNode(GRAPH + "x")
    return read_names(
        in_memory({graph.value: [ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed]})
    )


def test_thing_is_named_in_both_languages(names: Names) -> None:
    """A thing has its label in the language that is asked for."""
    pillar = names.of(ID + "pillar/gbvs-2018-prevent")
    assert {pillar.in_language(language).lower() for language in LANGUAGES} == {
        "voorkomen",
        "prevent",
    }
    assert pillar.class_ == SAM + "Pillar"
    assert pillar.number == 1


def test_everything_in_a_link_has_a_name(names: Names, links: dict[str, Link]) -> None:
    """Every thing of ours in a link, and every kind, has a label in both languages."""
    for link in links.values():
        ends = (
            [link.subject, link.kind] if link.is_value else [link.subject, link.kind, link.object]
        )
        for iri in (iri for iri in ends if iri.startswith((ID, SAM))):
            assert set(LANGUAGES) <= set(names.of(iri).labels), iri


def test_other_language_is_better_than_none() -> None:
    """A thing without a label in the language asked for is named in another."""
    name = Name({"nl": "Vrede"})
    assert name.in_language("en") == "Vrede"
    assert Name({}).in_language("nl") == ""


def test_unknown_thing_is_named_by_itself(names: Names) -> None:
    """An IRI without a label is named by its short form."""
    assert names.of(ID + "goal/unknown").in_language("nl") == "goal/unknown"
    assert names.of("urn:x").in_language("en") == "urn:x"


def test_telling_class_goes_first() -> None:
    """Of a thing that is an instrument and a document, the first is the more telling."""
    for order in ("sam:Instrument, sam:Document", "sam:Document, sam:Instrument"):
        names = named(f"instrument:a a {order} ; rdfs:label 'Nota'@nl, 'Paper'@en .")
        assert names.of(ID + "instrument/a").class_ == SAM + "Instrument"
    names = named("document:a a sam:Document ; rdfs:label 'Brief'@nl .")
    assert names.of(ID + "document/a").class_ == SAM + "Document"


def test_translated_label_is_marked() -> None:
    """The language in which the label is our own translation is known."""
    names = named("goal:a rdfs:label 'Doel'@nl, 'Goal'@en ; sam:translatedLabel 'en' .")
    assert names.of(ID + "goal/a").translated == "en"
    assert names.of(ID + "goal/a").number is None


def test_names_are_the_same_on_every_run(store: OxigraphStore, names: Names) -> None:
    """Reading the names again gives the same names."""
    assert read_names(store) == names


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (STRATEGY, "strategy/gbvs-2018"),
        (SAM + "addresses", "sam:addresses"),
        (PREFIXES["dcterms"] + "title", "dcterms:title"),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_short_form(iri: str, short: str) -> None:
    """Ours are class and slug, terms of known vocabularies have a prefix, others are whole."""
    assert shorten(iri) == short


@given(
    st.sampled_from([*PREFIXES.values(), "https://example.org/"]), st.text("abcdefgh-/", min_size=1)
)
def test_no_two_things_have_the_same_short_form(namespace: str, local: str) -> None:
    """A short form can be read back."""
    iri = namespace + local
    short = shorten(iri)
    prefix, colon, rest = short.partition(":")
    known = PREFIXES.get(prefix, "") if colon else ""
    assert iri == (known + rest if known else short if colon else ID + short)
