"""The directory of a store: its journal, the check at opening, and writes that survive a crash.

PATH/
├── lock          held by the one process that has the store open; its number is inside
├── journal       a line for each write begun and each write done, every line on disk at once
├── history/      what each of the last revisions changed, see `graph.history`
├── data-N        the engine's own directory (RocksDB), made by revision N
└── data-N.files  size and hash of the engine's files after the last write

A write is: journal "begun", the engine's transaction, the engine's flush, journal "done". The
revision also stands in the engine, as the name of a graph without triples that each transaction
changes; so at opening both can be compared, and a write that was cut off is either whole or absent.
"""

import os
import re
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from graph.errors import StoreError
from graph.history import Folder, History, Note
from graph.journal import Entry, Files, Journal, sync
from graph.place import in_use, lock, state_of

#: Graphs whose name begins so hold no triples and are no data: the name tells the revision.
MARK: Final = "urn:x-samenhang:revision:"

FAULTS: Final = (OSError, RuntimeError, ValueError, SyntaxError)
_LEFT: Final = re.compile(r"^(?:bulk-.*\.sst|LOG\.old\..*|.*\.tmp|.*\.dbtmp)$")

#: The engine notes in its manifest what each write does to its files, reads all of that when it is
#: opened and never shortens it; and its caches keep what it has read of files that are gone. Both
#: begin anew with a new directory. From this size of the manifest on, in bytes, a write makes one.
LONGEST = 2 << 20

Work = Callable[[ox.Store], None]
Functions = dict[ox.NamedNode, Callable[..., Any]]


class Disk:
    """A directory that is open: the engine in it, its revision, and how to write to it."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the store in a directory, or make an empty one; StoreError says what is wrong."""
        self.path = path
        self.lock = threading.RLock()
        this = weakref.proxy(self)  # no circle: who lets go of the store lets go of its lock
        #: What the last revisions changed.
        self.history = History(lambda: this.recent, Folder(path / "history"))
        self._engine: ox.Store | None = None
        try:
            state = state_of(path)
            if state == "absent" and not create:
                raise StoreError(
                    f"There is no store in {path}. Check the path, or make one with: "
                    f"samenhang load --store oxigraph:{path}"
                )
            if state not in ("absent", "store"):
                raise StoreError(f"The store in {path} cannot be opened: {state}.")
            path.mkdir(parents=True, exist_ok=True)
            self._let_go = weakref.finalize(self, os.close, lock(path))
            if state == "absent":
                Journal.make(path / "journal", Entry.first())
        except OSError as error:
            raise StoreError(f"The store in {path} cannot be opened: {error}.") from error
        try:
            self._open()
        except StoreError:
            self.close()
            raise

    @property
    def engine(self) -> ox.Store:
        """The engine, opened again when a failed write has closed it."""
        with self.lock:
            return self._open() if self._engine is None else self._engine

    @property
    def revision(self) -> int:
        """The number of writes that were acknowledged."""
        return self._journal.done.revision

    @property
    def base(self) -> set[str]:
        """The graphs that the last ontology folder brought."""
        return set(self._journal.base)

    @property
    def entries(self) -> Sequence[Entry]:
        """What the journal tells of every write that was done, the oldest first."""
        return [entry for entry in self._journal.entries() if entry.state == "done"]

    @property
    def recent(self) -> Sequence[Entry]:
        """The last writes that were done, the oldest first."""
        return list(self._journal.recent)

    def close(self) -> None:
        """Let go of the engine and of the directory."""
        self._engine = None
        self._let_go()

    def _open(self) -> ox.Store:
        """Check everything, remove what crashes left, open the engine, settle a cut-off write."""
        try:
            self._journal = Journal(self.path / "journal")
            done = self._journal.done
            self._files = Files(self.path / done.directory)
            if done.revision:
                self._files.verify()
            self._clean(done.directory)
            self._files.forget()
            engine = ox.Store(str(self.path / done.directory))
            found = _marked(engine)
            if found == done.revision + 1 == self._journal.begun.revision:
                engine.flush()
                self._journal.append(self._journal.begun.as_done())  # whole, only not answered
            elif found != done.revision:
                raise StoreError(
                    f"The store in {self.path} is damaged: the journal tells of revision "
                    f"{done.revision}, {done.directory} holds {found}. Writes were lost (of its "
                    "write-ahead log, perhaps); restore a backup with: samenhang restore"
                )
            self._files.record()
        except FAULTS as error:
            if "lock" in str(error):
                raise in_use(self.path) from error  # a result of a query still holds the engine
            raise StoreError(
                f"The store in {self.path} cannot be opened: {error}. If a file of it is damaged, "
                "restore a backup with: samenhang restore"
            ) from error
        self._engine = engine
        return engine

    def _clean(self, current: str) -> None:
        """Remove what was never finished, and the logs of earlier openings."""
        for path in self.path.iterdir():
            if path.name.startswith("data-") and path.name not in (current, f"{current}.files"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
        if (self.path / current).is_dir():
            for path in (self.path / current).iterdir():
                if _LEFT.match(path.name):
                    path.unlink()

    @contextmanager
    def _settled(self, number: int) -> Iterator[None]:
        """After any fault close and open again, and go by what is then on disk."""
        try:
            yield
        except (SyntaxError, ValueError) as error:  # of what was to be written, not of the disk
            raise StoreError(f"Nothing was written: {error}") from error
        except (OSError, RuntimeError) as error:
            self._engine = None
            try:
                self._open()
            except StoreError as again:
                raise StoreError(
                    f"The write failed: {error}. The store is closed and will be opened again at "
                    f"the next request. {again}"
                ) from error
            if self.revision != number:
                raise StoreError(f"Nothing was written: {error}") from error

    def write(self, update: str, note: Note, functions: Functions | None = None) -> int:
        """Run an update in one transaction; return its revision once it is on disk.

        `functions` are those of our own that it calls. StoreError when nothing was written; the
        engine is then open on the revision before. Now and then it is written by `rebuild`, so
        that neither the engine's memory nor the time to open it grows with the number of writes.
        """
        with self.lock:
            self.engine  # noqa: B018 (opened again, if need be)
            if self._files.manifest > LONGEST:
                return self.rebuild(
                    lambda copy: copy.update(update, custom_functions=functions), note
                )
            entry = note.after(self._journal.done)
            number = entry.revision
            with self._settled(number):
                self._begin(entry, note)
                text = ";\n".join(filter(None, (update, _remark(number))))
                self.engine.update(text, custom_functions=functions)
                self.engine.flush()
                self._files.record()
                self._journal.append(entry.as_done())
            return number

    def _begin(self, entry: Entry, note: Note) -> None:
        """Put on disk that a write begins, and keep what it will have changed."""
        self._journal.append(entry)
        if note.packed:
            self.history.keep(entry, note.packed)

    def copy(self, target: Path) -> int:
        """Copy the last revision into a new directory, a store of its own; return the revision."""
        with self.lock:
            done, link = self._journal.done, self.path / "data-copy.tmp"
            shutil.rmtree(link, ignore_errors=True)
            self.engine.backup(str(link))
        try:
            shutil.copytree(link, target / done.directory)
        finally:
            shutil.rmtree(link, ignore_errors=True)
        files = Files(target / done.directory)
        files.record()
        files.compare(self._files)
        begin = replace(done, graphs=[], base=sorted(self.base), added=None, removed=None)
        Journal.make(target / "journal", begin)
        return done.revision

    def checkpoint(self, target: Path) -> int:
        """Copy the engine's directory, sharing files on the same disk; return the revision."""
        with self.lock:
            self.engine.backup(str(target))
            return self.revision

    def rebuild(self, work: Work, note: Note) -> int:
        """Let work change a copy, then put the copy in the place of what was there.

        For large writes: what work does need be no transaction. Faults are as with `write`.
        """
        with self.lock:
            self.engine  # noqa: B018 (opened again, if need be)
            number = self.revision + 1
            new = self.path / f"data-{number}"
            entry = note.after(self._journal.done, directory=new.name)
            with self._settled(number):
                self._begin(entry, note)
                shutil.rmtree(new, ignore_errors=True)
                self.engine.backup(str(new))  # hard links: the files of the engine never change
                copy = ox.Store(str(new))
                work(copy)
                copy.update(_remark(number))
                copy.flush()
                del copy
                sync(new)
                Files(new).record()
                sync(self.path)
                self._journal.append(entry.as_done())
                self._engine = None
                self._open()
            return number


def _remark(number: int) -> str:
    return f" DROP SILENT GRAPH <{MARK}{number - 1}> ; CREATE SILENT GRAPH <{MARK}{number}>"


def _marked(engine: ox.Store) -> int:
    """Return the revision that the engine holds."""
    names = (graph.value for graph in engine.named_graphs())
    return max((int(n.removeprefix(MARK)) for n in names if n.startswith(MARK)), default=0)
