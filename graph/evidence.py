"""Evidence: is every quotation really in its source, and where?

Selectors are those of the Web Annotation Data Model, section 4.2: TextQuoteSelector (exact,
prefix, suffix) and TextPositionSelector (start, end, in Unicode characters of the stored text).
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import DataError, Finding
from graph.files import DataFile
from ontology import PREFIXES, ROOT, SAM

CONTEXT: Final = 32  # characters of prefix and suffix

_OA: Final = PREFIXES["oa"]
_RDF_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_SOURCE: Final = ox.NamedNode(PREFIXES["dcterms"] + "source")


@dataclass(frozen=True)
class Place:
    """Where a quotation stands: characters start to end of the text, and what surrounds it."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def _pattern(quotation: str) -> str:
    """Return a pattern that lets line ends and page breaks fall between words and after hyphens."""
    words = [re.escape(word).replace(r"\-", r"-\s*") for word in quotation.split()]
    return r"\s+".join(words)


def locate(text: str, quotation: str, prefix: str = "") -> list[Place]:
    """Return every place of the text where the quotation stands after the prefix, if given."""
    lead = _pattern(prefix) + r"\s*" if prefix.strip() else ""
    places = []
    for match in re.finditer(f"{lead}({_pattern(quotation)})", text):
        start, end = match.span(1)
        before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
        places.append(Place(start, end, text[start:end], before, after))
    return places


def nearest(text: str, quotation: str) -> str:
    """Return the sentence of the text that is most like the quotation."""
    sentences = [" ".join(s.split()) for s in re.split(r"(?<=[.!?:])\s+|\n\s*\n", text)]
    close = difflib.get_close_matches(quotation, [s for s in sentences if s], n=1, cutoff=0.0)
    return close[0] if close else ""


def _fault(text: str, quotation: str, places: list[Place]) -> tuple[str, str] | None:
    if not places:
        hint = f"Nearest is: “{nearest(text, quotation)}” Quote it literally."
        return f"The quotation “{quotation}” is not in the source.", hint
    if len(places) > 1:
        what = f"The quotation “{quotation}” occurs {len(places)} times in the source."
        return what, "Add oa:prefix with the words before the one that is meant."
    return None


def _selectors(passage: ox.NamedNode, graph: ox.NamedNode, place: Place) -> Iterator[ox.Quad]:
    stem = passage.value + ("-" if "#" in passage.value else "#")
    quote, position = (ox.NamedNode(stem + part) for part in ("quote", "position"))
    integer = ox.NamedNode(PREFIXES["xsd"] + "nonNegativeInteger")

    def quad(subject: ox.NamedNode, name: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(_OA + name), value, graph)

    for selector, kind in ((quote, "TextQuoteSelector"), (position, "TextPositionSelector")):
        yield quad(passage, "hasSelector", selector)
        yield ox.Quad(selector, _RDF_TYPE, ox.NamedNode(_OA + kind), graph)
    for name in ("exact", "prefix", "suffix"):
        yield quad(quote, name, ox.Literal(getattr(place, name)))
    for name in ("start", "end"):
        yield quad(position, name, ox.Literal(str(getattr(place, name)), datatype=integer))


def _values(file: DataFile, predicate: str) -> dict[ox.NamedNode, str]:
    wanted = ox.NamedNode(predicate)
    return {
        q.subject: q.object.value
        for q in file.quads
        if q.predicate == wanted and isinstance(q.subject, ox.NamedNode)
        if isinstance(q.object, ox.Literal | ox.NamedNode)
    }


def _source_text(file: DataFile, folder: Path) -> str:
    names = set(_values(file, SAM + "sourceText").values())
    if len(names) != 1:
        raise DataError.at(
            file.path,
            "The file has quotations but does not say which text they come from.",
            "Give its document one sam:sourceText.",
        )
    path = folder / names.pop()
    if path.parent != folder or not path.is_file():
        raise DataError.at(file.path, f"The source text {path.name} is missing.", f"See {folder}.")
    try:
        return path.read_bytes().decode()  # line ends as stored: positions count them
    except UnicodeDecodeError as error:
        raise DataError.at(path, "The source text is not UTF-8.", "Save it as UTF-8.") from error


def _document(file: DataFile) -> ox.NamedNode | None:
    graph = ox.NamedNode(file.graph)
    found = (q.object for q in file.quads if q.subject == graph and q.predicate == _SOURCE)
    return next((o for o in found if isinstance(o, ox.NamedNode)), None)


def _sources(file: DataFile) -> Iterator[ox.Quad]:
    """Yield the document of each passage of the file, unless the file says it itself."""
    document, graph = _document(file), ox.NamedNode(file.graph)
    passage, has_source = ox.NamedNode(SAM + "Passage"), ox.NamedNode(_OA + "hasSource")
    told = {q.subject for q in file.quads if q.predicate == has_source}
    for quad in file.quads:
        is_passage = quad.object == passage and quad.predicate == _RDF_TYPE
        if is_passage and document and quad.subject not in told:
            yield ox.Quad(quad.subject, has_source, document, graph)


def anchor(file: DataFile, folder: Path = ROOT / "sources") -> tuple[list[ox.Quad], list[Finding]]:
    """Return the selectors of all passages of a file, and a finding for each that fails."""
    quads = list(_sources(file))
    findings: list[Finding] = []
    quotations = _values(file, SAM + "quotation")
    if not quotations:
        return quads, findings
    text, prefixes = _source_text(file, folder), _values(file, _OA + "prefix")
    graph = ox.NamedNode(file.graph)
    for passage, quotation in quotations.items():
        places = locate(text, quotation, prefixes.get(passage, ""))
        if fault := _fault(text, quotation, places):
            findings.append(Finding(*fault, str(file.path), file.line_of(passage.value)))
        else:
            quads += _selectors(passage, graph, places[0])
    return quads, findings


def anchor_all(files: Iterable[DataFile], folder: Path) -> tuple[list[ox.Quad], list[Finding]]:
    """Anchor the passages of many files."""
    quads: list[ox.Quad] = []
    findings: list[Finding] = []
    for file in files:
        try:
            found, faults = anchor(file, folder)
        except DataError as error:
            found, faults = [], error.findings
        quads += found
        findings += faults
    return quads, findings
