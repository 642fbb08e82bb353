"""Servers on this machine: each on a free port of the loopback, and ended by its process."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

REPOSITORY: Final = Path(__file__).resolve().parent.parent.parent
JSON: Final = "application/sparql-results+json"
#: Longer than any start takes, in seconds: a server that does not answer ends the run.
PATIENCE: Final = 120.0
#: How long a server may take to end when asked to, in seconds.
FAREWELL: Final = 10.0


@dataclass(frozen=True)
class Server:
    """A server that answers queries: its name, port and path, and its process."""

    name: str
    port: int
    path: str
    pid: int

    def target(self, query: str) -> str:
        """Return the request target that asks a query by GET."""
        return f"{self.path}?{urlencode({'query': query})}"


def free_port() -> int:
    """Return a port that nothing listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, target: str, accept: str = "*/*") -> bytes:
    """Return what a server answers; URLError when it does not."""
    request = Request(f"http://127.0.0.1:{port}{target}", headers={"Accept": accept})
    with urlopen(request, timeout=PATIENCE) as answer:
        return bytes(answer.read())


def send(port: int, target: str, body: bytes, media_type: str) -> None:
    """Post a body to a server; URLError when it refuses."""
    address = f"http://127.0.0.1:{port}{target}"
    request = Request(address, body, {"Content-Type": media_type}, method="POST")
    with urlopen(request, timeout=PATIENCE) as answer:
        answer.read()


def answer(server: Server, query: str) -> list[dict[str, Any]]:
    """Return the bindings that a server answers with (SPARQL 1.1 Query Results JSON)."""
    read = json.loads(fetch(server.port, server.target(query), JSON))
    return list(read["results"]["bindings"])


def wait_for(port: int, target: str, process: "subprocess.Popen[bytes]") -> float:
    """Return the moment of the first answer, whatever its status.

    RuntimeError when the server ends or stays silent.
    """
    limit = time.perf_counter() + PATIENCE
    while time.perf_counter() < limit and process.poll() is None:
        try:
            fetch(port, target)
        except HTTPError:
            return time.perf_counter()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.005)
        else:
            return time.perf_counter()
    raise RuntimeError(f"nothing answers at {target}")


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a command, and end that process, and only that one, at the end of the block.

    What it says is shown only when it ended by itself with an error.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, **(environment or {})},
        )
        try:
            yield process
        finally:
            _report(process, said)
            process.terminate()
            try:
                process.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(FAREWELL)


def _report(process: "subprocess.Popen[bytes]", said: IO[bytes]) -> None:
    if process.poll():
        said.seek(0)
        print(said.read().decode(errors="replace")[-2000:], file=sys.stderr)


@contextmanager
def samenhang(
    port: int, environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the service on the shipped files."""
    command = [sys.executable, "-m", "api", "serve", "--store", "memory:", "--port", str(port)]
    with running(command, environment) as process:
        yield process
