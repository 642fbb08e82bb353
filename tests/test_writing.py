"""Writing over HTTP: whole, in order, seen at once, and by many at a time."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Final

import psutil
import pytest

from graph.update import UNNAMED
from services import WRITABLE, Service, empty_store, serving

A, B = "urn:graph:a", "urn:graph:b"
#: Adds one to the number in two graphs at once.
INCREMENT: Final = f"""
DELETE {{ GRAPH <{A}> {{ ?s <urn:n> ?n }} GRAPH <{B}> {{ ?s <urn:n> ?n }} }}
INSERT {{ GRAPH <{A}> {{ ?s <urn:n> ?m }} GRAPH <{B}> {{ ?s <urn:n> ?m }} }}
WHERE {{ GRAPH <{A}> {{ ?s <urn:n> ?n BIND(?n + 1 AS ?m) }} }}
"""
ZERO: Final = (
    f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:n> 0 }} GRAPH <{B}> {{ <urn:s> <urn:n> 0 }} }}"
)
#: The number as each of the two graphs and the default graph have it.
NUMBERS: Final = f"""
SELECT ?a ?b ?c {{
    GRAPH <{A}> {{ <urn:s> <urn:n> ?a }} GRAPH <{B}> {{ <urn:s> <urn:n> ?b }} <urn:s> <urn:n> ?c
}}
"""
_ARENA: Final = 64 << 20
#: How often each client adds one; tests/crash/count.py does it 200 times.
TIMES: Final = 6
SMALL: Final = WRITABLE | {
    "SAMENHANG_QUERY_SECONDS": "1",
    "SAMENHANG_QUERY_MEMORY": "600",
    "SAMENHANG_MAX_RESULT": "1",
    "SAMENHANG_MAX_UPLOAD": "1",
}


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a store on disk."""
    with serving(empty_store(tmp_path_factory.mktemp("writing") / "store")) as running:
        yield running


@pytest.fixture(scope="module")
def in_memory() -> Iterator[Service]:
    """Serve a store in memory."""
    with serving("memory:") as running:
        yield running


@pytest.fixture(params=["on_disk", "in_memory"])
def service(request: pytest.FixtureRequest) -> Service:
    """Give the service on either kind of store, with nothing left of the test before."""
    running: Service = request.getfixturevalue(request.param)
    running.change(f"DROP SILENT GRAPH <{A}> ; DROP SILENT GRAPH <{B}> ; DROP SILENT DEFAULT")
    return running


def count_together(service: Service, clients: int, times: int) -> tuple[list[int], list[int]]:
    """Have clients add one to a number, together; return the revisions that each was told, and
    the numbers that a reader has seen meanwhile.
    """
    service.change(f"DROP SILENT GRAPH <{A}> ; DROP SILENT GRAPH <{B}> ; {ZERO}")
    done, seen = Event(), list[int]()

    def read() -> None:
        while not done.is_set():
            (row,) = service.rows(NUMBERS)
            found = {int(term.value) for term in row.values()}
            assert len(found) == 1, row
            seen.extend(found)
            time.sleep(0.1)

    def write() -> list[int]:
        return [service.change(INCREMENT)["revision"] for _ in range(times)]

    with ThreadPoolExecutor(clients + 1) as pool:
        reading = pool.submit(read)
        try:
            told = [future.result() for future in [pool.submit(write) for _ in range(clients)]]
        finally:
            done.set()
        reading.result()
    assert all(revisions == sorted(set(revisions)) for revisions in told)
    return sorted(revision for revisions in told for revision in revisions), seen


def test_increments_are_not_lost(service: Service) -> None:
    """Of clients that add one at the same time none is lost; readers see only whole revisions.

    Each is told a revision of its own, one more than that before, and no reader goes back.
    """
    told, seen = count_together(service, 4, TIMES)
    assert told == list(range(told[0], told[0] + 4 * TIMES))
    assert seen == sorted(seen)
    (row,) = service.rows(NUMBERS)
    assert {int(term.value) for term in row.values()} == {4 * TIMES}


def test_answer_counts(service: Service) -> None:
    """The answer to an update counts what came and what went, and the revisions that changed."""
    first = service.change("INSERT DATA { <urn:s> <urn:p> 1 , 2 }")
    again = service.change("INSERT DATA { <urn:s> <urn:p> 1 , 2 }")
    last = service.change("DELETE WHERE { <urn:s> <urn:p> ?o }")
    revision = first["revision"]
    assert first == {"revision": revision, "inserted": 2, "deleted": 0}
    assert again == {"revision": revision, "inserted": 0, "deleted": 0}
    assert last == {"revision": revision + 1, "inserted": 0, "deleted": 2}


def test_written_is_seen_by_the_next_query(service: Service) -> None:
    """A query after an update sees it, also one that was answered before it."""
    query = "ASK { <urn:s> <urn:p> ?o }"
    for text, there in (
        ("INSERT DATA { <urn:s> <urn:p> 1 }", True),
        ("DELETE DATA { <urn:s> <urn:p> 1 }", False),
        (f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} }}", True),
        (f"CLEAR GRAPH <{A}>", False),
    ):
        service.change(text)
        assert service.ask(query) is there
        assert service.ask(query) is there


def test_default_graph_of_an_update(service: Service) -> None:
    """What names no graph is written to the unnamed graph and asked of the merge of all."""
    service.change(
        f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} <urn:s> <urn:p> 1 }} ;"
        "INSERT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o }"
    )
    assert service.ask(f"ASK {{ GRAPH <{UNNAMED}> {{ <urn:s> <urn:p> 1 ; <urn:q> 1 }} }}")
    service.change("DELETE DATA { <urn:s> <urn:p> 1 }")
    assert service.ask("ASK { <urn:s> <urn:p> 1 }")
    service.change(f"DELETE DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} }}")
    assert not service.ask("ASK { <urn:s> <urn:p> 1 }")


FAULTY: Final = {
    "syntax": "INSERT DATA { <urn:s> <urn:p>",
    "no such graph": "DROP GRAPH <urn:graph:none>",
    "graph that is there": f"CREATE GRAPH <{A}>",
    "unknown function": "INSERT { <urn:s> <urn:p> ?x } WHERE { BIND(<urn:f>(1) AS ?x) }",
    "LOAD": "LOAD <http://127.0.0.1:9/>",
    "a query": "SELECT * { ?s ?p ?o }",
    "mark of a revision": "CREATE GRAPH <urn:x-samenhang:revision:999>",
}


@pytest.mark.parametrize("last", FAULTY.values(), ids=FAULTY.keys())
def test_update_is_all_or_nothing(service: Service, last: str) -> None:
    """When the last operation cannot be made, none is, and the answer says why."""
    service.change(f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} }}")
    answer = service.update(f"INSERT DATA {{ <urn:new> <urn:p> 1 }} ; CLEAR GRAPH <{A}> ; {last}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert service.ask(f"ASK {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} }}")
    assert not service.ask("ASK { <urn:new> ?p ?o }")


@pytest.mark.parametrize("iri", ["http://[", "nope", "", "urn:a b", "http://a:b/", "<urn:a>"])
def test_name_of_a_graph_is_an_iri(on_disk: Service, iri: str) -> None:
    """A graph that is named by no IRI is refused, whatever is done to it."""
    before = on_disk.digest()
    where = "INSERT { <urn:s> <urn:p> 1 } WHERE { ?s ?p ?o }"
    for kind in ("using-graph-uri", "using-named-graph-uri"):
        assert on_disk.update(where, f"{kind}={iri}").status_code == 400
    for method in ("PUT", "POST"):
        answer = on_disk.call(method, f"/store?graph={iri}", "<urn:s> <urn:p> 1 .", "text/turtle")
        assert answer.status_code == 400
    for method in ("DELETE", "GET"):
        assert on_disk.call(method, f"/store?graph={iri}").status_code in (400, 404)
    assert on_disk.digest() == before


def test_default_graph_is_the_merge(service: Service) -> None:
    """After every update the readers have the merge of the named graphs as the default graph."""
    merge = (
        "ASK { { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"
        " UNION { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } } }"
    )
    for text in (
        f"INSERT DATA {{ GRAPH <{A}> {{ _:b <urn:p> 1 , 2 . <urn:s> <urn:q> _:b }} }}",
        f"COPY <{A}> TO <{B}>",
        f"DELETE {{ GRAPH <{A}> {{ ?b <urn:p> 2 }} }} WHERE {{ ?b <urn:p> 2 FILTER(isBlank(?b)) }}",
        f"ADD <{B}> TO DEFAULT ; CLEAR GRAPH <{B}>",
        f"MOVE DEFAULT TO <{B}> ; DROP GRAPH <{A}>",
        f"WITH <{B}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ):
        service.change(text)
        assert not service.ask(merge), text


def test_blank_node_is_one_in_all_graphs(service: Service) -> None:
    """A blank node that is written to two graphs, or copied, stays the same one."""
    service.change(
        f"INSERT DATA {{ GRAPH <{A}> {{ _:b <urn:p> 1 }} GRAPH <{B}> {{ _:b <urn:q> 2 }} }} ;"
        f"COPY <{A}> TO DEFAULT"
    )
    assert service.ask(
        f"ASK {{ GRAPH <{A}> {{ ?b <urn:p> 1 }} GRAPH <{B}> {{ ?b <urn:q> 2 }}"
        f" GRAPH <{UNNAMED}> {{ ?b <urn:p> 1 }} }}"
    )
    counted = service.change(
        "DELETE { GRAPH ?g { ?b ?p ?o } } WHERE {"
        " GRAPH ?g { ?b ?p ?o FILTER(isBlank(?b) && ?p IN (<urn:p>, <urn:q>)) } }"
    )
    assert counted["deleted"] == 3


def test_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """What was written on disk is there when the service is started again, and in its revision."""
    url = empty_store(tmp_path / "store")
    with serving(url) as first:
        first.change("INSERT DATA { _:b <urn:p> 1 , 'x'@en--ltr , <<( <urn:s> <urn:p> 2 )>> }")
        first.call("PUT", f"/store?graph={A}", "<urn:s> <urn:p> [] .", "text/turtle")
        first.call("PUT", f"/store?graph={B}", "", "text/turtle")
        written, graphs = first.quads(), first.rows("SELECT ?g { GRAPH ?g {} }")
    with serving(url) as second:
        assert second.quads() == written
        assert second.rows("SELECT ?g { GRAPH ?g {} }") == graphs
        assert len(graphs) == 3
        assert second.change("INSERT DATA { <urn:s> <urn:p> 3 }")["revision"] == 4


# Limits


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a store with small limits."""
    url = empty_store(tmp_path_factory.mktemp("small") / "store", {A: "<urn:s> <urn:p> 1 ."})
    with serving(url, SMALL, counted=False) as running:
        running.change(numbers(400))
        yield running


def numbers(count: int) -> str:
    """Insert so many things, each with its number."""
    return "INSERT DATA { " + " ".join(f"<urn:s{n}> <urn:n> {n} ." for n in range(count)) + " }"


def doubled(times: int) -> str:
    """Bind ?x to a text that is doubled so many times."""
    steps = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times))
    return f"BIND('0123456789' AS ?x0) {steps} BIND(?x{times} AS ?x)"


def nested(opening: str, closing: str, within: str = "") -> str:
    """Write brackets in brackets, 30,000 of them."""
    return opening * 30_000 + within + closing * 30_000


PRODUCT: Final = "?a <urn:n> ?b . ?c <urn:n> ?d ."
GREEDY: Final = f"INSERT {{ <urn:s> <urn:p> ?x }} WHERE {{ {doubled(29)} }}"
TERMS: Final = nested("<<( <urn:s> <urn:p> ", " )>>", "1")
#: Updates, and the statuses that they may end with.
RUNAWAY: Final[dict[str, tuple[str, set[int]]]] = {
    "endless": (
        f"INSERT {{ ?a ?d ?e }} WHERE {{ {PRODUCT} ?e <urn:n> ?f . ?g <urn:n> ?h }}",
        {504, 507},
    ),
    "greedy": (GREEDY, {504, 507}),
    "large": (f"INSERT {{ <urn:s> <urn:p> ?x }} WHERE {{ {doubled(18)} }}", {413}),
    "product": (f"INSERT {{ ?a <urn:q> ?d }} WHERE {{ {PRODUCT} }}", {413, 504, 507}),
    "second": (f"CLEAR ALL ; INSERT DATA {{ <urn:a> <urn:n> 1 }} ; {GREEDY}", {504, 507}),
    "lists": (f"INSERT DATA {{ <urn:s> <urn:p> {nested('(', ')')} }}", {400, 413, 504, 507}),
    "terms": (f"INSERT DATA {{ <urn:s> <urn:p> {TERMS} }}", {400, 504, 507}),
    "filter": (
        f"INSERT {{ <urn:s> <urn:p> 1 }} WHERE {{ FILTER({nested('(', ')', '0')}) }}",
        {200, 400, 504},
    ),
    "many": ("INSERT DATA { <urn:s> <urn:p> 1 } ; CLEAR DEFAULT ;" * 20_000, {413, 504}),
}


@pytest.mark.parametrize("name", RUNAWAY)
def test_runaway_update_is_stopped(small: Service, name: str) -> None:
    """An update that passes a limit is stopped within half a second of it and changes nothing."""
    text, statuses = RUNAWAY[name]
    before, start = small.digest(), time.monotonic()
    answer = small.update(text)
    assert time.monotonic() - start < 1.5
    assert answer.status_code in statuses, answer.text
    assert small.digest() == before
    assert small.change("DELETE DATA { <urn:none> <urn:p> 1 }")["deleted"] == 0


def test_killed_reader_leaves_nothing(on_disk: Service) -> None:
    """When the process that works out an update is killed the store is as it was, and goes on."""
    on_disk.change(numbers(60))
    before = on_disk.digest()
    cross = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"
    update = f"{ZERO} ; INSERT {{ ?a ?h ?o }} WHERE {{ {cross} }} ; CLEAR ALL"
    (zygote,) = psutil.Process(on_disk.process.pid).children()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(on_disk.update, update)
        until = time.monotonic() + 10
        while time.monotonic() < until and not asked.done():
            for process in zygote.children():
                with suppress(psutil.NoSuchProcess):
                    if process.cpu_times().user > 0.5:
                        process.kill()
            time.sleep(0.01)
        answer = asked.result()
    assert (answer.status_code, answer.json().get("limit")) == (500, "crash")
    assert on_disk.digest() == before
    assert on_disk.change("INSERT DATA { <urn:after> <urn:p> 1 }")["inserted"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is mapped")
def test_threads_share_an_arena(on_disk: Service) -> None:
    """What a thread of the service has freed another can use: none has an arena of its own.

    Arenas beside the first begin at a multiple of 64 MB and go up to the next one (glibc).
    """
    on_disk.change(numbers(10))
    on_disk.call("GET", "/").raise_for_status()
    maps = Path(f"/proc/{on_disk.process.pid}/maps").read_text(encoding="utf-8").splitlines()
    parts = [[int(at, 16) for at in line.split()[0].split("-")] for line in maps]
    arenas = [
        start
        for (start, end), (after, last) in pairwise(parts)
        if start % _ARENA == 0 and end == after and last == start + _ARENA
    ]
    assert psutil.Process(on_disk.process.pid).num_threads() > 3
    assert arenas == []
