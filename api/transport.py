"""A transport that sends the head and the body of a response together."""

import asyncio
from typing import Any, Final

#: So many bytes are not held back, so that a reader that is slow is noticed.
_MOST: Final = 65536


class Gathering:
    """Holds what is written until the loop has its turn, and sends it at once.

    A packet less for each response is a good part of its cost, and there is none that the system
    would hold back until the one before it is acknowledged.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Wrap a transport."""
        self._transport, self._loop = transport, loop
        self._held: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """Do everything else as the transport does it."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send the data soon."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self._send()

    def _send(self) -> None:
        if self._held:
            held, self._held, self._size = self._held, [], 0
            self._transport.writelines(held)

    def close(self) -> None:
        """Send what is held, and close."""
        self._send()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        """Send what is held; return how much the system has not taken of all, in bytes."""
        self._send()
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close at once; what is held is lost."""
        self._held = []
        self._transport.abort()
