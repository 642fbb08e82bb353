"""The SPARQL 1.1 Graph Store HTTP Protocol: the tests of W3C, and what they leave open."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from services import TURTLE, Service, dataset, empty_store, serving

DATA = Path(__file__).parent / "data" / "protocol" / "graph-store.toml"
TESTS: Final[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))
PREFIXES: Final = (
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> . "
)
UTF8: Final = "text/turtle; charset=utf-8"
SEQUENCES: Final = {
    name: requests
    for kind in ("direct", "indirect", "deprecated")
    for name, requests in TESTS[kind].items()
}


@pytest.fixture(scope="module", params=["disk", "memory"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Serve a store on disk, and one in memory."""
    path = tmp_path_factory.mktemp("graphs") / "store"
    with serving("memory:" if request.param == "memory" else empty_store(path)) as running:
        yield running


@pytest.fixture
def empty(service: Service) -> Service:
    """Give the service with nothing in its store."""
    service.change("DROP ALL")
    return service


def document(names: Sequence[str]) -> str:
    """Return the documents of these names as one."""
    return PREFIXES + " ".join(TESTS["documents"][name] for name in names)


def parts(*documents: str, type_: str = UTF8) -> tuple[str, str]:
    """Return documents as the parts of one body (RFC 7578), and its media type."""
    lines = [
        f'--border\r\nContent-Disposition: form-data; name="{at}.ttl"; filename="{at}.ttl"\r\n'
        f"Content-Type: {type_}\r\n\r\n{text}\r\n"
        for at, text in enumerate(documents)
    ]
    return "".join([*lines, "--border--\r\n"]), "multipart/form-data; boundary=border"


def run(service: Service, request: dict[str, Any], location: str) -> str:
    """Send a request of W3C and compare its answer; return the address of what it has made."""
    path = request["path"]
    if path != "LOCATION":
        path = f"/store{path}".replace("HERE", f"{service.address}/store")
    path = path.replace("LOCATION", location)
    sent, body, type_ = request.get("sends", []), None, ""
    if len(sent) > 1:
        body, type_ = parts(*(document([name]) for name in sent))
    elif sent:
        body, type_ = document(sent), UTF8
    accept = TURTLE if request["method"] == "GET" else ""
    answer = service.call(request["method"], path, body, type_, accept=accept)
    assert answer.status_code in request["status"], answer.text
    if answer.status_code == 200:
        assert answer.headers["content-type"] == UTF8
    if "gives" in request:
        assert dataset(answer.content) == dataset(document(request["gives"]))
    if request["method"] == "HEAD":
        assert answer.content == b""
    return str(answer.headers.get("location", location))


@pytest.mark.parametrize("name", SEQUENCES)
def test_graph_store(empty: Service, name: str) -> None:
    """The requests of a test have the statuses, headers and graphs that W3C expects."""
    location = ""
    for request in SEQUENCES[name]:
        location = run(empty, request, location)


def test_graph_store_is_complete() -> None:
    """All 13 tests of the protocol are described, and the 18 that they have replaced."""
    named = [request for request in SEQUENCES["http_rdf_update"] if "name" in request]
    assert [len(TESTS[kind]) for kind in ("direct", "indirect")] == [4, 9]
    assert len({request["name"] for request in named}) == len(named) == 18
