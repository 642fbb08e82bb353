"""Files into a store: checked together with what it holds, all of them or none."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from graph.check import examine
from graph.dataset import RESERVED, Dataset, collect, files_of, root_of
from graph.derive import DERIVED
from graph.errors import DataError, Finding
from graph.files import MAX_BYTES
from graph.oxigraph import OxigraphStore, open_directory
from graph.place import is_absent
from graph.store import Store, open_store
from ontology import GRAPH

ON_DISK: Final = "oxigraph:"

#: Says what is being done now.
Say = Callable[[str], None]
#: Opens a file, so that reading it may be shown.
Open = Callable[[Path], IO[bytes]]


@dataclass(frozen=True)
class Loaded:
    """What was put into a store."""

    statements: int
    graphs: int


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _existing(url: str) -> Store | None:
    """Open the store; none when it is a directory that is not there yet."""
    place = url.removeprefix(ON_DISK)
    if place and url.startswith(ON_DISK) and is_absent(Path(place)):
        return None
    return open_store(url)


def _made(url: str) -> Store:
    return open_directory(Path(url.removeprefix(ON_DISK)), create=True)


def _held(store: Store | None, without: Iterable[str]) -> dict[str, list[ox.Quad]]:
    """Return what a store holds, by graph."""
    held: dict[str, list[ox.Quad]] = {}
    left_out = {DERIVED.value, *without}
    for quad in () if store is None else store.quads():
        name = quad.graph_name.value  # type: ignore[union-attr]
        if name not in left_out:
            held.setdefault(name, []).append(quad)
    return held


def _refuse_large(path: Path) -> None:
    findings = [
        Finding(
            f"The file is larger than {MAX_BYTES:,} bytes: too large to be checked.",
            "Split it, or load it as it is with --unchecked.",
            str(file),
        )
        for file in (files_of(path) if path.exists() else [])
        if file.stat().st_size > MAX_BYTES
    ]
    if findings:
        raise DataError(findings)


def load(path: Path, url: str, say: Say) -> Loaded:
    """Check files beside what the store holds and put them into it: all or, on a fault, none.

    An ontology folder takes the place of the one that was loaded before; data files are added.
    DataError lists the faults, StoreError says why nothing was written.
    """
    whole = root_of(path) == path
    if not whole:
        _refuse_large(path)
    store = _existing(url)
    disk = store.disk if isinstance(store, OxigraphStore) else None
    before = disk.base if disk and whole else set()
    say(f"Reading {path} ...")
    held = _held(store, before) if disk or url != "memory:" else {}
    dataset = collect(path, held=held)
    root = root_of(path)
    if whole and not any([*root.glob("shapes/*.ttl"), *root.glob("checks/*.rq")]):
        say(f"{root} has no shapes and no checks: nothing was checked but quotations.")
    say("Checking ...")
    together = Dataset({**held, **dataset.graphs}, dataset.files, dataset.findings)
    if findings := examine(together, root):
        raise DataError(findings)
    say(f"Writing to {url} ...")
    graphs = {**{name: [] for name in (*before, DERIVED.value)}, **dataset.graphs}
    target = _made(url) if store is None else store
    if isinstance(target, OxigraphStore) and target.disk:
        given = {file.graph for file in dataset.files if not whole and file.path in files_of(path)}
        names = {file.graph for file in dataset.files} - given
        target.replace(graphs, base=sorted(names))
    else:
        target.replace(graphs)
    return Loaded(sum(map(len, dataset.graphs.values())), len(dataset.graphs))


def _format(path: Path) -> ox.RdfFormat:
    found = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
    if found is None:
        raise DataError.at(path, f"Unknown kind of file {path.suffix!r}.", "Take .nt, .nq, .ttl.")
    return found


def _own(path: Path) -> ox.NamedNode | None:
    """Return the graph that a file of triples fills; none for a file that names its graphs."""
    if _format(path).supports_datasets:
        return None
    if path.stem in RESERVED:
        raise DataError.at(path, f"A data file may not be called {path.name}.", "Rename it.")
    return ox.NamedNode(GRAPH + path.stem)


def _outside(path: Path) -> DataError:
    return DataError.at(path, "Statements stand outside a named graph.", "Name their graph.")


def _named(path: Path, open_: Open) -> set[str]:
    """Read the names of the graphs of a file that names them; DataError when it is wrong."""
    with open_(path) as file:
        try:
            graphs = {quad.graph_name for quad in ox.parse(file, _format(path))}
        except SyntaxError as error:
            raise _wrong(path, error) from error
    if not all(isinstance(graph, ox.NamedNode) for graph in graphs):
        raise _outside(path)
    return {str(graph.value) for graph in graphs}


def _digest(files: Iterable[Path]) -> str:
    digest = sha256()
    for path in files:
        with path.open("rb") as content:
            while chunk := content.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _wrong(path: Path, error: SyntaxError) -> DataError:
    return DataError.at(path, f"The syntax is wrong: {error.msg}.", "Mend the line.", error.lineno)


def load_unchecked(path: Path, url: str, say: Say, open_: Open = _open) -> Loaded:
    """Put files into a store as they are, all or none: no shapes, no quotations, nothing derived.

    A file of triples fills the graph of its name; one of quads the graphs that it names. For
    data that were checked elsewhere, or are too large: nothing is held in memory but the store.
    """
    if not path.exists():
        raise DataError.at(path, "There is no such file or folder.", "Check the path.")
    store = _existing(url)
    graphs = set[str]()
    if url.startswith(ON_DISK):
        say("Finding the graphs ...")
        graphs = _graphs(path, open_)  # before anything is made: a file may be refused
    store = _made(url) if store is None else store
    if not isinstance(store, OxigraphStore):
        raise DataError.at(path, f"{url} takes checked files only.", "Leave out --unchecked.")
    say(f"Writing to {url}, unchecked ...")
    count = fill(store, path, graphs, open_)
    return Loaded(len(store), count)


def _graphs(path: Path, open_: Open) -> set[str]:
    """Read which graphs files fill; DataError when one is wrong."""
    owns = {file: _own(file) for file in files_of(path)}
    named = (_named(file, open_) for file, own in owns.items() if own is None)
    return {own.value for own in owns.values() if own}.union(*named)


def fill(
    store: OxigraphStore, path: Path, graphs: Collection[str] = (), open_: Open = _open
) -> int:
    """Put files into an open store, as `load_unchecked` does; return how many graphs they fill.

    The journal of a store on disk tells the graphs before a write begins, so there they must be
    given. In memory the files are read once.
    """
    files = files_of(path)
    owns = {file: _own(file) for file in files}
    digest = _digest(files) if store.disk else ""

    def put(engine: ox.Store) -> None:
        for file, own in owns.items():
            with open_(file) as content:
                try:
                    engine.bulk_load(
                        content, _format(file), base_iri=GRAPH + file.stem, to_graph=own
                    )
                except SyntaxError as error:
                    raise _wrong(file, error) from error
            if not store.disk and not _all_named(engine):
                raise _outside(file)

    return store.fill(sorted({*graphs, *(own.value for own in owns.values() if own)}), digest, put)


def _all_named(engine: ox.Store) -> bool:
    """Tell whether every quad of an engine stands in a graph that has an IRI."""
    outside = engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
    named = (isinstance(graph, ox.NamedNode) for graph in engine.named_graphs())
    return next(outside, None) is None and all(named)
