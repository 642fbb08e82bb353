"""A store to serve, with readers of a snapshot of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from graph.disk import MARK
from graph.errors import StoreError
from graph.limits import Limits
from graph.oxigraph import OxigraphStore
from graph.readers import Readers
from graph.store import Store, open_store


def _read_only(work: Path) -> OxigraphStore:
    """Open the copy that lies in a directory."""
    (place,) = (path for path in work.glob("*/data-*") if path.is_dir())
    return OxigraphStore(ox.Store.read_only(str(place)))


def _copy(store: OxigraphStore, work: Path) -> None:
    """Copy a store on disk for readers, without the mark of its revision."""
    assert store.disk
    store.disk.copy(work / "copy")
    (place,) = (path for path in work.glob("*/data-*") if path.is_dir())
    engine = ox.Store(str(place))
    for graph in list(engine.named_graphs()):
        if graph.value.startswith(MARK):
            engine.remove_graph(graph)
    engine.flush()


@contextmanager
def opened(url: str, limits: Limits, count: int) -> Iterator[tuple[Store, Readers | None]]:
    """Open a store with a pool of readers of what it holds now; both end with the block.

    An engine elsewhere has limits of its own: there are no readers of it here.

    The process is forked, so call this before it has another thread. Readers of a store on disk
    have a copy of it beside it: a directory that is open for writing cannot be read by others.
    """
    scheme, _, path = url.partition(":")
    if scheme != "oxigraph" or not path:
        store = open_store(url)
        if not isinstance(store, OxigraphStore):
            yield store, None
            return
        readers = Readers.start(store, limits, count)
        try:
            yield store, readers
        finally:
            readers.close()
        return
    parent, prefix = Path(path).absolute().parent, f".{Path(path).name}.readers-"
    if not Path(path).is_dir():
        open_store(url)  # says what is wrong
    try:
        directory = TemporaryDirectory(prefix=prefix, dir=parent)
    except OSError as error:
        raise StoreError(f"No copy of the store can be made in {parent}: {error}.") from error
    with directory as name:
        readers = Readers.start(partial(_read_only, Path(name)), limits, count)
        try:
            store = open_store(url)
            assert isinstance(store, OxigraphStore)
            for left in parent.iterdir():  # of a process that was killed: the store is ours now
                if left.name.startswith(prefix) and left != Path(name):
                    rmtree(left, ignore_errors=True)
            _copy(store, Path(name))
            yield store, readers
        finally:
            readers.close()
