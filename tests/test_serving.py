"""Serving: whatever a stranger asks, others are answered, and each limit is named."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

import daemons
from daemons import PATIENCE, oxigraph
from graph.dataset import Dataset
from graph.oxigraph import open_directory
from graph.store import open_store

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
POINT = "SELECT ?o { <https://w3id.org/samenhang/id/pillar/gbvs-2018-prevent> ?p ?o } ORDER BY ?o"
SETTINGS = {
    "SAMENHANG_QUERY_SECONDS": "1",
    "SAMENHANG_QUERY_MEMORY": "400",
    "SAMENHANG_MAX_RESULT": "2",
    "SAMENHANG_QUEUE_SECONDS": "0.5",
}


serving = partial(daemons.serving, SETTINGS)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Serve the shipped graph with small limits."""
    with serving("memory:") as (address, _):
        yield address


def ask(address: str, query: str, **headers: str) -> httpx.Response:
    """Send a query as its own body."""
    sent = {"Content-Type": "application/sparql-query"} | headers
    return httpx.post(f"{address}/sparql", content=query, headers=sent, timeout=PATIENCE)


def test_endless_query_is_stopped(service: str) -> None:
    """A query without end gives 504 within half a second of its limit, and says what to do."""
    start = time.monotonic()
    answer = ask(service, CROSS)
    assert time.monotonic() - start < 1.5
    assert (answer.status_code, answer.json()["limit"]) == (504, "time")
    assert answer.headers["content-type"] == "application/problem+json"
    assert ask(service, POINT).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "limit"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f", (504, 507), ("time", "memory")),
        ("SELECT * { ?s ?p ?o . ?o ?q ?r }", (413,), ("size",)),
    ],
)
def test_greedy_query_is_stopped(
    service: str, query: str, status: tuple[int, ...], limit: tuple[str, ...]
) -> None:
    """A query that takes too much memory, or gives too much, is stopped with its limit."""
    answer = ask(service, query)
    assert answer.status_code in status
    assert answer.json()["limit"] in limit
    assert ask(service, POINT).status_code == 200


def test_deep_query_ends_nothing(service: str) -> None:
    """Thirty thousand parentheses are answered or refused, and the service is still there."""
    deep = f"ASK {{ FILTER({'(' * 30_000}1{')' * 30_000}) }}"
    assert ask(service, deep).status_code in (200, 400, 504)
    assert ask(service, POINT).status_code == 200


def test_others_are_served_meanwhile(service: str) -> None:
    """While more endless queries come than there are readers, pages and JSON are answered at once.

    The queries too many are told to come back later. What the pages read once was read before.
    """
    assert httpx.get(f"{service}/", timeout=PATIENCE).status_code == 200
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(ask, service, CROSS) for _ in range(8)]
        time.sleep(0.2)
        took = []
        for path in (
            "/",
            "/v1/links?limit=1",
            "/healthz",
            "/readyz",
            "/doc/pillar/gbvs-2018-prevent",
        ):
            start = time.monotonic()
            assert httpx.get(f"{service}{path}", timeout=PATIENCE).status_code == 200
            took.append(time.monotonic() - start)
        answers = [future.result() for future in running]
    assert max(took) < 1.5
    assert {answer.status_code for answer in answers} <= {503, 504}
    busy = [answer for answer in answers if answer.status_code == 503]
    assert busy
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert ask(service, POINT).status_code == 200


def test_answers_are_the_same_with_readers(service: str, dataset: Dataset) -> None:
    """A reader gives what the store itself gives."""
    from graph.oxigraph import in_memory

    store = in_memory(dataset.graphs)
    rows = [row["o"].value for row in store.query(POINT).rows()]
    told = ask(service, POINT, Accept="application/sparql-results+json").json()
    assert [row["o"]["value"] for row in told["results"]["bindings"]] == rows


def test_unchanged_answer_is_not_sent_again(service: str) -> None:
    """A result carries an ETag; who has it gets 304, and another format is another result."""
    first = ask(service, POINT, Accept="text/csv")
    assert ask(service, POINT, Accept="text/csv").content == first.content
    again = ask(service, POINT, Accept="text/csv", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = ask(
        service,
        POINT,
        Accept="text/tab-separated-values",
        **{"If-None-Match": first.headers["etag"]},
    )
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_client_that_goes_ends_its_query() -> None:
    """When the client goes, the process of its query is gone within half a second of the look."""
    with serving("memory:") as (address, process):
        assert ask(address, POINT).status_code == 200
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"{address}/sparql", params={"query": CROSS}, timeout=0.1)
        until = time.monotonic() + 0.2 + 0.5
        zygote = psutil.Process(process.pid).children()[0]

        def working() -> list[psutil.Process]:
            return [p for p in zygote.children() if p.cpu_times().user > 0.05]

        while working() and time.monotonic() < until:
            time.sleep(0.01)
        assert working() == []
        assert ask(address, POINT).status_code == 200


@pytest.mark.parametrize("what", ["RAND()", "NOW()", "UUID()", "struuid( )"])
def test_changing_answer_is_never_kept(service: str, what: str) -> None:
    """A query that asks for the time or for chance is answered anew each time."""
    query = f"SELECT ({what} AS ?x) {{}}"
    first = ask(service, query, Accept="text/csv").text
    time.sleep(0.01)
    assert ask(service, query, Accept="text/csv").text != first


def test_store_on_disk_is_served(tmp_path: Path, dataset: Dataset) -> None:
    """A store on disk is served from a copy for the readers, which is gone afterwards.

    What a killed service left of its own is removed, and nothing else beside the store is.
    """
    path = tmp_path / "store"
    for name in (".store.readers-left", ".store-mine"):
        (tmp_path / name).mkdir()
    open_directory(path, create=True).replace(dataset.graphs)
    with serving(f"oxigraph:{path}") as (address, process):
        assert ask(address, POINT).status_code == 200
        assert ask(address, CROSS).status_code == 504
        graphs = ask(address, "SELECT ?g { GRAPH ?g {} }", Accept="text/csv").text.split()
        assert sorted(graphs[1:]) == sorted(dataset.graphs)
        copies = {p.name for p in tmp_path.glob(".store.readers-*")}
        assert len(copies - {".store.readers-left"}) == len(copies) == 1
    assert process.returncode is not None
    assert {p.name for p in tmp_path.iterdir()} == {"store", ".store-mine"}


def _runs(process: psutil.Process) -> bool:
    """Tell whether a process has not ended; one that waits for its parent to notice has."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_service_without_readers_is_not_ready() -> None:
    """When the processes for queries have ended, the service is there, but says it is not ready."""
    with serving("memory:") as (address, process):
        assert httpx.get(f"{address}/readyz").json()["status"] == "ready"
        children = psutil.Process(process.pid).children(recursive=True)
        for child in children:
            child.kill()
        until = time.monotonic() + PATIENCE
        while any(map(_runs, children)) and time.monotonic() < until:
            time.sleep(0.01)
        answer = httpx.get(f"{address}/readyz", timeout=PATIENCE)
        assert answer.status_code == 503
        assert "start again" in answer.json()["detail"]
        assert httpx.get(f"{address}/healthz").status_code == 200


def test_service_without_its_engine_is_not_ready(dataset: Dataset, tmp_path: Path) -> None:
    """When the engine behind the service goes, `/readyz` says which engine does not answer."""
    with oxigraph(tmp_path) as url, ExitStack() as later:
        open_store(url).replace(dataset.graphs)
        address, _ = later.enter_context(serving(url))
        kept = later.pop_all()
        assert httpx.get(f"{address}/readyz").json()["status"] == "ready"
    with kept:
        answer = httpx.get(f"{address}/readyz", timeout=PATIENCE)
        assert answer.status_code == 503
        assert "127.0.0.1" in answer.json()["detail"]
        assert httpx.get(f"{address}/healthz").status_code == 200
