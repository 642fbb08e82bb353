"""The ground of scenarios: what one revision of a store says, read once for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from graph.statements import Statements, read_statements
from graph.store import Store
from ontology import GRAPH, PREFIXES, SAM

#: Properties that no question reads: texts for people, and the reader's own records. Without them
#: a copy is a third smaller.
UNREAD: Final = frozenset(
    ox.NamedNode(iri)
    for iri in (
        *(SAM + name for name in ("fact", "note", "locator", "lines", "translatedLabel")),
        *(SAM + name for name in ("hedge", "openListMarker", "reading")),
        *(PREFIXES["rdfs"] + name for name in ("label", "comment")),
        *(PREFIXES["skos"] + name for name in ("definition", "note")),
    )
)
#: Properties that no question reads of a link, but of graphs and assessments: by whom, and when.
UNREAD_OF_LINKS: Final = frozenset(
    ox.NamedNode(PREFIXES["prov"] + name) for name in ("wasAttributedTo", "generatedAtTime")
)
#: The graph of what a scenario adds.
SCENARIO: Final = GRAPH + "scenario"


@dataclass(frozen=True)
class Ground:
    """A store, the quads of it that questions may read, and the links that they state.

    `fingerprint` tells within this process whether the store still holds the same quads.
    """

    store: Store
    quads: tuple[ox.Quad, ...] = field(repr=False)
    statements: Statements = field(repr=False)
    fingerprint: int

    @cached_property
    def hash(self) -> str:
        """The canonical hash of the store; ask for it before anything may have changed."""
        return canonical_hash(self.store.quads())

    def hash_now(self) -> str:
        """Return the canonical hash of the store as it is now; quick when no quad has changed."""
        same = hash(frozenset(self.store.quads())) == self.fingerprint
        return self.hash if same else canonical_hash(self.store.quads())


def read_ground(store: Store) -> Ground:
    """Read what scenarios are worked out from."""
    quads = list(store.quads())
    statements = read_statements(quads)
    links = {ox.NamedNode(link) for link in statements.by_link}
    lean = (
        quad
        for quad in quads
        if quad.predicate not in UNREAD
        and not (quad.predicate in UNREAD_OF_LINKS and quad.subject in links)
    )
    return Ground(store, tuple(lean), statements, hash(frozenset(quads)))


def canonical_hash(quads: Iterable[ox.Quad]) -> str:
    """Return the SHA-256 hash of quads in canonical N-Quads; half a second for 65,000 quads."""
    return sha256(canonical_nquads(quads)).hexdigest()


def canonical_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as canonical N-Quads (RDF Dataset Canonicalization 1.0, section 4.4)."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    written = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(written.splitlines(keepends=True)))
