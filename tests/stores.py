"""Stores on disk with revisions of their own."""

from pathlib import Path

import pyoxigraph as ox

from graph.oxigraph import OxigraphStore, open_directory

EX = "https://example.org/"
A, B = EX + "a", EX + "b"
REPOSITORY = Path(__file__).parent.parent


def quads(graph: str, text: str, size: int = 20) -> list[ox.Quad]:
    """Return statements of a graph that all say the text."""
    node, said = ox.NamedNode(graph), ox.NamedNode(EX + "said")
    return [ox.Quad(ox.NamedNode(f"{EX}{i}"), said, ox.Literal(text), node) for i in range(size)]


def opened_with(path: Path, revisions: int) -> OxigraphStore:
    """Make a store with so many revisions, each of which replaces both graphs."""
    store = open_directory(path, create=True)
    for number in range(1, revisions + 1):
        store.replace({A: quads(A, str(number)), B: quads(B, str(number))})
    return store


def revision(store: OxigraphStore) -> int:
    """Return the revision of a store on disk."""
    assert store.disk is not None
    return store.disk.revision
