"""What follows from links: direct triples, provenance and derived links."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.dataset import VOCABULARY, Dataset, load_dataset
from graph.derive import DERIVED, derive, label_concepts, materialise
from graph.ground import read_ground
from graph.library import Query, read_folder
from graph.links import STRENGTH, Link
from graph.overlay import overlay
from graph.oxigraph import OxigraphStore, in_memory
from graph.scenario import Scenario
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

EXAMPLE = GRAPH + "example"
HEAD = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items())
HEADER = (
    f"<{EXAMPLE}> prov:wasAttributedTo person:a ; prov:generatedAtTime '2020-01-02'^^xsd:date ."
)
LINK = "link:x a sam:Link ; rdf:subject goal:a ; rdf:predicate sam:addresses ; rdf:object threat:b "
DIRECT = f"<{ID}goal/a> <{SAM}addresses> <{ID}threat/b>"
RULES = read_folder(ROOT / "rules")


def quads(turtle: str, graph: str = EXAMPLE) -> list[ox.Quad]:
    """Parse Turtle with our prefixes into a graph."""
    parsed = ox.parse(f"{HEAD}\n{turtle}", format=ox.RdfFormat.TURTLE)
    node = ox.NamedNode(graph)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, node) for quad in parsed]


def added(turtle: str) -> list[str]:
    """Return the triples that the links of a graph bring."""
    return [str(quad.triple) for quad in materialise(quads(turtle), EXAMPLE)]


@pytest.mark.parametrize("level", ["quoted", "cited", "derived", "assessed"])
def test_stated_link_gets_a_direct_triple(level: str) -> None:
    """A link that somebody states, at any level, is a triple of its graph, and has a strength."""
    direct, strength = added(f"{LINK} ; sam:level level:{level} .")
    assert direct == DIRECT
    assert f'strength> "{STRENGTH[level]}"^^' in strength
    said = f"{LINK} ; sam:level level:{level} ; sam:polarity polarity:stated ."
    assert added(said) == [direct, strength]


@pytest.mark.parametrize(
    "words",
    [
        "sam:level level:quoted ; sam:polarity polarity:denied",
        "sam:level level:hypothetical",
        "sam:level level:hypothetical ; sam:polarity polarity:stated",
    ],
)
def test_denied_or_supposed_link_gets_none(words: str) -> None:
    """What a source denies, and what is only supposed, is no triple."""
    assert added(f"{LINK} ; {words} .") == []


def test_link_to_a_value_gets_a_direct_triple() -> None:
    """A value keeps its datatype and language in the triple."""
    text = "link:x a sam:Link ; rdf:subject goal:a ; rdf:predicate sam:number ; rdf:object {} ."
    assert added(text.format("1")) == [
        f'<{ID}goal/a> <{SAM}number> "1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    ]
    assert added(text.format("'een'@nl")) == [f'<{ID}goal/a> <{SAM}number> "een"@nl']


@pytest.mark.parametrize(
    "turtle",
    [
        "link:x a sam:Link ; rdf:subject goal:a ; rdf:object threat:b .",
        "link:x a sam:Link ; rdf:predicate sam:addresses ; rdf:object threat:b .",
        "link:x a sam:Link ; rdf:subject goal:a ; rdf:predicate sam:addresses .",
        "link:x a sam:Link ; rdf:subject 1 ; rdf:predicate sam:addresses ; rdf:object goal:a .",
        "link:x rdf:subject goal:a ; rdf:predicate sam:addresses ; rdf:object threat:b .",
    ],
)
def test_half_a_link_gets_none(turtle: str) -> None:
    """A link that misses an end, and what is no link, brings no triple."""
    assert added(turtle) == []


def test_provenance_is_inherited() -> None:
    """A link has the maker and the date of its graph, unless it names its own."""
    inherited = added(f"{HEADER} {LINK} .")
    assert f"<{ID}link/x> <{PREFIXES['prov']}wasAttributedTo> <{ID}person/a>" in inherited
    assert any("generatedAtTime" in triple and '"2020-01-02"' in triple for triple in inherited)
    own = added(f"{HEADER} {LINK} ; prov:wasAttributedTo person:b .")
    assert not any("wasAttributedTo" in triple for triple in own)
    assert any("generatedAtTime" in triple for triple in own)


def test_concepts_are_labelled() -> None:
    """A preferred label of a concept is its label too, in the same graph."""
    given = quads("level:x skos:prefLabel 'geciteerd'@nl ; skos:altLabel 'aangehaald'@nl .")
    (label,) = label_concepts(given)
    assert str(label.predicate) == f"<{PREFIXES['rdfs']}label>"
    assert str(label.object) == '"geciteerd"@nl'
    assert label.graph_name == given[0].graph_name


def test_every_shipped_link_is_as_direct_as_it_is_stated(
    store: OxigraphStore, links: dict[str, Link], dataset: Dataset
) -> None:
    """In each shipped graph exactly the links that are stated there have their direct triple."""
    kinds = {row["k"].value for row in store.query(f"SELECT ?k {{ ?k a <{SAM}LinkKind> }}").rows()}
    stated = {
        (GRAPH + link.graph, link.subject, link.kind, link.object)
        for link in links.values()
        if not link.denied and link.level != "hypothetical"
    }
    ours = {link.kind for link in links.values()}
    direct = {
        (quad.graph_name.value, quad.subject.value, quad.predicate.value, quad.object.value)  # type: ignore[union-attr]
        for quads_ in dataset.graphs.values()
        for quad in quads_
        if quad.predicate.value in ours
    }
    assert ours <= kinds
    assert stated <= direct
    denied = [link for link in links.values() if link.denied]
    assert denied
    for link in denied:
        place = (GRAPH + link.graph, link.subject, link.kind, link.object)
        assert place in stated or place not in direct


def test_every_shipped_link_has_a_maker_and_a_date(links: dict[str, Link]) -> None:
    """Who made a link and when is known of every link, the derived ones included."""
    assert [iri for iri, link in links.items() if not {"by", "date"} <= set(link.said)] == []


def test_derived_links_tell_their_path(store: OxigraphStore, links: dict[str, Link]) -> None:
    """A derived link names its rule and the links it follows from, which a source states."""
    derived = [link for link in links.values() if link.level == "derived"]
    assert {link.graph for link in derived} == {"derived"}
    for link in derived:
        query = f"SELECT ?from {{ <{link.iri}> <{PREFIXES['prov']}wasDerivedFrom> ?from }}"
        path = [links[row["from"].value] for row in store.query(query).rows()]
        assert len(path) >= 2
        assert all(step.level in ("quoted", "cited") and not step.denied for step in path)
        ends = {end for step in path for end in (step.subject, step.object)}
        assert {link.subject, link.object} <= ends
        assert link.said["rule"].value.startswith(f"{ID}rule/")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)
def test_every_rule_derives(rule: Query, links: dict[str, Link], store: OxigraphStore) -> None:
    """Every stored rule derives something from the shipped links, and has a name."""
    node = f"{ID}rule/{rule.slug}"
    texts = [link.said["rule"].value for link in links.values() if link.level == "derived"]
    assert node in texts
    query = f"SELECT ?label {{ <{node}> a <{SAM}Rule> ; <{PREFIXES['rdfs']}label> ?label }}"
    assert {row["label"].value for row in store.query(query).rows()} == set(rule.title.values())


def chain(first: str, second: str) -> list[ox.Quad]:
    """Return two links, strategy to pillar to goal, with these words about each."""
    return quads(
        f"""{HEADER}
        link:a a sam:Link ; rdf:subject strategy:s ; rdf:predicate sam:hasPillar ;
            rdf:object pillar:p ; {first} .
        link:b a sam:Link ; rdf:subject pillar:p ; rdf:predicate sam:hasGoal ;
            rdf:object goal:g ; {second} ."""
    )


def derived_from(first: str, second: str = "sam:level level:cited") -> list[str]:
    """Return the direct triples between strategy and goal that follow."""
    found = derive({EXAMPLE: chain(first, second)})
    return [str(quad.triple) for quad in found if str(quad.subject) == f"<{ID}strategy/s>"]


GOAL = [f"<{ID}strategy/s> <{SAM}hasGoal> <{ID}goal/g>"]


@pytest.mark.parametrize("level", ["quoted", "cited"])
def test_rules_follow_what_sources_state(level: str) -> None:
    """A rule derives from links that a source states."""
    assert derived_from(f"sam:level level:{level}") == GOAL


@pytest.mark.parametrize("level", ["derived", "assessed", "hypothetical"])
def test_rules_follow_nothing_weaker(level: str) -> None:
    """A rule derives nothing from what is itself derived, judged or supposed."""
    assert derived_from(f"sam:level level:{level}") == []
    assert derived_from("sam:level level:cited", f"sam:level level:{level}") == []


def test_rules_follow_no_denial() -> None:
    """A rule derives nothing from a link that a source denies."""
    assert derived_from("sam:level level:cited ; sam:polarity polarity:denied") == []


def test_rules_follow_what_is_said_to_be_stated() -> None:
    """A link that says it is stated counts as one that says nothing of it."""
    assert derived_from("sam:level level:cited ; sam:polarity polarity:stated") == GOAL


def test_derived_links_have_a_date_and_a_graph() -> None:
    """Derived links lie in their own graph, made on the day of the newest link that was read."""
    level = "sam:level level:cited"
    later = chain(f"{level} ; prov:generatedAtTime '2021-03-04'^^xsd:date", level)
    found = derive({EXAMPLE: later})
    dates = [quad for quad in found if "generatedAtTime" in str(quad.predicate)]
    assert {quad.graph_name for quad in found} == {DERIVED}
    assert {str(quad.object).split('"')[1] for quad in dates} == {"2021-03-04"}
    assert f"<{ID}link/derived-goal-through-pillar-s-hasgoal-g>" in map(
        str, {q.subject for q in found}
    )


def test_nothing_follows_from_nothing() -> None:
    """Without links that fit a rule nothing is derived but the rules themselves."""
    kinds = {str(quad.object) for quad in derive({EXAMPLE: quads(f"{HEADER} {LINK} .")})}
    assert f"<{SAM}Link>" not in kinds


def test_folder_without_rules_derives_nothing(tmp_path: Path) -> None:
    """An ontology folder without rules has no derived graph."""
    assert (
        derive({EXAMPLE: chain("sam:level level:cited", "sam:level level:cited")}, tmp_path) == []
    )


GLOSSARY = "goal-names-threat"
TERM = """<https://w3id.org/samenhang/id/term/t> a sam:Term ;
    skos:prefLabel 'cyber threats'@en, 'cyberdreigingen'@nl ; skos:altLabel 'cyberthreats'@en"""
REVIEW = "sam:reviewedBy organization:samenhang ; sam:reviewedOn '2020-01-03'^^xsd:date"
NAMED = (
    "rdfs:label 'Approach against cyber threats'@en, 'Aanpak van cyberdreigingen'@nl",
    "rdfs:label 'Cyberthreats (2019)'@en, 'Cyberdreigingen (2019)'@nl",
)
STATED = ("sam:level level:cited", "sam:level level:quoted")


def named(
    labels: tuple[str, str] = NAMED,
    stated: tuple[str, str] = STATED,
    more: str = "",
    review: str = REVIEW,
    teller: str = "strategy:s",
) -> dict[str, list[ox.Quad]]:
    """Return a glossary, and a strategy with a goal; it, or another, names a threat."""
    vocabulary = load_dataset().graphs[VOCABULARY]
    kept = [quad for quad in vocabulary if "/id/term/" not in str(quad.subject)]
    links = quads(
        f"""{HEADER} strategy:s a sam:Strategy . strategy:z a sam:Strategy .
        goal:g a sam:Goal ; {labels[0]} . threat:t a sam:Threat ; {labels[1]} .
        link:a a sam:Link ; rdf:subject strategy:s ; rdf:predicate sam:hasGoal ;
            rdf:object goal:g ; {stated[0]} .
        link:b a sam:Link ; rdf:subject {teller} ; rdf:predicate sam:identifiesThreat ;
            rdf:object threat:t ; {stated[1]} . {more}"""
    )
    return {VOCABULARY: kept + quads(f"{TERM} ; {review} .", VOCABULARY), EXAMPLE: links}


def by_term(graphs: dict[str, list[ox.Quad]]) -> dict[str, set[str]]:
    """Return what is said of the link that the glossary gives, by property; empty without one."""
    said: dict[str, set[str]] = {}
    for quad in derive(graphs):
        if f"link/derived-{GLOSSARY}" in str(quad.subject):
            said.setdefault(quad.predicate.value.rpartition("#")[2], set()).add(
                quad.object.value.removeprefix(ID)  # type: ignore[union-attr]
            )
    return said


def test_glossary_gives_a_link_with_rule_term_and_path() -> None:
    """A goal addresses the threat that it names by a term, and the link tells how it is known."""
    said = by_term(named())
    assert (said["subject"], said["object"]) == ({"goal/g"}, {"threat/t"})
    assert said["predicate"] == {SAM + "addresses"}
    assert said["rule"] == {f"rule/{GLOSSARY}"}
    assert said["term"] == {"term/t"}
    assert said["wasDerivedFrom"] == {"link/a", "link/b"}
    assert any(date.startswith("2020-01-03") for date in said["generatedAtTime"])  # the review


@pytest.mark.parametrize(
    "goal",
    [
        "rdfs:label 'Against cyber threatsome things'@en, 'Tegen cyberdreigingen'@nl",
        "rdfs:label 'Against anti-cyber threats'@en, 'Tegen cyberdreigingen'@nl",
        "rdfs:label 'Against cyber, threats'@en, 'Tegen cyberdreigingen'@nl",
        "rdfs:label 'Against a cyber threat'@en, 'Tegen cyberdreigingen'@nl",
        "rdfs:label 'Against cyber threats'@en, 'Tegen cyberdreiging'@nl",
        "rdfs:label 'Against cyber threats'@en",
        "rdfs:label 'Against cyberdreigingen'@en, 'Tegen cyber threats'@nl",
    ],
)
def test_glossary_knows_whole_words_of_both_languages_only(goal: str) -> None:
    """A part of a word, other words, and words in one language or the wrong one give no link."""
    assert by_term(named((goal, NAMED[1]))) == {}


@pytest.mark.parametrize("mark", ["({})", "{}.", "the {}: all of them"])
def test_glossary_minds_neither_case_nor_signs_around(mark: str) -> None:
    """Upper case, and signs around the words, keep them what they are."""
    english, dutch = mark.format("CYBER Threats"), mark.format("Cyberdreigingen")
    assert by_term(named((f"rdfs:label '{english}'@en, '{dutch}'@nl", NAMED[1])))


@pytest.mark.parametrize(
    "said",
    [
        "sam:level level:cited ; sam:polarity polarity:denied",
        "sam:level level:cited",
        "sam:level level:assessed",
        "sam:level level:hypothetical",
    ],
)
def test_glossary_is_silent_where_somebody_spoke(said: str) -> None:
    """What a source or reader stated, denied, judged or supposed is never overruled or doubled."""
    pair = "rdf:subject goal:g ; rdf:predicate sam:addresses ; rdf:object threat:t"
    assert by_term(named(more=f"link:c a sam:Link ; {pair} ; {said} .")) == {}


@pytest.mark.parametrize("level", ["derived", "assessed", "hypothetical"])
def test_glossary_follows_nothing_weak(level: str) -> None:
    """Both links of the strategy are stated by a source, and not denied."""
    weak, denied = f"sam:level level:{level}", f"{STATED[0]} ; sam:polarity polarity:denied"
    for words in (weak, denied):
        assert by_term(named(stated=(words, STATED[1]))) == {}
        assert by_term(named(stated=(STATED[0], words))) == {}


def test_glossary_joins_no_two_strategies() -> None:
    """The goal of one strategy and the threat of another are not joined."""
    assert by_term(named(teller="strategy:z")) == {}


@pytest.mark.parametrize("half", REVIEW.split(" ; "))
def test_term_without_review_gives_nothing(half: str) -> None:
    """A term counts when somebody reviewed it on a day."""
    assert by_term(named(review=half)) == {}


def test_shipped_terms_give_what_was_reviewed(links: dict[str, Link]) -> None:
    """The glossary gives the links that its table lists as reviewed, each by its own term.

    Read in the National Security Strategy of 2019: its summary says of each of these issues what
    will be done against the risk of the same name.
    """
    reviewed = {
        "cbrn-threats", "criminal-subversion", "cyber-threats", "infectious-diseases",
        "military-threats", "natural-disasters", "polarisation", "terrorism-and-extremism",
    }  # fmt: skip
    assert {
        (link.subject, link.object, link.said["term"].value)
        for link in links.values()
        if "term" in link.said
    } == {
        (f"{ID}issue/nvs-2019-{name}", f"{ID}threat/nvs-2019-{name}", f"{ID}term/{name}")
        for name in reviewed
    }


@pytest.mark.parametrize("premise", [0, 1])
def test_link_by_a_term_goes_with_either_premise(
    store: OxigraphStore, links: dict[str, Link], premise: int
) -> None:
    """Whoever supposes one of the two links away loses the derived one, and no other by a term."""
    known = {link.iri: link for link in links.values() if "term" in link.said}
    lost = min(known)
    left = overlay(read_ground(store), Scenario("x", links=(known[lost].follows_from[premise],)))
    assert left.removal.links & known.keys() == {lost}


def test_link_by_a_term_stays_while_another_pair_gives_it() -> None:
    """Of two links that state the goal, one may go: the rule does not take its own for said."""
    again = "link:c a sam:Link ; rdf:subject strategy:s ; rdf:predicate sam:hasGoal"
    graphs = named(more=f"{again} ; rdf:object goal:g ; {STATED[0]} .")
    ground = read_ground(in_memory({**graphs, DERIVED.value: derive(graphs)}))
    for links, lost in (("link/a",), 0), (("link/a", "link/c"), 1):
        removal = overlay(ground, Scenario("x", links=links)).removal
        assert len([link for link in removal.links if GLOSSARY in link]) == lost
