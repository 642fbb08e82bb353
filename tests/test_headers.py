"""What every response carries; HEAD; and requests of scripts from elsewhere (CORS)."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from api.headers import HEADERS, POLICY, PREFLIGHT

PAGE = {"Accept": "text/html"}
ADDRESSES = [
    "/",
    "/questions/Q01",
    "/def",
    "/def/context.jsonld",
    "/id/document/kamerbrief-gbvs-2018",
    "/doc/document/kamerbrief-gbvs-2018",
    "/sparql?query=ASK%7B%7D",
    "/sparql?query=nonsense",
    "/v1/links?limit=2",
    "/v1/questions",
    "/v1/questions/Q01",
    "/v1/views/nothing",
    "/v1/openapi.json",
    "/healthz",
    "/readyz",
    "/static/style.css",
    "/static/network.js",
    "/static/nothing.css",
    "/nothing",
    "/v1/links?limit=0",
]
every_address = pytest.mark.parametrize("address", ADDRESSES)
both_readers = pytest.mark.parametrize("headers", [{}, PAGE], ids=["program", "browser"])


@every_address
@both_readers
def test_every_response(client: TestClient, address: str, headers: dict[str, str]) -> None:
    """Every response, also one to an error, carries the headers that keep a reader safe."""
    answer = client.get(address, headers=headers, follow_redirects=False)
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert "server" not in answer.headers


@every_address
@both_readers
def test_head(client: TestClient, address: str, headers: dict[str, str]) -> None:
    """HEAD gets the status and the headers of GET, and no body."""
    get = client.get(address, headers=headers, follow_redirects=False)
    head = client.head(address, headers=headers, follow_redirects=False)
    assert head.status_code == get.status_code
    assert dict(head.headers) == dict(get.headers)
    assert head.content == b""


@pytest.mark.parametrize("address", ["/", "/healthz", "/static/style.css", "/nothing"])
def test_head_sends_nothing(client: TestClient, address: str) -> None:
    """To HEAD the service itself sends no byte of a body, whatever the client would leave out."""
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]
    scope = {"type": "http", "method": "HEAD", "path": address, "raw_path": address.encode()}
    scope |= {"headers": [], "query_string": b"", "root_path": "", "scheme": "http"}

    async def receive() -> Message:
        if not waiting:  # the client stays
            await asyncio.Event().wait()
        return waiting.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        await client.app({**scope, "server": ("localhost", 80)}, receive, send)

    asyncio.run(ask())
    assert sent[0]["type"] == "http.response.start"
    assert len(sent) > 1
    assert b"".join(message["body"] for message in sent[1:]) == b""


def test_policy_admits_nothing_from_elsewhere() -> None:
    """The policy names no host, nothing inline and no evaluation, and forbids the rest."""
    directives = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


@pytest.mark.parametrize("address", ["/sparql?query=ASK%7B%7D", "/v1/links?limit=1", "/nothing"])
def test_scripts_from_elsewhere_may_read(client: TestClient, address: str) -> None:
    """A script of another site may read the answers and the errors."""
    answer = client.get(address, headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("address", ["/sparql", "/v1/links", "/doc/pillar/gbvs-2018-prevent"])
def test_scripts_from_elsewhere_may_ask(client: TestClient, address: str) -> None:
    """A browser that asks first is told that a query may be posted with its content type."""
    asked = {
        "Origin": "https://other.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = client.options(address, headers=asked)
    assert answer.status_code == 204
    assert {name: answer.headers[name] for name in PREFLIGHT} == dict(PREFLIGHT)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "*"


def test_options_without_a_question(client: TestClient) -> None:
    """OPTIONS from a program names the methods there are."""
    answer = client.options("/sparql")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    "address", ["/", "/questions/Q01", "/sparql", "/doc/document/kamerbrief-gbvs-2018"]
)
def test_pages_vary(client: TestClient, address: str) -> None:
    """A page says its language, and on which headers it depends."""
    answer = client.get(address, headers={**PAGE, "Accept-Language": "en"})
    assert answer.headers["content-language"] == "en"
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


def test_pages_do_not_depend_on_the_host(client: TestClient) -> None:
    """The name under which a page was asked for does not appear in it."""
    answer = client.get("/", headers={**PAGE, "Host": "other.example"})
    assert "other.example" not in answer.text
