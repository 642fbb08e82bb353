"""What every response carries; HEAD; and requests of scripts from elsewhere (CORS)."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.headers import DATA, HEADERS, POLICY, PREFLIGHT, STRICT
from api.settings import Settings
from graph.oxigraph import OxigraphStore

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
    """Every response, also one to an error, carries the headers that keep a reader safe.

    The policy of a page admits what is ours, that of everything else nothing at all.
    """
    answer = client.get(address, headers=headers, follow_redirects=False)
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    assert answer.headers["content-security-policy"] == (POLICY if is_page else STRICT)
    assert "server" not in answer.headers
    assert answer.headers["x-request-id"]
    assert not answer.is_error or answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        ("PUT", "/v1/questions", {}, 405),
        ("DELETE", "/sparql", {}, 405),
        ("POST", "/static/style.css", {}, 405),
        ("OPTIONS", "/v1/questions", {}, 204),
        ("OPTIONS", "/nothing", {}, 404),
        ("OPTIONS", "/", {"Access-Control-Request-Method": "POST"}, 204),
        ("POST", "/sparql", {"Content-Type": "text/plain"}, 415),
        ("GET", "/sparql?query=ASK%7B%7D", {"Accept": "image/png"}, 406),
        ("POST", "/update", {"Content-Type": "application/sparql-update"}, 403),
        ("GET", "/" + "x" * 10, {f"X-{number}": "1" for number in range(120)}, 431),
    ],
)
def test_every_kind_of_response(
    client: TestClient, method: str, address: str, sent: dict[str, str], status: int
) -> None:
    """Refusals, answers to OPTIONS and preflights carry the same headers."""
    answer = client.request(method, address, headers=sent)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in DATA} == dict(DATA)
    assert answer.headers["x-request-id"]


def test_fault_of_ours(store: OxigraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody thought of carries them too."""
    monkeypatch.setattr(OxigraphStore, "query", lambda *_, **__: 1 / 0)
    client = TestClient(create_app(Settings(), store), raise_server_exceptions=False)
    answer = client.get("/readyz")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in DATA} == dict(DATA)
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "address", ["/v1/questions", "/sparql?query=ASK%7B%7D", "/static/style.css"]
)
def test_unchanged_leaves_the_policy(client: TestClient, address: str) -> None:
    """304 carries all but a policy: it would take the place of that of what the client has."""
    known = {"If-None-Match": client.get(address).headers["etag"]}
    answer = client.get(address, headers=known)
    assert answer.status_code == 304
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert "content-security-policy" not in answer.headers
    assert answer.headers["x-request-id"]


@every_address
@both_readers
def test_head(client: TestClient, address: str, headers: dict[str, str]) -> None:
    """HEAD gets the status and the headers of GET, and no body."""
    get = client.get(address, headers=headers, follow_redirects=False)
    head = client.head(address, headers=headers, follow_redirects=False)
    assert head.status_code == get.status_code
    got, asked = (dict(one.headers, **{"x-request-id": ""}) for one in (head, get))
    assert got == asked
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


@pytest.mark.parametrize("policy", [POLICY, STRICT])
def test_policy_admits_nothing_from_elsewhere(policy: str) -> None:
    """A policy names no host, nothing inline and no evaluation, and forbids the rest."""
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert directives["form-action"] in ("'none'", "'self'")
    assert set(directives.values()) <= {"'none'", "'self'", "'self' data:"}
    assert "data:" not in directives.get("script-src", "")


def test_transport_is_secure_for_a_year() -> None:
    """A browser that came by TLS comes by TLS for a year."""
    assert HEADERS["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("address", "allow"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/v1/questions", "GET, HEAD, OPTIONS"),
        ("/v1/questions/Q01", "GET, HEAD, OPTIONS"),
        ("/v1/assessments", "GET, HEAD, OPTIONS, POST"),
        ("/v1/scenarios", "OPTIONS, POST"),
        ("/doc/pillar/gbvs-2018-prevent", "GET, HEAD, OPTIONS"),
        ("/static/style.css", "GET, HEAD, OPTIONS"),
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/update", "OPTIONS, POST"),
    ],
)
def test_allow(client: TestClient, address: str, allow: str) -> None:
    """OPTIONS, and a method that there is not, are told all methods that there are."""
    asked = client.options(address)
    assert (asked.status_code, asked.content) == (204, b"")
    refused = client.patch(address)
    assert refused.status_code == 405
    for answer in (asked, refused):
        assert sorted(answer.headers["allow"].split(", ")) == allow.split(", ")


@pytest.mark.parametrize("address", ["/sparql?query=ASK%7B%7D", "/v1/links?limit=1", "/nothing"])
def test_scripts_from_elsewhere_may_read(client: TestClient, address: str) -> None:
    """A script of another site may read the answers and the errors."""
    answer = client.get(address, headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    exposed = {"API-Version", "ETag", "Link", "Retry-After", "X-Request-Id"}
    assert set(answer.headers["access-control-expose-headers"].split(", ")) == exposed


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
