"""The embedded engine: Oxigraph, in memory or in a directory."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import QueryError, StoreError
from graph.operation import dataset_of, refuse_federation, unreadable
from graph.results import Result
from ontology import PREFIXES

_PLACE: Final = re.compile(r"error at (\d+):(\d+):")
_SENTENCE: Final = re.compile(r"\b[A-Z][a-zA-Z]*(?: [a-zA-Z]+){2,}")  # not a list of tokens


@contextmanager
def _as_query_error(text: str) -> Iterator[None]:
    """Turn what the engine raises about a query into QueryError with its place."""
    try:
        yield
    except SyntaxError as error:
        if match := _PLACE.match(str(error)):
            line, column = int(match[1]), int(match[2])
            said = _SENTENCE.search(str(error))
            reason = f" {said.group()}." if said else ""
            raise QueryError(unreadable(text, line, column) + reason, line, column) from error
        raise QueryError(f"The query cannot be read: {error}.") from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"The query cannot be run: {error}.") from error


def _nodes(iris: Sequence[str]) -> list[ox.NamedNode | ox.BlankNode]:
    return [ox.NamedNode(iri) for iri in iris]


#: Makes the default graph the merge of the named graphs. The engine can answer on their union as
#: it stands, but then gives a triple once for each graph that holds it, and counts go wrong.
_UNION: Final = "DROP DEFAULT ; INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"


class OxigraphStore:
    """A store of the embedded engine, whose default graph is the merge of its named graphs."""

    def __init__(self, engine: ox.Store) -> None:
        """Wrap an open engine."""
        self._engine = engine

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Result:
        """Run a query operation, see `graph.store.Store.query`."""
        refuse_federation(text)
        if not default_graphs and not named_graphs:
            default_graphs, named_graphs = dataset_of(text)
        with _as_query_error(text):
            if default_graphs or named_graphs:
                raw = self._merged(default_graphs, named_graphs).query(
                    text, default_graph=ox.DefaultGraph(), named_graphs=_nodes(named_graphs)
                )
            else:
                raw = self._engine.query(text)
        return Result(raw, PREFIXES)

    def _merged(self, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> ox.Store:
        """Return a dataset whose default graph is the merge of the ones asked for."""
        dataset = ox.Store()
        for iri in default_graphs:
            quads = self._engine.quads_for_pattern(None, None, None, ox.NamedNode(iri))
            dataset.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
        for iri in named_graphs:
            dataset.bulk_extend(self._engine.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
        return dataset

    def replace(self, graphs: Mapping[str, Iterable[ox.Quad]]) -> None:
        """Replace named graphs in one transaction, see `graph.store.Store.replace`."""
        written = "\n".join(
            f"GRAPH <{iri}> {{ {_ntriples(quads)} }}" for iri, quads in graphs.items()
        )
        drops = " ".join(f"DROP SILENT GRAPH <{iri}> ;" for iri in graphs)
        update = f"{drops} INSERT DATA {{ {written} }} ; {_UNION}"
        try:
            self._engine.update(update)
            self._engine.flush()
        except (OSError, SyntaxError, ValueError, RuntimeError) as error:
            raise StoreError(f"Nothing was written: {error}") from error

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        return sorted(str(graph.value) for graph in self._engine.named_graphs())

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every quad of the named graphs."""
        for graph in self._engine.named_graphs():
            yield from self._engine.quads_for_pattern(None, None, None, graph)

    def __len__(self) -> int:
        """Return the number of triples in the merge of all graphs."""
        row = next(self.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows())
        return int(row["n"].value)


def _ntriples(quads: Iterable[ox.Quad]) -> str:
    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    return (written or b"").decode()


def in_memory(graphs: Mapping[str, Iterable[ox.Quad]]) -> OxigraphStore:
    """Return a store in memory that holds these named graphs."""
    engine = ox.Store()
    for quads in graphs.values():
        listed = list(quads)
        engine.bulk_extend(listed)
        engine.bulk_extend(ox.Quad(*quad.triple) for quad in listed)
    return OxigraphStore(engine)


def merge_of(graphs: Mapping[str, Iterable[ox.Quad]]) -> OxigraphStore:
    """Return a store in memory that holds the merge of these graphs and no named graph."""
    engine = ox.Store()
    engine.bulk_extend(ox.Quad(*quad.triple) for quads in graphs.values() for quad in quads)
    return OxigraphStore(engine)


def open_directory(path: Path) -> OxigraphStore:
    """Open or make the store in a directory; StoreError when another process holds it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        return OxigraphStore(ox.Store(str(path)))
    except OSError as error:
        raise StoreError(
            f"The store in {path} cannot be opened: {error}. "
            "Is another samenhang using it, or is the path not a directory?"
        ) from error
