"""Dumps: all that a store holds as files, and how they are served."""

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.dataset import load_dataset
from graph.dumps import make_dumps
from graph.ground import canonical_hash
from graph.oxigraph import OxigraphStore, in_memory
from services import empty_store, serving

NAMES = ("samenhang.nq", "samenhang.ttl", "samenhang.jsonld")
MEDIA = ("application/n-quads", "text/turtle", "application/ld+json")
PLAIN = {"Accept-Encoding": "identity"}
A, B, P = (ox.NamedNode(f"http://example.org/{name}") for name in "abp")
SMALL = [
    ox.Quad(A, P, ox.BlankNode("x"), A),
    ox.Quad(ox.BlankNode("x"), P, ox.Literal("één\n", language="nl"), A),
    ox.Quad(A, P, B, A),
    ox.Quad(A, P, B, B),
]


def isomorphic(found: Iterable[ox.Quad], expected: Iterable[ox.Quad]) -> bool:
    """Tell whether two datasets are the same but for the names of blank nodes."""
    sets = [ox.Dataset(found), ox.Dataset(expected)]
    for one in sets:
        one.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sets[0] == sets[1]


def test_nquads_hold_every_graph(client: TestClient, store: OxigraphStore) -> None:
    """The dump in N-Quads is the store: every statement in its named graph, and no other."""
    content = client.get("/data/samenhang.nq", headers=PLAIN).content
    found = list(ox.parse(content, format=ox.RdfFormat.N_QUADS))
    assert isomorphic(found, store.quads())
    assert {quad.graph_name for quad in found} == {ox.NamedNode(iri) for iri in store.graphs()}


@pytest.mark.parametrize(
    ("name", "syntax"), [(NAMES[1], ox.RdfFormat.TURTLE), (NAMES[2], ox.RdfFormat.JSON_LD)]
)
def test_others_hold_the_merge(
    client: TestClient, store: OxigraphStore, name: str, syntax: ox.RdfFormat
) -> None:
    """The dumps in Turtle and JSON-LD are the merge of all graphs."""
    found = ox.parse(client.get(f"/data/{name}").content, format=syntax)
    assert isomorphic(found, (ox.Quad(*quad.triple) for quad in store.quads()))


@pytest.mark.parametrize(("name", "media_type"), list(zip(NAMES, MEDIA, strict=True)))
def test_dump_is_served(client: TestClient, name: str, media_type: str) -> None:
    """A dump comes whole or in gzip, the same bytes, each with a strong tag of its own and 304."""
    plain = client.get(f"/data/{name}", headers=PLAIN)
    packed = client.get(f"/data/{name}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(plain.headers["content-length"]) == len(plain.content)
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    tags = {answer.headers["etag"] for answer in (plain, packed)}
    assert len(tags) == 2
    for answer, encoding in ((plain, "identity"), (packed, "gzip")):
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert "Accept-Encoding" in answer.headers["vary"]
        known = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": encoding}
        again = client.get(f"/data/{name}", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]


def test_head_of_a_dump(client: TestClient) -> None:
    """HEAD tells the size of a dump without sending it."""
    answer = client.head("/data/samenhang.ttl", headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1_000_000


@pytest.mark.parametrize(
    "name", ["samenhang.csv", "nothing", "..%2Fapp.py", "samenhang.nq/", "%00"]
)
def test_no_such_dump(client: TestClient, name: str) -> None:
    """Any other name is 404, a problem document."""
    answer = client.get(f"/data/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_dumps_are_reproducible() -> None:
    """Two loads of the same files give the same bytes, though blank nodes have other names."""
    first, second = (make_dumps(in_memory(load_dataset().graphs).quads()) for _ in range(2))
    assert [dump.hash for dump in first.values()] == [dump.hash for dump in second.values()]
    assert list(first) == list(NAMES)


def test_hash_is_the_canonical_one() -> None:
    """The dump in N-Quads is the canonical form, so its hash is the canonical hash of the data."""
    assert make_dumps(SMALL)["samenhang.nq"].hash == canonical_hash(reversed(SMALL))


def test_size_and_hash_are_of_the_content() -> None:
    """Size and hash are those of what a dump unpacks to, and public parsers read it."""
    dumps = make_dumps(SMALL)
    for dump in dumps.values():
        content = b"".join(dump.unpack())
        assert (len(content), sha256(content).hexdigest()) == (dump.size, dump.hash)
        assert gzip.decompress(dump.packed) == content
    parsed = Dataset().parse(data=b"".join(dumps["samenhang.nq"].unpack()), format="nquads")
    assert len(list(parsed.quads((None, None, None, None)))) == len(SMALL)
    merge = Graph().parse(data=b"".join(dumps["samenhang.ttl"].unpack()), format="turtle")
    assert len(merge) == len(SMALL) - 1


def test_too_much_for_a_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    """More statements than are made dumps of have none, and the answer says what to do instead."""
    monkeypatch.setattr("graph.dumps.MOST", 2)
    with TestClient(create_app(Settings(), in_memory({"http://example.org/a": SMALL}))) as large:
        answer = large.get("/data/samenhang.nq")
        assert answer.status_code == 404
        assert "samenhang export" in answer.json()["detail"]
        page = large.get("/catalog", headers={"Accept": "text/turtle"})
        assert "downloadURL" not in page.text
        assert large.get("/catalog", headers={"Accept": "text/html"}).status_code == 200
        assert "dataDump" not in large.get("/.well-known/void").text


def test_quads_are_of_one_moment() -> None:
    """What is written while the statements are read does not show among them."""
    small = in_memory({"http://example.org/a": SMALL[:3], "http://example.org/b": SMALL[3:]})
    reading = iter(small.quads())
    first = next(reading)
    small.replace({"http://example.org/a": [], "http://example.org/b": []})
    assert len([first, *reading]) == len(SMALL)
    assert list(small.quads()) == []


@pytest.mark.parametrize("stored", ["memory", "disk"])
def test_dumps_follow_what_is_written(stored: str, tmp_path: Path) -> None:
    """After a write the dumps have what was written, and the catalogue their hashes and the day."""
    store = "memory:" if stored == "memory" else empty_store(tmp_path / "store")
    with serving(store) as service:
        before = service.call("GET", "/data/samenhang.nq")
        today = datetime.now(UTC).date()
        service.change("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> <urn:o> } }")
        after = service.call("GET", "/data/samenhang.nq", if_none_match=before.headers["etag"])
        assert (before.text, after.text) == ("", "<urn:a> <urn:p> <urn:o> <urn:g> .\n")
        catalog = service.call("GET", "/catalog", accept="text/turtle").text
        assert sha256(after.content).hexdigest() in catalog
        days = {today, datetime.now(UTC).date()}  # midnight may come meanwhile
        assert [day for day in days if f'dcterms:modified "{day.isoformat()}"' in catalog]
