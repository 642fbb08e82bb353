"""The stored text of a document, cut at the passages that are quoted from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.store import Store
from ontology import ROOT, SAM


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `passage` is the IRI of the passage that is exactly this stretch."""

    text: str
    passage: str = ""


def stored_text(store: Store, document: str, root: Path = ROOT) -> str:
    """Return the stored text of a document, empty when none is stored."""
    query = (
        f"SELECT ?file {{ ?document <{SAM}sourceText> ?file }} VALUES ?document {{ <{document}> }}"
    )
    for row in store.query(query).rows():
        path = root / "sources" / Path(row["file"].value).name
        return path.read_bytes().decode()  # line ends as stored: positions count them
    return ""


def _places(store: Store, document: str) -> list[tuple[int, int, str]]:
    query = f"""PREFIX oa: <http://www.w3.org/ns/oa#>
    SELECT ?start ?end ?passage {{
      ?passage oa:hasSource ?document ; oa:hasSelector ?selector .
      ?selector oa:start ?start ; oa:end ?end
    }} VALUES ?document {{ <{document}> }}"""
    rows = store.query(query).rows()
    return sorted((int(r["start"].value), int(r["end"].value), r["passage"].value) for r in rows)


def pieces(store: Store, document: str, root: Path = ROOT) -> Iterator[Piece]:
    """Yield the stored text from start to end; of passages that overlap, the first is cut out."""
    text, done = stored_text(store, document, root), 0
    for start, end, passage in _places(store, document) if text else []:
        if start < done:
            continue
        if start > done:
            yield Piece(text[done:start])
        yield Piece(text[start:end], passage)
        done = end
    if text[done:]:
        yield Piece(text[done:])
