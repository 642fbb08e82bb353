"""Sealed answers: what was asked of which revision, cited by an address, and asked again."""

import gc
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from commands import DONE, run
from graph.change import Change
from graph.ground import canonical_hash
from graph.limits import Limits
from graph.oxigraph import OxigraphStore, open_directory
from graph.remote import RemoteStore
from graph.seals import Said, Seal, judge, read_seal
from graph.snapshot import opened
from ontology import GRAPH, ID, SAM

HEADERS: Final = {"Authorization": "Bearer secret"}
SETTINGS: Final = Settings(token="secret", client_seconds=0, client_errors=0)
NOTES: Final = "urn:example:notes"
GOALS: Final = f"SELECT ?goal WHERE {{ ?goal a <{SAM}Goal> }}"
MANY: Final = Limits(seconds=60)
RDF_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
#: A link by which an instrument serves a goal, as the question Q01 asks.
SERVES: Final = (
    f"<{ID}link/made> a sam:Link ; sam:level <{ID}evidence-level/cited> ; sam:strength 4 ;"
    " rdf:subject <{subject}> ; rdf:predicate sam:serves ; rdf:object <{object}> ."
)
PREFIXES: Final = f"PREFIX sam: <{SAM}> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"


def update(client: TestClient, text: str) -> None:
    """Make an update with the token."""
    answer = client.post("/update", data={"update": PREFIXES + text}, headers=HEADERS)
    assert answer.status_code == 200, answer.text


def note(client: TestClient, text: str) -> None:
    """Write something that no question reads."""
    update(
        client, f"INSERT DATA {{ GRAPH <{NOTES}> {{ <urn:example:a> <urn:example:p> '{text}' }} }}"
    )


def seal(client: TestClient, **asked: Any) -> Any:
    """Seal an answer."""
    answer = client.post("/v1/seals", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def path(address: str) -> str:
    """Return the path of an address of the service as it is published."""
    return address.removeprefix(SETTINGS.base_url)


def verified(client: TestClient, sealed: Any) -> Any:
    """Ask again what was sealed."""
    answer = client.get(path(sealed["verification"]))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(params=["memory", "disk"])
def client(
    request: pytest.FixtureRequest, tmp_path: Path, store: OxigraphStore
) -> Iterator[TestClient]:
    """Give a client of the shipped graph, in memory and on disk."""
    url = "memory:"
    if request.param == "disk":
        made = open_directory(tmp_path / "store", create=True)
        made.replace({name: store.quads_of(name) for name in store.graphs()})
        assert made.disk
        made.disk.close()
        del made
        url = f"oxigraph:{tmp_path / 'store'}"
    with (
        opened(url, MANY, 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as opened_,
    ):
        yield opened_


def goal_of(client: TestClient) -> str:
    """Return a goal that Q01 is about."""
    return str(client.get("/v1/questions/Q01").json()["rows"][0]["entity"]["id"])


def test_question_is_sealed_and_asked_again(client: TestClient) -> None:
    """A sealed question is identical, unaffected by a note, and changed by a link that it names."""
    sealed = seal(client, question="Q01")
    assert verified(client, sealed)["verdict"] == "identical"
    note(client, "one")
    found = verified(client, sealed)
    assert (found["verdict"], found["because"]) == ("unaffected", [])
    instrument = ID + "instrument/nederlandse-cybersecurity-agenda"
    link = SERVES.format(subject=instrument, object=goal_of(client))
    update(client, f"INSERT DATA {{ GRAPH <{GRAPH}made> {{ {link} }} }}")
    note(client, "two")
    found = verified(client, sealed)
    assert (found["verdict"], found["becauseTotal"]) == ("changed", 6)
    assert {one["graph"] for one in found["because"]} == {GRAPH + "made"}
    assert {one["change"] for one in found["because"]} == {"added"}
    assert client.get(found["changes"]).json()["links"]["added"] == 1
    update(client, f"DROP GRAPH <{GRAPH}made>")
    assert verified(client, sealed)["verdict"] == "unaffected"
    update(client, f"DROP GRAPH <{NOTES}>")
    assert verified(client, sealed)["verdict"] == "identical"


def test_query_is_sealed_and_asked_again(client: TestClient) -> None:
    """A sealed query is identical, unaffected by a note, and changed by what it selects."""
    sealed = seal(client, query=GOALS)
    assert verified(client, sealed)["verdict"] == "identical"
    note(client, "one")
    assert verified(client, sealed)["verdict"] == "unaffected"
    update(client, f"INSERT DATA {{ GRAPH <{NOTES}> {{ <urn:example:g> a sam:Goal }} }}")
    found = verified(client, sealed)
    assert (found["verdict"], found["becauseTotal"]) == ("changed", 1)
    assert found["because"][0]["subject"]["value"] == "urn:example:g"


@pytest.fixture(scope="module")
def shared() -> Iterator[TestClient]:
    """Give a client of the shipped graph in memory, to which nothing is written."""
    with (
        opened("memory:", MANY, 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as made,
    ):
        yield made


def test_hash_is_of_what_is_served(shared: TestClient, store: OxigraphStore) -> None:
    """The hashes are those of the dataset, and of the JSON that the question gives."""
    sealed = seal(shared, question="Q04", level="quoted")
    body = shared.get("/v1/questions/Q04", params={"level": "quoted"}).content
    assert sealed["answer"] == sha256(body).hexdigest()
    assert sealed["dataset"] == canonical_hash(store.quads())
    assert seal(shared, question="Q04")["answer"] != sealed["answer"]


def test_language_of_the_client_does_not_count(shared: TestClient) -> None:
    """Who asks in Dutch gets the same seal, but for its time."""
    both = [
        shared.post("/v1/seals", json={"question": "Q04"}, headers=headers).json()
        for headers in ({}, {"Accept-Language": "nl"})
    ]
    assert both[0]["answer"] == both[1]["answer"]
    told = shared.get(path(both[0]["verification"]), headers={"Accept-Language": "nl"}).json()
    assert (told["verdict"], list(told["text"])) == ("identical", ["nl"])


def test_seal_says_what_was_asked(shared: TestClient) -> None:
    """The address of a seal gives the seal, with everything named that was asked."""
    asked = {"question": "q01", "level": "quoted", "sources": ["kamerbrief-gbvs-2018"]}
    sealed = seal(shared, **asked)
    assert shared.get(path(sealed["id"])).json() == sealed
    assert sealed["question"].startswith("Q01-")
    assert (sealed["level"], sealed["sources"]) == ("quoted", ["kamerbrief-gbvs-2018"])
    assert sealed["edition"] == ID + "strategy/gbvs-2018"
    assert (sealed["revision"], sealed["query"]) == (0, None)
    assert len(sealed["id"]) < 500


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GOALS, GOALS + " ORDER BY ?goal", True),
        (GOALS + " ORDER BY ?goal", GOALS + " ORDER BY DESC(?goal)", False),
        (GOALS + " # ORDER BY no", GOALS, True),
        ("SELECT ?x { VALUES ?x { 1 2 } }", "SELECT ?x { VALUES ?x { 2 1 } }", True),
        ("SELECT ?x { VALUES ?x { 1 2 } }", "SELECT ?x { VALUES ?x { 1 2 2 } }", False),
        ("SELECT ?x { VALUES ?x { 1 } }", "SELECT ?y { VALUES ?y { 1 } }", False),
        ("ASK {}", "ASK { ?s ?p ?o }", True),
        ("ASK {}", "ASK { FILTER(false) }", False),
        (
            "CONSTRUCT { [] <urn:p> 1 ; <urn:q> 2 } {}",
            "CONSTRUCT { _:x <urn:q> 2 ; <urn:p> 1 } {}",
            True,
        ),
        ("CONSTRUCT { [] <urn:p> 1 ; <urn:q> 2 } {}", "CONSTRUCT { [] <urn:p> 1 } {}", False),
    ],
)
def test_same_answer_has_the_same_hash(
    shared: TestClient, one: str, other: str, same: bool
) -> None:
    """Order counts where the query orders, repetition and names of variables always, blanks not."""
    hashes = [seal(shared, query=query)["answer"] for query in (one, other)]
    assert (hashes[0] == hashes[1]) is same


def remade(text: str, change: Callable[[list[Any]], None]) -> str:
    """Return the text of a seal with something else in it."""
    said = json.loads(zlib.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    change(said)
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(zlib.compress(written, 9)).decode().rstrip("=")


@pytest.mark.parametrize("at", [2, 30, 60, -2])
def test_damaged_seal_is_refused(shared: TestClient, at: int) -> None:
    """A seal in which one character is another, or of which one is lost, is no seal."""
    text = seal(shared, question="Q01")["id"].rpartition("/")[2]
    other = "A" if text[at] != "A" else "B"
    place = at % len(text)
    for damaged in (text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :]):
        for tail in ("", "/verification"):
            answer = shared.get(f"/v1/seals/{damaged}{tail}")
            assert (answer.status_code, answer.json()["parameter"]) == (404, "seal"), damaged


def test_forged_seal_is_not_confirmed(shared: TestClient) -> None:
    """A seal that somebody made up is not reproduced, or cannot be explained; never identical."""
    text = seal(shared, question="Q01")["id"].rpartition("/")[2]
    answer = remade(text, lambda said: said.__setitem__(4, said[3]))
    both = remade(answer, lambda said: said.__setitem__(3, said[4][::-1][1:] + "A"))
    verdicts = []
    for forged in (answer, both):
        found = shared.get(f"/v1/seals/{forged}/verification")
        assert found.status_code == 200, found.text
        verdicts.append(found.json()["verdict"])
    assert verdicts == ["not_reproduced", "unexplained"]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.__setitem__(0, 2),
        lambda said: said.__setitem__(1, {"question": "Q01", "query": "ASK {}"}),
        lambda said: said.__setitem__(1, {}),
        lambda said: said.__setitem__(1, [1]),
        lambda said: said.__setitem__(1, {"question": "Q01", "more": 1}),
        lambda said: said.__setitem__(2, "0"),
        lambda said: said.__setitem__(2, True),
        lambda said: said.__setitem__(3, ""),
        lambda said: said.__setitem__(4, 5),
        lambda said: said.append(1),
        lambda said: said.__setitem__(5, "x" * (1 << 18)),
    ],
)
def test_seal_of_another_shape_is_refused(
    shared: TestClient, change: Callable[[list[Any]], None]
) -> None:
    """What is no seal of ours is refused, however it was written."""
    text = remade(seal(shared, question="Q01")["id"].rpartition("/")[2], change)
    for tail in ("", "/verification"):
        answer = shared.get(f"/v1/seals/{text}{tail}")
        assert (answer.status_code, answer.json()["parameter"]) == (404, "seal")


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({}, 400, "question"),
        ({"question": "Q01", "query": "ASK {}"}, 400, "query"),
        ({"query": "ASK {}", "level": "quoted"}, 400, "level"),
        ({"query": " "}, 400, "The query is empty"),
        ({"question": "Q99"}, 404, "Q01"),
        ({"question": "Q01", "level": "certain"}, 400, "quoted"),
        ({"question": "Q01", "sources": ["nowhere"]}, 404, "kamerbrief-gbvs-2018"),
        ({"question": "Q01", "parameters": {"x": 1}}, 404, "parameter"),
        ({"question": "Q01", "colour": "red"}, 400, "colour"),
        ({"query": "SELECT * { ?s ?p"}, 400, "is not closed"),
        ({"query": "SELECT (NOW() AS ?now) {}"}, 400, "cannot be sealed"),
        ({"query": "SELECT * { SERVICE <urn:x> { ?s ?p ?o } }"}, 400, "cannot be sealed"),
        ({"query": "SELECT * { ?s ?p ?o }"}, 413, "1 MB"),
    ],
)
def test_what_cannot_be_sealed_is_refused(
    shared: TestClient, asked: dict[str, Any], status: int, told: str
) -> None:
    """What cannot be asked, or has another answer each time, is refused with the reason."""
    answer = shared.post("/v1/seals", json=asked)
    assert answer.status_code == status
    assert told in answer.text


def test_too_long_for_an_address_is_refused(shared: TestClient) -> None:
    """A query that no address can hold is not sealed."""
    values = " ".join(f"<urn:{sha256(str(i).encode()).hexdigest()}>" for i in range(300))
    answer = shared.post("/v1/seals", json={"query": f"ASK {{ VALUES ?x {{ {values} }} }}"})
    assert (answer.status_code, "address" in answer.json()["detail"]) == (413, True)


def test_runaway_query_is_stopped() -> None:
    """A sealed query is held to the limits of every query, when it is sealed and afterwards."""
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with (
        opened("memory:", Limits(seconds=4), 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as client,
    ):
        answer = client.post("/v1/seals", json={"query": slow})
        assert (answer.status_code, answer.json()["limit"]) == (504, "time")
        text = Seal({"query": slow}, 0, "0" * 64, "0" * 64, "samenhang", "2026").text()
        answer = client.get(f"/v1/seals/{text}/verification")
        assert (answer.status_code, answer.json()["limit"]) == (504, "time")


def test_seal_of_another_store_is_unexplained(shared: TestClient) -> None:
    """A seal of a revision that this store does not have says that it cannot be told why."""
    made = Seal({"question": "Q01"}, 7, "ab" * 32, "cd" * 32, "samenhang", "2026-01-01")
    found = shared.get(f"/v1/seals/{made.text()}/verification").json()
    assert (found["verdict"], found["because"], found["changes"]) == ("unexplained", [], None)
    assert found["kept"] == {"oldest": 0, "newest": 0}


def test_source_that_is_gone_changes_the_answer() -> None:
    """When what a question names is not there any more, it has no answer, and the seal says why."""
    with (
        opened("memory:", MANY, 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as client,
    ):
        sealed = seal(client, question="Q01", sources=["ivs-2013-en"])
        update(client, f"DROP GRAPH <{GRAPH}ivs-2013-en>")
        found = verified(client, sealed)
        assert (found["verdict"], found["answer"]) == ("changed", None)
        assert {one["graph"] for one in found["because"]} == {GRAPH + "ivs-2013-en"}
        assert len(found["because"]) == 100


def test_service_without_readers_seals(store: OxigraphStore) -> None:
    """Where no readers are, the service asks itself."""
    with TestClient(create_app(SETTINGS, store), base_url="http://localhost") as client:
        for asked in ({"question": "Q04"}, {"query": GOALS}):
            assert verified(client, seal(client, **asked))["verdict"] == "identical"


def test_engine_elsewhere_seals_nothing() -> None:
    """Of an engine elsewhere nothing is known of revisions, so nothing is sealed."""
    remote = RemoteStore("http://127.0.0.1:9/query")
    with TestClient(create_app(SETTINGS, remote), base_url="http://localhost") as client:
        answer = client.post("/v1/seals", json={"query": "ASK {}"})
        assert answer.status_code == 404, answer.text


def test_seal_is_its_text() -> None:
    """A seal that is written and read is the same seal."""
    made = Seal(
        {"query": "ASK { ?s ?p 'é\ud800' }"}, 3, "ab" * 32, "01" * 32, "samenhang 1", "2026"
    )
    assert read_seal(made.text()) == made


SEALED: Final = Seal({"query": "ASK {}"}, 1, "d", "a", "", "")


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        (("d", "a"), None, "identical"),
        (("d", "b"), None, "not_reproduced"),
        (("e", "a"), None, "unaffected"),
        (("e", "b"), None, "unexplained"),
        (("e", "b"), ("d", "a"), "changed"),
        (("e", "b"), ("f", "a"), "unexplained"),
        (("e", "b"), ("d", "c"), "not_reproduced"),
    ],
)
def test_verdicts(now: tuple[str, str], then: tuple[str, str] | None, verdict: str) -> None:
    """What is found, now and then, gives one verdict."""
    assert judge(SEALED, Said(*now), Said(*then) if then else None) == verdict


def sealed_in(url: str) -> Any:
    """Serve a store, seal which goals it has, and let go of the store."""
    with (
        opened(url, MANY, 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as client,
    ):
        return seal(client, query=GOALS)


def test_command_asks_again(tmp_path: Path, letter: Path) -> None:
    """A seal in a file is asked again of a store; the exit code says whether it holds."""
    url = f"oxigraph:{tmp_path / 'store'}"
    assert run("load", letter, "--store", url).exit_code == DONE
    sealed = sealed_in(url)
    file = tmp_path / "seal.json"
    file.write_text(json.dumps(sealed))
    gc.collect()
    for named in (file, sealed["id"], sealed["id"].rpartition("/")[2]):
        done = run("verify", named, "--store", url)
        assert done.exit_code == DONE, done.stderr
        assert done.stdout.startswith("identical: ")
    changed = open_directory(tmp_path / "store")
    goal = ox.Quad(ox.NamedNode("urn:g"), RDF_TYPE, ox.NamedNode(SAM + "Goal"), ox.NamedNode(NOTES))
    changed.change(Change([], [goal], (), [NOTES]))
    del changed
    gc.collect()
    done = run("verify", file, "--store", url)
    assert (done.exit_code, done.stdout.split(":")[0]) == (1, "changed")
    assert f"+ {NOTES} urn:g" in done.stdout


@pytest.mark.parametrize("content", ["", "{}", "[]", "no json"])
def test_command_says_what_is_no_seal(tmp_path: Path, content: str) -> None:
    """A file that holds no seal is told, without a traceback."""
    file = tmp_path / "seal.json"
    file.write_text(content)
    done = run("verify", file)
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)
    assert run("verify", "nonsense").exit_code == 2
