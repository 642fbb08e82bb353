"""What is said: the vocabulary, the concepts, and the stored queries, complete."""

from pathlib import Path

import pytest
from rdflib import Graph

from asking import rows, values
from graph.library import LANGUAGES, Query, read_folder
from graph.links import LEVELS, STRENGTH, Link
from graph.oxigraph import OxigraphStore
from graph.questions import list_questions
from graph.results import Form
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

LETTER = "kamerbrief-gbvs-2018"
STORED = sorted(path for path in ROOT.rglob("*.rq"))
STRATEGY = ID + "strategy/gbvs-2018"


# The vocabulary


def test_every_kind_of_link_is_complete(store: OxigraphStore) -> None:
    """A kind of link has what it joins, and label, definition and reading in both languages."""
    found = values(store, "SELECT ?it { ?it a sam:LinkKind }")
    whole = """SELECT ?it { ?it a sam:LinkKind .
        FILTER EXISTS { ?it rdfs:domain|sam:subjectClass ?domain }
        FILTER EXISTS { ?it rdfs:range|sam:objectClass ?range }
        FILTER(%s) }"""
    each = " && ".join(
        f'EXISTS {{ ?it {term} ?text . FILTER(LANG(?text) = "{language}") }}'
        for term in ("rdfs:label", "skos:definition", "sam:reading")
        for language in LANGUAGES
    )
    assert len(found) == len(set(found)) > 0
    assert set(values(store, whole % each)) == set(found)


def test_every_reading_has_its_two_places(store: OxigraphStore) -> None:
    """A reading has a place for the subject and one for the object, each once, and no other."""
    for text in values(store, "SELECT ?it { ?kind sam:reading ?it }"):
        assert text.count("{subject}") == text.count("{object}") == 1
        assert text.count("{") == 2


def test_no_two_kinds_read_alike(store: OxigraphStore) -> None:
    """Two kinds of link never have the same label, nor the same reading in both languages."""
    query = "SELECT ?it { ?kind a sam:LinkKind ; %s ?it }"
    for term in ("rdfs:label", "sam:reading"):
        found = [str(row["it"]) for row in rows(store, query % term)]
        assert len(found) == len(set(found)), term


def test_what_kinds_join_is_declared(store: OxigraphStore) -> None:
    """Domains and ranges of ours are classes that the vocabulary declares."""
    query = """SELECT ?it { ?kind a sam:LinkKind .
        ?kind (rdfs:domain|rdfs:range|sam:subjectClass|sam:objectClass) ?end .
        ?end (owl:unionOf/rdf:rest*/rdf:first)? ?it
        FILTER(STRSTARTS(STR(?it), STR(sam:))) FILTER NOT EXISTS { ?it a owl:Class } }"""
    assert values(store, query) == []


def test_every_class_says_what_it_is(store: OxigraphStore) -> None:
    """A class has label and definition in both languages."""
    query = """SELECT ?it { ?it a owl:Class . FILTER(isIRI(?it))
        OPTIONAL { ?it rdfs:label ?nl FILTER(LANG(?nl) = "nl") }
        OPTIONAL { ?it skos:definition ?en FILTER(LANG(?en) = "en") }
        FILTER(!BOUND(?nl) || !BOUND(?en)) }"""
    assert values(store, query) == []


def test_every_thing_has_a_known_class(store: OxigraphStore) -> None:
    """Every class that is used in data is one of the vocabulary."""
    query = """SELECT DISTINCT ?it { GRAPH ?g { ?thing a ?it } FILTER(?g != graph:vocabulary)
        FILTER(STRSTARTS(STR(?it), STR(sam:))) FILTER NOT EXISTS { ?it a owl:Class } }"""
    assert values(store, query) == []


def test_every_term_in_data_is_declared(store: OxigraphStore) -> None:
    """Every property of ours that is used in data is one of the vocabulary."""
    query = """SELECT DISTINCT ?it { GRAPH ?g { ?thing ?it ?value } FILTER(?g != graph:vocabulary)
        FILTER(STRSTARTS(STR(?it), STR(sam:))) FILTER NOT EXISTS { ?it a ?any } }"""
    assert values(store, query) == []


def test_alignments_map_our_terms_to_others(store: OxigraphStore) -> None:
    """An alignment begins at a declared term of ours, and ends at one or in another vocabulary."""
    for subject, _, target in Graph().parse(ROOT / "alignments.ttl"):
        assert str(subject).startswith(SAM)
        for term in (subject, target):
            declared = store.query(f"ASK {{ <{term}> a ?any }}").truth()
            assert declared or not str(term).startswith(SAM), term


# The concepts (SKOS, as NL-SBB asks)


def test_every_concept_is_complete(store: OxigraphStore) -> None:
    """A concept has one preferred label and one definition a language, and a place in a scheme."""
    concepts = values(store, "SELECT ?it { ?it a skos:Concept }")
    assert concepts
    for term in ("skos:prefLabel", "skos:definition"):
        query = f"SELECT ?concept ?text {{ ?concept a skos:Concept ; {term} ?text }}"
        found = sorted((r["concept"].value, str(r["text"])[-3:]) for r in rows(store, query))
        assert found == sorted((iri, f"@{tag}") for iri in concepts for tag in LANGUAGES)
    query = """SELECT ?it { ?it a skos:Concept ; skos:inScheme ?s ; skos:topConceptOf ?s .
        ?s a skos:ConceptScheme ; skos:hasTopConcept ?it }"""
    assert sorted(values(store, query)) == sorted(concepts)


def test_no_scheme_is_ambiguous(store: OxigraphStore) -> None:
    """In a scheme no two concepts share a preferred label or a notation; a scheme has a title."""
    for term in ("skos:prefLabel", "skos:notation"):
        query = f"SELECT ?s ?text {{ ?c skos:inScheme ?s ; {term} ?text }}"
        found = [(row["s"].value, str(row["text"])) for row in rows(store, query)]
        assert len(found) == len(set(found))
    titled = (
        "SELECT ?it { ?it a skos:ConceptScheme ; dcterms:title ?a, ?b FILTER(LANG(?a) < LANG(?b)) }"
    )
    assert set(values(store, titled)) == set(
        values(store, "SELECT ?it { ?it a skos:ConceptScheme }")
    )


def test_levels_are_as_strong_as_the_program_takes_them(store: OxigraphStore) -> None:
    """The notation of an evidence level is the strength that the program gives it."""
    query = """SELECT ?it ?n { ?it skos:inScheme <%sscheme/evidence-level> ; skos:notation ?n }"""
    found = {row["it"].value: int(row["n"].value) for row in rows(store, query % ID)}
    assert found == {PREFIXES["level"] + name: value for name, value in STRENGTH.items()}
    assert list(LEVELS) == sorted(STRENGTH, key=lambda name: -STRENGTH[name])


def test_every_concept_in_data_is_declared(store: OxigraphStore) -> None:
    """Levels, polarities and kinds of instrument that are used are concepts."""
    query = """SELECT DISTINCT ?it { ?thing sam:level|sam:polarity|sam:instrumentKind ?it
        FILTER NOT EXISTS { ?it a skos:Concept } }"""
    assert values(store, query) == []


# The stored queries


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_stored_query_is_known(path: Path) -> None:
    """No .rq lies where nothing reads it, and its name is a slug."""
    folders = {"checks", "queries", "questions", "rules", "views"}
    assert path.parent.name in folders
    assert path.parent.parent == ROOT
    stem = path.stem.removeprefix(path.stem.partition("-")[0])
    assert stem == stem.lower()


@pytest.mark.parametrize(
    "query", [q for name in ("queries", "questions", "rules") for q in read_folder(ROOT / name)],
    ids=lambda query: query.slug,
)  # fmt: skip
def test_every_stored_query_gives_rows(query: Query, assessed: OxigraphStore) -> None:
    """Every query, question and rule runs, and has something to say: about made assessments too."""
    result = assessed.query(query.text)
    assert list(result.triples() if result.form is Form.GRAPH else result.rows())


@pytest.mark.parametrize("view", read_folder(ROOT / "views"), ids=lambda view: view.slug)
def test_every_view_gives_links(view: Query, store: OxigraphStore, links: dict[str, Link]) -> None:
    """Every view selects links with their ends, and no denied ones."""
    bound = view.bound(thing=STRATEGY) if "thing" in view.says("parameters") else view.text
    found = list(store.query(bound).rows())
    assert found
    for row in found:
        link = links[row["link"].value]
        assert (link.subject, link.object) == (row["source"].value, row["target"].value)
        assert not link.denied


@pytest.mark.parametrize("question", list_questions(), ids=lambda question: question.slug)
def test_every_question_speaks_both_languages(question: Query, store: OxigraphStore) -> None:
    """A question is worded in both languages, and is as severe as one of the severities."""
    reasons = {key for key in question.head if key.partition("-")[0] in ("why", "covered")}
    assert any(key.startswith("why") for key in reasons)
    for key in {"title", "question", "rule", "otherwise", "counted"} | reasons:
        assert set(question.head[key]) == set(LANGUAGES), key
    assert store.query(f"ASK {{ <{ID}severity/{question.says('severity')}> ?p ?o }}").truth()
    assert question.says("layer")
    assert question.says("demand")


# The strategy document, and what is read of it


def test_strategy_document_has_thirteen_numbered_goals(store: OxigraphStore) -> None:
    """The thirteen goals of the strategy are numbered from one, each once, outside the letter."""
    query = f"""SELECT ?it {{ GRAPH ?g {{ ?goal sam:number ?it }} ?goal a sam:Goal .
        <{STRATEGY}> sam:hasPillar/sam:hasGoal ?goal FILTER(?g != <{GRAPH}{LETTER}>) }}"""
    assert sorted(map(int, set(values(store, query)))) == list(range(1, 14))


def test_departments_have_register_addresses(store: OxigraphStore) -> None:
    """The departments whose offices present the strategy have an identifier."""
    query = f"""SELECT DISTINCT ?it {{
        ?office (sam:presents|^sam:presentedOnBehalfOf) <{STRATEGY}> ; sam:officeOf ?it
        FILTER NOT EXISTS {{ ?it org:identifier|dcterms:identifier ?id }} }}"""
    assert values(store, query) == []


def test_assessed_links_give_their_reason(links: dict[str, Link]) -> None:
    """Whatever a reader concludes is marked as such, with a reason, and in no source's graph."""
    assessed = [link for link in links.values() if link.level == "assessed"]
    assert assessed
    assert all(link.said["reason"].value for link in assessed)
    assert {link.graph for link in assessed} == {
        "assessments",
        "alignment-of-editions",
        "near-duplicates",
    }
