"""Tables: what a reader noted of a document, a row a fact, each cell in the form of its column.

Two tables are known by their first line. A table of links names one link in each row, or the
reason why there is none; a table of things names and labels what the links speak of. Cells are
written as in Turtle: names such as `goal:gbvs-2018-cyber-norms`, or a literal.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import DataError, Finding
from ontology import PREFIXES

LINKS: Final = (
    "fact", "subject", "kind", "object", "level", "at", "hedge", "condition", "quantity", "open",
    "denied", "according", "from", "until", "currency", "agreement", "note", "reason", "left_out",
)  # fmt: skip
THINGS: Final = ("thing", "en", "nl", "translated", "alt", "kind", "definition")

_NAME: Final = re.compile(r"[A-Za-z][\w-]*:\w[\w.-]*")
_LITERAL: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:@[A-Za-z-]+|\^\^[\w-]+:\w+)?')
_DATE: Final = re.compile(r"(\d{4}(-\d\d(-\d\d)?)?)?")
_PLACE: Final = re.compile(
    r"(?P<document>[a-z0-9-]+) \[(?P<section>[^\]]+)\](?: (?P<lines>\d[\d, -]*))?"
)
#: What a cell of these columns looks like, and an example of it.
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "fact": (re.compile(r"[\w-]+"), "e31"),
    "level": (re.compile(r"(cited|assessed|hypothetical)?"), "cited or assessed"),
    "denied": (re.compile(r"(yes)?"), "yes or nothing"),
    "from": (_DATE, "2018, 2018-03 or 2018-03-26"),
    "until": (_DATE, "2018, 2018-03 or 2018-03-26"),
    "currency": (re.compile(r"([A-Z]{3})?"), "EUR"),
    "agreement": (re.compile(r"(strong|partial)?"), "strong or partial"),
    "translated": (re.compile(r"(nl|en)?"), "nl or en"),
    "kind": (re.compile(r"([\w-]+:)?[\w-]*"), "sam:serves for a link, measure for an instrument"),
}


@dataclass(frozen=True)
class Place:
    """Where a passage stands: the name of the document, the section, and lines if known."""

    document: str
    section: str
    lines: str


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

    def check_forms(self) -> None:
        """Raise DataError for a cell that has not the form of its column."""
        for column in _FORMS.keys() & self.cells.keys():
            form, example = _FORMS[column]
            if not form.fullmatch(self[column]):
                raise self.fault(
                    f"The {column} {self[column]!r} cannot be read.", f"Write {example}."
                )

    def names(self, column: str) -> list[str]:
        """Return the names in a cell; it may hold several, with a space between."""
        names = self[column].split()
        if not names:
            raise self.fault(f"The row has no {column}.", "Fill it in, or say why in left_out.")
        for name in names:
            if not _NAME.fullmatch(name) or name.partition(":")[0] not in PREFIXES:
                do = "Write class:name, as in goal:gbvs-2018-cyber-norms."
                raise self.fault(f"The {column} {name!r} is no name.", do)
        return names

    def objects(self) -> list[str]:
        """Return the objects: names, or one literal."""
        value = self["object"]
        if not value.startswith('"'):
            return self.names("object")
        if not _LITERAL.fullmatch(value):
            do = 'Write it as in Turtle: "2018"^^xsd:gYear, "GBVS"@nl.'
            raise self.fault(f"The value {value} cannot be read.", do)
        return [value]

    def places(self) -> list[Place]:
        """Return the places of the passages; a cell may hold several, with | between."""
        places = []
        for part in filter(None, map(str.strip, self["at"].split("|"))):
            match = _PLACE.fullmatch(part)
            if not match:
                do = "Write document [section] lines, as in gbvs-2018-en [Goal 5] 1037-1045."
                raise self.fault(f"The place {part!r} cannot be read.", do)
            places.append(Place(match["document"], match["section"], match["lines"] or ""))
        return places

    def alternatives(self) -> list[tuple[str, str]]:
        """Return the other names of a thing with their languages."""
        found = []
        for part in filter(None, map(str.strip, self["alt"].split("|"))):
            name, _, language = part.rpartition("@")
            if language not in ("nl", "en"):
                raise self.fault(f"The name {part!r} has no language.", "End it with @nl or @en.")
            found.append((name.strip(), language))
        return found


def read_rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns of a table and its rows; DataError when they are not those known."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="", strict=True)
            found = set(reader.fieldnames or ())
            rows = [Row(path, reader.line_num, cells) for cells in reader]
    except OSError as error:
        raise DataError.at(path, f"Cannot be read: {error.strerror}.", "Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"This is no table in CSV and UTF-8: {error}."
        raise DataError.at(path, what, "Save it as CSV UTF-8.") from error
    columns = next((known for known in (LINKS, THINGS) if set(known) == found), None)
    if columns is None:
        wanted = f"Give it the columns {', '.join(LINKS)}; or {', '.join(THINGS)}."
        raise DataError.at(path, "The first line of the table is not known.", wanted)
    for row in rows:
        if "" in row.cells:
            raise row.fault("The row has more cells than the first line.", "Quote the commas.")
    return columns, [Row(r.path, r.line, {c: r[c].strip() for c in columns}) for r in rows]
