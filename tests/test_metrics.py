"""The figures: what they count, that they stay few, and who may read them."""

import re
from collections.abc import Iterator

import httpx2 as httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_text
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from daemons import PATIENCE, serving
from graph.errors import StoreError
from graph.oxigraph import OxigraphStore

OPERATOR = ("127.0.0.1", 1)
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def served(store: OxigraphStore, client: tuple[str, int] = OPERATOR, **settings: str) -> TestClient:
    """Return a client at an address, of a service with these settings."""
    app = create_app(Settings(client_seconds=0, client_errors=0, **settings), store)  # type: ignore[arg-type]
    return TestClient(app, client=client, raise_server_exceptions=False)


def figures(text: str) -> Figures:
    """Return every figure by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in read_text(text)
        for sample in family.samples
    }


def figure(told: Figures, name: str, **labels: str) -> float:
    """Return one figure; 0 when it is not told."""
    return told.get((name, frozenset(labels.items())), 0)


@pytest.fixture
def client(store: OxigraphStore) -> TestClient:
    """Give a client of its own service, who may read the figures."""
    return served(store)


def test_requests_are_counted(client: TestClient) -> None:
    """Requests are counted by method, template and status, and their durations by template."""
    for address in ("/v1/questions/Q01", "/v1/questions/Q02", "/v1/questions/Q99", "/nothing"):
        client.get(address)
    client.head("/v1/questions/Q01")
    told = figures(client.get("/metrics").text)
    route = "/v1/questions/{name}"
    count = "http_requests_total"
    assert figure(told, count, method="GET", route=route, status="200") == 2
    assert figure(told, count, method="GET", route=route, status="404") == 1
    assert figure(told, count, method="HEAD", route=route, status="200") == 1
    assert figure(told, count, method="GET", route="other", status="404") == 1
    duration = "http_request_duration_seconds"
    assert figure(told, f"{duration}_count", route=route) == 4
    assert figure(told, f"{duration}_bucket", route=route, le="+Inf") == 4
    assert figure(told, f"{duration}_sum", route=route) > 0
    assert figure(told, "http_requests_in_progress") == 1


def test_buckets_grow(client: TestClient) -> None:
    """Each bucket holds all that is no longer than its bound."""
    for _ in range(20):
        client.get("/healthz")
    told = figures(client.get("/metrics").text)
    buckets = [
        (float(dict(labels)["le"]), value)
        for (name, labels), value in told.items()
        if name.endswith("_bucket") and dict(labels)["route"] == "/healthz"
    ]
    values = [value for _, value in sorted(buckets)]
    assert values == sorted(values)
    assert values[-1] == 20


def test_strangers_make_no_labels(client: TestClient) -> None:
    """Whatever paths and methods are asked for, the number of figures stays the same."""

    def ask(word: str) -> set[object]:
        client.get(f"/{word}")
        client.get(f"/doc/pillar/{word}")
        client.get(f"/v1/questions/{word}?x={word}")
        client.request(word.upper(), "/")
        return set(figures(client.get("/metrics").text))

    ask("zebra")
    assert ask("okapi") == ask("quagga") == ask("zebra")
    assert "okapi" not in client.get("/metrics").text.lower()


def test_state_is_measured(client: TestClient, store: OxigraphStore) -> None:
    """The figures tell the revision, the number of statements, the version and the memory."""
    told = figures(client.get("/metrics").text)
    assert figure(told, "samenhang_revision") == 0
    assert figure(told, "samenhang_statements") == len(store)
    assert any(name == "samenhang_info" for name, _ in told)
    assert figure(told, "process_resident_memory_bytes") > 10**7


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Serve the shipped graph with readers and small limits."""
    settings = {
        "SAMENHANG_QUERY_SECONDS": "0.5",
        "SAMENHANG_CLIENT_ERRORS": "0",
        "SAMENHANG_MAX_HEAD": "2000",
    }
    with serving(settings) as (address, _):
        yield address


def told_by(service: str) -> Figures:
    """Return the figures of a running service."""
    return figures(httpx.get(f"{service}/metrics", timeout=PATIENCE).text)


def ask(service: str, query: str) -> int:
    """Send a query; return the status."""
    return httpx.get(f"{service}/sparql", params={"query": query}, timeout=PATIENCE).status_code


def test_kept_answers_are_counted(service: str) -> None:
    """A query whose answer was kept is a hit, one that was worked out a miss."""
    name, before = "samenhang_cache_lookups_total", told_by(service)
    assert [ask(service, "SELECT (1 AS ?one) {}") for _ in range(3)] == [200] * 3
    after = told_by(service)
    grown = {
        r: figure(after, name, result=r) - figure(before, name, result=r) for r in ("hit", "miss")
    }
    assert grown == {"hit": 2, "miss": 1}


def test_limits_are_counted(service: str) -> None:
    """A query that is stopped is counted by the limit that it passed; its reader is replaced."""
    before = told_by(service)
    assert ask(service, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }") == 504
    after = told_by(service)
    name = "samenhang_limits_passed_total"
    assert figure(after, name, limit="time") == figure(before, name, limit="time") + 1
    assert figure(after, "samenhang_readers", state="busy") == 0
    assert figure(after, "samenhang_queries_waiting") == 0


def test_refused_connections_are_counted(service: str) -> None:
    """What is refused before it is a request is counted as well."""
    assert httpx.get(service, headers={"X-Long": "x" * 70_000}).status_code == 431
    told = told_by(service)
    assert figure(told, "http_requests_total", method="other", route="other", status="431") == 1


@pytest.mark.parametrize(
    ("address", "proxy", "metrics", "headers", "status"),
    [
        ("127.0.0.1", "", "127.0.0.1,::1", {}, 200),
        ("::1", "", "127.0.0.1,::1", {}, 200),
        ("192.0.2.1", "", "127.0.0.1,::1", {}, 403),
        ("192.0.2.1", "", "192.0.2.0/24", {}, 200),
        ("127.0.0.1", "", "", {}, 403),
        ("nobody", "", "0.0.0.0/0,::/0", {}, 403),
        ("127.0.0.1", "", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", "", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
        ("127.0.0.1", "10.0.0.1", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 200),
    ],
)
def test_who_may_read(
    store: OxigraphStore, address: str, proxy: str, metrics: str, headers: dict[str, str],
    status: int,
) -> None:  # fmt: skip
    """Only whom the setting names may read; behind a proxy that was not named, nobody."""
    client = served(store, (address, 1), proxy=proxy, metrics=metrics)
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert ("http_requests" in answer.text) is (status == 200)


def test_operator_alone_by_default(store: OxigraphStore) -> None:
    """Without the setting, only this machine may read the figures."""
    assert served(store).get("/metrics").status_code == 200
    assert served(store, ("192.0.2.1", 1)).get("/metrics").status_code == 403


def test_formats(client: TestClient) -> None:
    """The figures come as Prometheus reads them, or as OpenMetrics when that is asked for."""
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    accept = "application/openmetrics-text; version=1.0.0"
    asked = client.get("/metrics", headers={"Accept": accept})
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    families = list(read_open(asked.text))  # type: ignore[no-untyped-call]
    assert "http_requests" in {family.name for family in families}
    assert re.search(r"_created\b", plain.text) is None


def test_engine_out_of_reach(store: OxigraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the engine does not answer, everything else is told."""
    client = served(store)

    def gone(_: OxigraphStore) -> int:
        raise StoreError("gone")

    monkeypatch.setattr(OxigraphStore, "__len__", gone)
    answer = client.get("/metrics")
    assert answer.status_code == 200
    told = figures(answer.text)
    assert ("samenhang_statements", frozenset()) not in told
    assert ("samenhang_revision", frozenset()) in told
