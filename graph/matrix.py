"""Matrices of scores: square tables, each cell what the item of its row does to its column.

The first cell says so, `row_influences_col`; the others of the first line and column are codes.
An empty cell was not assessed. A table of labels beside it has the columns `code,label`, or
`code,en,nl`.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.assessments import SCORES
from graph.errors import DataError, Finding
from graph.terms import to_slug

CORNER: Final = "row_influences_col"

_OPTION: Final = re.compile(r"(?P<descriptor>\S*[^\W\d])\d+")
_LANGUAGES: Final = ("en", "nl")


@dataclass(frozen=True)
class Matrix:
    """The codes of a matrix in their order, and the scores by row and column."""

    codes: tuple[str, ...]
    scores: Mapping[tuple[str, str], int]


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines of a table that hold anything, with their numbers."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            cells = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except OSError as error:
        raise DataError.at(path, f"Cannot be read: {error.strerror}.", "Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"This is no table in CSV and UTF-8: {error}."
        raise DataError.at(path, what, "Save it as CSV UTF-8.") from error
    return [(number, line) for number, line in cells if any(line)]


def group_options(codes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the options by descriptor: A1 and A2 are options of A; ValueError for other codes."""
    groups: dict[str, tuple[str, ...]] = {}
    for code in codes:
        match = _OPTION.fullmatch(code)
        if not match:
            raise ValueError(code)
        groups[match["descriptor"]] = (*groups.get(match["descriptor"], ()), code)
    return groups


def _same(codes: tuple[str, ...], options: bool) -> set[tuple[str, str]]:
    """Return the pairs that can have no score: of one item, or of options of one descriptor."""
    groups = group_options(codes).values() if options else [(code,) for code in codes]
    return {(one, other) for group in groups for one in group for other in group}


def _codes(path: Path, line: int, cells: list[str], options: bool) -> tuple[str, ...]:
    codes = tuple(cells[1:])
    if cells[0] != CORNER or not codes:
        do = f"Begin with {CORNER} and the codes of the columns."
        raise DataError.at(path, "The first line is not that of a matrix.", do, line)
    slugs = [to_slug(code) for code in codes]
    for code, slug in zip(codes, slugs, strict=True):
        if not slug or slugs.count(slug) > 1:
            do = "Give each item a code of its own, of letters and digits."
            raise DataError.at(path, f"The code {code!r} is empty, or there twice.", do, line)
    try:
        _same(codes, options)
    except ValueError as error:
        do = "Write a descriptor and the number of its option, as in A1, A2, B1."
        raise DataError.at(path, f"{error} is no code of an option.", do, line) from error
    return codes


def _score(cell: str, never: bool) -> int | None:
    """Return the score of a cell, None when it has none; ValueError tells what is wrong."""
    number = cell.replace("−", "-").removeprefix("+")
    if number in ("", "0") and (never or not number):
        return None
    if never:
        raise ValueError("Nothing is scored on itself, nor an option on one of its descriptor.")
    if number not in map(str, SCORES):
        raise ValueError(f"A score is a whole number from {SCORES[0]} to {SCORES[-1]}.")
    return int(number)


def _row(
    path: Path, number: int, line: list[str], codes: tuple[str, ...], never: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], int], list[Finding]]:
    """Return the scores of a line, and what is wrong with it."""
    row, cells = line[0], line[1:]
    if row not in codes or len(cells) != len(codes):
        what = f"The row {row!r} has {len(cells)} cells; the matrix has {len(codes)} columns."
        do = "Give it the code of a column, and a cell for each column."
        return {}, [Finding(what, do, str(path), number)]
    scores, findings = {}, []
    for column, cell in zip(codes, cells, strict=True):
        try:
            score = _score(cell, (row, column) in never)
        except ValueError as error:
            what = f"The score {cell!r} of {row} on {column} is not allowed. {error}"
            findings.append(Finding(what, "Leave empty what was not assessed.", str(path), number))
            continue
        if score is not None:
            scores[row, column] = score
    return scores, findings


def read_matrix(path: Path, *, options: bool = False) -> Matrix:
    """Return a matrix; of `options`, such as A1 and A2, those of one letter exclude each other.

    DataError lists every cell that is wrong.
    """
    lines = _lines(path)
    codes = _codes(path, *(lines[0] if lines else (1, [""])), options)
    never = _same(codes, options)
    scores: dict[tuple[str, str], int] = {}
    findings: list[Finding] = []
    for number, line in lines[1:]:
        found, faults = _row(path, number, line, codes, never)
        scores |= found
        findings += faults
    rows = sorted(line[0] for _, line in lines[1:])
    if not findings and rows != sorted(codes):
        do = "Give each column its row, once."
        findings = [Finding("The rows are not those of the columns.", do, str(path))]
    if findings:
        raise DataError(findings)
    return Matrix(codes, scores)


def read_labels(path: Path) -> dict[str, dict[str, str]]:
    """Return the labels of codes by language; one `label` is the name in both."""
    lines = _lines(path)
    header = lines[0][1] if lines else []
    if header not in (["code", "label"], ["code", *_LANGUAGES]):
        do = "Give it the columns code,label; or code,en,nl."
        raise DataError.at(path, "The first line of the labels is not known.", do)
    labels: dict[str, dict[str, str]] = {}
    for number, line in lines[1:]:
        if len(line) != len(header) or not all(line):
            do = "Give every code its labels, and quote the commas."
            raise DataError.at(path, "The row has not one cell for each column.", do, number)
        labels[line[0]] = dict(zip(_LANGUAGES, (line[1], line[-1]), strict=True))
    return labels
