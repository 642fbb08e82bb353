"""The SPARQL 1.1 Protocol over HTTP: the tests of W3C, on every engine."""

import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from daemons import oxigraph, virtuoso, with_user
from graph.remote import RemoteStore
from graph.results import Form, formats_for
from hosts import DOCUMENTS, graph
from services import FORM, UPDATE, Service, empty_store, parsed, serving

DATA = Path(__file__).parent / "data" / "protocol" / "query.toml"
QUERY: dict[str, dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))
MEDIA = {
    "boolean": [f.media_type for f in formats_for(Form.BOOLEAN)],
    "tabular": [f.media_type for f in formats_for(Form.BINDINGS)],
    "RDF": ["application/rdf+xml", "text/turtle", "application/n-triples"],
}
PREFIXES = "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX dc: <http://purl.org/dc/terms/> "


def expand(text: str) -> str:
    """Write out the graphs that a text names by number."""
    for number in range(7):
        text = text.replace(f"<{number}>", f"<{graph(number)}>")
    return graph(text) if text.isdigit() else text


def encode(pairs: list[list[str]]) -> str:
    """Encode parameters as an address or a form has them."""
    return urlencode([(name, expand(value)) for name, value in pairs], quote_via=quote)


SAID = " ".join(f"GRAPH <{name}> {{ {text} }}" for name, text in DOCUMENTS.items())
RESTORE = f"DROP ALL ; INSERT DATA {{ {SAID} }}"
ELSEWHERE = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=["disk", "memory", *ELSEWHERE])
def engine(request: pytest.FixtureRequest) -> str:
    """Give the name of each kind of engine."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def service(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve three graphs of one triple each, on each engine."""
    folder, url = tmp_path_factory.mktemp(engine), "memory:"
    with ExitStack() as stack:
        if engine in ELSEWHERE:
            url = stack.enter_context(ELSEWHERE[engine](folder))
            url = with_user(url) if engine == "virtuoso" else url
            RemoteStore(url).replace(parsed(DOCUMENTS))
        elif engine == "disk":
            url = empty_store(folder / "store")
        running = stack.enter_context(serving(url))
        if engine not in ELSEWHERE:
            running.change(RESTORE)
        yield running


@pytest.mark.parametrize("name", QUERY)
def test_protocol(service: Service, engine: str, name: str) -> None:
    """A test of the SPARQL 1.1 Protocol passes, on each engine; an update has done what it says.

    An engine elsewhere is only read.
    """
    test = QUERY[name]
    if engine in ELSEWHERE and "holds" in test:
        test = {key: value for key, value in test.items() if key != "holds"} | {"status": 4}
    type_ = test.get("type", FORM if "form" in test else "")
    content = encode(test["form"]) if "form" in test else expand(test.get("body", ""))
    if test.get("type") == UPDATE and "holds" in QUERY[name]:
        content = PREFIXES + content
    body = content.encode(test.get("encoding", "utf-8")) if content else None
    address = f"/sparql?{encode(test.get('address', []))}"
    before = service.digest()
    answer = service.call(test["method"], address, body, type_)
    assert answer.status_code // 100 == test["status"], answer.text
    media_type = answer.headers["content-type"].partition(";")[0]
    if test["status"] == 4:
        assert media_type == "application/problem+json"
    if "boolean" in test:
        assert media_type in MEDIA["boolean"]
        assert answer.json()["boolean"] is test["boolean"]
    if "format" in test:
        assert media_type in MEDIA[test["format"]]
    if "holds" not in test:
        assert service.digest() == before
        return
    assert service.ask(PREFIXES + expand(test["holds"]))
    service.change(RESTORE)


def test_protocol_is_complete() -> None:
    """All 34 tests of the protocol are described: 14 are bad, and 7 are updates to be made."""
    bad, made = (sum(name.startswith(kind) for name in QUERY) for kind in ("bad_", "update_"))
    assert (len(QUERY), bad, made) == (34, 14, 7)
    assert all(("holds" in QUERY[name]) is name.startswith("update_") for name in QUERY)
