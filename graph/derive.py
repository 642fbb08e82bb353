"""What follows from the links: direct triples, provenance, and the links that rules derive."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.library import Query, read_folder
from graph.links import STRENGTH
from graph.oxigraph import OxigraphStore, merge_of
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

DERIVED: Final = ox.NamedNode(GRAPH + "derived")

_RDF: Final = PREFIXES["rdf"]
_TYPE: Final = ox.NamedNode(_RDF + "type")
_LABEL: Final = ox.NamedNode(PREFIXES["rdfs"] + "label")
_LINK: Final = ox.NamedNode(SAM + "Link")
_MADE: Final = (_LINK, ox.NamedNode(SAM + "Absence"), ox.NamedNode(SAM + "Assessment"))
_SUBJECT, _PREDICATE, _OBJECT = (
    ox.NamedNode(_RDF + name) for name in ("subject", "predicate", "object")
)
_LEVEL: Final = ox.NamedNode(SAM + "level")
_STRENGTH: Final = ox.NamedNode(SAM + "strength")
_SILENT: Final = {
    (SAM + "polarity", PREFIXES["polarity"] + "denied"),
    (SAM + "level", PREFIXES["level"] + "hypothetical"),
}
_TERM: Final = ox.NamedNode(SAM + "term")
_REVIEWED: Final = ox.NamedNode(SAM + "reviewedOn")
_ATTRIBUTED: Final = ox.NamedNode(PREFIXES["prov"] + "wasAttributedTo")
_GENERATED: Final = ox.NamedNode(PREFIXES["prov"] + "generatedAtTime")
_FROM: Final = ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom")

Record = dict[ox.NamedNode, ox.NamedNode | ox.Literal]


def _records(quads: Iterable[ox.Quad]) -> dict[ox.NamedNode, Record]:
    """Return the properties of each link, absence and assessment; of a repeated one, the last."""
    links: set[ox.NamedNode] = set()
    records: dict[ox.NamedNode, Record] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        if quad.predicate == _TYPE and quad.object in _MADE:
            links.add(quad.subject)
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            records[quad.subject][quad.predicate] = quad.object
    return {link: records[link] for link in links}


def _speaks(record: Record) -> bool:
    """Tell whether the link is stated as true by somebody: neither denied nor hypothetical."""
    return not any((key.value, value.value) in _SILENT for key, value in record.items())


def _direct(link: ox.NamedNode, record: Record, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Yield the triple that a link states, and how strongly; nothing of one that does not."""
    subject, predicate = record.get(_SUBJECT), record.get(_PREDICATE)
    named = isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode)
    if named and _OBJECT in record and _speaks(record):
        yield ox.Quad(subject, predicate, record[_OBJECT], graph)  # type: ignore[arg-type]
        level = record[_LEVEL].value.removeprefix(PREFIXES["level"]) if _LEVEL in record else ""
        if level in STRENGTH:
            yield ox.Quad(link, _STRENGTH, ox.Literal(STRENGTH[level]), graph)


def materialise(quads: Iterable[ox.Quad], graph: str) -> list[ox.Quad]:
    """Return what follows from the links of a graph, each by itself.

    The direct triple and the strength of each that states something, and the maker and date that
    each inherits from the graph.

    Absences and assessments inherit maker and date as links do; they say nothing as a triple.
    """
    quads, node = list(quads), ox.NamedNode(graph)
    header = {q.predicate: q.object for q in quads if q.subject == node}
    added: list[ox.Quad] = []
    for link, record in _records(quads).items():
        added += _direct(link, record, node)
        for predicate in (_ATTRIBUTED, _GENERATED):
            if predicate in header and predicate not in record:
                added.append(ox.Quad(link, predicate, header[predicate], node))
    return added


def label_concepts(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return rdfs:label for each skos:prefLabel, its subproperty (SKOS Reference, S10)."""
    preferred = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    return [
        ox.Quad(q.subject, _LABEL, q.object, q.graph_name)
        for q in quads
        if q.predicate == preferred
    ]


def _slug(iri: str) -> str:
    return iri.rpartition("/")[2].rpartition("#")[2]


def _rule_quads(rule: Query, store: OxigraphStore) -> Iterator[ox.Quad]:
    """Yield the links that a rule derives, one for each subject, kind and object."""
    node = ox.NamedNode(f"{ID}rule/{rule.slug}")
    yield ox.Quad(node, _TYPE, ox.NamedNode(SAM + "Rule"), DERIVED)
    for language, title in rule.title.items():
        yield ox.Quad(node, _LABEL, ox.Literal(title, language=language), DERIVED)
    for row in store.query(rule.text).rows():
        subject, kind, object_ = row["subject"], row["kind"], row["object"]
        slug = "-".join(_slug(term.value) for term in (subject, kind, object_)).lower()
        link = ox.NamedNode(f"{ID}link/derived-{rule.slug}-{slug}")
        level = ox.NamedNode(PREFIXES["level"] + "derived")
        if "term" in row:
            yield ox.Quad(link, _TERM, row["term"], DERIVED)
        for predicate, value in (
            (_TYPE, _LINK),
            (_SUBJECT, subject),
            (_PREDICATE, kind),
            (_OBJECT, object_),
            (_LEVEL, level),
            (ox.NamedNode(SAM + "rule"), node),
            (_FROM, row["first"]),
            (_FROM, row["second"]),
        ):
            yield ox.Quad(link, predicate, value, DERIVED)


def derive(graphs: Mapping[str, list[ox.Quad]], root: Path = ROOT) -> list[ox.Quad]:
    """Return the graph of derived links, with the direct triples of each.

    A rule is a SELECT of ?subject ?kind ?object and the two links it rests on, ?first ?second; one
    that reads the glossary also gives the ?term by which it sees that they belong together.
    """
    store = merge_of(graphs)
    quads = list({q for rule in read_folder(root / "rules") for q in _rule_quads(rule, store)})
    if quads:
        quads += _header(graphs)
    return quads + materialise(quads, DERIVED.value)


def _header(graphs: Mapping[str, list[ox.Quad]]) -> Iterator[ox.Quad]:
    """Yield who derived the links, and when: on the day of the newest link or term read."""
    days = (_GENERATED, _REVIEWED)
    found = (q for quads in graphs.values() for q in quads if q.predicate in days)
    dates = [quad.object for quad in found if isinstance(quad.object, ox.Literal)]
    yield ox.Quad(DERIVED, _ATTRIBUTED, ox.NamedNode(ID + "organization/samenhang"), DERIVED)
    if newest := max(dates, key=lambda date: date.value, default=None):
        yield ox.Quad(DERIVED, _GENERATED, newest, DERIVED)
