"""A load of requests: a number of connections that ask one thing again and again for a while.

wrk sends it where it is installed. Without it a small client of our own does, which is slower and
so finds less of a difference between fast servers.
"""

import asyncio
import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks.servers import JSON
from benchmarks.timing import percentile

CONNECTIONS: Final = 4
#: How much longer than asked a load may last, in seconds: an answer may be slow to come.
_SLACK: Final = 60

_SCRIPT: Final = Path(__file__).with_name("client.lua")


@dataclass(frozen=True)
class Load:
    """What a load found: requests answered and failed, its seconds, and latencies in seconds."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """The number of requests answered in a second."""
        return self.requests / self.seconds


def wrk() -> str | None:
    """Return the path of wrk, if it is installed."""
    return shutil.which("wrk")


def described() -> str:
    """Return which client sends the load."""
    name = "wrk, one thread" if wrk() else "own asyncio client (wrk is not installed)"
    return f"{name}, {CONNECTIONS} connections"


def load(
    port: int,
    target: str,
    seconds: float,
    *,
    fresh: bool = False,
    headers: Mapping[str, str] = MappingProxyType({"Accept": JSON}),
) -> Load:
    """Ask a target over and over; `fresh` ends the query with another comment each time.

    RuntimeError when not one request was answered, or one failed.
    """
    seed = secrets.token_hex(4) if fresh else ""
    whole = max(1, round(seconds))
    found = (
        _by_wrk(port, target, whole, seed, headers)
        if wrk()
        else asyncio.run(_by_asyncio(port, target, whole, seed, headers))
    )
    if found.failed or not found.requests:
        raise RuntimeError(f"{found.failed} requests failed, {found.requests} were answered")
    return found


def _by_wrk(port: int, target: str, seconds: int, seed: str, headers: Mapping[str, str]) -> Load:
    command = [wrk() or "wrk", f"-c{CONNECTIONS}", "-t1", f"-d{seconds}s", f"--timeout={_SLACK}s"]
    command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{port}", "--", target, seed]
    command += [word for pair in headers.items() for word in pair]
    done = subprocess.run(
        command, check=True, capture_output=True, timeout=seconds + _SLACK, text=True
    )
    return Load(**json.loads(done.stdout.splitlines()[-1]))


async def _by_asyncio(
    port: int, target: str, seconds: int, seed: str, headers: Mapping[str, str]
) -> Load:
    start = time.perf_counter()
    limit = start + seconds
    jobs = [
        _connection(port, target, limit, seed and f"{seed}{n}", headers) for n in range(CONNECTIONS)
    ]
    found = await asyncio.wait_for(asyncio.gather(*jobs), seconds + _SLACK)
    taken = [latency for latencies, _ in found for latency in latencies]
    failed = sum(count for _, count in found)
    whole = time.perf_counter() - start
    if not taken:
        return Load(0, failed, whole, 0.0, 0.0)
    return Load(len(taken), failed, whole, percentile(taken, 0.5), percentile(taken, 0.99))


async def _connection(
    port: int, target: str, limit: float, seed: str, headers: Mapping[str, str]
) -> tuple[list[float], int]:
    """Ask on one connection until a moment; return the latencies and the number of failures."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    taken: list[float] = []
    failed = 0
    while time.perf_counter() < limit:
        text = f"{target}%0A%23{seed}-{len(taken)}" if seed else target
        start = time.perf_counter()
        writer.write(f"GET {text} HTTP/1.1\r\nHost: localhost\r\n{sent}\r\n".encode())
        if await _status(reader) in (200, 304):
            taken.append(time.perf_counter() - start)
        else:
            failed += 1
    writer.close()
    return taken, failed


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one response to its end, and return its status (RFC 9112, section 6)."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(fields.get("content-length", "0")))
    return int(lines[0].split()[1])
