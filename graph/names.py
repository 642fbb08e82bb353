"""Names of things: labels in two languages, and the class of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.library import find
from graph.results import language_of
from graph.store import Store
from ontology import ID, PREFIXES, ROOT


@dataclass(frozen=True)
class Name:
    """What a thing is called in each language, and its most telling class."""

    labels: Mapping[str, str]
    class_: str = ""
    translated: str = ""
    number: int | None = None

    def in_language(self, language: str) -> str:
        """Return the label in a language, or in any other when it has none there."""
        return self.labels.get(language) or next(iter(self.labels.values()), "")


@dataclass(frozen=True)
class Names:
    """All names of a store, read once."""

    by_iri: Mapping[str, Name] = field(repr=False)

    def of(self, iri: str) -> Name:
        """Return the name of an IRI; an IRI without labels is named by itself."""
        return self.by_iri.get(iri) or Name({"": shorten(iri)})


def shorten(iri: str) -> str:
    """Return the IRI as `class/slug` when it is ours, as a prefixed name, or else whole."""
    if iri.startswith(ID):
        return iri.removeprefix(ID)
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def expand(name: str) -> str:
    """Return the IRI of `class/slug` or of a prefixed name; an IRI as it is."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return ID + name
    return PREFIXES[prefix] + local if prefix in PREFIXES else name


def read_names(store: Store) -> Names:
    """Read the names of everything that has a label."""
    labels: dict[str, dict[str, str]] = {}
    classes: dict[str, str] = {}
    numbers: dict[str, int] = {}
    translated: dict[str, str] = {}
    for row in store.query(find(ROOT / "queries", "names").text).rows():
        iri, label = row["thing"].value, row["label"]
        labels.setdefault(iri, {})[language_of(label)] = label.value
        if "class" in row:
            classes[iri] = max(classes.get(iri, ""), row["class"].value, key=_telling)
        if "number" in row and row["number"].value.isdecimal():
            numbers[iri] = int(row["number"].value)
        if "translated" in row:
            translated[iri] = row["translated"].value
    return Names(
        {
            iri: Name(texts, classes.get(iri, ""), translated.get(iri, ""), numbers.get(iri))
            for iri, texts in labels.items()
        }
    )


def _telling(class_: str) -> int:
    """Rank the classes of a thing with two: a policy paper is an instrument, then a document.

    A term of the glossary is a term, then a concept.
    """
    return 0 if not class_ else 1 if class_.endswith(("#Document", "#Concept")) else 2
