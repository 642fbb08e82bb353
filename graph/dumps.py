"""Dumps: all that a store holds, as files, with the size and the hash of each."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from graph.ground import canonical_nquads
from graph.results import Form, Format, export, format_named

#: The most statements that are made dumps of: all are in memory meanwhile.
MOST: Final = 250_000
#: The formats: the first holds the named graphs, the others their merge.
FORMATS: Final = ("nquads", "turtle", "jsonld")

_CHUNK: Final = 1 << 16
_LEVEL: Final = 6


@dataclass(frozen=True)
class Dump:
    """A file, kept in gzip; `size` in bytes and `hash` (SHA-256) are of what it unpacks to."""

    format: Format
    size: int
    hash: str
    packed: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the file."""
        return _name(self.format)

    def unpack(self) -> Iterator[bytes]:
        """Yield the bytes of the file, a piece at a time."""
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        data = self.packed
        while data and not inflater.eof:
            yield inflater.decompress(data, _CHUNK)
            data = inflater.unconsumed_tail


def names_of(statements: int) -> list[str]:
    """Return the names of the dumps of a store with so many statements; none when it is large."""
    formats = (format_named(name, Form.GRAPH) for name in FORMATS)
    return [_name(format_) for format_ in formats] if statements <= MOST else []


def _name(format_: Format) -> str:
    return f"samenhang.{format_.extension}"


def make_dumps(quads: Iterable[ox.Quad]) -> Mapping[str, Dump]:
    """Return the dumps of quads of named graphs, by the names of their files.

    The same quads give the same bytes: blank nodes have their canonical names, and statements
    their canonical order (RDF Dataset Canonicalization 1.0).
    """
    nquads = canonical_nquads(quads)
    ordered = list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))
    merge = [ox.Quad(*triple) for triple in dict.fromkeys(quad.triple for quad in ordered)]
    del ordered
    dumps = [_dump(name, nquads if name == "nquads" else export(merge, name)) for name in FORMATS]
    return {dump.name: dump for dump in dumps}


def _dump(name: str, content: bytes) -> Dump:
    packed = gzip.compress(content, _LEVEL, mtime=0)
    return Dump(format_named(name, Form.GRAPH), len(content), sha256(content).hexdigest(), packed)
