"""The exchange with one reader: our side of its channel, and why it ended when it did."""

import asyncio
import json
import logging
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Literal

from graph.reader import LENGTHS
from graph.replies import Head

_log: Final = logging.getLogger(__name__)

_CHUNK: Final = 1 << 18
_DECODE: Final = json.JSONDecoder().decode  # knows that it is text, and what it is encoded in
#: The last is said when there is no room for the stack of one more thread.
_OUT_OF_MEMORY: Final = (
    b"memory allocation of",
    b"bad_alloc",
    b"MemoryError",
    b"std::system_error",
)


def expire(future: asyncio.Future[Any]) -> None:
    """End a wait with TimeoutError: for a timer, which costs less than `asyncio.timeout`."""
    if not future.done():
        future.set_exception(TimeoutError())


class Reader:
    """Our side of one reader; `series` counts the snapshots that were given out before its own.

    The loop listens to it as long as it is there: that costs less than to begin to listen for each
    answer.
    """

    def __init__(
        self, pid: int, channel: socket.socket, complaints: socket.socket, series: int
    ) -> None:
        """Take over a process that was started, and listen to it; call this in the loop."""
        self.pid, self.series = pid, series
        self._channel, self._complaints = channel, complaints
        self._loop = asyncio.get_running_loop()
        self._heard = bytearray()
        self._reply: asyncio.Future[tuple[Head, bytes]] = self._loop.create_future()
        self._loop.add_reader(channel.fileno(), self._hear)

    async def ask(self, parts: Sequence[bytes | memoryview], seconds: float) -> tuple[Head, bytes]:
        """Send a request and return the head and body of the reply.

        EOFError when the reader dies, TimeoutError when it takes longer than this.
        """
        self._reply = self._loop.create_future()
        timer = self._loop.call_later(seconds, expire, self._reply)
        try:
            for part in parts:
                sent = self._channel.send(part)
                if sent < len(part):
                    async with asyncio.timeout(seconds):
                        await self._loop.sock_sendall(self._channel, part[sent:])
            return await self._reply
        finally:
            timer.cancel()

    def _hear(self) -> None:
        """Take what the reader says; when it is a whole reply, give it to who waits for it."""
        try:
            heard = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            heard = b""
        if not heard:
            self._loop.remove_reader(self._channel.fileno())
            if not self._reply.done():
                self._reply.set_exception(EOFError())
            return
        self._heard += heard
        if len(self._heard) < LENGTHS.size:
            return
        head, body = LENGTHS.unpack_from(self._heard)
        end = LENGTHS.size + head
        if len(self._heard) == end + body:
            whole, self._heard = self._heard, bytearray()
            if not self._reply.done():
                view = memoryview(whole)
                said = _DECODE(str(view[LENGTHS.size : end], "ascii"))
                self._reply.set_result((said, view[end:].tobytes()))

    def is_alive(self) -> bool:
        """Tell whether the process is there."""
        try:
            return bool(self._channel.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def cause_of_death(self) -> Literal["memory", "crash"]:
        """Return why the process ended by itself; what it complained of goes to the log."""
        said = b""
        with suppress(OSError):
            said = self._complaints.recv(_CHUNK)
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
        if not self._loop.is_closed():
            self._loop.remove_reader(self._channel.fileno())
        self._channel.close()
        self._complaints.close()
