"""A store to serve: with readers of a snapshot of it, and a writer."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

import pyoxigraph as ox

from graph.disk import MARK
from graph.errors import StoreError
from graph.limits import Limits
from graph.oxigraph import OxigraphStore
from graph.readers import Readers
from graph.store import Store, open_store
from graph.writer import Writer

_PREFIX: Final = "revision-"
_TRIES: Final = 3


class Copies:
    """Copies of a store on disk, one for each revision, of which the newest is read."""

    def __init__(self, folder: Path, partners: Collection[str]) -> None:
        """Take the folder for the copies, on the disk of the store: their files are shared."""
        self._folder, self._partners = folder, partners

    def _newest(self) -> ox.Store:
        """Open the newest copy; try again when a newer one has just taken its place."""
        for _ in range(_TRIES):
            found = self._folder.glob(_PREFIX + "*")
            newest = max(found, key=lambda path: int(path.name.removeprefix(_PREFIX)), default=None)
            with suppress(OSError):
                if newest:
                    return ox.Store.read_only(str(newest))
        raise StoreError(f"There is no copy in {self._folder}.")

    def open(self) -> OxigraphStore:
        """Open the newest copy to be read, see `graph.reader.Source`."""
        return OxigraphStore(self._newest(), self._partners)

    def copy(self) -> ox.Store:
        """Open a copy of the newest copy, that may be written to."""
        place = Path(mkdtemp(prefix="update-", dir=self._folder)) / "data"
        self._newest().backup(str(place))
        return ox.Store(str(place))

    def publish(self, store: OxigraphStore) -> None:
        """Copy what a store holds now, without the mark of its revision; remove what was before."""
        assert store.disk
        made = Path(mkdtemp(prefix="made-", dir=self._folder)) / "data"
        revision = store.disk.checkpoint(made)
        engine = ox.Store(str(made))
        for graph in list(engine.named_graphs()):
            if graph.value.startswith(MARK):
                engine.remove_graph(graph)
        engine.flush()
        del engine
        newest = made.rename(self._folder / f"{_PREFIX}{revision}")
        for left in self._folder.iterdir():
            if left != newest:
                rmtree(left, ignore_errors=True)


Served = tuple[Store, Readers | None, Writer | None]


@contextmanager
def opened(
    url: str, limits: Limits, count: int, partners: Collection[str] = ()
) -> Iterator[Served]:
    """Open a store with a pool of readers of what it holds, and a writer; all end with the block.

    `partners` are the endpoints that queries may call; without one the readers have no network.
    An engine elsewhere has limits and writers of its own: there are none of it here.

    The process is forked, so call this before it has another thread. Readers of a store on disk
    have a copy of it beside it: a directory that is open for writing cannot be read by others.
    """
    scheme, _, path = url.partition(":")
    if scheme != "oxigraph" or not path:
        store = open_store(url)
        if not isinstance(store, OxigraphStore):
            yield store, None, None
            return
        store.partners = partners
        readers = Readers.start(store, limits, count, online=bool(partners))
        try:
            yield store, readers, Writer(store, readers)
        finally:
            readers.close()
        return
    with _folder(url, Path(path).absolute()) as folder:
        copies = Copies(folder, partners)
        readers = Readers.start(copies, limits, count, online=bool(partners))
        try:
            store = open_store(url)
            assert isinstance(store, OxigraphStore)
            _clean(folder)
            copies.publish(store)
            yield store, readers, Writer(store, readers, copies.publish)
        finally:
            readers.close()


@contextmanager
def _folder(url: str, path: Path) -> Iterator[Path]:
    """Make a folder for copies beside a store on disk, and remove it in the end."""
    if not path.is_dir():
        open_store(url)  # says what is wrong
    try:
        made = TemporaryDirectory(prefix=f".{path.name}.readers-", dir=path.parent)
    except OSError as error:
        raise StoreError(f"No copy of the store can be made in {path.parent}: {error}.") from error
    with made as name:
        yield Path(name)


def _clean(folder: Path) -> None:
    """Remove the folders of processes that were killed: the store is ours now."""
    prefix = folder.name.rpartition("-")[0] + "-"
    for left in folder.parent.iterdir():
        if left.name.startswith(prefix) and left != folder:
            rmtree(left, ignore_errors=True)
