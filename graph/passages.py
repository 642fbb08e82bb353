"""Passages: every place of a document that was read, also one that yields no link."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graph.library import find
from graph.links import Link, Passage, Text, passage_of, text_of
from graph.results import Row
from graph.slugs import slugs_of
from graph.store import Store
from ontology import ROOT


@dataclass(frozen=True)
class Quote:
    """What a passage quotes and what surrounds it (Web Annotation, section 4.2.4)."""

    iri: str
    exact: str
    prefix: str
    suffix: str


@dataclass(frozen=True)
class Position:
    """The characters of the stored text that a passage is (Web Annotation, section 4.2.5)."""

    iri: str
    start: int
    end: int


@dataclass(frozen=True)
class Excerpt:
    """A passage, how it is found back, and the links that rest on it, strongest first.

    `unlinked` says why a passage that was read yields no link.
    """

    passage: Passage
    quote: Quote | None = None
    position: Position | None = None
    unlinked: Text | None = None
    links: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Passages:
    """Every passage by its slug, in the order of their IRIs."""

    by_slug: Mapping[str, Excerpt] = field(repr=False)

    @cached_property
    def by_document(self) -> Mapping[str, Mapping[str, Excerpt]]:
        """The passages of each document, by the IRI of the document."""
        found: dict[str, dict[str, Excerpt]] = defaultdict(dict)
        for slug, excerpt in self.by_slug.items():
            found[excerpt.passage.document][slug] = excerpt
        return found


def read_passages(store: Store, links: Iterable[Link]) -> Passages:
    """Read every passage; the links are those of the store."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in store.query(find(ROOT / "queries", "passages").text).rows():
        rows[row["passage"].value].append(row)
    stated: dict[str, list[str]] = defaultdict(list)
    for link in links:
        for passage in link.passages:
            stated[passage.iri].append(link.iri)
    slugs = slugs_of(rows, "passage")
    return Passages({slug: _excerpt(rows[iri], stated) for iri, slug in slugs.items()})


def _excerpt(rows: list[Row], stated: Mapping[str, list[str]]) -> Excerpt:
    """Return the passage of the rows that are about it, one for each selector."""
    quote = next((_quote(row) for row in rows if "exact" in row), None)
    placed = next((row for row in rows if "start" in row), rows[0])
    passage = passage_of(placed)
    return Excerpt(
        passage,
        quote,
        _position(placed) if "start" in placed else None,
        text_of(placed["unlinked"]) if "unlinked" in placed else None,
        tuple(stated.get(passage.iri, ())),
    )


def _quote(row: Row) -> Quote:
    return Quote(*(row[name].value for name in ("selector", "exact", "prefix", "suffix")))


def _position(row: Row) -> Position:
    return Position(row["selector"].value, int(row["start"].value), int(row["end"].value))
