"""The budget: one client's queries take so much time and give so many errors, and no more."""

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from typer.testing import CliRunner

from api.__main__ import app as command
from api.app import create_app
from api.budget import Buckets, Budget
from api.clients import client_at, read_networks
from api.settings import Settings
from daemons import PATIENCE, serving
from graph.errors import SamenhangError
from graph.oxigraph import OxigraphStore

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: Proxies that are trusted: the tests themselves.
PROXY = "127.0.0.1, 10.0.0.0/8"
#: The errors of a minute, and the most errors and seconds at once.
RATE, ERRORS, SECONDS = 10, 20, 1.0
TOKEN = "token-of-the-tests"


@pytest.fixture(scope="module")
def counting() -> Iterator[str]:
    """Serve behind a proxy with a budget of errors."""
    settings = {
        "SAMENHANG_CLIENT_SECONDS": "0",
        "SAMENHANG_CLIENT_ERRORS": str(RATE),
        "SAMENHANG_QUERY_SECONDS": "0.1",
        "SAMENHANG_PROXY": PROXY,
        "SAMENHANG_TOKEN": TOKEN,
    }
    with serving(settings) as (address, _):
        yield address


@pytest.fixture(scope="module")
def timing() -> Iterator[str]:
    """Serve without a proxy, with a budget of time."""
    settings = {"SAMENHANG_CLIENT_SECONDS": "0.5", "SAMENHANG_CLIENT_ERRORS": "0"}
    with serving(settings) as (address, _):
        yield address


def ask(service: str, query: str, client: str, **headers: str) -> httpx.Response:
    """Ask as a client, by its address."""
    sent = {"X-Forwarded-For": client} | headers
    parameters = {"query": query}
    return httpx.get(f"{service}/sparql", params=parameters, headers=sent, timeout=PATIENCE)


def spend(service: str, client: str, query: str = "SELECT", status: int = 400) -> httpx.Response:
    """Spend all errors of a client and return what the next query gets.

    On a slow machine some errors come back meanwhile.
    """
    got = [ask(service, query, client) for _ in range(ERRORS)]
    while (last := ask(service, query, client)).status_code == status and len(got) < 3 * ERRORS:
        got.append(last)
    assert {answer.status_code for answer in got} == {status}
    return last


def test_errors_are_counted(counting: str) -> None:
    """After the errors of two minutes at once, a client is refused, and told until when."""
    refused = spend(counting, "192.0.2.1")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.json()["limit"] == "errors"
    time.sleep(int(refused.headers["retry-after"]))
    assert ask(counting, "ASK {}", "192.0.2.1").status_code == 200


def test_stopped_queries_are_errors(counting: str) -> None:
    """A query that is stopped at its limit counts as an error."""
    assert spend(counting, "192.0.2.2", CROSS, 504).status_code == 429


def test_others_are_not_refused(counting: str) -> None:
    """The budget of one client is not that of another."""
    assert spend(counting, "192.0.2.3").status_code == 429
    assert ask(counting, "ASK {}", "192.0.2.4").status_code == 200


def test_another_name_is_no_other_client(counting: str) -> None:
    """A client that sends another User-Agent is the same client."""
    assert spend(counting, "192.0.2.5").status_code == 429
    again = ask(counting, "ASK {}", "192.0.2.5", **{"User-Agent": "another/1.0"})
    assert again.status_code == 429


def test_address_behind_proxies_is_not_chosen(counting: str) -> None:
    """What a client itself says of where it comes from does not count, only what proxies add."""
    assert spend(counting, "198.51.100.1, 192.0.2.6, 10.1.2.3").status_code == 429
    assert ask(counting, "ASK {}", "198.51.100.2, 192.0.2.6").status_code == 429


@pytest.mark.parametrize(
    "path",
    ["/", "/sparql", "/v1/links?limit=1", "/static/style.css", "/doc/pillar/gbvs-2018-prevent"],
)
def test_pages_are_not_refused(counting: str, path: str) -> None:
    """A client without budget is still given pages, JSON and files; they cost nothing."""
    client = {"X-Forwarded-For": "192.0.2.7", "Accept": "text/html, */*;q=0.5"}
    if ask(counting, "ASK {}", "192.0.2.7").status_code == 200:
        assert spend(counting, "192.0.2.7").status_code == 429
    assert httpx.get(f"{counting}{path}", headers=client, timeout=PATIENCE).status_code == 200
    assert ask(counting, "ASK {}", "192.0.2.7").status_code == 429


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/sparql", "/query", "/update"])
def test_every_way_is_refused(counting: str, method: str, path: str) -> None:
    """Without budget, no way to ask is open."""
    client = {"X-Forwarded-For": "192.0.2.8"}
    if ask(counting, "ASK {}", "192.0.2.8").status_code == 200:
        assert spend(counting, "192.0.2.8").status_code == 429
    url = f"{counting}{path}?qu%65ry=ASK%7B%7D"
    assert httpx.request(method, url, headers=client, timeout=PATIENCE).status_code == 429


def test_token_is_not_refused(counting: str) -> None:
    """Who has the token has no budget; a wrong one gives none."""
    assert spend(counting, "192.0.2.10").status_code == 429
    for token, status in ((TOKEN, 200), ("wrong", 429)):
        again = ask(counting, "ASK {}", "192.0.2.10", Authorization=f"Bearer {token}")
        assert again.status_code == status


def test_browser_is_told_on_a_page(counting: str) -> None:
    """A browser without budget gets a page that says when to come back."""
    assert spend(counting, "192.0.2.9").status_code == 429
    page = ask(counting, "ASK {}", "192.0.2.9", Accept="text/html")
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert f"Ask again in {page.headers['retry-after']} s" in page.text


def test_all_that_takes_time_counts(store: OxigraphStore) -> None:
    """A client whose time is up gets no page and no JSON; files and health it does get."""
    client = TestClient(create_app(Settings(client_seconds=0.001, client_errors=0), store))
    assert client.get("/v1/questions/Q01").status_code == 200
    for path in ("/", "/questions/Q02", "/v1/questions/Q02", "/sparql?query=ASK%7B%7D"):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["retry-after"] > "0") == (429, True)
    for path in ("/static/style.css", "/healthz", "/readyz"):
        assert client.get(path).status_code == 200


def test_kept_answers_are_not_refused(store: OxigraphStore) -> None:
    """What was answered before is given to a client whose time is up, and costs it nothing."""
    settings, readers = Settings(client_seconds=0.001, client_errors=0), SimpleNamespace()
    client = TestClient(create_app(settings, store, readers))  # type: ignore[arg-type]
    first = client.get("/v1/questions/Q01")
    again = client.get("/v1/questions/Q01")
    assert (again.status_code, again.content) == (200, first.content)
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/v1/questions/Q01", headers=known).status_code == 304
    assert client.get("/v1/questions/Q02").status_code == 429


def test_dashboard_is_not_refused(store: OxigraphStore) -> None:
    """With the defaults, a client may ask thirty questions a minute, and every other thing too."""
    client = TestClient(create_app(Settings(), store))
    for name in [f"Q{number:02}" for number in range(1, 31)]:
        assert client.get(f"/v1/questions/{name}").status_code == 200
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("making", "reading", "status"), [(0.5, 0.0, 429), (0.0, 0.5, 200)])
def test_slow_reader_pays_nothing(making: float, reading: float, status: int) -> None:
    """What counts is how long an answer took to make, not how long the client takes to read it."""

    async def application(_: Scope, __: Receive, send: Send) -> None:
        await asyncio.sleep(making)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    settings = Settings(client_seconds=0.1, client_errors=0)
    budget = Budget(application, None, settings)  # type: ignore[arg-type]
    assert run(budget, reading=reading) == 200
    assert run(budget) == status


def test_short_queries_take_time_too(timing: str) -> None:
    """Queries that take next to nothing each use up the budget in the end, and not before.

    Without a proxy that is trusted, X-Forwarded-For makes no other client.
    """
    taken, longest = 0.0, 0.0
    with httpx.Client(timeout=PATIENCE) as client:
        for number in range(20_000):
            start = time.monotonic()
            answer = client.get(
                f"{timing}/sparql",
                params={"query": f"ASK {{}} #{number}"},
                headers={"X-Forwarded-For": f"192.0.2.{number % 200}"},
            )
            longest = max(longest, time.monotonic() - start)
            if answer.status_code == 429:
                break
            taken += time.monotonic() - start
    assert answer.status_code == 429
    assert answer.json()["limit"] == "seconds"
    assert taken > SECONDS > longest


def run(budget: Budget, query: bytes = b"query=x", reading: float = 0.0) -> int:
    """Send a request through a budget and return the status; each part is read so slowly."""
    got: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        got.append(message.get("status", 0))
        await asyncio.sleep(reading)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/sparql",
        "query_string": query,
        "headers": [],
        "client": ("192.0.2.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
    }
    asyncio.run(budget(scope, receive, send))
    return got[0]


def budget_of(status: int, settings: Settings) -> Budget:
    """Return a budget around an application that gives this status."""

    async def application(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return Budget(application, None, settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "counts"),
    [(s, True) for s in (400, 403, 406, 408, 413, 415, 504, 507)]
    + [(s, False) for s in (200, 204, 303, 304, 500, 503)],
)
def test_what_counts_as_error(status: int, counts: bool) -> None:
    """Faults of what was asked and passed limits are errors; that nobody is free is none."""
    budget = budget_of(status, Settings(client_seconds=0, client_errors=RATE))
    assert {run(budget) for _ in range(ERRORS + 1)} == {status}
    assert (run(budget) == 429) is counts


def test_zero_sets_no_limit() -> None:
    """A budget of 0 is none."""
    budget = budget_of(400, Settings(client_seconds=0, client_errors=0))
    assert {run(budget) for _ in range(1000)} == {400}


def test_bucket_fills_again() -> None:
    """What is taken comes back at the rate, up to two minutes' worth; the wait is true."""
    now = [1000.0]
    buckets = Buckets(60.0, lambda: now[0])
    buckets.take("a", 119.5)
    assert buckets.wait("a") == 0
    buckets.take("a", 10)
    assert (buckets.wait("a"), buckets.wait("b")) == (10, 0)
    now[0] += 9.4
    assert buckets.wait("a") == 1
    now[0] += 0.6
    assert buckets.wait("a") == 0
    now[0] += 10_000
    buckets.take("a", 119.9)
    assert buckets.wait("a") == 0
    buckets.take("a", 0.1)
    assert buckets.wait("a") == 1


def test_clients_are_forgotten() -> None:
    """No more than ten thousand clients are remembered, the last ones."""
    buckets = Buckets(1.0, lambda: 0.0)
    for number in range(10_001):
        buckets.take(str(number), 10)
    assert buckets.wait("0") == 0
    assert buckets.wait("1") > 0
    assert buckets.wait("10000") > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("unknown", "_hidden", True),
    ],
)
def test_who_is_a_client(one: str, other: str, same: bool) -> None:
    """A client is an IPv4 address or an IPv6 network; what is no address is one client."""
    assert (client_at(one) == client_at(other)) is same


def test_readers_or_not_there_is_a_budget(store: OxigraphStore) -> None:
    """A service without readers, as before an engine elsewhere, has the budget too."""
    client = TestClient(create_app(Settings(client_errors=RATE), store))
    got = [client.get("/sparql?query=SELECT").status_code for _ in range(ERRORS + 2)]
    assert got == [400] * (ERRORS + 1) + [429]


@pytest.mark.parametrize("proxies", ["*", "proxy.example.org", "10.0.0.1/8", "127.0.0.1 ::1"])
def test_proxies_are_addresses(proxies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is no address or network, or everyone, is refused at the start."""
    monkeypatch.setenv("SAMENHANG_PROXY", proxies)
    result = CliRunner().invoke(command, ["serve", "--port", "0"])
    assert (result.exit_code, "SAMENHANG_PROXY" in result.stderr) == (2, True)


def test_good_proxies() -> None:
    """Addresses and networks of both kinds are proxies, and so is none."""
    assert read_networks(Settings(), "proxy") == []
    assert (
        len(read_networks(Settings(proxy="127.0.0.1, ::1,10.0.0.0/8,2001:db8::/32"), "proxy")) == 4
    )
    with pytest.raises(SamenhangError):
        read_networks(Settings(proxy="127.0.0.1,x"), "proxy")
