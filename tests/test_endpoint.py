"""The endpoint: programs are answered on a short way, and no otherwise than on the long one."""

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

import pytest
from fastapi import FastAPI, HTTPException
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.access import Access
from api.app import create_app
from api.headers import Headers
from api.metrics import Metrics
from api.operation import _unquoted, parameters_of
from api.places import Places
from api.settings import Settings
from graph.oxigraph import OxigraphStore

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
LABELS = "SELECT * { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?s ?label"
PLAIN = {"Accept-Encoding": "identity"}
ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def both(store: OxigraphStore) -> Iterator[tuple[TestClient, TestClient]]:
    """Give the service, and the same without the short way."""
    app = create_app(Settings(client_errors=0, client_seconds=0), store)
    routed = app.app.app.app.app.app.app  # type: ignore[attr-defined]
    assert isinstance(routed, FastAPI)
    places, named = Places(routed.routes), {"X-Request-Id": "one"}
    long = Access(Headers(routed, places), places, Metrics("1"), None)
    with TestClient(app, headers=named) as short, TestClient(long, headers=named) as other:
        yield short, other


@pytest.mark.parametrize("headers", [PLAIN, ZIPPED, {"Accept": "text/csv", **PLAIN}])
@pytest.mark.parametrize(
    ("method", "address", "body", "more"),
    [
        ("GET", f"?query={quote(LABELS)}", "", {}),
        ("HEAD", f"?query={quote(LABELS)}", "", {}),
        ("GET", f"?query={quote(LABELS)}&format=xml", "", {}),
        ("GET", "?query=ASK%7B%7D&format=%68tml", "", {}),
        ("GET", "?query=ASK%7B%7D&format=csv", "", {}),
        ("GET", "?query=nonsense", "", {}),
        ("GET", "?query=ASK%7B%7D&query=ASK%7B%7D", "", {}),
        ("GET", "?query=ASK%7B%7D%ff", "", {}),
        ("GET", "?query=", "", {}),
        ("GET", "?update=DROP%20ALL", "", {}),
        ("POST", "", f"query={quote(LABELS)}", FORM),
        ("POST", "", LABELS, DIRECT),
        ("POST", "", "x" * 300_000, DIRECT),
        ("POST", "", "ASK {}", {"Content-Type": "text/plain"}),
        ("POST", "", "DROP ALL", {"Content-Type": "application/sparql-update"}),
        ("PUT", "", "", {}),
        ("OPTIONS", "", "", {}),
    ],
)
def test_both_ways_are_one(
    both: tuple[TestClient, TestClient],
    method: str,
    address: str,
    body: str,
    more: dict[str, str],
    headers: dict[str, str],
) -> None:
    """A program gets the status, headers and body on the short way that the long one gives."""
    sent, path = {**headers, **more}, f"/sparql{address}"
    short, long = (client.request(method, path, content=body, headers=sent) for client in both)
    assert (short.status_code, short.content) == (long.status_code, long.content)
    differing = {"vary", "connection"}  # which middlewares on one of the ways add to
    for answer in (short, long):
        assert "Accept" in answer.headers.get("vary", "Accept")
    assert {k: v for k, v in short.headers.items() if k not in differing} == {
        k: v for k, v in long.headers.items() if k not in differing
    }


def test_programs_take_the_short_way(
    both: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query of a program does not pass through the routes of the pages."""

    async def closed(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Starlette, "__call__", closed)
    assert both[0].get("/sparql?query=ASK%7B%7D").json()["boolean"] is True
    assert both[0].post("/query", content="ASK {}", headers=DIRECT).json()["boolean"] is True


def raw(client: TestClient, query: str, **headers: str) -> tuple[Response, bytes]:
    """Return an answer and its body as it was sent."""
    with client.stream("POST", "/sparql", content=query, headers={**DIRECT, **headers}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("cache", [0, 64])
def test_long_answers_are_compressed(store: OxigraphStore, cache: int) -> None:
    """Who accepts gzip gets a long answer in it, the first time and again; others never do."""
    client = TestClient(create_app(Settings(cache=cache), store))
    plain, body = raw(client, LABELS, **PLAIN)
    assert "content-encoding" not in plain.headers
    for accept in ("gzip", "gzip", "br, gzip;q=0.5", "*"):
        answer, packed = raw(client, LABELS, **{"Accept-Encoding": accept})
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed) == body
        assert len(packed) == int(answer.headers["content-length"]) < len(body) / 3
        assert answer.headers["etag"] == plain.headers["etag"]
        assert "Accept-Encoding" in answer.headers["vary"]
    for accept in ("identity", "gzip;q=0", "", "*;q=0"):
        assert raw(client, LABELS, **{"Accept-Encoding": accept})[1] == body
    small, body = raw(client, "ASK {}", **ZIPPED)
    assert "content-encoding" not in small.headers
    assert body.startswith(b"{")


def test_a_page_is_made_of_what_was_not_compressed(client: TestClient) -> None:
    """Where a page shows some forms of result and data others, a compressed one is no trouble."""
    query = quote("CONSTRUCT WHERE { ?s a ?o }")
    accept = {"Accept": "text/csv, text/html;q=0.5", **ZIPPED}
    answer = client.get(f"/sparql?query={query}", headers=accept)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


def test_what_the_client_has_is_not_sent(client: TestClient) -> None:
    """With the tag of an answer the client gets 304, whether it is compressed or not."""
    tag = raw(client, LABELS, **PLAIN)[0].headers["etag"]
    for encoding in (PLAIN, ZIPPED):
        answer, body = raw(client, LABELS, **{"If-None-Match": f'"other", {tag}'}, **encoding)
        assert (answer.status_code, body, answer.headers["etag"]) == (304, b"", tag)
        assert "content-encoding" not in answer.headers
    assert raw(client, LABELS, **{"If-None-Match": '"other"'})[0].status_code == 200


def test_unexpected_error(store: OxigraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody thought of is a problem document without a word of it, with all headers."""
    secret = "a path of this machine"

    def fail(*_: object, **__: object) -> Any:
        raise RuntimeError(secret)

    monkeypatch.setattr("api.endpoint.with_base", fail)
    client = TestClient(create_app(Settings(), store), raise_server_exceptions=False)
    answer = client.post("/sparql", content="ASK {}", headers=DIRECT)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert secret not in answer.text


@given(st.lists(st.sampled_from([b"%", b"0", b"aF", b"3d", b"0A", b"=", b"\n", b" ", b"_", b"z"])))
def test_percent_encoding(parts: list[bytes]) -> None:
    """Bytes are decoded as the standard library does it, with escapes that are none left alone."""
    assert _unquoted(b"".join(parts)) == unquote_to_bytes(b"".join(parts))


@given(st.lists(st.sampled_from(["a", "b=", "=", "&", "+", "%26", "%3D", "%C3%A9", "1"])))
def testparameters_of(parts: list[str]) -> None:
    """Parameters are told apart and decoded as the standard library does it."""
    encoded = "".join(parts)
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    assert parameters_of(encoded.encode()) == found


def test_too_many_parameters() -> None:
    """More than 1,000 parameters are refused."""
    assert len(parameters_of(b"a&" * 1000)["a"]) == 1000
    with pytest.raises(HTTPException):
        parameters_of(b"a&" * 1001)
