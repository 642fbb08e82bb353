"""Real engines on loopback, each a process of the tests' own, and an engine that misbehaves."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import psutil
import pytest

#: How long anything may take to answer, in seconds.
PATIENCE = 30.0
#: How Python runs the service.
PROGRAM = ("-m", "api")
USER, PASSWORD = "tester", "s@cret: 1"
#: The most rows that the Virtuoso of the tests gives.
ROWS = 500
_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 2000
MaxDirtyBuffers = 1200
ServerThreads = 10
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = {rows}
"""
_GRANT = f"""
DB.DBA.USER_CREATE('{USER}', '{PASSWORD}');
GRANT SPARQL_SELECT TO "{USER}";
GRANT SPARQL_UPDATE TO "{USER}";
"""


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str | Path], folder: Path, url: str) -> Iterator[None]:
    """Run a server in a folder until the block ends, from when it answers at its URL."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        for _ in range(300):
            if process.poll() is not None:
                break
            try:
                if httpx2.get(url, params={"query": "ASK {}"}, trust_env=False).is_success:
                    break
            except httpx2.HTTPError:
                time.sleep(0.1)
        else:
            pytest.fail(f"No answer at {url}.")
        assert process.poll() is None, (folder / "output").read_text(errors="replace")
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving(
    settings: Mapping[str, str],
    store: str = "memory:",
    program: Sequence[str] = PROGRAM,
    tracer: Sequence[str] = (),
    *,
    counted: bool = False,
    quiet: bool = True,
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Start the service on a free port; end it as a service manager does.

    `tracer` is a command that runs it as its child. Coverage counts what it does only when it is
    `counted`, for that makes it slow. Its access log is seen unless it is `quiet`.
    """
    port = free_port()
    command = [*tracer, sys.executable, *program, "serve", "--store", store, "--port", str(port)]
    environment = {**os.environ, **settings}
    if not counted:
        environment.pop("COVERAGE_PROCESS_CONFIG", None)
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx2.get(f"{address}/healthz")
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield address, process
    finally:
        if process.poll() is None:
            (own,) = psutil.Process(process.pid).children() if tracer else (process,)
            own.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


@contextmanager
def oxigraph(folder: Path, *options: str) -> Iterator[str]:
    """Run an Oxigraph server; give the URL of its query operation."""
    binary, port = Path(sys.executable).parent / "oxigraph", free_port()
    bind = ["serve", "--bind", f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}/query"
    with _running([binary, *bind, *options], folder, url):
        yield url


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Run a Virtuoso; give the URL of its query operation, or skip when there is none."""
    binary, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not binary or not isql:
        pytest.skip("There is no Virtuoso: apt-get install virtuoso-opensource-7-bin")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(
        _INI.format(sql=sql, http=http, rows=ROWS), encoding="utf-8"
    )
    (folder / "grant.sql").write_text(_GRANT, encoding="utf-8")
    url = f"http://127.0.0.1:{http}/sparql"
    with _running([binary, "+foreground", "+configfile", "virtuoso.ini"], folder, url):
        login = [isql, f"127.0.0.1:{sql}", "dba", "dba", "grant.sql"]
        subprocess.run(login, cwd=folder, check=True, capture_output=True, timeout=30)
        yield url


def with_user(url: str, password: str = PASSWORD) -> str:
    """Return a URL with the credentials of the tests' user."""
    return str(httpx2.URL(url).copy_with(username=USER, password=password))


class Misbehaving(ThreadingHTTPServer):
    """An engine that answers every request in one wrong way, and counts the requests."""

    daemon_threads = True

    def __init__(self, way: str) -> None:
        """Listen on loopback; `way` names a method of the handler below."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.way, self.requests, self.ended = way, 0, False
        self.url = f"http://127.0.0.1:{self.server_address[1]}/query"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that go."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Misbehaving

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.requests += 1
        getattr(self, f"be_{self.server.way}")()

    do_PUT = do_POST

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def be_silent(self) -> None:
        while not self.server.ended:
            time.sleep(0.02)

    def be_garbage(self) -> None:
        self._send(b"<html>It works!</html>")

    def be_half(self) -> None:
        self._send(b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"lit')

    def be_short(self) -> None:
        self._send(b'{"head":{"vars":["o"]},', Content_Length="1000")
        self.close_connection = True

    def be_endless(self) -> None:
        self._send(b"", Content_Length=str(2**40))
        while not self.server.ended:
            self.wfile.write(bytes(2**16))

    def be_slow(self) -> None:
        self._send(b"", Content_Length="1000")
        while not self.server.ended:
            self.wfile.write(b" ")
            time.sleep(0.05)

    def be_elsewhere(self) -> None:
        self._send(b"", 307, Location="http://192.0.2.1/query")

    def be_broken(self) -> None:
        self._send(b"out of memory", 500)

    def be_forgetful(self) -> None:
        """Break off twice, then answer."""
        if self.server.requests < 3:
            self.close_connection = True
        else:
            self._send(b'{"head":{"vars":["n"]},"results":{"bindings":[]}}')

    def be_secured(self) -> None:
        self._send(b"", 401, WWW_Authenticate='Basic realm="engine"')


@contextmanager
def misbehaving(way: str) -> Iterator[Misbehaving]:
    """Run an engine that misbehaves in this way."""
    with Misbehaving(way) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.ended = True
            server.shutdown()
            thread.join()
