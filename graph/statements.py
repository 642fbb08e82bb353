"""Statements: what the links of a store say, read from its quads in one go."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontology import PREFIXES, SAM

#: What is read of a link and its passages, and of graphs, by the name that it has here.
_READ: Final[Mapping[ox.NamedNode, str]] = {
    ox.NamedNode(iri): name
    for iri, name in {
        PREFIXES["rdf"] + "subject": "subject",
        PREFIXES["rdf"] + "predicate": "kind",
        PREFIXES["rdf"] + "object": "object",
        SAM + "level": "level",
        SAM + "polarity": "polarity",
        SAM + "evidence": "evidence",
        SAM + "agreement": "agreement",
        PREFIXES["prov"] + "wasDerivedFrom": "premise",
        PREFIXES["oa"] + "hasSource": "document",
        PREFIXES["dcterms"] + "source": "source",
        PREFIXES["dcterms"] + "isVersionOf": "version",
    }.items()
}
_PARTS: Final = ("subject", "kind", "object", "level")

Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Statement:
    """One link: its ends, its kind, its level by name, and what bears it out.

    `graph` is the IRI of its graph, `documents` are those of its passages. `object` is a term, as
    it may be a value. `agreement` is "strong", "partial" or empty.
    """

    link: str
    graph: str
    subject: str
    kind: str
    object: Term
    level: str
    denied: bool
    agreement: str
    documents: frozenset[str]
    premises: frozenset[str]

    @property
    def speaks(self) -> bool:
        """Whether somebody states it as true."""
        return not self.denied and self.level != "hypothetical"

    @property
    def triple(self) -> tuple[str, str, Term]:
        """What it says."""
        return self.subject, self.kind, self.object


@dataclass(frozen=True)
class Statements:
    """The links of a store by their IRI, the documents that each graph was read from, by graph,

    and what each document is a version of, by document. Versions of one work are one source.
    """

    by_link: Mapping[str, Statement]
    sources: Mapping[str, frozenset[str]]
    versions: Mapping[str, frozenset[str]]

    def texts_of(self, thing: str) -> frozenset[str]:
        """Return the documents that are the text of a thing."""
        return frozenset(text for text, things in self.versions.items() if thing in things)

    def source_of(self, document: str) -> str:
        """Return the work that a document is a version of, or else the document itself."""
        return min(self.versions.get(document, ()), default=document)


Record = dict[str, list[Term]]


def read_statements(quads: Iterable[ox.Quad]) -> Statements:
    """Read the links in quads; of a property that a link has twice, the last value."""
    records: dict[str, Record] = defaultdict(lambda: defaultdict(list))
    graphs: dict[str, str] = {}
    for quad in quads:
        if name := _READ.get(quad.predicate):
            subject = quad.subject.value  # type: ignore[union-attr]
            records[subject][name].append(quad.object)  # type: ignore[arg-type]
            if name == "subject":
                graphs[subject] = quad.graph_name.value  # type: ignore[union-attr]
    return Statements(
        {
            link: _statement(link, graph, records)
            for link, graph in graphs.items()
            if all(part in records[link] for part in _PARTS)
        },
        {iri: _values(record, "source") for iri, record in records.items() if "source" in record},
        {iri: _values(record, "version") for iri, record in records.items() if "version" in record},
    )


def _values(record: Record, name: str) -> frozenset[str]:
    return frozenset(term.value for term in record.get(name, ()))


def _statement(link: str, graph: str, records: Mapping[str, Record]) -> Statement:
    record = records[link]
    subject, kind, object_, level = (record[part][-1] for part in _PARTS)
    passages = _values(record, "evidence") & records.keys()
    return Statement(
        link,
        graph,
        subject.value,
        kind.value,
        object_,
        level.value.removeprefix(PREFIXES["level"]),
        any(term.value == PREFIXES["polarity"] + "denied" for term in record.get("polarity", ())),
        next(
            (t.value.removeprefix(PREFIXES["agreement"]) for t in record.get("agreement", ())), ""
        ),
        frozenset[str]().union(*(_values(records[passage], "document") for passage in passages)),
        _values(record, "premise"),
    )
