"""Readers: a pool of processes that answer queries; one that passes a limit is killed.

The engine cannot be interrupted, and a query may take all memory or overflow the stack, so no query
of a stranger runs in the process of the service. All readers see one snapshot, never a change.
"""

import asyncio
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Self

from graph.answers import Answer
from graph.change import Change
from graph.errors import (
    FormatError,
    LimitError,
    NotFoundError,
    QueryError,
    SamenhangError,
    StoreError,
)
from graph.exchange import Reader, expire
from graph.fingerprint import Asked, Fingerprint
from graph.limits import Limits, passed
from graph.reader import PID, fork_zygote, pack
from graph.replies import Head, Snapshot
from graph.results import Form

_ENDED: Final = "The process that starts readers has ended; start again."
_LEAVING: Final = 5.0  # seconds
_ERRORS: Final[dict[str, type[SamenhangError]]] = {
    "query": QueryError,
    "format": FormatError,
    "name": NotFoundError,
    "store": StoreError,
}


class Load(NamedTuple):
    """How busy a pool is: readers at work and free, and queries that wait for one."""

    busy: int
    idle: int
    waiting: int


class Readers:
    """A pool of readers, started when they are first needed; for one event loop."""

    def __init__(
        self, zygote: int, control: socket.socket, offline: bool, limits: Limits, count: int
    ) -> None:
        """Take over a zygote, see `Readers.start`."""
        self._zygote, self._control, self._count = zygote, control, count
        self.limits: Final = limits
        self._idle: list[Reader] = []
        self._waiting: deque[asyncio.Future[Reader]] = deque()
        self._all: set[Reader] = set()
        self._starting: set[asyncio.Task[Reader | None]] = set()
        self._lock = asyncio.Lock()
        self._series = 0
        self._gone = ""
        self.offline = offline  # kept off the network by the system

    @classmethod
    def start(
        cls, snapshot: Snapshot, limits: Limits, count: int = 2, *, online: bool = False
    ) -> Self:
        """Return a pool of up to `count` readers of a snapshot, at work at the same time.

        The snapshot is a store in memory, or what opens one on disk in each new reader. Call this
        in the main thread, before the service has another thread or an event loop: the process is
        forked, and its copy ends when that thread does. Readers that are `online` have a network.
        """
        zygote, control, offline = fork_zygote(snapshot, limits, online=online)
        control.setblocking(False)
        return cls(zygote, control, offline, limits, count)

    @property
    def load(self) -> Load:
        """How busy the pool is now."""
        waiting = sum(not one.done() for one in list(self._waiting))
        return Load(len(self._all) - len(self._idle), len(self._idle), waiting)

    async def answer(
        self,
        text: str,
        formats: Mapping[Form, str],
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        rows: int | None = None,
    ) -> Answer:
        """Answer a query, written in the format (short name) that is given for its form.

        For `rows`, and what else it raises, see `graph.answers.answer`; LimitError when it is
        stopped, StoreError when the snapshot is out of reach. A task that is cancelled takes its
        reader with it. For the dataset see `graph.store.Store.query` (SPARQL 1.1 Protocol,
        section 2.1.4). When its reader ends by itself, another tries it once in the time that is
        left: who killed it may have meant another.
        """
        request: Head = {
            "formats": {form.value: name for form, name in formats.items()},
            "default_graphs": list(default_graphs),
            "named_graphs": list(named_graphs),
            "rows": rows,
        }
        message = pack(request, text.encode(errors="surrogatepass"))
        start = time.monotonic()
        try:
            head, body = await self._exchange(message, self.limits.seconds)
        except LimitError as error:
            left = self.limits.seconds - (time.monotonic() - start)
            if error.limit != "crash" or self._gone or left <= 0:
                raise
            head, body = await self._exchange(message, left)
        return Answer(Form(head["form"]), head["format"], body, head["tag"])

    async def work_out(self, request: Head, body: bytes = b"") -> Change:
        """Return what a write would change; see `graph.writer`. Raises what `answer` raises."""
        head, packed = await self._exchange(pack(request, body), self.limits.seconds)
        return Change.unpack(head, packed)

    async def fingerprint(
        self, asked: Asked | None, known: str = "", change: Change | None = None
    ) -> Fingerprint:
        """Return the fingerprint of the snapshot, or of what it was before a change.

        See `graph.fingerprint.fingerprint`; raises what `answer` raises.
        """
        text = asked.text.encode(errors="surrogatepass") if asked else b""
        packed = change.pack() if change else (None, b"")
        request = {
            "length": len(text),
            "default_graphs": list(asked.default_graphs) if asked else [],
            "named_graphs": list(asked.named_graphs) if asked else [],
            "known": known,
            "change": packed[0],
        }
        message = pack({"fingerprint": request}, text + packed[1])
        head, body = await self._exchange(message, self.limits.seconds)
        return Fingerprint(head["dataset"], head["answer"], head["form"], body)

    async def _exchange(
        self, parts: Sequence[bytes | memoryview], seconds: float
    ) -> tuple[Head, bytes]:
        """Have a reader answer a request, within the limits; raise the error that it tells."""
        reader, fit = await self._take(), False
        try:
            head, body = await reader.ask(parts, seconds)
            fit = not head["spent"]
        except TimeoutError:
            raise passed("time", self.limits) from None
        except (OSError, EOFError):
            raise passed(reader.cause_of_death(), self.limits) from None
        finally:
            self._give_back(reader, fit=fit)
        if "limit" in head:
            raise passed(head["limit"], self.limits)
        if "error" in head:
            raise _ERRORS[head["error"]](*head["args"])
        return head, body

    async def _take(self) -> Reader:
        """Return a reader that is free; start one when there may be more."""
        if self._gone:
            raise StoreError(self._gone)
        while self._idle:
            if (reader := self._idle.pop()).is_alive():
                return reader
            self._give_back(reader, fit=False)
        self._start_reader()
        try:
            return await self._next()
        except TimeoutError:
            gone = StoreError(self._gone) if self._gone else None
            raise gone or passed("busy", self.limits) from None

    async def _next(self) -> Reader:
        """Wait for the reader that is free next; TimeoutError when it takes too long."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Reader] = loop.create_future()
        self._waiting.append(waiting)
        timer = loop.call_later(self.limits.queue_seconds, expire, waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and not waiting.exception():
                self._give_back(waiting.result(), fit=True)
            raise
        finally:
            timer.cancel()

    def _give_back(self, reader: Reader, *, fit: bool) -> None:
        """Take a reader back for the next query; when it is not fit, another takes its place."""
        if fit and reader.series == self._series and not self._gone:
            while self._waiting:
                if not (waiting := self._waiting.popleft()).done():
                    waiting.set_result(reader)
                    return
            self._idle.append(reader)
            return
        reader.end()
        self._all.discard(reader)
        self._start_reader()

    def _start_reader(self) -> None:
        """Have one more reader started, if there may be one more."""
        if not self._gone and len(self._all) + len(self._starting) < self._count:
            task = asyncio.get_running_loop().create_task(self._add_reader())
            self._starting.add(task)
            task.add_done_callback(self._started)

    def _started(self, task: "asyncio.Task[Reader | None]") -> None:
        self._starting.discard(task)
        if not task.cancelled() and (reader := task.result()):
            self._all.add(reader)
            self._give_back(reader, fit=True)

    async def _add_reader(self) -> Reader | None:
        """Have a reader forked; None when the system has no room now: a later query tries again."""
        series = self._series
        try:
            async with self._lock:
                pid, ends = await self._fork()
        except (OSError, EOFError):
            self._gone = self._gone or _ENDED
            return None
        return Reader(pid, ends[0], ends[1], series) if pid else None

    async def _fork(self) -> tuple[int, list[socket.socket]]:
        """Ask the zygote for a reader; return its pid, 0 when there is none, and our two ends."""
        await asyncio.get_running_loop().sock_sendall(self._control, b"+")
        pid, fds = await self._hear(2)
        ends = [socket.socket(fileno=fd) for fd in fds]
        for end in ends:
            end.setblocking(False)
        return pid, ends

    async def _hear(self, fds: int) -> tuple[int, list[int]]:
        """Wait for the zygote; return the number it says and up to so many files."""
        loop, ready, number = asyncio.get_running_loop(), asyncio.Event(), self._control.fileno()
        loop.add_reader(number, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(number)
        message, received, _, _ = socket.recv_fds(self._control, PID.size, fds)
        if not message:
            raise EOFError
        return PID.unpack(message)[0], received

    async def follow(self, change: Change) -> None:
        """Make a change in the snapshot in memory; every later query sees it."""
        head, body = change.pack()
        loop = asyncio.get_running_loop()
        try:
            async with self._lock:
                await loop.sock_sendall(self._control, b"=")
                for part in pack(head, body):
                    await loop.sock_sendall(self._control, part)
                await self._hear(0)
        except (OSError, EOFError):
            raise StoreError(_ENDED) from None
        self.renew()

    def renew(self) -> None:
        """Have every later query answered on a snapshot that is opened from now on."""
        self._series += 1
        while self._idle:
            self._give_back(self._idle.pop(), fit=False)

    def close(self) -> None:
        """End all readers and the zygote, and wait until they are gone, 5 seconds at most.

        Queries under way get LimitError ("crash"), later ones StoreError.
        """
        if self._control.fileno() < 0:
            return
        self._gone = "The readers have been closed."
        for task in self._starting:
            task.cancel()
        for reader in self._all:
            reader.kill()
        while self._idle:
            self._idle.pop().end()
        self._control.close()
        until = time.monotonic() + _LEAVING
        with suppress(ChildProcessError):
            while os.waitpid(self._zygote, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self._zygote, signal.SIGKILL)
                time.sleep(0.002)
