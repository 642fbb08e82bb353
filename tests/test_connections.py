"""Connections: slow, endless and malformed requests cost the service little, and end.

Everything is sent to a running service, by sockets, for no HTTP client says such things.
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2 as httpx
import psutil
import pytest

from daemons import PATIENCE, serving

SETTINGS = {
    "SAMENHANG_HEAD_SECONDS": "1",
    "SAMENHANG_BODY_SECONDS": "1",
    "SAMENHANG_SEND_SECONDS": "1",
    "SAMENHANG_QUERY_SECONDS": "3",
    "SAMENHANG_CONNECTIONS": "20",
    "SAMENHANG_CLIENT_CONNECTIONS": "15",
    "SAMENHANG_CLIENT_SECONDS": "0",
    "SAMENHANG_CLIENT_ERRORS": "0",
}
#: What a limit of a second may come to on a slow machine, in seconds.
SLACK = 3.0
#: The longest body of a query, in bytes.
LIMIT = 262144
MB = 10**6
CROSS = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
EVERYTHING = quote("SELECT * { ?s ?p ?o }")
#: How the service is started, with either of uvicorn's parsers.
PROGRAMS = {
    "httptools": ("-m", "api"),
    "h11": (
        "-c",
        "import sys; sys.modules['httptools'] = sys.modules['uvloop'] = None; "
        "from api.__main__ import main; main()",
    ),
}


class Service(NamedTuple):
    """A running service."""

    address: str
    process: psutil.Process

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def rss(self) -> float:
        """Return the memory that the process holds, in MB."""
        return float(self.process.memory_info().rss) / MB

    def connect(self) -> socket.socket:
        """Return a new connection."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def is_well(self) -> bool:
        """Tell whether an ordinary request is answered."""
        return httpx.get(f"{self.address}/sparql?query=ASK%7B%7D", timeout=PATIENCE).is_success

    def connections(self) -> int:
        """Return how many connections it has."""
        found = self.process.net_connections("tcp")
        return sum(one.status != psutil.CONN_LISTEN for one in found)

    def has_at_most(self, number: int) -> None:
        """Wait until there are at most so many connections."""
        until = time.monotonic() + PATIENCE
        while self.connections() > number:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture(scope="module", params=PROGRAMS)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Serve with small limits, with one parser of uvicorn and with the other."""
    if request.param != "h11":
        pytest.importorskip(request.param)
    with serving(SETTINGS, program=PROGRAMS[request.param]) as (address, process):
        yield Service(address, psutil.Process(process.pid))


@pytest.fixture(scope="module")
def patient() -> Iterator[Service]:
    """Serve with room for few answers that wait, but for a long time."""
    limits = {"SAMENHANG_MAX_WAITING": "16", "SAMENHANG_CLIENT_CONNECTIONS": "0"}
    times = {"SAMENHANG_HEAD_SECONDS": "60", "SAMENHANG_SEND_SECONDS": "60"}
    with serving(SETTINGS | limits | times) as (address, process):
        yield Service(address, psutil.Process(process.pid))


@pytest.fixture(autouse=True)
def _is_there(service: Service) -> Iterator[None]:
    """Whatever was sent, the service answers the next one."""
    yield
    assert service.is_well()


def receive(connection: socket.socket) -> bytes:
    """Return everything that comes until the service closes the connection."""
    got = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            got += part
    return got


def read(answer: bytes) -> tuple[int, dict[str, Any]]:
    """Return status and problem of an answer; it must be a problem document, and the last."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    assert b"nosniff" in head
    problem = json.loads(body)
    status = int(head.split()[1])
    assert problem["status"] == status
    return status, problem


def refused(service: Service, sent: bytes) -> int:
    """Send something and return the status of the problem document that comes back."""
    with service.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        return read(receive(connection))[0]


def ask_and_leave(stack: ExitStack, service: Service) -> None:
    """Ask for a large answer and wait until it begins; take nothing of it."""
    connection = stack.enter_context(closing(socket.socket()))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE)
    connection.connect(("127.0.0.1", service.port))
    target = f"/sparql?query={EVERYTHING}&format=xml"
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert connection.recv(1, socket.MSG_PEEK)


def post(*headers: bytes) -> bytes:
    """Return the head of a query by POST."""
    lines = [b"POST /sparql HTTP/1.1", b"Host: x", b"Content-Type: application/sparql-query"]
    return b"\r\n".join([*lines, *headers, b"", b""])


def drip(connection: socket.socket, part: bytes) -> float:
    """Send something again and again until the service answers; return how long it took."""
    start = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - start < PATIENCE:
        try:
            connection.recv(1, socket.MSG_PEEK)
            break
        except TimeoutError:
            with suppress(ConnectionError):
                connection.sendall(part)
        except ConnectionError:
            break
    connection.settimeout(PATIENCE)
    return time.monotonic() - start


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"\r\n", post()[:-2]])
def test_slow_head_is_cut(service: Service, begin: bytes) -> None:
    """A head that comes byte by byte is cut at its time, however lively it drips."""
    with service.connect() as connection:
        connection.sendall(begin)
        part = b"x" if begin.strip() else b"\r\n"
        assert drip(connection, part) < 1 + SLACK
        assert read(receive(connection))[0] in (400, 408)  # h11 refuses too many empty lines


def test_slow_head_on_a_kept_connection_is_cut(service: Service) -> None:
    """A second request on a connection has no more time than the first."""
    with service.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in connection.recv(65536)
        connection.sendall(b"GET /")
        assert drip(connection, b"x") < 1 + SLACK
        assert read(receive(connection))[0] == 408


def test_silent_connection_is_closed(service: Service) -> None:
    """A connection that says nothing is closed without a word."""
    with service.connect() as connection:
        start = time.monotonic()
        assert receive(connection) == b""
        assert time.monotonic() - start < 1 + SLACK


@pytest.mark.parametrize(
    ("header", "part"),
    [(b"Content-Length: 1000", b"x"), (b"Transfer-Encoding: chunked", b"1\r\nx\r\n")],
)
def test_slow_body_is_cut(service: Service, header: bytes, part: bytes) -> None:
    """A body that comes byte by byte is cut at its time."""
    with service.connect() as connection:
        connection.sendall(post(header))
        assert drip(connection, part) < 1 + SLACK
        assert read(receive(connection))[0] == 408


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * MB + b"\r\n\r\n",
        b"GET /" + b"x" * MB + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"x" * 100 * MB,
        b"x" * MB,
    ],
    ids=["header", "line", "headers", "endless", "nothing"],
)
def test_large_head_is_refused(service: Service, sent: bytes) -> None:
    """A head that is too large is refused, and takes no memory."""
    before = service.rss()
    assert refused(service, sent) in (400, 431)
    assert service.rss() - before < 20


def test_many_headers_are_refused(service: Service) -> None:
    """More than a hundred headers are refused, however short."""
    assert refused(service, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a:b\r\n" * 5_000 + b"\r\n") == 431


@pytest.mark.parametrize(
    "sent",
    [
        post(b"Content-Length: 6", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        post(b"Transfer-Encoding: chunked", b"Content-Length: 6") + b"0\r\n\r\n",
        post(b"Content-Length: 6", b"Content-Length: 7") + b"ASK {}",
        post(b"Content-Length: -1"),
        post(b"Transfer-Encoding: chunked") + b"zz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_ambiguous_request_is_refused(service: Service, sent: bytes) -> None:
    """A request that could be read in two ways, and what is no HTTP, is refused."""
    assert refused(service, sent) == 400


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", [b"/sparql", b"/", b"/store"])
def test_enormous_body_takes_no_memory(service: Service, path: bytes, chunked: bool) -> None:
    """A body of 300 MB is refused with an answer, and the service grows by less than 20 MB."""
    before, peak = service.rss(), 0.0
    header = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % (300 * MB)
    part = b"%x\r\n%s\r\n" % (MB, b"x" * MB) if chunked else b"x" * MB
    with service.connect() as connection:
        connection.sendall(post(header).replace(b"/sparql", path, 1))
        with suppress(ConnectionError):
            for _ in range(300):
                connection.sendall(part)
                peak = max(peak, service.rss())
        answer = receive(connection)
    assert peak - before < 20
    assert read(answer)[0] == {b"/sparql": 413, b"/": 405, b"/store": 403}[path]


def test_answer_arrives_before_a_small_body(service: Service) -> None:
    """A client that sends on after it was refused is not reset, when what it sends is little."""
    with service.connect() as connection:
        connection.sendall(post(b"Content-Length: 40000").replace(b"/sparql", b"/", 1))
        answer = connection.recv(65536)
        for _ in range(10):
            connection.sendall(b"x" * 4000)
        while part := connection.recv(65536):
            answer += part
    assert read(answer)[0] == 405


def test_declared_body_is_not_asked_for(service: Service) -> None:
    """A client that asks first (Expect: 100-continue) whether to send too much is told not to."""
    head = post(b"Content-Length: %d" % (300 * MB), b"Expect: 100-continue")
    assert refused(service, head) == 413


def test_body_is_read_up_to_its_limit(service: Service) -> None:
    """Of a body without a declared length no more than the limit and 64 KiB is read."""
    part, sent = b"x" * 4096, 0
    with service.connect() as connection:
        connection.sendall(post(b"Transfer-Encoding: chunked"))
        connection.settimeout(0.01)
        while sent < 10 * LIMIT:
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            sent += len(part)
            with suppress(TimeoutError):
                connection.recv(1, socket.MSG_PEEK)
                break
        connection.settimeout(PATIENCE)
        assert read(receive(connection))[0] == 413
    assert LIMIT < sent <= LIMIT + 65536


def test_pipelined_requests_are_answered_in_order(service: Service) -> None:
    """Requests that are sent at once are answered one after the other."""
    numbers = range(20)
    heads = [f"GET /sparql?query=SELECT({n}AS%20%3Fn)%7B%7D&format=csv" for n in numbers]
    sent = "".join(f"{head} HTTP/1.1\r\nHost: x\r\n\r\n" for head in heads[:-1])
    sent += f"{heads[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with service.connect() as connection:
        connection.sendall(sent.encode())
        answer = receive(connection).decode()
    got = [part.splitlines()[-1] for part in answer.split("HTTP/1.1 200 OK")[1:]]
    assert got == [str(n) for n in numbers]


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_pipelined_requests_do_not_pile_up(service: Service, pause: float) -> None:
    """Who asks on and on without waiting for an answer is cut, and takes no memory."""
    before = service.rss()
    first = f"GET /sparql?query={CROSS} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    start = time.monotonic()
    with service.connect() as connection:
        connection.sendall(first)
        with suppress(ConnectionError):
            for _ in range(1000):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 40)
                time.sleep(pause)
        assert time.monotonic() - start < PATIENCE
        assert receive(connection) == b""
    assert service.rss() - before < 20


def test_client_that_reads_nothing_is_cut(service: Service) -> None:
    """Who asks for a large answer and does not take it is cut, and the answer is let go."""
    with ExitStack() as stack:
        for _ in range(5):
            ask_and_leave(stack, service)
        start = time.monotonic()
        service.has_at_most(0)
        assert time.monotonic() - start < 1 + SLACK


def test_slow_client_gets_everything(service: Service) -> None:
    """Who takes a large answer slowly, but steadily, gets it whole."""
    fast = httpx.get(f"{service.address}/sparql?query={EVERYTHING}&format=xml", timeout=PATIENCE)
    head = f"GET /sparql?query={EVERYTHING}&format=xml HTTP/1.1\r\nHost: x\r\n"
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", service.port))
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        got, until = b"", time.monotonic() + 5
        while time.monotonic() < until:
            got += connection.recv(16384)
            time.sleep(0.05)
        got += receive(connection)
    assert got.partition(b"\r\n\r\n")[2] == fast.content


def test_connections_are_bounded(patient: Service) -> None:
    """One connection too many is refused with a problem document, and none when there is room."""
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(patient.connect())
        answer = receive(stack.enter_context(patient.connect()))
        assert read(answer)[0] == 503
        assert b"retry-after: 1" in answer
    patient.has_at_most(0)
    assert patient.is_well()


def test_connections_of_a_client_are_bounded(service: Service) -> None:
    """One client has only a part of the connections."""
    with ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(service.connect())
        answer = receive(stack.enter_context(service.connect()))
        assert read(answer)[0] == 429
        assert b"retry-after: 1" in answer
    service.has_at_most(0)


def test_answers_that_wait_are_bounded(patient: Service) -> None:
    """When answers wait for many clients, those who wait longest are cut, and others are served."""
    with ExitStack() as stack:
        for _ in range(12):
            ask_and_leave(stack, patient)
        patient.has_at_most(11)
        assert patient.is_well()
