"""Absences: what was looked for in a document and not found there.

An absence is no link: it states nothing, and denies nothing. It says how far a reader looked.
"""

from dataclasses import dataclass

from graph.library import find
from graph.results import language_of
from graph.store import Store
from ontology import ROOT


@dataclass(frozen=True)
class Absence:
    """One search without a result: the things sought (if any), the document, what was done."""

    iri: str
    things: tuple[str, ...]
    document: str
    note: str
    language: str


def find_absences(store: Store) -> list[Absence]:
    """Return all absences, in the order of their names."""
    found: dict[str, Absence] = {}
    for row in store.query(find(ROOT / "queries", "absences").text).rows():
        iri, note = row["absence"].value, row["note"]
        things = found[iri].things if iri in found else ()
        if "thing" in row:
            things = (*things, row["thing"].value)
        document = row["document"].value
        found[iri] = Absence(iri, things, document, note.value, language_of(note))
    return list(found.values())
