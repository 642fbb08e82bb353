"""From files to named graphs: parse, anchor the quotations, derive; all or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.derive import DERIVED, derive, label_concepts, materialise
from graph.errors import DataError, Finding
from graph.evidence import anchor_all
from graph.files import DataFile, parse_file, parse_ontology
from ontology import GRAPH, ROOT

VOCABULARY: Final = GRAPH + "vocabulary"


@dataclass(frozen=True)
class Dataset:
    """Named graphs ready to load, the files they come from, and the faults found on the way."""

    graphs: Mapping[str, list[ox.Quad]] = field(repr=False)
    files: list[DataFile] = field(repr=False)
    findings: list[Finding]


#: Names of graphs that no data file may fill: the program writes them from other files.
RESERVED: Final = ("derived", "things", "vocabulary")


def build(
    files: list[DataFile], root: Path, held: Mapping[str, list[ox.Quad]] | None = None
) -> Dataset:
    """Complete parsed files: selectors, direct triples, provenance, labels, derived links.

    Links are derived from the files together with the graphs that a store holds already; these
    are no part of the dataset.
    """
    anchored, findings = anchor_all(files, root / "sources")
    graphs: dict[str, list[ox.Quad]] = defaultdict(list)
    for file in files:
        graphs[file.graph] += file.quads
    for quad in anchored:
        graphs[quad.graph_name.value].append(quad)  # type: ignore[union-attr]
    for name, quads in graphs.items():
        quads += materialise(quads, name) + label_concepts(quads)
    kept = {name: quads for name, quads in (held or {}).items() if name != DERIVED.value}
    if derived := derive({**kept, **graphs}, root):
        graphs[DERIVED.value] = derived
    return Dataset(dict(graphs), files, findings)


def load_dataset(root: Path = ROOT) -> Dataset:
    """Return the dataset of an ontology folder; DataError when a file or quotation is wrong."""
    dataset = build(parse_ontology(root), root)
    if dataset.findings:
        raise DataError(dataset.findings)
    return dataset


def root_of(path: Path) -> Path:
    """Return the ontology of a path: the path itself when it is one, else the shipped one."""
    return path if (path / "vocabulary.ttl").is_file() else ROOT


def _refuse_reserved(paths: Iterable[Path]) -> None:
    findings = [
        Finding(
            f"A data file may not be called {path.name}: the graph of that name is the program's.",
            "Rename it.",
            str(path),
        )
        for path in paths
        if path.stem in RESERVED
    ]
    if findings:
        raise DataError(findings)


def collect(
    path: Path, root: Path = ROOT, held: Mapping[str, list[ox.Quad]] | None = None
) -> Dataset:
    """Return the dataset of an ontology folder, or of the shipped one with one file or folder more.

    A folder with a vocabulary.ttl is an ontology of its own; the data files of any other folder,
    or one data file, are added to the shipped ontology, or to what a store holds already when
    that has a vocabulary.
    """
    if root_of(path) == path:
        _refuse_reserved(sorted((path / "data").glob("*.ttl")))
        return build(parse_ontology(path), path, held)
    if not path.exists():
        raise DataError.at(path, "There is no such file or folder.", "Check the path.")
    files, findings = [], []
    paths = files_of(path)
    _refuse_reserved(paths)
    for extra in paths:
        try:
            files.append(parse_file(extra))
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    given = {file.graph for file in files}
    if VOCABULARY in (held or {}):
        return build(files, root, {k: v for k, v in (held or {}).items() if k not in given})
    shipped = [file for file in parse_ontology(root) if file.graph not in given]
    return build(shipped + files, root, held)


def files_of(path: Path) -> list[Path]:
    """Return the files of a folder, sorted, or the one file."""
    return sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
