"""The embedded engine and rdflib give the same rows for every SPARQL question.

rdflib needs minutes for some questions on the whole shipped graph, so both are asked on a part of
it: of the links that are alike, the first one, with all that it and its ends speak of.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

TESTS = Path(__file__).parent
sys.path.append(str(TESTS))

from benchmarks.questions import bag  # noqa: E402
from graph.oxigraph import OxigraphStore, in_memory  # noqa: E402
from graph.questions import list_questions  # noqa: E402
from graph.results import Form, format_named  # noqa: E402
from ontology import ID, PREFIXES, SAM  # noqa: E402

RDF = PREFIXES["rdf"]
#: Questions with one and the same query are asked once, under the name of the first.
DISTINCT = {query.body: query for query in reversed(list_questions())}
PARTS = {
    text: query.slug
    for query in DISTINCT.values()
    for group in query.groups
    for text in (*group.queries, *(text for _, text in group.within))
}


class Triples:
    """Triples by their subject, and the links among them."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.about: dict[str, list[ox.Triple]] = {}
        for triple in sorted(set(triples), key=str):
            self.about.setdefault(str(triple.subject), []).append(triple)

    def value(self, node: str, predicate: str) -> str:
        """Return the first value of a property of a node; empty when it has none."""
        found = self.about.get(node, ())
        return next((str(t.object) for t in found if t.predicate.value == predicate), "")

    @cached_property
    def links(self) -> Mapping[str, tuple[str, str, str]]:
        """The links, each with its subject, its predicate and its object."""
        ends = (RDF + "subject", RDF + "predicate", RDF + "object")
        found = {node: tuple(self.value(node, end) for end in ends) for node in self.about}
        return {node: (s, p, o) for node, (s, p, o) in found.items() if p}

    def sample(self) -> set[str]:
        """Return links of which no two are alike; alike are those in whose place a question could
        put the other: of one kind, between the same classes, or of one level and polarity.

        And two links of one topic that lies somewhere: a question asks what such a topic does.
        """
        by_ends: dict[tuple[str, ...], str] = {}
        by_level: dict[tuple[str, ...], str] = {}
        for link, (subject, kind, object_) in self.links.items():
            classes = self.value(subject, RDF + "type"), self.value(object_, RDF + "type")
            by_ends.setdefault((kind, *classes), link)
            said = self.value(link, SAM + "level"), self.value(link, SAM + "polarity")
            by_level.setdefault(said, link)
        from_topic: dict[str, dict[str, str]] = {}
        for link, (subject, kind, _) in self.links.items():
            if "/topic/" in subject and kind in (f"<{SAM}locatedIn>", f"<{SAM}causes>"):
                from_topic.setdefault(subject, {})[kind] = link
        chain = next(links for links in from_topic.values() if len(links) == 2)
        return {*by_ends.values(), *by_level.values(), *chain.values()}

    def part(self) -> Iterator[ox.Triple]:
        """Yield what is said about a sample of the links, about all that it speaks of, and about
        what is no thing of ours: the vocabulary; and every assessment.
        """
        kinds = {kind for _, kind, _ in self.links.values()}
        assessment = f"<{SAM}Assessment>"
        todo = [*self.sample()] + [
            node
            for node in self.about
            if ID not in node or self.value(node, RDF + "type") == assessment
        ]
        kept: set[str] = set()
        while todo:
            node = todo.pop()
            if node in kept:
                continue
            kept.add(node)
            for triple in self.about.get(node, ()):
                yield triple
                if str(triple.predicate) not in kinds and str(triple.object) not in self.links:
                    todo.append(str(triple.object))


@pytest.fixture(scope="module")
def part(assessed: OxigraphStore) -> list[ox.Triple]:
    """Give a part of the shipped graph, with made assessments, of which none are shipped."""
    return list(Triples(quad.triple for quad in assessed.quads()).part())


@pytest.fixture(scope="module")
def ours(part: list[ox.Triple]) -> OxigraphStore:
    """Give the part to the embedded engine."""
    name = ox.NamedNode(ID + "part")
    return in_memory({name.value: [ox.Quad(t.subject, t.predicate, t.object, name) for t in part]})


@pytest.fixture(scope="module")
def peer(part: list[ox.Triple]) -> Graph:
    """Give the part to rdflib."""
    data = ox.serialize(part, format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=data, format="nt")


@pytest.mark.parametrize("text", PARTS, ids=PARTS.values())
def test_the_part_has_something_of_all_that_is_asked(
    assessed: OxigraphStore, ours: OxigraphStore, text: str
) -> None:
    """Whatever a group of a question finds in the whole graph, it finds some of in the part."""
    assert any(ours.query(text).texts()) == any(assessed.query(text).texts())


@pytest.mark.parametrize("text", DISTINCT, ids=[query.slug for query in DISTINCT.values()])
def test_the_engine_and_rdflib_give_the_same_rows(
    ours: OxigraphStore, peer: Graph, text: str
) -> None:
    """The query of a question, unchanged, gives the same rows in both, each as often."""
    mine = json.loads(ours.query(text).write(format_named("json", Form.BINDINGS)))
    theirs = json.loads(peer.query(text).serialize(format="json") or b"")
    assert bag(mine["results"]["bindings"]) == bag(theirs["results"]["bindings"])
    assert mine["results"]["bindings"]
