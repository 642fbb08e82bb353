"""The embedded engine: Oxigraph, in memory or in a directory."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import QueryError, StoreError
from graph.operation import names_dataset, refuse_federation
from graph.results import Result
from ontology import PREFIXES

_PLACE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@contextmanager
def _as_query_error() -> Iterator[None]:
    """Turn what the engine raises about a query into QueryError with its place."""
    try:
        yield
    except SyntaxError as error:
        match = _PLACE.match(str(error))
        if match:
            line, column, expected = int(match[1]), int(match[2]), match[3]
            raise QueryError(f"The query cannot be read: {expected}.", line, column) from error
        raise QueryError(f"The query cannot be read: {error}.") from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"The query cannot be run: {error}.") from error


def _nodes(iris: Sequence[str]) -> list[ox.NamedNode | ox.BlankNode]:
    return [ox.NamedNode(iri) for iri in iris]


class OxigraphStore:
    """A store of the embedded engine."""

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
        with _as_query_error():
            if default_graphs or named_graphs:
                raw = self._engine.query(
                    text,
                    default_graph=[*_nodes(default_graphs)],
                    named_graphs=_nodes(named_graphs),
                )
            else:
                union = not names_dataset(text)
                raw = self._engine.query(text, use_default_graph_as_union=union)
        return Result(raw, PREFIXES)

    def replace(self, graphs: Mapping[str, Iterable[ox.Quad]]) -> None:
        """Replace named graphs in one transaction, see `graph.store.Store.replace`."""
        triples = "\n".join(
            f"GRAPH <{iri}> {{ {_ntriples(quads)} }}" for iri, quads in graphs.items()
        )
        drops = " ".join(f"DROP SILENT GRAPH <{iri}> ;" for iri in graphs)
        try:
            self._engine.update(f"{drops} INSERT DATA {{ {triples} }}")
            self._engine.flush()
        except (OSError, SyntaxError, ValueError, RuntimeError) as error:
            raise StoreError(f"Nothing was written: {error}") from error

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        return sorted(str(graph.value) for graph in self._engine.named_graphs())

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every quad."""
        yield from self._engine

    def __len__(self) -> int:
        """Return the number of quads."""
        return len(self._engine)


def _ntriples(quads: Iterable[ox.Quad]) -> str:
    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    return (written or b"").decode()


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
