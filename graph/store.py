"""What every engine can do, and how one is opened by its URL."""

import re
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


def _memory(path: str, _create: bool) -> Store:
    from graph.dataset import load_dataset
    from graph.oxigraph import in_memory

    if path:
        raise StoreError(f"memory: takes no path, but got {path!r}.")
    return in_memory(load_dataset().graphs)


def _oxigraph(path: str, create: bool) -> Store:
    from graph.oxigraph import open_directory

    if not path:
        raise StoreError("oxigraph: needs a path, for example oxigraph:/var/lib/samenhang.")
    return open_directory(Path(path), create=create)


def _remote(scheme: str) -> Callable[[str, bool], Store]:
    def opened(rest: str, _create: bool) -> Store:
        from graph.remote import open_remote

        return open_remote(f"{scheme}:{rest}")

    return opened


#: How each URL scheme opens its engine.
ENGINES: Final[dict[str, Callable[[str, bool], Store]]] = {
    "memory": _memory,
    "oxigraph": _oxigraph,
    "http": _remote("http"),
    "https": _remote("https"),
}


def open_store(url: str, *, create: bool = False) -> Store:
    """Open the store at `memory:` (the shipped files), `oxigraph:PATH` or an http address.

    A store on disk that is not there is made only when `create` says so.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in ENGINES:
        known = ", ".join(f"{name}:" for name in ENGINES)
        shown = re.sub(r"//[^/]*@", "//...@", url)  # without a password
        raise StoreError(f"No engine for {shown!r}; a store begins with one of: {known}")
    return ENGINES[scheme](rest, create)
