"""Documents for one graph: what they change in it (SPARQL 1.1 Graph Store HTTP Protocol)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graph.change import Change, Quads, names, quads_of
from graph.errors import NotFoundError, QueryError
from graph.results import Form, format_named

#: What defines entities, in any case: they may explode, a few bytes become gigabytes.
_ENTITIES: Final = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


@dataclass(frozen=True)
class Documents:
    """Documents that lie one after the other: the format (short name) and length of each, in bytes.

    They take the place of what the graph holds, or are added to it when that is to be kept.
    """

    graph: str
    base: str
    parts: Sequence[tuple[str, int]]
    keep: bool


def write_graph(engine: ox.Store, documents: Documents, body: bytes) -> Change:
    """Return what the documents change; QueryError says which cannot be read, and where.

    The graph is there afterwards, also when it is empty.
    """
    node, held = ox.NamedNode(documents.graph), quads_of(engine, documents.graph)
    came: Quads = set()
    start = 0
    for name, length in documents.parts:
        triples = _parsed(body[start : start + length], name, documents.base)
        came |= {ox.Quad(t.subject, t.predicate, t.object, node) for t in triples}
        start += length
    created = sorted({documents.graph} - names(engine))
    return Change(() if documents.keep else [*(held - came)], [*(came - held)], (), created)


def drop_graph(engine: ox.Store, graph: str) -> Change:
    """Return what dropping a graph changes; NotFoundError when it is not there."""
    if graph not in names(engine):
        raise NotFoundError(f"There is no graph {graph}.")
    return Change([*quads_of(engine, graph)], (), [graph])


def _parsed(document: bytes, name: str, base: str) -> Iterator[ox.Triple]:
    format_ = format_named(name, Form.GRAPH).engine
    assert isinstance(format_, ox.RdfFormat)
    if format_ is ox.RdfFormat.RDF_XML and _ENTITIES.search(document):
        raise QueryError("RDF/XML with a DOCTYPE is refused. Write out its entities.")
    try:
        for quad in ox.parse(document, format=format_, base_iri=base, rename_blank_nodes=True):
            if quad.graph_name != ox.DefaultGraph():
                raise QueryError("The document names graphs of its own. Send each to its own.")
            yield quad.triple
    except SyntaxError as error:
        raise QueryError(
            f"The document cannot be read: {error.msg}.", error.lineno, error.offset
        ) from error
    except ValueError as error:
        raise QueryError(f"The document cannot be read: {error}.") from error
