"""The service in a thread of the tests, on three graphs of one triple each."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp, Message

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore, in_memory
from services import parsed

DIRECT = "application/sparql-query"


#: A request: method, path, query string, body and headers.
Sent = tuple[str, str, bytes, bytes, dict[str, str]]


class Answer(NamedTuple):
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


async def put(app: ASGIApp, sent: Sent) -> Answer:
    """Give the application a request."""
    method, path, address, body, headers = sent
    raw = [(k.encode(), v.encode("latin-1")) for k, v in {"host": "localhost", **headers}.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": address,
        "root_path": "", "headers": raw, "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    got = {k.decode().lower(): v.decode("latin-1") for k, v in messages[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], got, content)


class Host:
    """The service on a port of this machine."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, "127.0.0.1", 0, log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        got = connection.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        connection.close()
        return answer


def graph(number: str | int) -> str:
    """Name a graph of the tests."""
    return f"http://example.org/protocol/data{number}.rdf"


#: Three named graphs of one triple each: that it is a document.
DOCUMENTS = {graph(n): f"<{graph(n)}> a <http://xmlns.com/foaf/0.1/Document> ." for n in (1, 2, 3)}


def documents() -> OxigraphStore:
    """Return a store with the three graphs."""
    return in_memory(parsed(DOCUMENTS))


@contextmanager
def hosting(store: OxigraphStore) -> Iterator[Host]:
    """Run the service on a store; its clients have no budget."""
    running = Host(create_app(Settings(client_seconds=0, client_errors=0), store))
    try:
        yield running
    finally:
        running.stop()


#: Results that a format cannot say, and one that can say them.
UNWRITABLE = [
    ("CONSTRUCT { <urn:s> <urn:p> <<( <urn:s> <urn:p> 1 )>> } {}", "jsonld", "turtle"),
    ("PREFIX r: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> CONSTRUCT { <urn:s> r:li 1 } {}",
     "rdfxml", "jsonld"),
    ("CONSTRUCT { <urn:s> <http://x/1> 1 } {}", "rdfxml", "turtle"),
    ("CONSTRUCT { <urn:s> <urn:p> '\\u0000' } {}", "rdfxml", "ntriples"),
    ("SELECT ('\\u0001' AS ?x) {}", "xml", "json"),
    ("SELECT ('\\uFFFE' AS ?x) {}", "xml", "csv"),
]  # fmt: skip
