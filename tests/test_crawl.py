"""A crawl: every IRI of ours that the shipped graph speaks of leads to a description of it."""

import asyncio
import random
import re
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from starlette.types import ASGIApp, Message, Scope

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore
from ontology import BASE, ID, SAM

NTRIPLES = "application/n-triples"
HTML = "text/html"
#: Pages take longer to make than data, so only so many are looked at.
PAGES = 60


def named(store: OxigraphStore) -> set[str]:
    """Return every IRI of ours: subjects, predicates, objects, graphs and datatypes."""
    terms: set[object] = set()
    for quad in store.quads():
        terms |= {quad.subject, quad.predicate, quad.object, quad.graph_name}
    found = {term.datatype if isinstance(term, ox.Literal) else term for term in terms}
    iris = (term.value for term in found if isinstance(term, ox.NamedNode))
    return {iri for iri in iris if iri.startswith(BASE)}


async def get(app: ASGIApp, path: str, accept: str) -> tuple[int, dict[str, str], bytes]:
    """Send a request without a network or a client between, for there are many."""
    head = [(b"host", b"localhost"), (b"accept", accept.encode())]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": head,
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    start: Message = {}
    body = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, bytes(body)


async def faults(app: ASGIApp, iris: Iterable[str]) -> list[str]:
    """Return what is wrong with the way to each of these IRIs and with what is at its end."""
    documents: dict[str, bytes] = {}
    wrong = []
    for iri in sorted(iris):
        path = "/" + iri.removeprefix(BASE).partition("#")[0]
        if path not in documents:
            status, headers, body = await get(app, path, NTRIPLES)
            if iri.startswith(ID):
                if status != 303 or headers["location"] != path.replace("/id/", "/doc/", 1):
                    wrong.append(f"{iri}: {status} {headers.get('location')}")
                    continue
                status, headers, body = await get(app, headers["location"], NTRIPLES)
            if (status, headers["content-type"]) != (200, NTRIPLES):
                wrong.append(f"{iri}: {status} {headers['content-type']}")
                continue
            documents[path] = body
        if f"<{iri}>".encode() not in documents[path]:
            wrong.append(f"{iri}: is not mentioned")
    return wrong


@pytest.fixture(scope="module")
def app(store: OxigraphStore) -> ASGIApp:
    """Give the service itself, on the shipped graphs."""
    return create_app(Settings(client_seconds=0, client_errors=0), store)


def test_everything_of_ours_dereferences(app: ASGIApp, store: OxigraphStore) -> None:
    """Every IRI of ours in the graph leads, by 303 when it is a thing, to RDF that speaks of it."""
    iris = named(store)
    assert len(iris) > 8000
    assert {f"{BASE}def", f"{SAM}Goal", f"{ID}graph/derived", f"{ID}strategy/gbvs-2018"} <= iris
    assert asyncio.run(faults(app, iris)) == []


def test_crawl_finds_what_is_not_there(app: ASGIApp) -> None:
    """The crawl sees an IRI that leads nowhere, and one that its document does not mention."""
    made = [f"{ID}goal/nothing", f"{SAM}Nothing", f"{ID}strategy/gbvs-2018#nothing"]
    assert len(asyncio.run(faults(app, made))) == len(made)


def test_everything_of_ours_has_a_page(app: ASGIApp, store: OxigraphStore) -> None:
    """Of many IRIs of ours a browser gets a page with a title, after 303 once or twice."""

    async def title(iri: str) -> str:
        path = f"/{iri.removeprefix(BASE).partition('#')[0]}"
        for _ in range(3):
            status, headers, body = await get(app, path, HTML)
            if status != 303:
                break
            path = headers["location"].partition("#")[0].removesuffix("?")
        assert (status, headers["content-type"].partition(";")[0]) == (200, HTML), iri
        found = re.search(rb"<h1[^>]*>\s*(\S.*?)</h1>", body, re.DOTALL)
        return found[1].decode() if found else ""

    iris = sorted(iri for iri in named(store) if iri.startswith(ID))
    untitled = [iri for iri in random.Random(6).sample(iris, PAGES) if not asyncio.run(title(iri))]
    assert untitled == []
