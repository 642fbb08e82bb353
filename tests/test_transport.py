"""The transport: the head and the body of a response leave together."""

import asyncio
from typing import Any, cast

import pytest

from api.transport import Gathering


class Sink:
    """Stands for a transport, and notes what is sent at once."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def writelines(self, data: list[bytes]) -> None:
        self.sent.append(b"".join(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def sink() -> Sink:
    """Give what stands for a transport."""
    return Sink()


def gathering(sink: Sink) -> Gathering:
    """Wrap it, in the loop that runs."""
    return Gathering(cast(Any, sink), asyncio.get_running_loop())


def test_what_is_written_in_one_turn_is_sent_at_once(sink: Sink) -> None:
    """Writes of one turn of the loop are sent together, in their order, and only once."""

    async def run() -> None:
        transport = gathering(sink)
        for turn in (b"1", b"2"):
            transport.write(b"head" + turn)
            transport.write(b"body" + turn)
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert sink.sent == [b"head1body1", b"head2body2"]


def test_much_is_not_held_back(sink: Sink) -> None:
    """What is large is handed on in the same turn, so that the transport can say: wait."""

    async def run() -> None:
        transport = gathering(sink)
        for _ in range(5):
            transport.write(b"x" * 40_000)
        assert sum(map(len, sink.sent)) >= 160_000

    asyncio.run(run())


def test_closing_loses_nothing(sink: Sink) -> None:
    """What was written before the end is sent before it."""

    async def run() -> None:
        transport = gathering(sink)
        transport.write(b"last")
        transport.close()
        assert (sink.sent, transport.is_closing()) == ([b"last"], True)

    asyncio.run(run())
    assert sink.sent == [b"last"]
