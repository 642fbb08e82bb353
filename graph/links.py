"""Links with their evidence, read from a store: what pages, answers and the JSON API show."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from graph.library import find
from graph.names import Names
from graph.results import Row, Term
from graph.store import Store
from ontology import GRAPH, PREFIXES, ROOT, SAM

#: Evidence levels, strongest first, with their strength (the skos:notation of the concept).
STRENGTH: Final[Mapping[str, int]] = {
    "quoted": 5,
    "cited": 4,
    "derived": 3,
    "assessed": 2,
    "hypothetical": 1,
}

#: The levels by name, strongest first.
LEVELS: Final = tuple(STRENGTH)

_FIELDS: Final = (
    "hedge",
    "condition",
    "quantity",
    "openListMarker",
    "note",
    "reason",
    "accordingTo",
    "rule",
    "term",
    "by",
    "date",
    "validFrom",
    "validUntil",
    "currency",
    "agreement",
)
_STRING: Final = PREFIXES["xsd"] + "string"


@dataclass(frozen=True)
class Text:
    """A text and its language, or its datatype when it is no mere text."""

    value: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True)
class Passage:
    """A place in a document; start and end are characters of the stored text, if it is stored."""

    iri: str
    document: str
    quotation: Text | None = None
    locator: str = ""
    lines: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Link:
    """One link: subject, kind and object, how firm it is, and the passages that state it.

    `object` is an IRI, or the text of a value when `is_value`; then `literal` is the whole value.
    `said` holds the other things that the source or the reader says of the link, by field name;
    `follows_from` the links on which a derived link rests.
    """

    iri: str
    graph: str
    subject: str
    kind: str
    object: str
    is_value: bool
    level: str
    denied: bool
    open_list: bool
    said: Mapping[str, Text]
    passages: tuple[Passage, ...]
    follows_from: tuple[str, ...] = ()
    literal: Text | None = None

    @property
    def sort_key(self) -> tuple[int, str, str]:
        """Strongest level first, then by source and IRI, so that lists never change order.

        A level that is none of ours, which a store may hold too, comes last.
        """
        rank = LEVELS.index(self.level) if self.level in LEVELS else len(LEVELS)
        return (rank, self.graph, self.iri)


def text_of(term: Term) -> Text:
    """Return a term as a text: a value with its language or datatype, or an IRI."""
    if not isinstance(term, ox.Literal):
        return Text(term.value)
    if term.language:
        return Text(term.value, term.language)
    datatype = term.datatype.value
    return Text(term.value, datatype="" if datatype == _STRING else datatype)


def passage_of(row: Row) -> Passage:
    """Return the passage of a row."""

    def maybe(name: str) -> str:
        return row[name].value if name in row else ""

    return Passage(
        row["passage"].value,
        maybe("document"),
        text_of(row["quotation"]) if "quotation" in row else None,
        maybe("locator"),
        maybe("lines"),
        int(maybe("start")) if "start" in row else None,
        int(maybe("end")) if "end" in row else None,
    )


def _link(rows: list[Row]) -> Link:
    """Return the link of the rows that are about it, one for each passage and premise."""
    row = rows[0]
    is_value = isinstance(row["object"], ox.Literal)
    passages = {found["passage"].value: passage_of(found) for found in rows if "passage" in found}
    return Link(
        iri=row["link"].value,
        graph=row["graph"].value.removeprefix(GRAPH),
        subject=row["subject"].value,
        kind=row["kind"].value,
        object=row["object"].value,
        is_value=is_value,
        level=row["level"].value.removeprefix(PREFIXES["level"]),
        denied="polarity" in row and row["polarity"].value.endswith("/denied"),
        open_list="openList" in row and row["openList"].value == "true",
        said={name: text_of(row[name]) for name in _FIELDS if name in row},
        passages=tuple(sorted(passages.values(), key=lambda p: (p.start or 0, p.iri))),
        follows_from=tuple(sorted({found["from"].value for found in rows if "from" in found})),
        literal=text_of(row["object"]) if is_value else None,
    )


def find_links(store: Store, **where: str) -> list[Link]:
    """Return the links that fit; `where` gives IRIs for link, subject, object, kind, level, graph.

    Sorted strongest first.
    """
    rows: dict[str, list[Row]] = {}
    for row in store.query(find(ROOT / "queries", "links").bound(**where)).rows():
        rows.setdefault(row["link"].value, []).append(row)
    return sorted(map(_link, rows.values()), key=lambda link: link.sort_key)


def value_of(link: Link, language: str) -> str:
    """Return the value of a link for a reader: an amount of money with its currency and period."""
    if "currency" not in link.said:
        return link.object
    code = link.said["currency"].value.rpartition("/")[2]
    amount = f"{Decimal(link.object):,f}"
    if language == "nl":
        amount = amount.translate(str.maketrans(",.", ".,"))
    first, last = (link.said.get(key, Text("")).value for key in ("validFrom", "validUntil"))
    period = first if first == last else f"{first}–{last}"
    return f"{code} {amount}" + (f" ({period})" if period.strip("–") else "")


@dataclass(frozen=True)
class Readings:
    """Sentences that links read as, in each language."""

    templates: Mapping[str, Mapping[str, str]]
    names: Names

    def read(self, link: Link, language: str) -> str:
        """Return the sentence of a link: “<goal> pakt <dreiging> aan”; a denied link says so."""
        template = self.templates.get(link.kind, {}).get(language, "{subject} – {object}")
        subject = self.names.of(link.subject).in_language(language)
        object_ = (
            value_of(link, language)
            if link.is_value
            else self.names.of(link.object).in_language(language)
        )
        sentence = template.replace("{subject}", subject).replace("{object}", object_)
        if not link.denied:
            return sentence
        return f"{'Niet' if language == 'nl' else 'Not'}: {sentence}"


def read_readings(store: Store, names: Names) -> Readings:
    """Read the readings of all kinds of link."""
    templates: dict[str, dict[str, str]] = {}
    for row in store.query(f"SELECT ?kind ?reading {{ ?kind <{SAM}reading> ?reading }}").rows():
        reading = text_of(row["reading"])
        templates.setdefault(row["kind"].value, {})[reading.language] = reading.value
    return Readings(templates, names)
