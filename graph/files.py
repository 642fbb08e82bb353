"""Data files: RDF on disk, parsed into quads of one named graph, with lines to point at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import DataError
from ontology import GRAPH, ROOT

#: A data file is read whole, so it may not explode: the largest that is read, in bytes.
MAX_BYTES: Final = 50_000_000

_FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
_PREFIX: Final = re.compile(r"(?<!\w)@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class DataFile:
    """One parsed file: where it lies, the graph it fills, its quads and its text."""

    path: Path
    graph: str
    quads: tuple[ox.Quad, ...] = field(repr=False)
    text: str = field(repr=False)

    @cached_property
    def _prefixes(self) -> list[tuple[str, str]]:
        return [(iri, name) for name, iri in _PREFIX.findall(self.text)]

    def line_of(self, iri: str) -> int | None:
        """Return the line (from 1) on which the file first speaks of the IRI as a subject."""
        names = [f"<{iri}>"]
        names += [f"{name}:{iri[len(ns) :]}" for ns, name in self._prefixes if iri.startswith(ns)]
        for anchor in (r"^", r"(?<![\w:-])"):
            for name in names:
                found = re.search(anchor + re.escape(name) + r"(?![\w-])", self.text, re.MULTILINE)
                if found:
                    return self.text.count("\n", 0, found.start()) + 1
        return None


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError.at(path, f"The file is larger than {MAX_BYTES:,} bytes.", "Split it.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError.at(path, "The file is not UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise DataError.at(path, f"Cannot be read: {error.strerror}.", "Check the path.") from error


def parse_file(path: Path, graph: str | None = None) -> DataFile:
    """Parse one RDF file into `graph`, or into the graph named after the file.

    DataError names the file and the line when the syntax is wrong. A file with named graphs of
    its own (TriG, N-Quads) is refused: one file is one graph.
    """
    if path.suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise DataError.at(path, f"Unknown kind of file {path.suffix!r}.", f"Known are: {known}.")
    text = _read(path)
    if path.suffix == ".rdf" and "<!DOCTYPE" in text:
        raise DataError.at(path, "RDF/XML with a DOCTYPE is refused.", "Remove the entities.")
    try:
        name = ox.NamedNode(graph or GRAPH + path.stem)
    except ValueError as error:
        raise DataError.at(path, f"The name of the file: {error}.", "Rename it.") from error
    try:
        parsed = list(
            ox.parse(
                text,
                format=_FORMATS[path.suffix],
                base_iri=name.value,
                rename_blank_nodes=True,  # the same label in another file is another node
            )
        )
    except SyntaxError as error:
        raise DataError.at(
            path, f"The syntax is wrong: {error.msg}.", "Mend the line.", error.lineno
        ) from error
    if any(quad.graph_name != ox.DefaultGraph() for quad in parsed):
        raise DataError.at(path, "The file has named graphs.", "Write one file for each graph.")
    quads = tuple(ox.Quad(q.subject, q.predicate, q.object, name) for q in parsed)
    return DataFile(path, name.value, quads, text)


def _folder(root: Path) -> Iterator[tuple[Path, str | None]]:
    for name in ("vocabulary.ttl", "concepts.ttl", "alignments.ttl"):
        yield root / name, GRAPH + "vocabulary"
    if (root / "glossary.ttl").is_file():
        yield root / "glossary.ttl", GRAPH + "vocabulary"
    for path in sorted((root / "things").glob("*.ttl")):
        yield path, GRAPH + "things"
    for path in sorted((root / "data").glob("*.ttl")):
        yield path, None


def parse_ontology(root: Path = ROOT) -> list[DataFile]:
    """Parse all files of an ontology folder; DataError lists the faults of all of them."""
    files, findings = [], []
    for path, graph in _folder(root):
        try:
            files.append(parse_file(path, graph))
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    return files
