"""The keep-alive ping: a small request again and again on one connection that is kept.

What is looked for is a trap of two well-meant delays. A server that writes the head and the body of
a response apart, on a socket without TCP_NODELAY, sends the head at once and holds the body back
until the head is acknowledged (Nagle, RFC 896). The client's system puts off that acknowledgement,
hoping to send it along with data (delayed ACK, RFC 1122, section 4.2.3.2): on Linux for 40 ms. Then
every response takes some 44 ms, however fast the server is. It happens when a server is handed a
socket that was made without naming TCP, for asyncio sets TCP_NODELAY only where it sees TCP.

On a new connection Linux acknowledges at once for a while, and hides the trap: so the first
requests are made and not counted. To see that the ping would find it, a small server that has the
trap is measured too.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final
from urllib.parse import quote

from benchmarks.servers import JSON
from benchmarks.timing import percentile

PINGS: Final = 200
#: Requests that are not counted: more than Linux acknowledges at once on a new connection.
WARMING: Final = 40
TARGETS: Final = ("/healthz", f"/sparql?query={quote('ASK {}')}")
#: The p95 that the service promises to stay under, in seconds.
PROMISE: Final = 0.005

_TIMEOUT: Final = 10.0
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


def ping(port: int, target: str, count: int = PINGS) -> list[float]:
    """Return how long each request took, in seconds; RuntimeError when one fails.

    Nothing is sent while an answer is awaited, and the connection is one and the same.
    """
    taken: list[float] = []
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        for _ in range(WARMING + count):
            start = time.perf_counter()
            connection.request("GET", target, headers={"Accept": f"{JSON}, */*;q=0.1"})
            kept = connection.sock
            response = connection.getresponse()
            response.read()
            taken.append(time.perf_counter() - start)
            if response.status != 200 or connection.sock is not kept:
                raise RuntimeError(f"{target}: status {response.status}, or connection closed")
    finally:
        connection.close()
    return taken[WARMING:]


def figures(taken: list[float]) -> tuple[float, float]:
    """Return the p50 and p95 of pings, in seconds."""
    return percentile(taken, 0.5), percentile(taken, 0.95)


@contextmanager
def trapped() -> Iterator[int]:
    """Run a server with the trap, for one connection, and give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(_TIMEOUT)
        thread = threading.Thread(target=_serve, args=(listening,), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(_TIMEOUT)


def _serve(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(_TIMEOUT)
        while connection.recv(65536):
            connection.sendall(_HEAD)
            connection.sendall(b"ok")
