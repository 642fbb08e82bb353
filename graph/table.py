"""Tables: what a reader noted of a document, a row a fact, made into Turtle.

Two tables are known by their first line. A table of links names one link, or the reason why there
is none, in each row; a table of things names and labels what the links speak of. Cells are those
of the Turtle that comes out: names such as `goal:gbvs-2018-cyber-norms`, or a literal.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import DataError, Finding
from ontology import PREFIXES

_NAME: Final = re.compile(r"[A-Za-z][\w-]*:[\w][\w.-]*")
_PLACE: Final = re.compile(
    r"(?P<document>[a-z0-9-]+) \[(?P<section>[^\]]+)\](?: (?P<lines>\d[\d, -]*))?"
)
_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_DATATYPE: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}
_LITERAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"(?:@[A-Za-z-]+|\^\^[\w-]+:\w+)?')
#: What a cell of these columns looks like, and an example of it.
_FORMS: Final = {
    "fact": (re.compile(r"[\w-]+"), "e31"),
    "level": (re.compile(r"(cited|assessed|hypothetical|)"), "cited or assessed"),
    "denied": (re.compile(r"(yes|)"), "yes or nothing"),
    "from": (re.compile(_DATE.pattern + "|"), "2018, 2018-03 or 2018-03-26"),
    "until": (re.compile(_DATE.pattern + "|"), "2018, 2018-03 or 2018-03-26"),
    "currency": (re.compile(r"([A-Z]{3}|)"), "EUR"),
    "agreement": (re.compile(r"(strong|partial|)"), "strong or partial"),
}
_CURRENCY: Final = "http://publications.europa.eu/resource/authority/currency/"
_SLUG: Final = re.compile(r"[^a-z0-9]+")
_ABSENCE: Final = "sam:notFoundIn"

LINKS: Final = (
    "fact", "subject", "kind", "object", "level", "at", "hedge", "condition", "quantity", "open",
    "denied", "according", "from", "until", "currency", "agreement", "note", "reason", "left_out",
)  # fmt: skip
THINGS: Final = ("thing", "en", "nl", "translated", "alt", "kind", "definition")


@dataclass(frozen=True)
class Row:
    """One row of a table, and the line of the file on which it ends."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, what: str, do: str) -> DataError:
        """Return the error that names this row."""
        return DataError([Finding(what, do, str(self.path), self.line)])


@dataclass
class _Turtle:
    """Turtle under construction: blocks of text, the prefixes they use, the passages they name."""

    stem: str
    blocks: list[str] = field(default_factory=list)
    passages: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)


def read_rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns of a table and its rows; DataError when they are not those known."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="", strict=True)
            found = tuple(reader.fieldnames or ())
            rows = [Row(path, reader.line_num, cells) for cells in reader]
    except OSError as error:
        raise DataError.at(path, f"Cannot be read: {error.strerror}.", "Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"This is no table in CSV and UTF-8: {error}."
        raise DataError.at(path, what, "Save it as CSV UTF-8.") from error
    for known in (LINKS, THINGS):
        if set(found) == set(known):
            if broad := [row for row in rows if "" in row.cells]:
                raise broad[0].fault("The row has more cells than the first line.", "Quote commas.")
            return known, [Row(r.path, r.line, {c: r[c].strip() for c in known}) for r in rows]
    wanted = f"Give it the columns {', '.join(LINKS)}; or {', '.join(THINGS)}."
    raise DataError.at(path, "The first line of the table is not known.", wanted)


def _proper(row: Row) -> None:
    """Raise DataError for a cell that has not the form of its column."""
    for column, (form, example) in _FORMS.items():
        if not form.fullmatch(row[column]):
            raise row.fault(f"The {column} {row[column]!r} cannot be read.", f"Write {example}.")


def _text(value: str, language: str) -> str:
    return str(ox.Literal(value, language=language))


def _names(row: Row, column: str) -> list[str]:
    """Return the names in a cell; the cell may hold several, with a space between."""
    names = row[column].split()
    for name in names:
        prefix = name.partition(":")[0]
        if not _NAME.fullmatch(name) or prefix not in PREFIXES:
            raise row.fault(
                f"The {column} {name!r} is no name.", "Write class:name, as in goal:cyber-norms."
            )
    if not names:
        raise row.fault(f"The row has no {column}.", "Fill it in, or say why in left_out.")
    return names


def _objects(row: Row) -> list[str]:
    """Return the objects of a row: names, or one literal as in Turtle."""
    if not row["object"].startswith('"'):
        return _names(row, "object")
    if not _LITERAL.fullmatch(row["object"]):
        do = 'Write it as in Turtle: "2018"^^xsd:gYear, "GBVS"@nl.'
        raise row.fault(f"The value {row['object']} cannot be read.", do)
    return [row["object"]]


def _passages(row: Row, turtle: _Turtle) -> list[str]:
    """Return the names of the passages of a row, and note where they stand."""
    names = []
    for place in filter(None, (part.strip() for part in row["at"].split("|"))):
        match = _PLACE.fullmatch(place)
        if not match:
            do = "Write document [section] lines, as in gbvs-2018-en [Goal 5] 1037-1045."
            raise row.fault(f"The place {place!r} cannot be read.", do)
        document, section, lines = match["document"], match["section"], match["lines"] or ""
        slug = _SLUG.sub("-", lines or section.lower()).strip("-")
        if document != turtle.stem:
            slug = f"{document}-{slug}"
        if turtle.passages.setdefault(slug, (document, section, lines))[1] != section:
            slug = f"{slug}-{_SLUG.sub('-', section.lower()).strip('-')}"
            turtle.passages[slug] = (document, section, lines)
        names.append(f"p:{slug}")
    return list(dict.fromkeys(names))


def _said(row: Row, language: str) -> Iterator[str]:
    """Yield what the source or the reader says beside subject, kind and object."""
    for column in ("hedge", "condition", "quantity"):
        if row[column]:
            yield f"sam:{column} {_text(row[column], language)}"
    if row["open"]:
        yield "sam:openList true"
    if row["open"] not in ("", "yes"):
        yield f"sam:openListMarker {_text(row['open'], language)}"
    if row["denied"]:
        yield "sam:polarity polarity:denied"
    if row["according"]:
        yield f"sam:accordingTo {_names(row, 'according')[0]}"
    for column, name in (("from", "validFrom"), ("until", "validUntil")):
        if value := row[column]:
            yield f'sam:{name} "{value}"^^xsd:{_DATATYPE[len(value)]}'
    if row["currency"]:
        yield f"sam:currency <{_CURRENCY}{row['currency']}>"
    if row["agreement"]:
        yield f"sam:agreement agreement:{row['agreement']}"
    for column in ("note", "reason"):
        if row[column]:
            yield f"sam:{column} {_text(row[column], 'en')}"


def _links(row: Row, turtle: _Turtle, language: str) -> Iterator[str]:
    """Yield the links of a row: one for each subject and each object."""
    said, evidence = list(_said(row, language)), _passages(row, turtle)
    if evidence:
        said.append(f"sam:evidence {', '.join(evidence)}")
    fact, level, (kind, *_) = row["fact"], row["level"] or "cited", _names(row, "kind")
    for subject in _names(row, "subject"):
        for object_ in _objects(row):
            turtle.names[fact] += 1
            name = f"l:{fact}-{turtle.names[fact]}"
            head = f'{name} a sam:Link ; sam:level level:{level} ; sam:fact "{fact}"'
            triple = f"rdf:subject {subject} ; rdf:predicate {kind} ; rdf:object {object_}"
            yield " ;\n    ".join([head, triple, *said]) + " .\n"


def _absence(row: Row, turtle: _Turtle) -> str:
    """Return the record of a search without a result; its passage is the text searched."""
    turtle.names[row["fact"]] += 1
    name = f"absence:{turtle.stem}-{row['fact']}-{turtle.names[row['fact']]}"
    parts = [f'{name} a sam:Absence ; sam:fact "{row["fact"]}"']
    if row["subject"]:
        parts.append(f"sam:soughtThing {', '.join(_names(row, 'subject'))}")
    parts += [f"sam:notFoundIn {_names(row, 'object')[0]}", f"sam:note {_text(row['note'], 'en')}"]
    return " ;\n    ".join(parts) + " .\n"


def _passage(slug: str, place: tuple[str, str, str], stem: str) -> str:
    document, section, lines = place
    parts = [f"p:{slug} a sam:Passage", f"sam:locator {ox.Literal(section)}"]
    parts += [f'sam:lines "{lines}"'] if lines else []
    parts += [f"oa:hasSource document:{document}"] if document != stem else []
    return " ; ".join(parts) + " .\n"


def _header(rows: list[Row], turtle: _Turtle, by: str, date: str) -> str:
    """Return the description of the graph: source, reader, date, facts read and left out."""
    made = f'prov:wasAttributedTo {by} ; prov:generatedAtTime "{date}"^^xsd:date'
    parts = [f"graph:{turtle.stem} {made}"]
    if any(document == turtle.stem for document, _, _ in turtle.passages.values()):
        parts.append(f"dcterms:source document:{turtle.stem}")
    parts.append(f"sam:factsRead {len({row['fact'] for row in rows})}")
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["left_out"]:
            groups.setdefault(row["left_out"], []).append(row["fact"])
    for reason, facts in groups.items():
        listed = ", ".join(f'"{fact}"' for fact in facts)
        parts.append(
            f"sam:leftOut [ a sam:LeftOut ; sam:reason {_text(reason, 'en')} ;\n"
            f"        sam:fact {listed} ]"
        )
    return " ;\n    ".join(parts) + " .\n"


def _prefixed(stem: str, body: str) -> str:
    """Return the text with the prefixes that it uses before it."""
    own = {"l": f"{PREFIXES['link']}{stem}-", "p": f"{PREFIXES['passage']}{stem}-"}
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', '""', body)
    used = {
        name: iri
        for name, iri in {**PREFIXES, **own}.items()
        if re.search(rf"(?<![\w-]){name}:", bare)
    }
    head = "".join(f"@prefix {name}: <{used[name]}> .\n" for name in sorted(used))
    return f"{head}\n{body}"


def _link_table(rows: list[Row], stem: str, by: str, date: str, language: str) -> str:
    turtle = _Turtle(stem)
    for row in rows:
        if row["left_out"]:
            continue
        if row["kind"] == _ABSENCE:
            turtle.blocks.append(_absence(row, turtle))
        else:
            turtle.blocks += _links(row, turtle, language)
    passages = [_passage(*item, stem) for item in turtle.passages.items()]
    header = _header(rows, turtle, by, date)
    return _prefixed(stem, "\n".join([header, *turtle.blocks, "".join(passages)]))


def _thing(row: Row) -> str:
    """Return one thing: class, labels, other names."""
    (name, *_) = _names(row, "thing")
    class_ = name.partition(":")[0].capitalize()
    labels = f"{_text(row['en'], 'en')}, {_text(row['nl'], 'nl')}"
    parts = [f"{name} a sam:{class_} ; rdfs:label {labels}"]
    for alt in filter(None, (part.strip() for part in row["alt"].split("|"))):
        value, _, tag = alt.rpartition("@")
        if tag not in ("nl", "en"):
            raise row.fault(f"The name {alt!r} has no language.", "End it with @nl or @en.")
        parts.append(f"skos:altLabel {_text(value.strip(), tag)}")
    if row["kind"]:
        parts.append(f"sam:instrumentKind kind:{row['kind']}")
    if row["definition"]:
        parts.append(f"skos:definition {_text(row['definition'], 'en')}")
    if row["translated"]:
        parts.append(f'sam:translatedLabel "{row["translated"]}"')
    return " ;\n    ".join(parts) + " .\n"


def convert(
    path: Path,
    by: str = "organization:samenhang",
    date: str = "",
    language: str = "en",
) -> str:
    """Return the Turtle of a table; of a table of links the graph is named after the file.

    `by` and `date` say who read the document and when; `language` is that of the document, in
    which hedges, conditions and quantities are noted. DataError names the row that is wrong.
    """
    columns, rows = read_rows(path)
    findings, made = [], []
    for row in rows:  # each row by itself first, so that all faults are told at once
        try:
            made.append(_thing(row) if columns == THINGS else "")
            if columns == LINKS:
                _proper(row)
                _link_table([row], path.stem, by, date, language)
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    if columns == THINGS:
        return _prefixed(path.stem, "".join(made))
    return _link_table(rows, path.stem, by, date, language)
