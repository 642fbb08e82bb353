"""The catalogue: what a service offers, described for harvesters (DCAT-AP-NL 3.0).

`ontology/catalog.ttl` says what is always so; here it is completed with what a service knows of
itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from graph.dumps import Dump
from graph.errors import SamenhangError
from graph.results import language_of
from ontology import PREFIXES, ROOT

#: The prefixes of the catalogue.
_OURS: Final = ("rdf", "rdfs", "xsd", "skos", "dcterms", "foaf", "prov", "organization", "document")
NAMESPACES: Final = {name: PREFIXES[name] for name in _OURS} | {
    "dcat": "http://www.w3.org/ns/dcat#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_NAMED: Final = re.compile(r"(?P<name>[^<>]*?)\s*(?:<(?P<iri>[^<>]*)>)?")
#: What has an identifier, and what tells when it was last changed.
_IDENTIFIED: Final = ("dcat:Dataset", "dcat:DataService")
_CHANGED: Final = ("dcat:Catalog", "dcat:Dataset", "dcat:Distribution")


@dataclass(frozen=True)
class Publisher:
    """Who publishes the data: name, IRI and e-mail address; what is empty is not known."""

    name: str = ""
    iri: str = ""
    email: str = ""

    @classmethod
    def read(cls, told: str, email: str = "") -> "Publisher":
        """Return the publisher of `Name <IRI>` and its address; SamenhangError when one is none."""
        named = _NAMED.fullmatch(told.strip())
        if not named or not all(map(_is_iri, (named["iri"] or "urn:x", f"mailto:{email}"))):
            what = f"The publisher {told!r} must be a name, or a name and <IRI>"
            raise SamenhangError(f"{what}, and its address {email!r} one for mail.")
        return cls(named["name"], named["iri"] or "", email)


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _term(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(NAMESPACES[prefix] + local)


_TYPE: Final = _term("rdf:type")


@dataclass(frozen=True)
class Catalog:
    """What the catalogue at an address says; its own things are named by their fragments."""

    address: str
    triples: tuple[ox.Triple, ...] = field(repr=False)

    def iri(self, name: str) -> str:
        """Return the IRI of a thing of the catalogue, or the IRI that was given."""
        return name if ":" in name else f"{self.address}#{name}"

    @cached_property
    def _said(self) -> Mapping[tuple[str, str], list[ox.NamedNode | ox.BlankNode | ox.Literal]]:
        said: dict[tuple[str, str], list[ox.NamedNode | ox.BlankNode | ox.Literal]] = {}
        for triple in self.triples:
            assert not isinstance(triple.object, ox.Triple | ox.Variable)
            key = triple.subject.value, triple.predicate.value  # type: ignore[union-attr]
            said.setdefault(key, []).append(triple.object)
        return said

    def objects(self, name: str, property_: str) -> list[str]:
        """Return what is said of a thing under a property, in a fixed order, by value."""
        return sorted({term.value for term in self._terms(name, property_)})

    def object(self, name: str, property_: str) -> str:
        """Return the first of what is said of a thing under a property; empty when nothing is."""
        return next(iter(self.objects(name, property_)), "")

    def texts(self, name: str, property_: str, language: str) -> list[str]:
        """Return the texts in a language, or those in none when there are none in it."""
        terms = self._terms(name, property_)
        found = [term.value for term in terms if language_of(term) == language]
        return sorted(found or [term.value for term in terms if not language_of(term)])

    def text(self, name: str, property_: str, language: str) -> str:
        """Return the first text in a language; empty when there is none."""
        return next(iter(self.texts(name, property_, language)), "")

    def _terms(self, name: str, property_: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        return self._said.get((self.iri(name), _term(property_).value), [])


def read_catalog(
    address: str,
    publisher: Publisher,
    dumps: Iterable[Dump],
    modified: str = "",
    sources: Iterable[str] = (),
) -> Catalog:
    """Return the catalogue at an address, with the dumps that there are.

    `modified` is a day (ISO 8601), empty when it is not known; `sources` are the IRIs of the
    documents from which the data were read.
    """
    text = (ROOT / "catalog.ttl").read_text(encoding="utf-8")
    quads = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=address)
    said = Catalog(address, tuple(quad.triple for quad in quads))
    triples = list(_with_publisher(said, publisher))
    things = {
        class_: [t.subject for t in triples if t.predicate == _TYPE and t.object == _term(class_)]
        for class_ in {*_IDENTIFIED, *_CHANGED}
    }
    for class_ in _IDENTIFIED:
        for thing in things[class_]:
            assert isinstance(thing, ox.NamedNode)
            triples.append(ox.Triple(thing, _term("dcterms:identifier"), ox.Literal(thing.value)))
    if modified:
        day = ox.Literal(modified, datatype=_term("xsd:date"))
        changed = (thing for class_ in _CHANGED for thing in things[class_])
        triples += [ox.Triple(thing, _term("dcterms:modified"), day) for thing in changed]
    dataset = ox.NamedNode(said.iri("dataset"))
    derived = _term("prov:wasDerivedFrom")
    triples += [ox.Triple(dataset, derived, ox.NamedNode(iri)) for iri in sorted(sources)]
    return Catalog(address, tuple(_with_dumps(said, triples, dumps)))


def _with_publisher(said: Catalog, publisher: Publisher) -> Iterable[ox.Triple]:
    """Yield what is said, with who publishes and where to write to in their places."""
    here, contact = ox.NamedNode(said.iri("publisher")), ox.NamedNode(said.iri("contact"))
    agent = ox.NamedNode(publisher.iri) if publisher.iri else here
    names = {_term("foaf:name"), _term("vcard:fn")} if publisher.name else set()
    for triple in said.triples:
        if triple.subject in (here, contact) and triple.predicate in names:
            continue
        subject = agent if triple.subject == here else triple.subject
        object_ = agent if triple.object == here else triple.object
        yield ox.Triple(subject, triple.predicate, object_)
    if publisher.name:
        yield ox.Triple(agent, _term("foaf:name"), ox.Literal(publisher.name))
        yield ox.Triple(contact, _term("vcard:fn"), ox.Literal(publisher.name))
    if publisher.email:
        address = ox.NamedNode(f"mailto:{publisher.email}")
        yield ox.Triple(contact, _term("vcard:hasEmail"), address)
    else:
        home = ox.NamedNode(said.object("catalog", "foaf:homepage"))
        yield ox.Triple(contact, _term("vcard:hasURL"), home)


def _with_dumps(
    said: Catalog, triples: Iterable[ox.Triple], dumps: Iterable[Dump]
) -> Iterable[ox.Triple]:
    """Yield the triples without distributions of which there is no dump, and what a dump is."""
    by_name = {dump.name: dump for dump in dumps}
    found = {
        iri: by_name.get(said.object(iri, "dcat:downloadURL").rpartition("/")[2])
        for iri in said.objects("dataset", "dcat:distribution")
    }
    absent = {ox.NamedNode(iri) for iri, dump in found.items() if dump is None}
    yield from (t for t in triples if not absent & {t.subject, t.object})
    for iri, dump in found.items():
        if dump is not None:
            yield from _measured(ox.NamedNode(iri), dump)


def _measured(distribution: ox.NamedNode, dump: Dump) -> Iterable[ox.Triple]:
    checksum = ox.NamedNode(f"{distribution.value}-checksum")
    size = ox.Literal(str(dump.size), datatype=_term("xsd:nonNegativeInteger"))
    hash_ = ox.Literal(dump.hash, datatype=_term("xsd:hexBinary"))
    yield ox.Triple(distribution, _term("dcat:byteSize"), size)
    yield ox.Triple(distribution, _term("spdx:checksum"), checksum)
    yield ox.Triple(checksum, _TYPE, _term("spdx:Checksum"))
    algorithm = _term("spdx:checksumAlgorithm_sha256")
    yield ox.Triple(algorithm, _TYPE, _term("spdx:ChecksumAlgorithm"))
    yield ox.Triple(checksum, _term("spdx:algorithm"), algorithm)
    yield ox.Triple(checksum, _term("spdx:checksumValue"), hash_)
