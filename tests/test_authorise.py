"""Writing: only who has the token changes anything, through whatever route there is."""

import re
from collections.abc import Iterator
from hmac import compare_digest
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.places import Places
from api.settings import Settings
from graph.oxigraph import OxigraphStore, in_memory
from services import (
    FORM,
    PATIENT,
    TOKEN,
    TURTLE,
    UPDATE,
    WRITABLE,
    Service,
    empty_store,
    serving,
)

GRAPH: Final = "urn:x-test:kept"
KEPT: Final = {GRAPH: "<urn:s> <urn:p> <urn:o> ."}
SAFE: Final = ("GET", "HEAD", "OPTIONS")
UNSAFE: Final = ("POST", "PUT", "DELETE", "PATCH")
INSERT: Final = "INSERT DATA { <urn:new> <urn:p> <urn:o> }"
WRITTEN: Final = "update=INSERT+DATA+%7B+%3Curn%3Anew%3E+%3Curn%3Ap%3E+%3Curn%3Ao%3E+%7D"
#: What would be written: body and media type.
BODIES: Final = (
    (INSERT, UPDATE),
    (WRITTEN, FORM),
    ("<urn:new> <urn:p> <urn:o> .", TURTLE),
    ("", ""),
)
WRONG: Final = {
    "no token": "",
    "another": "Bearer another",
    "longer": f"Bearer {TOKEN}x",
    "shorter": f"Bearer {TOKEN[:-1]}",
    "other case": f"Bearer {TOKEN.upper()}",
    "nothing": "Bearer",
    "other scheme": f"Basic {TOKEN}",
    "no scheme": TOKEN,
    "not ASCII": "Bearer é",
}


class Probe(NamedTuple):
    """A request that writes if anything does."""

    method: str
    path: str
    body: str
    type_: str


def paths() -> list[str]:
    """Return an address for every route there is, also of the JSON interface."""
    application: Any = create_app(Settings(), in_memory({}))
    while not isinstance(application, FastAPI):
        application = application.app  # what is wrapped around it
    return sorted({re.sub(r"\{\w+\}", "x", path) for path in Places(application.routes).templates})


def probes(methods: tuple[str, ...]) -> list[Probe]:
    """Return what could write, for every route: the graph by a parameter as well."""
    asked = product(methods, paths(), ("", f"?graph={GRAPH}"), BODIES)
    return [Probe(method, path + address, *body) for method, path, address, body in asked]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a store that who has the token may write to."""
    path = tmp_path_factory.mktemp("token") / "store"
    with serving(empty_store(path, KEPT)) as running:
        yield running


def test_routes_are_found() -> None:
    """The routes that are probed are all of the application, those that write among them."""
    found = paths()
    assert len(found) > 20
    assert {"/sparql", "/query", "/update", "/store", "/store/x", "/v1/links"} <= set(found)


def test_every_route_that_writes_needs_the_token(service: Service, tmp_path: Path) -> None:
    """Of all routes, what writes with the token is 401 without it, and 403 when there is none."""
    before, writing = service.digest(), []
    for probe in probes(UNSAFE):
        answer = service.call(*probe, authorization="")
        assert not answer.is_success, probe
    assert service.digest() == before
    for probe in probes(UNSAFE):
        if service.call(*probe).is_success:
            writing.append(probe)
    assert service.digest() != before
    assert {(probe.method, probe.path.partition("?")[0]) for probe in writing} == {
        *(("POST", path) for path in ("/sparql", "/query", "/update", "/store", "/store/x")),
        *((method, path) for method in ("PUT", "DELETE") for path in ("/store", "/store/x")),
    }
    service.change("DROP ALL ; INSERT DATA { GRAPH <urn:x-test:kept> { <urn:s> <urn:p> <urn:o> } }")
    for probe, sent in product(writing, WRONG.values()):
        answer = service.call(*probe, authorization=sent)
        assert answer.status_code == 401, probe
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in answer.text
    assert service.digest() == before
    with serving(empty_store(tmp_path / "store", KEPT), PATIENT) as reading:
        for probe, sent in product(writing, ("", "Bearer", f"Bearer {TOKEN}")):
            answer = reading.call(*probe, authorization=sent)
            assert answer.status_code == 403, probe
            assert "read-only" in answer.json()["detail"]
        assert reading.digest() == before


def test_reading_never_writes(service: Service) -> None:
    """GET, HEAD and OPTIONS change nothing on any route, also with the token and an update."""
    before = service.digest()
    for method, path in product(SAFE, paths()):
        for address in (f"?{WRITTEN}", f"?graph={GRAPH}", f"?default&{WRITTEN}"):
            service.call(method, path + address, INSERT if method == "GET" else None)
    assert service.digest() == before


def test_method_cannot_be_passed_off(service: Service) -> None:
    """No header or parameter makes a reading request a writing one."""
    before = service.digest()
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        service.call("GET", f"/store?graph={GRAPH}&_method=DELETE", None, "", **{name: "DELETE"})
        service.call("GET", f"/update?{WRITTEN}&_method=POST", None, "", **{name: "POST"})
    assert service.digest() == before


@pytest.mark.parametrize("path", paths())
def test_no_other_site_may_send_the_token(service: Service, path: str) -> None:
    """A browser is told to send no Authorization from another site, and only to read and ask.

    Authorization has to be named: the wildcard does not cover it (Fetch standard, CORS protocol).
    """
    for method in UNSAFE:
        answer = service.call(
            "OPTIONS",
            path,
            origin="https://other.example",
            access_control_request_method=method,
            access_control_request_headers="authorization,content-type",
        )
        allowed = answer.headers["access-control-allow-headers"].lower()
        assert "authorization" not in allowed
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["access-control-allow-origin"] == "*"
        methods = answer.headers["access-control-allow-methods"].split(", ")
        assert not {"PUT", "DELETE", "PATCH"} & set(methods)


def test_token_is_compared_in_constant_time(
    monkeypatch: pytest.MonkeyPatch, store: OxigraphStore
) -> None:
    """The whole token and the whole of what was sent go to `hmac.compare_digest`."""
    compared: list[tuple[bytes, bytes]] = []

    def watched(given: bytes, token: bytes) -> bool:
        compared.append((given, token))
        return compare_digest(given, token)

    monkeypatch.setattr("api.authorise.compare_digest", watched)
    application = create_app(Settings(token=TOKEN), store, writer=SimpleNamespace(shown=0))  # type: ignore[arg-type]
    client = TestClient(application)
    for sent in ("Bearer x", f"Bearer {TOKEN}x"):
        headers = {"Content-Type": UPDATE, "Authorization": sent}
        assert client.post("/update", content=INSERT, headers=headers).status_code == 401
    token = TOKEN.encode()
    assert list(dict.fromkeys(compared)) == [(b"x", token), (token + b"x", token)]


def test_token_of_other_letters(tmp_path: Path) -> None:
    """A token that is not ASCII lets in who sends it in UTF-8, and nobody else."""
    settings = WRITABLE | {"SAMENHANG_TOKEN": "sleutel-é"}
    with serving(empty_store(tmp_path / "store"), settings) as running:
        encoded = "Bearer sleutel-é".encode().decode("latin-1")
        for sent, status in ((encoded, 200), ("Bearer sleutel-e", 401)):
            answer = running.call("POST", "/update", INSERT, UPDATE, authorization=sent)
            assert answer.status_code == status
