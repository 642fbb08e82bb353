"""The writer: one change after the other, worked out by a reader and written by the service.

So an update is held to the limits of a query, and whatever it does to the process that works it
out, the store has the whole change or nothing of it. It is acknowledged when it is in the store (on
disk, when the store is) and every later query sees it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final

from graph.change import Change, digest_of
from graph.documents import Documents
from graph.errors import StoreError
from graph.history import KEPT, History, Memory, Note
from graph.journal import Entry
from graph.limits import passed
from graph.oxigraph import OxigraphStore
from graph.readers import Readers

_STALE: Final = "Revision {} is written, but cannot be shown yet: {} Ask again later."


#: Makes what a store holds now the newest snapshot; StoreError or OSError when it cannot.
Publish = Callable[[OxigraphStore], None]


class Writer:
    """Writes to a store, and lets its readers follow."""

    def __init__(
        self, store: OxigraphStore, readers: Readers, publish: Publish | None = None
    ) -> None:
        """Take an open store and the readers of it; `publish` is for a store on disk."""
        self._store, self._readers, self._publish = store, readers, publish
        self._lock = asyncio.Lock()
        self._entries = [Entry.first()]
        #: What the last changes were; in memory, of this process.
        self.history = (
            store.disk.history if store.disk else History(lambda: self._entries, Memory())
        )
        #: The number of changes that were made; on disk, since the store was made.
        self.revision = store.disk.revision if store.disk else 0
        #: The revision that the readers see.
        self.shown = self.revision
        self._begun = self.revision

    @property
    def settled(self) -> bool:
        """Whether store and readers hold one revision, and none is being written."""
        return self._begun == self.revision == self.shown

    async def update(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Change:
        """Make the change of an update (SPARQL 1.1 Update); QueryError when it is refused.

        For the graphs see `graph.update.read_update`; for limits `graph.readers.Readers.answer`.
        """
        using = {"using": list(default_graphs), "using_named": list(named_graphs)}
        return await self._write({"update": text, **using})

    async def write_graph(self, documents: Documents, body: bytes) -> Change:
        """Write documents to a graph, see `graph.documents.write_graph`."""
        return await self._write({"documents": asdict(documents)}, body)

    async def drop_graph(self, graph: str) -> Change:
        """Drop a graph, see `graph.documents.drop_graph`."""
        return await self._write({"drop": graph})

    async def _write(self, request: dict[str, Any], body: bytes = b"") -> Change:
        async with self._turn():
            await self.catch_up()
            change = await self._readers.work_out(request, body)
            if change:
                await self._make(change)
            return change

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait until nobody else writes; LimitError when that takes too long."""
        try:
            async with asyncio.timeout(self._readers.limits.seconds):
                await self._lock.acquire()
        except TimeoutError:
            raise passed("busy", self._readers.limits) from None
        try:
            yield
        finally:
            self._lock.release()

    async def _make(self, change: Change) -> None:
        """Write a change, and show it to the readers."""
        self._begun = self.revision + 1
        try:
            await asyncio.to_thread(self._put, change)
            self.revision += 1
        finally:
            self._begun = self.revision
        if self._publish is None:
            await self._readers.follow(change)
            self.shown = self.revision
        else:
            await self.catch_up()

    def _put(self, change: Change) -> None:
        """Put a change into the store, and what it was into the history."""
        self._store.change(change)
        if not self._store.disk:
            packed = change.pack()
            note = Note(change.graphs, digest_of(packed), packed=packed)
            entry = note.after(self._entries[-1]).as_done()
            self.history.keep(entry, packed)
            self._entries = [*self._entries[-KEPT:], entry]

    async def catch_up(self) -> None:
        """Show the readers the last revision, when that has failed before (the disk was full)."""
        if self.shown == self.revision or self._publish is None:
            return
        try:
            await asyncio.to_thread(self._publish, self._store)
        except (OSError, RuntimeError, StoreError) as error:
            raise StoreError(_STALE.format(self.revision, error)) from error
        self._readers.renew()
        self.shown = self.revision
