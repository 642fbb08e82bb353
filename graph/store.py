"""What every engine can do, and how one is opened by its URL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import pyoxigraph as ox

from graph.errors import StoreError
from graph.results import Result


class Store(Protocol):
    """A set of named graphs that answers SPARQL 1.1; its default graph is their merge."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Result:
        """Run a query operation; QueryError when the text cannot be read or is refused.

        Without a dataset, in the call or in the text, the default graph is the merge of all.
        """
        ...

    def replace(self, graphs: Mapping[str, Iterable[ox.Quad]]) -> None:
        """Give these named graphs these quads, all of them or, on StoreError, none."""
        ...

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        ...

    def quads(self) -> Iterable[ox.Quad]:
        """Yield every quad of the named graphs."""
        ...

    def __len__(self) -> int:
        """Return the number of triples in the merge of all graphs."""
        ...


def _memory(path: str) -> Store:
    from graph.dataset import load_dataset
    from graph.oxigraph import in_memory

    if path:
        raise StoreError(f"memory: takes no path, but got {path!r}.")
    return in_memory(load_dataset().graphs)


def _oxigraph(path: str) -> Store:
    from graph.oxigraph import open_directory

    if not path:
        raise StoreError("oxigraph: needs a path, for example oxigraph:/var/lib/samenhang.")
    return open_directory(Path(path))


#: How each URL scheme opens its engine.
ENGINES: Final[dict[str, Callable[[str], Store]]] = {"memory": _memory, "oxigraph": _oxigraph}


def open_store(url: str) -> Store:
    """Open the store at `memory:` (the shipped files) or `oxigraph:PATH` (on disk)."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in ENGINES:
        known = ", ".join(f"{name}:" for name in ENGINES)
        raise StoreError(f"No engine for {url!r}; a store begins with one of: {known}")
    return ENGINES[scheme](rest)
