"""The stored text, cut at its passages: nothing is lost and nothing is moved."""

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.links import Link
from graph.oxigraph import OxigraphStore, in_memory
from graph.text import Piece, pieces, stored_text
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

LETTER = ID + "document/kamerbrief-gbvs-2018"
DOCUMENT = ID + "document/x"
TEXT = "Één zin. Twee zinnen.\r\nDrie."

Make = Callable[[list[tuple[int, int]]], OxigraphStore]


def with_passages(places: list[tuple[int, int]]) -> OxigraphStore:
    """Return a store with a document and a passage at each place of its text."""
    turtle = f"<{DOCUMENT}> <{SAM}sourceText> 'x.txt' .\n"
    for start, end in places:
        turtle += (
            f"<{ID}passage/{start}-{end}> oa:hasSource <{DOCUMENT}> ;"
            f" oa:hasSelector [ oa:start {start} ; oa:end {end} ] .\n"
        )
    head = f"@prefix oa: <{PREFIXES['oa']}> .\n"
    graph = ox.NamedNode(GRAPH + "x")
    parsed = ox.parse(head + turtle, format=ox.RdfFormat.TURTLE)
    return in_memory(
        {graph.value: [ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed]}
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an ontology folder with one source text."""
    folder = tmp_path_factory.mktemp("root")
    (folder / "sources").mkdir()
    (folder / "sources" / "x.txt").write_bytes(TEXT.encode())
    return folder


def test_letter_is_whole(store: OxigraphStore) -> None:
    """The pieces of the letter, put together, are the letter as it is stored."""
    stored = (ROOT / "sources" / "kamerbrief-gbvs-2018.txt").read_bytes().decode()
    assert "".join(piece.text for piece in pieces(store, LETTER)) == stored
    assert stored_text(store, LETTER) == stored


def test_every_quoted_passage_is_a_piece(store: OxigraphStore, links: dict[str, Link]) -> None:
    """Each passage of the letter that a link rests on can be shown where it stands."""
    shown = {piece.passage for piece in pieces(store, LETTER)}
    quoted = {p.iri for link in links.values() for p in link.passages if p.document == LETTER}
    assert quoted <= shown


def test_passage_is_cut_out(root: Path) -> None:
    """What lies before, in and after a passage are three pieces."""
    assert list(pieces(with_passages([(9, 21)]), DOCUMENT, root)) == [
        Piece("Één zin. "),
        Piece("Twee zinnen.", f"{ID}passage/9-21"),
        Piece("\r\nDrie."),
    ]


def test_of_overlapping_passages_the_first_is_shown(root: Path) -> None:
    """Where two passages overlap, the text is shown once."""
    found = list(pieces(with_passages([(0, 8), (4, 21)]), DOCUMENT, root))
    assert "".join(piece.text for piece in found) == TEXT
    assert [piece.passage for piece in found if piece.passage] == [f"{ID}passage/0-8"]


@pytest.mark.parametrize("document", [ID + "document/kst-19637-2401", ID + "document/unknown"])
def test_document_without_text_has_no_pieces(store: OxigraphStore, document: str) -> None:
    """A document of which no text is stored has no pieces."""
    assert list(pieces(store, document)) == []
    assert stored_text(store, document) == ""


def test_no_text_outside_the_folder_is_read(root: Path) -> None:
    """A document cannot name a file outside the folder of sources."""
    (root / "secret.txt").write_text("secret", encoding="utf-8")
    graph = ox.NamedNode(GRAPH + "x")
    name = ox.Literal("../secret.txt")
    quad = ox.Quad(ox.NamedNode(DOCUMENT), ox.NamedNode(SAM + "sourceText"), name, graph)
    store = in_memory({graph.value: [quad]})
    with pytest.raises(FileNotFoundError):
        stored_text(store, DOCUMENT, root)


PLACES = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(
    lambda pair: (min(pair), max(pair))
)


@given(st.lists(PLACES, max_size=6, unique=True))
def test_pieces_always_make_the_text(root: Path, places: list[tuple[int, int]]) -> None:
    """Whatever the passages, the pieces make the text, and each passage is its own part of it."""
    found = list(pieces(with_passages(places), DOCUMENT, root))
    assert "".join(piece.text for piece in found) == TEXT
    for piece in found:
        if piece.passage:
            start, end = map(int, piece.passage.rpartition("/")[2].split("-"))
            assert piece.text == TEXT[start:end]
