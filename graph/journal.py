"""The journal of a store and the record of its files: what was written, to compare at opening."""

import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from graph.errors import StoreError

_CHUNK: Final = 1 << 20

#: How many of the last writes are known without reading the journal again.
RECENT: Final = 1_000


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"The file {path} {what}. Restore a backup with: samenhang restore")


def sync(path: Path) -> None:
    """Put a file or a directory on disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it is there whole or as it was before."""
    partial = path.with_name(path.name + ".tmp")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync(path.parent)


def _sum(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Entry:
    """One line: a write that was begun or done.

    `hash` covers this write and all before it; `base` names the graphs of an ontology folder.
    `added` and `removed` count statements, graph by graph, where that was found out.
    """

    state: str
    revision: int
    time: str
    directory: str
    graphs: list[str]
    hash: str
    base: list[str] = field(default_factory=list)
    added: int | None = None
    removed: int | None = None

    @classmethod
    def first(cls) -> "Entry":
        """Return the entry of a store into which nothing was written."""
        return cls("done", 0, _now(), "data-0", [], "")

    def next(self, graphs: Sequence[str], digest: str, **more: Any) -> "Entry":
        """Return the entry that begins the write after this one; `more` are other fields."""
        return replace(
            self,
            state="begun",
            revision=self.revision + 1,
            time=_now(),
            graphs=sorted(graphs),
            hash=_sum(self.hash + digest),
            **{"base": [], "added": None, "removed": None, **more},
        )

    def as_done(self) -> "Entry":
        """Return the entry that acknowledges this one."""
        return replace(self, state="done", time=_now())

    def line(self) -> str:
        """Return the entry as it stands in the file: its checksum, then JSON."""
        text = json.dumps(asdict(self), ensure_ascii=False)
        return f"{_sum(text)} {text}\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Journal:
    """A file of entries, to which one is added at a time.

    `done` is the last write that was done, `begun` the last that was begun, and `base` what the
    last write of an ontology folder named; `recent` are the last that were done, and one before
    them. The others are read from the file when they are asked.
    """

    done: Entry
    begun: Entry

    def __init__(self, path: Path) -> None:
        """Read a journal; StoreError names the line that is damaged.

        A last line without its end was being written when the process died: it says nothing.
        """
        self._path = path
        self.base: list[str] = []
        self.recent: deque[Entry] = deque(maxlen=RECENT + 1)
        whole, newline, rest = path.read_bytes().rpartition(b"\n")
        self._length = len(whole) + len(newline)
        if rest:
            os.truncate(path, self._length)
            sync(path)
        if not whole:
            raise _damaged(path, "is damaged: it is empty")
        self._compare()

    def entries(self) -> Iterator[Entry]:
        """Yield the entries of the file, the oldest first; StoreError names a damaged line."""
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield self._read(number, line.decode("utf-8", "replace").removesuffix("\n"))

    @classmethod
    def make(cls, path: Path, entry: Entry) -> None:
        """Make the journal of a new store."""
        write_whole(path, entry.line().encode())

    def _read(self, number: int, line: str) -> Entry:
        sum_, _, text = line.partition(" ")
        if sum_ != _sum(text):
            raise _damaged(self._path, f"is damaged in line {number}")
        return Entry(**json.loads(text))

    def _compare(self) -> None:
        """Raise StoreError when a line is missing: revisions are done one after the other."""
        before = -1
        for number, entry in enumerate(self.entries(), 1):
            if number == 1 and entry.state != "done":
                raise _damaged(self._path, "misses its beginning")
            follows = before + 1 if before >= 0 else entry.revision
            if entry.revision != follows:
                raise _damaged(self._path, f"misses what stood before line {number}")
            if entry.state == "done":
                before = entry.revision
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        """Note an entry as the last one."""
        self.begun = entry
        if entry.state == "done":
            self.done, self.base = entry, entry.base or self.base
            self.recent.append(entry)

    def append(self, entry: Entry) -> None:
        """Add an entry and put it on disk; on OSError the file is as it was."""
        try:
            with self._path.open("ab") as file:
                file.write(entry.line().encode())
                file.flush()
                os.fsync(file.fileno())
                length = file.tell()
        except OSError:
            os.truncate(self._path, self._length)
            raise
        self._length = length
        self._take(entry)


def _hash(path: Path, size: int) -> str:
    """Return the hash of the first `size` bytes of a file."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            digest.update(chunk)
            size -= len(chunk)
    return digest.hexdigest()


class Files:
    """Sizes and hashes of an engine's files, kept beside its directory.

    The engine only adds to a file, or writes another; so a file that has become shorter, or
    whose recorded part has changed, is damaged. Which files must exist the engine knows itself.
    Its write-ahead log is left out: after the engine's flush nothing rests on it, and a loss
    before that shows in the revision.
    """

    def __init__(self, folder: Path) -> None:
        """Take the record of a directory."""
        self._folder = folder
        self._path = folder.with_name(folder.name + ".files")
        self._known: dict[str, tuple[int, str]] = {}

    @property
    def manifest(self) -> int:
        """The size of the engine's manifest when it was recorded last, in bytes."""
        known = self._known.items()
        return sum(size for name, (size, _) in known if name.startswith("MANIFEST-"))

    def verify(self) -> None:
        """Raise StoreError that names a file which is damaged, or gone with its directory."""
        current = self._folder / "CURRENT"
        for needed in (self._path, current):
            if not needed.is_file():
                raise _damaged(needed, "is missing")
        sum_, _, text = self._path.read_text(encoding="utf-8", errors="replace").partition(" ")
        if sum_ != _sum(text):
            raise _damaged(self._path, "is damaged")
        manifest = self._folder / current.read_text(encoding="ascii", errors="replace").strip()
        if not manifest.name.startswith("MANIFEST-") or not manifest.is_file():
            raise _damaged(manifest, f"is missing, or {current} is damaged")
        for name, (size, hash_) in json.loads(text).items():
            path = self._folder / name
            if not path.exists():
                continue  # merged into others; if it is needed, the engine says so
            if path.stat().st_size < size:
                raise _damaged(path, "is damaged: it has become shorter")
            if _hash(path, size) != hash_:
                raise _damaged(path, "is damaged: its content has changed")
            self._known[name] = (size, hash_)

    def record(self) -> None:
        """Record the files as they are now, reading only those that are new or longer."""
        found: dict[str, tuple[int, str]] = {}
        for path in sorted(self._folder.iterdir()):
            if path.suffix != ".sst" and not path.name.startswith("MANIFEST-"):
                continue
            try:
                size = path.stat().st_size
                known = self._known.get(path.name)
                same = known is not None and known[0] == size
                found[path.name] = known if known and same else (size, _hash(path, size))
            except FileNotFoundError:
                continue  # the engine has just merged it into another
        self._write(found)

    def forget(self) -> None:
        """Record nothing: while it is being opened the engine may use the name of a file again."""
        self._write({})

    def _write(self, found: dict[str, tuple[int, str]]) -> None:
        text = json.dumps(found)
        write_whole(self._path, f"{_sum(text)} {text}".encode())
        self._known = found

    def compare(self, source: "Files") -> None:
        """Raise OSError when a file is not the one of the same name that it was copied from."""
        for name, known in self._known.items():
            if name.endswith(".sst") and source._known.get(name, known) != known:
                raise OSError(f"{self._folder / name} is not the same as in {source._folder}")
