"""The access of clients: every request has an id, and ends as one line of JSON in the log."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from api.access import Access, Log
from api.app import create_app
from api.clients import is_among, network_at, read_networks
from api.logs import LEVELS, REQUEST, Lines
from api.settings import Settings
from daemons import serving
from graph.errors import SamenhangError
from graph.oxigraph import OxigraphStore, in_memory

FIELDS = [
    "time", "level", "logger", "requestId", "method", "path", "route", "status", "bytes", "ms",
    "client",
]  # fmt: skip
ADDRESSES = [
    ("/", 200),
    ("/v1/questions?limit=1&limit=2", 400),
    ("/sparql?query=ASK%7B%7D", 200),
    ("/sparql?query=nonsense", 400),
    ("/static/style.css", 200),
    ("/id/pillar/gbvs-2018-prevent", 303),
    ("/nothing", 404),
]

Told = Callable[[], list[dict[str, Any]]]


@contextmanager
def logged(
    path: Path, store: OxigraphStore, level: str = "info", client: str = "192.0.2.77"
) -> Iterator[tuple[TestClient, Told]]:
    """Serve with a log; give a client at this address, and what reads the lines."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    log = Log(file, level)
    app = create_app(Settings(client_seconds=0, client_errors=0), store, log=log)

    def told() -> list[dict[str, Any]]:
        log.flush()
        return [json.loads(line) for line in path.read_text("ascii").splitlines()]

    headers = {"Accept-Encoding": "identity"}
    with TestClient(app, "http://localhost", False, headers=headers, client=(client, 1)) as opened:
        yield opened, told
    os.close(file)


@pytest.mark.parametrize(("address", "status"), ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_one_line_a_request(
    tmp_path: Path, store: OxigraphStore, method: str, address: str, status: int
) -> None:
    """Each request is one line that says what the client got, whatever answered it."""
    with logged(tmp_path / "log", store) as (client, told):
        answer = client.request(method, address, follow_redirects=False)
        (line,) = told()
    assert list(line) == FIELDS
    assert method not in ("GET", "HEAD") or answer.status_code == status
    assert (line["method"], line["status"]) == (method, answer.status_code)
    assert line["path"] == address.partition("?")[0]
    assert line["bytes"] == (0 if method == "HEAD" else len(answer.content))
    assert line["requestId"] == answer.headers["x-request-id"]
    assert line["ms"] > 0
    moment = datetime.fromisoformat(line["time"])
    assert line["time"].endswith("Z")
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("address", "route"),
    [
        ("/v1/questions/Q01", "/v1/questions/{name}"),
        ("/doc/pillar/gbvs-2018-prevent", "/doc/{path}"),
        ("/sparql?query=ASK%7B%7D", "/sparql"),
        ("/static/style.css", "/static/{path}"),
        ("/nothing/at/all", "other"),
    ],
)
def test_route_is_a_template(
    tmp_path: Path, store: OxigraphStore, address: str, route: str
) -> None:
    """A line names the template that the path fits, also when nothing was computed for it."""
    with logged(tmp_path / "log", store) as (client, told):
        for method in ("GET", "GET", "HEAD", "DELETE"):
            client.request(method, address)
        assert [line["route"] for line in told()] == [route] * 4


def test_nothing_of_what_was_asked(tmp_path: Path, store: OxigraphStore) -> None:
    """Neither the query, nor the body, nor the token, nor the whole address is written down."""
    with logged(tmp_path / "log", store) as (client, told):
        sent = {"Authorization": "Bearer secret-1", "User-Agent": "secret-2"}
        client.get("/sparql?query=secret-3", headers=sent)
        client.post("/sparql", data={"query": "secret-4"}, headers=sent)
        client.post("/v1/scenarios", json={"name": "secret-5"}, headers=sent)
        assert len(told()) == 3
    text = (tmp_path / "log").read_text()
    assert "secret" not in text
    assert "192.0.2.77" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/a%0A%7B%22time%22%3A1%7D",
        "/a%22%2C%22status%22%3A200",
        "/%1B%5B31m",
        "/%E2%80%A8",
        "/%C3%A9",
    ],
)
def test_no_line_is_forged(tmp_path: Path, store: OxigraphStore, path: str) -> None:
    """Line ends, quotation marks and control characters in a path stay inside its string."""
    with logged(tmp_path / "log", store) as (client, told):
        client.get(path)
        (line,) = told()
    assert (line["status"], line["route"]) == (404, "other")
    assert (tmp_path / "log").read_bytes().isascii()
    assert re.search(rb"[\x00-\x09\x0b-\x1f]", (tmp_path / "log").read_bytes()) is None


def test_long_path_is_cut(tmp_path: Path, store: OxigraphStore) -> None:
    """Of a path, and of a method, no more than 256 characters are written down."""
    with logged(tmp_path / "log", store) as (client, told):
        client.request("X" * 5000, "/" + "x" * 5000)
        (line,) = told()
    assert (line["method"], line["path"]) == ("X" * 256, "/" + "x" * 255)


@pytest.mark.parametrize(
    "name", ["abc", "8f14e45f-ceea-467f-a8f8-1d2c3b4a5d6e", "a" * 64, "1/2=+~:."]
)
def test_plain_id_is_kept(client: TestClient, name: str) -> None:
    """The id that a client gives its request comes back."""
    assert client.get("/healthz", headers={"X-Request-Id": name}).headers["x-request-id"] == name


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", 'a"b', "a,b", "<a>", "a\tb", "é"])
def test_other_id_is_replaced(client: TestClient, name: str) -> None:
    """An id that is long, or holds what would need quoting, is replaced by one that is plain."""
    sent = {b"X-Request-Id": name.encode()}
    got = client.get("/healthz", headers=sent).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}-\d+", got)


def test_ids_differ(client: TestClient, store: OxigraphStore) -> None:
    """No two requests have the same made id, also not at two services."""
    other = TestClient(create_app(Settings(), store))
    got = [one.get("/healthz").headers["x-request-id"] for one in (client, other) for _ in "123"]
    assert len(set(got)) == 6


@pytest.mark.parametrize(
    ("level", "told_of"),
    [
        ("debug", [200, 404, 500]),
        ("info", [200, 404, 500]),
        ("warning", [404, 500]),
        ("error", [500]),
        ("critical", []),
    ],
)
def test_levels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str, told_of: list[int]
) -> None:
    """The level chooses: all requests, those refused or failed, those failed, or none."""
    store = in_memory({})
    with logged(tmp_path / "log", store, level) as (client, told):
        monkeypatch.setattr(OxigraphStore, "query", lambda *_, **__: 1 / 0)
        for address in ("/healthz", "/nothing", "/readyz"):
            client.get(address)
        names = {200: "info", 404: "warning", 500: "error"}
        assert [(line["status"], line["level"]) for line in told()] == [
            (status, names[status]) for status in told_of
        ]


def test_lost_lines_cost_no_answer(store: OxigraphStore) -> None:
    """When the log cannot be written, clients are answered all the same."""
    file = os.open("/dev/null", os.O_RDONLY)
    log = Log(file, "info")
    with TestClient(create_app(Settings(), store, log=log)) as client:
        assert client.get("/healthz").status_code == 200
        log.flush()
        assert client.get("/healthz").status_code == 200
    os.close(file)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_address_is_cut(tmp_path: Path, store: OxigraphStore, address: str, network: str) -> None:
    """Of an address its network is written down: 24 bits, under IPv6 64."""
    assert network_at(address) == network
    with logged(tmp_path / "log", store, client=address) as (client, told):
        client.get("/healthz")
        assert told()[0]["client"] == network


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("10.3.2.1", True), ("::1", False),
        ("11.0.0.1", False), ("2001:db8::5", True), ("nobody", False), ("", False),
    ],
)  # fmt: skip
def test_networks_of_a_setting(address: str, inside: bool) -> None:
    """An address is among those of a setting when it is one of them or in one of the networks."""
    networks = read_networks(Settings(metrics="127.0.0.1, 10.0.0.0/8,2001:db8::/32,"), "metrics")
    assert is_among(address, networks) is inside


def test_bad_networks_are_named() -> None:
    """What is no address or network is refused, with the name of the setting."""
    with pytest.raises(SamenhangError, match="SAMENHANG_METRICS"):
        read_networks(Settings(metrics="localhost"), "metrics")


def test_faults_are_lines_too() -> None:
    """What goes wrong is one line of JSON as well, with the id of the request and the traceback."""
    REQUEST.set("the-request")
    try:
        raise ValueError("line\nfeed")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "a\n%s", ("b\n",), None)
        record.exc_info = (ValueError, error, error.__traceback__)
    finally:
        line = Lines().format(record)
        REQUEST.set("")
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["message"], said["requestId"]) == ("error", "a\nb\n", "the-request")
    assert said["exception"].endswith("ValueError: line\nfeed")


def test_service_writes_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The service writes its requests to standard output, also those refused before they began."""
    with serving({"SAMENHANG_MAX_HEAD": "1000"}, quiet=False) as (address, _):
        httpx.get(f"{address}/sparql?query=ASK%7B%7D", headers={"X-Request-Id": "mine"})
        refused = httpx.get(f"{address}/", headers={"X-Long": "x" * 70_000})
    assert refused.status_code == 431
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    by_id = {line["requestId"]: line for line in lines}
    assert by_id["mine"]["route"] == "/sparql"
    assert by_id[refused.headers["x-request-id"]]["status"] == 431
    assert {line["client"] for line in lines} == {"127.0.0.0/24"}


def test_bad_level_stops_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A level that there is not is refused at the start, with those there are."""
    from typer.testing import CliRunner

    from api.__main__ import app

    monkeypatch.setenv("SAMENHANG_LOG_LEVEL", "loud")
    result = CliRunner().invoke(app, ["serve", "--port", "0"])
    assert result.exit_code == 2
    assert all(level in result.stderr for level in ("SAMENHANG_LOG_LEVEL", *LEVELS))


def test_everything_goes_through(store: OxigraphStore) -> None:
    """The wrapper that counts and writes stands around all others."""
    assert isinstance(create_app(Settings(), store), Access)
