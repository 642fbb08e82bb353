"""Readers: a pool of processes that answer queries; one that passes a limit is killed.

The engine cannot be interrupted, and a query may take all memory or overflow the stack, so no query
of a stranger runs in the process of the service. All readers see one snapshot, never a change.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from graph.answers import Answer
from graph.change import Change
from graph.errors import (
    FormatError,
    NotFoundError,
    QueryError,
    SamenhangError,
    StoreError,
)
from graph.limits import Limit, Limits, passed
from graph.reader import LENGTHS, PID, Head, Snapshot, fork_zygote, pack
from graph.results import Form

_log: Final = logging.getLogger(__name__)

_ENDED: Final = "The process that starts readers has ended; start again."
_CHUNK: Final = 65536
_LEAVING: Final = 5.0  # seconds
_OUT_OF_MEMORY: Final = (b"memory allocation of", b"bad_alloc", b"MemoryError")
_ERRORS: Final[dict[str, type[SamenhangError]]] = {
    "query": QueryError,
    "format": FormatError,
    "name": NotFoundError,
    "store": StoreError,
}


@dataclass(frozen=True, eq=False)
class _Reader:
    """Our side of one reader; `series` counts the snapshots that were given out before its own."""

    pid: int
    channel: socket.socket
    complaints: socket.socket
    series: int

    async def ask(self, parts: Sequence[bytes | memoryview]) -> tuple[Head, bytes]:
        """Send a request and return the head and body of the reply; EOFError when it dies."""
        loop = asyncio.get_running_loop()
        for part in parts:
            await loop.sock_sendall(self.channel, part)
        first = b""
        while len(first) < LENGTHS.size:
            if not (more := await loop.sock_recv(self.channel, _CHUNK)):
                raise EOFError
            first += more
        head, body = LENGTHS.unpack_from(first)
        end = LENGTHS.size + head
        whole = bytearray(end + body)
        whole[: len(first)] = first
        view, got = memoryview(whole), len(first)
        while got < len(whole):
            if not (size := await loop.sock_recv_into(self.channel, view[got:])):
                raise EOFError
            got += size
        return json.loads(view[LENGTHS.size : end].tobytes()), view[end:].tobytes()

    def is_alive(self) -> bool:
        """Tell whether the process is there."""
        try:
            return bool(self.channel.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def cause_of_death(self) -> Limit:
        """Return why the process ended by itself; what it complained of goes to the log."""
        said = b""
        with suppress(OSError):
            said = self.complaints.recv(_CHUNK)
        if any(sign in said for sign in _OUT_OF_MEMORY):
            return "memory"
        _log.warning("Reader %d ended: %s", self.pid, said[:2000].decode(errors="replace"))
        return "crash"

    def kill(self) -> None:
        """End the process, if it is there: another may have its number when it is not."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process and forget it."""
        self.kill()
        self.channel.close()
        self.complaints.close()


class Readers:
    """A pool of readers, started when they are first needed; for one event loop."""

    def __init__(
        self, zygote: int, control: socket.socket, offline: bool, limits: Limits, count: int
    ) -> None:
        """Take over a zygote, see `Readers.start`."""
        self._zygote, self._control, self._count = zygote, control, count
        self.limits: Final = limits
        self._idle: asyncio.LifoQueue[_Reader] = asyncio.LifoQueue()
        self._all: set[_Reader] = set()
        self._starting: set[asyncio.Task[_Reader | None]] = set()
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
        section 2.1.4).
        """
        request: Head = {
            "text": text,
            "formats": {form.value: name for form, name in formats.items()},
            "default_graphs": list(default_graphs),
            "named_graphs": list(named_graphs),
            "rows": rows,
        }
        head, body = await self._exchange(pack(request))
        return Answer(Form(head["form"]), head["format"], body)

    async def work_out(self, request: Head, body: bytes = b"") -> Change:
        """Return what a write would change; see `graph.writer`. Raises what `answer` raises."""
        head, packed = await self._exchange(pack(request, body))
        return Change.unpack(head, packed)

    async def _exchange(self, parts: Sequence[bytes | memoryview]) -> tuple[Head, bytes]:
        """Have a reader answer a request, within the limits; raise the error that it tells."""
        reader, fit = await self._take(), False
        try:
            async with asyncio.timeout(self.limits.seconds):
                head, body = await reader.ask(parts)
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

    async def _take(self) -> _Reader:
        """Return a reader that is free; start one when there may be more."""
        if self._gone:
            raise StoreError(self._gone)
        try:
            async with asyncio.timeout(self.limits.queue_seconds):
                while True:
                    if self._idle.empty():
                        self._start_reader()
                    reader = await self._idle.get()
                    if reader.is_alive():
                        return reader
                    self._give_back(reader, fit=False)
        except TimeoutError:
            gone = StoreError(self._gone) if self._gone else None
            raise gone or passed("busy", self.limits) from None

    def _give_back(self, reader: _Reader, *, fit: bool) -> None:
        """Take a reader back for the next query; when it is not fit, another takes its place."""
        if fit and reader.series == self._series and not self._gone:
            self._idle.put_nowait(reader)
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

    def _started(self, task: "asyncio.Task[_Reader | None]") -> None:
        self._starting.discard(task)
        if not task.cancelled() and (reader := task.result()):
            self._all.add(reader)
            self._give_back(reader, fit=True)

    async def _add_reader(self) -> _Reader | None:
        """Have a reader forked; None when the system has no room now: a later query tries again."""
        series = self._series
        try:
            async with self._lock:
                pid, ends = await self._fork()
        except (OSError, EOFError):
            self._gone = self._gone or _ENDED
            return None
        return _Reader(pid, ends[0], ends[1], series) if pid else None

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
        for _ in range(self._idle.qsize()):
            self._give_back(self._idle.get_nowait(), fit=False)

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
        while not self._idle.empty():
            self._idle.get_nowait().end()
        self._control.close()
        until = time.monotonic() + _LEAVING
        with suppress(ChildProcessError):
            while os.waitpid(self._zygote, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self._zygote, signal.SIGKILL)
                time.sleep(0.002)
