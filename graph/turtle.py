"""Turtle of a reader's table: links with their evidence, things with their labels."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import DataError, Finding
from graph.table import THINGS, Place, Row, read_rows
from graph.terms import prefixed, statement, to_slug, written

_CURRENCY: Final = "http://publications.europa.eu/resource/authority/currency/"
_DATATYPE: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}
_ABSENCE: Final = "sam:notFoundIn"


@dataclass(frozen=True)
class _Reading:
    """The reading of one document: names of its graph, its links and passages as they are made."""

    stem: str
    language: str
    passages: dict[str, Place] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)

    def passage(self, place: Place) -> str:
        """Return the name of a passage, and keep its place."""
        slug = to_slug(place.lines or place.section)
        if place.document != self.stem:
            slug = f"{place.document}-{slug}"
        if self.passages.setdefault(slug, place) != place:
            slug = f"{slug}-{to_slug(place.section)}"
            self.passages[slug] = place
        return f"p:{slug}"

    def number(self, fact: str) -> str:
        """Return the next name made of a fact."""
        self.made[fact] += 1
        return f"{fact}-{self.made[fact]}"


def _said(row: Row, language: str) -> Iterator[str]:
    """Yield what the source or the reader says beside subject, kind and object."""
    for column in ("hedge", "condition", "quantity"):
        if row[column]:
            yield f"sam:{column} {written(row[column], language)}"
    if row["open"]:
        yield "sam:openList true"
    if row["open"] not in ("", "yes"):
        yield f"sam:openListMarker {written(row['open'], language)}"
    if row["denied"]:
        yield "sam:polarity polarity:denied"
    if row["according"]:
        yield f"sam:accordingTo {row.names('according')[0]}"
    for column, name in (("from", "validFrom"), ("until", "validUntil")):
        if value := row[column]:
            yield f'sam:{name} "{value}"^^xsd:{_DATATYPE[len(value)]}'
    if row["currency"]:
        yield f"sam:currency <{_CURRENCY}{row['currency']}>"
    if row["agreement"]:
        yield f"sam:agreement agreement:{row['agreement']}"
    for column in ("note", "reason"):
        if row[column]:
            yield f"sam:{column} {written(row[column], 'en')}"


def _links(row: Row, reading: _Reading) -> Iterator[str]:
    """Yield the links of a row: one for each subject and each object."""
    said = list(_said(row, reading.language))
    if places := row.places():
        said.append(f"sam:evidence {', '.join(dict.fromkeys(map(reading.passage, places)))}")
    fact, level, kind = row["fact"], row["level"] or "cited", row.names("kind")[0]
    for subject in row.names("subject"):
        for object_ in row.objects():
            name = f"l:{reading.number(fact)}"
            head = f'{name} a sam:Link ; sam:level level:{level} ; sam:fact "{fact}"'
            triple = f"rdf:subject {subject} ; rdf:predicate {kind} ; rdf:object {object_}"
            yield statement(head, triple, *said)


def _absence(row: Row, reading: _Reading) -> str:
    """Return the record of a search without a result."""
    name = f"absence:{reading.stem}-{reading.number(row['fact'])}"
    sought = f"sam:soughtThing {', '.join(row.names('subject'))}" if row["subject"] else ""
    return statement(
        f'{name} a sam:Absence ; sam:fact "{row["fact"]}"',
        *filter(None, [sought]),
        f"sam:notFoundIn {row.names('object')[0]}",
        f"sam:note {written(row['note'], 'en')}",
    )


def _passages(reading: _Reading) -> str:
    lines = []
    for slug, place in reading.passages.items():
        parts = [f"p:{slug} a sam:Passage", f"sam:locator {ox.Literal(place.section)}"]
        parts += [f'sam:lines "{place.lines}"'] if place.lines else []
        parts += [f"oa:hasSource document:{place.document}"] * (place.document != reading.stem)
        lines.append(" ; ".join(parts) + " .\n")
    return "".join(lines)


def _header(rows: list[Row], reading: _Reading, by: str, date: str) -> str:
    """Return the description of the graph: source, reader, date, facts read and left out."""
    left_out: dict[str, list[str]] = {}
    for row in rows:
        if row["left_out"]:
            left_out.setdefault(row["left_out"], []).append(f'"{row["fact"]}"')
    own = any(place.document == reading.stem for place in reading.passages.values())
    return statement(
        f'graph:{reading.stem} prov:wasAttributedTo {by} ; prov:generatedAtTime "{date}"^^xsd:date',
        *[f"dcterms:source document:{reading.stem}"] * own,
        f"sam:factsRead {len({row['fact'] for row in rows})}",
        *(
            f"sam:leftOut [ a sam:LeftOut ; sam:reason {written(reason, 'en')} ;\n"
            f"        sam:fact {', '.join(facts)} ]"
            for reason, facts in left_out.items()
        ),
    )


def _thing(row: Row) -> str:
    """Return one thing: class, labels, other names."""
    name = row.names("thing")[0]
    class_ = name.partition(":")[0].capitalize()
    labels = f"{written(row['en'], 'en')}, {written(row['nl'], 'nl')}"
    parts = [f"{name} a sam:{class_} ; rdfs:label {labels}"]
    parts += [f"skos:altLabel {written(*other)}" for other in row.alternatives()]
    parts += [f"sam:instrumentKind kind:{row['kind']}"] if row["kind"] else []
    parts += [f"skos:definition {written(row['definition'], 'en')}"] if row["definition"] else []
    parts += [f'sam:translatedLabel "{row["translated"]}"'] if row["translated"] else []
    return statement(*parts)


def _each(rows: list[Row], make: Callable[[Row], str]) -> list[str]:
    """Return what is made of each row; DataError lists the faults of all of them."""
    made, findings = [], list[Finding]()
    for row in rows:
        try:
            row.check_forms()
            made.append(make(row))
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    return made


def _row(row: Row, reading: _Reading) -> str:
    if row["left_out"]:
        return ""
    if row["kind"] == _ABSENCE:
        return _absence(row, reading)
    return "\n".join(_links(row, reading))


def convert(path: Path, by: str, date: str, language: str = "en") -> str:
    """Return the Turtle of a table; of a table of links the graph is named after the file.

    `by` (a name such as organization:samenhang) read the document on `date` (2026-11-23);
    `language` is that of the document, in which hedges, conditions and quantities are noted.
    DataError names every row that is wrong.
    """
    columns, rows = read_rows(path)
    if columns == THINGS:
        return prefixed(path.stem, "\n".join(_each(rows, _thing)))
    reading = _Reading(path.stem, language)
    blocks = _each(rows, lambda row: _row(row, reading))
    header = _header(rows, reading, by, date)
    return prefixed(path.stem, "\n".join([header, *filter(None, blocks), _passages(reading)]))
