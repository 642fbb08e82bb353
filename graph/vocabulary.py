"""The vocabulary: its terms as a reader needs them, and all that it says, as triples."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import pyoxigraph as ox

from graph.dataset import VOCABULARY
from graph.files import parse_file
from graph.library import find
from graph.oxigraph import in_memory
from graph.results import Result, language_of
from graph.store import Store
from ontology import ID, PREFIXES, ROOT, SAM

Kind = Literal["class", "link", "property"]

_OWL: Final = PREFIXES["owl"]
_RDFS: Final = PREFIXES["rdfs"]


@dataclass(frozen=True)
class Term:
    """One term: texts by language, and the IRIs of what stands above it and of what it joins."""

    iri: str
    kind: Kind
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    readings: Mapping[str, str]
    above: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]


def vocabulary_of(store: Store) -> Store:
    """Return the store when it holds a vocabulary, else one with the vocabulary that is shipped."""
    return store if VOCABULARY in store.graphs() else _shipped()


@cache
def _shipped() -> Store:
    files = (parse_file(ROOT / f"{name}.ttl", VOCABULARY) for name in ("vocabulary", "alignments"))
    return in_memory({VOCABULARY: [quad for file in files for quad in file.quads]})


def read_terms(store: Store) -> list[Term]:
    """Return the terms that have a definition, ours and the kinds of link of others, by IRI."""
    said: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = {}
    for row in store.query(find(ROOT / "queries", "vocabulary").text).rows():
        of_term = said.setdefault(row["term"].value, {})
        of_term.setdefault(row["property"].value, []).append(row["value"])
    return [_term(iri, said[iri]) for iri in sorted(said) if _DEFINITION in said[iri]]


_DEFINITION: Final = PREFIXES["skos"] + "definition"


def _term(iri: str, said: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]) -> Term:
    def texts(property_: str) -> dict[str, str]:
        return {language_of(value): value.value for value in said.get(property_, ())}

    def iris(*properties: str) -> tuple[str, ...]:
        return tuple(value.value for name in properties for value in said.get(name, ()))

    types = {value.value for value in said[PREFIXES["rdf"] + "type"]}
    kind: Kind = (
        "link" if SAM + "LinkKind" in types else "class" if _OWL + "Class" in types else "property"
    )
    return Term(
        iri=iri,
        kind=kind,
        labels=texts(_RDFS + "label"),
        definitions=texts(_DEFINITION),
        readings=texts(SAM + "reading"),
        above=iris(_RDFS + "subClassOf", _RDFS + "subPropertyOf"),
        domain=iris(_RDFS + "domain", SAM + "subjectClass"),
        range=iris(_RDFS + "range", SAM + "objectClass"),
    )


def describe_vocabulary(store: Store) -> Result:
    """Return what the vocabulary says of its terms; concepts have documents of their own."""
    query = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
      GRAPH <{VOCABULARY}> {{ ?s ?p ?o }}
      FILTER(ISBLANK(?s) || !STRSTARTS(STR(?s), "{ID}"))
    }}"""
    return store.query(query)
