"""History: what each of the last revisions of a store changed, as far as it is kept.

A write never fails because its history cannot be kept. What is kept is read only when it is whole
and of the revision that the journal tells of; so after a crash some of it may be gone, and none of
it is wrong.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

from graph.errors import GoneError, UnknownError
from graph.journal import RECENT, Entry
from graph.limits import MB

#: The most revisions whose changes are kept, and the most bytes of them all together.
KEPT: Final = RECENT
SIZE: Final = 64 * MB

#: A change as a head and a body, see `graph.change.Change.pack`.
Packed = tuple[dict[str, Any], bytes]

_SUM: Final = 16


@dataclass(frozen=True)
class Note:
    """What the journal and the history are told of a write.

    The graphs that it names, a hash of what it says, those of the graphs that an ontology folder
    brings, and what it changes, where that was found out.
    """

    graphs: Sequence[str]
    digest: str
    base: Sequence[str] = ()
    packed: Packed | None = None

    def after(self, done: Entry, **more: str) -> Entry:
        """Return the entry that begins this write, after another that is done."""
        removed, added = self.packed[0]["counts"] if self.packed else (None, None)
        known = {"base": sorted(self.base), "removed": removed, "added": added}
        return done.next(self.graphs, self.digest, **known, **more)


class Records(Protocol):
    """Where records are kept, by the number of their revision."""

    def sizes(self) -> dict[int, int]:
        """Return the size of each record, in bytes."""
        ...

    def write(self, number: int, content: bytes) -> None:
        """Keep a record; OSError when there is no room."""
        ...

    def read(self, number: int) -> bytes:
        """Return a record, empty when there is none."""
        ...

    def drop(self, number: int) -> None:
        """Let go of a record."""
        ...


class Folder:
    """Records in a directory, a file each; they are not put on disk before a write is answered."""

    def __init__(self, path: Path) -> None:
        """Take the path of the directory, which is made with the first record."""
        self._path = path

    def sizes(self) -> dict[int, int]:
        """Return the size of each record, in bytes."""
        files = self._path.glob("*") if self._path.is_dir() else ()
        return {int(file.name): file.stat().st_size for file in files if file.name.isdecimal()}

    def write(self, number: int, content: bytes) -> None:
        """Keep a record; OSError when there is no room."""
        self._path.mkdir(exist_ok=True)
        (self._path / str(number)).write_bytes(content)

    def read(self, number: int) -> bytes:
        """Return a record, empty when there is none."""
        try:
            return (self._path / str(number)).read_bytes()
        except OSError:
            return b""

    def drop(self, number: int) -> None:
        """Let go of a record."""
        with suppress(OSError):
            (self._path / str(number)).unlink()


class Memory:
    """Records in memory, which end with the process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[int, bytes] = {}

    def sizes(self) -> dict[int, int]:
        """Return the size of each record, in bytes."""
        return {number: len(content) for number, content in self._kept.items()}

    def write(self, number: int, content: bytes) -> None:
        """Keep a record."""
        self._kept[number] = content

    def read(self, number: int) -> bytes:
        """Return a record, empty when there is none."""
        return self._kept.get(number, b"")

    def drop(self, number: int) -> None:
        """Let go of a record."""
        self._kept.pop(number, None)


class History:
    """The revisions of a store, and the changes of the last of them."""

    def __init__(self, revisions: Callable[[], Sequence[Entry]], records: Records) -> None:
        """Take what tells the revisions, the oldest first, and where their changes are kept."""
        self._revisions, self._records = revisions, records
        self._sizes = records.sizes()

    @property
    def revisions(self) -> Sequence[Entry]:
        """The last revisions, the oldest first."""
        return self._revisions()

    @property
    def kept(self) -> frozenset[int]:
        """The revisions whose changes are kept."""
        return frozenset(self._sizes)

    @property
    def newest(self) -> int:
        """The last revision."""
        return self.revisions[-1].revision

    @property
    def oldest(self) -> int:
        """The oldest revision from which every change up to the newest is kept."""
        kept, number = self.kept, self.newest
        while number in kept:
            number -= 1
        return number

    def keep(self, entry: Entry, packed: Packed) -> None:
        """Keep what a revision changes, and let go of the oldest when that is too much."""
        head, body = packed
        said = json.dumps({"of": entry.hash, **head}).encode() + b"\n" + body
        with suppress(OSError):
            self._drop(entry.revision)
            self._records.write(entry.revision, _sum(said) + said)
            self._sizes[entry.revision] = len(said) + _SUM
        while len(self._sizes) > KEPT or sum(self._sizes.values()) > SIZE:
            self._drop(min(self._sizes))

    def _drop(self, number: int) -> None:
        self._records.drop(number)
        self._sizes.pop(number, None)

    def between(self, start: int, end: int) -> Iterator[Packed]:
        """Yield the changes between two revisions, the oldest first, whichever is the later.

        UnknownError for a revision that there is not, GoneError for a change that is not kept.
        """
        entries = {entry.revision: entry for entry in self.revisions}
        for name, number in (("from", start), ("to", end)):
            if number not in entries:
                raise self._unknown(name, number, max(entries))
        for number in range(min(start, end) + 1, max(start, end) + 1):
            yield self._change(entries[number])

    def _unknown(self, name: str, number: int, newest: int) -> Exception:
        if number < 0 or number > newest:
            allowed = f"{self.oldest} to {newest}"
            message = f"There is no revision {number} here; there are: {allowed}."
            return UnknownError(message, name, (allowed,))
        return self._gone(number)

    def _gone(self, number: int) -> GoneError:
        return GoneError(
            f"What changed since revision {number} is not kept any more; changes are kept from "
            f"revision {self.oldest} to {self.newest}."
        )

    def _change(self, entry: Entry) -> Packed:
        record = self._records.read(entry.revision)
        sum_, said = record[:_SUM], record[_SUM:]
        first, _, body = said.partition(b"\n")
        if not record or sum_ != _sum(said) or (head := json.loads(first))["of"] != entry.hash:
            raise self._gone(entry.revision - 1)
        return head, body


def _sum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_SUM).digest()
