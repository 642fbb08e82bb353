"""The check of a dataset: everything that can be wrong, and a count of what there is."""

from dataclasses import dataclass
from pathlib import Path

from graph.dataset import Dataset, collect, root_of
from graph.errors import DataError, Finding
from graph.files import DataFile
from graph.language import find_swapped
from graph.tally import Tally, tally_graphs
from graph.validate import Violation, violations
from ontology import ROOT


@dataclass(frozen=True)
class Report:
    """What a check found: what each graph holds, and the findings."""

    tallies: dict[str, Tally]
    findings: list[Finding]


def _place(focus: str, files: list[DataFile]) -> tuple[str, int | None]:
    for file in files:
        if any(getattr(q.subject, "value", "") == focus for q in file.quads):
            return str(file.path), file.line_of(focus)
    return focus, None


def _finding(violation: Violation, files: list[DataFile]) -> Finding:
    return Finding(violation.what, violation.do, *_place(violation.focus, files))


def examine(dataset: Dataset, root: Path = ROOT) -> list[Finding]:
    """Return every fault of a dataset: quotations, shapes, checks, languages."""
    found = [_finding(v, dataset.files) for v in violations(dataset.graphs, root)]
    swapped = find_swapped(dataset.files)
    return sorted(
        {*dataset.findings, *found, *swapped}, key=lambda f: (f.file, f.line or 0, f.what)
    )


def check(path: Path = ROOT) -> Report:
    """Load a folder or file, run everything and report; an unreadable file is a finding."""
    try:
        dataset = collect(path)
    except DataError as error:
        return Report({}, error.findings)
    return Report(tally_graphs(dataset.graphs), examine(dataset, root_of(path)))
