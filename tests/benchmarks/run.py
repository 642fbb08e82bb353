"""Measures the service and the graph, and prints a table of medians; run by hand.

    python tests/benchmarks/run.py [--quick]

Everything stays on this machine: the service listens to a free port of its own on the loopback
and is stopped at the end. rdflib answers the same questions in the same run, as a peer.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import psutil
import pyoxigraph as ox
from rdflib import Graph

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from graph import drawing, network  # noqa: E402
from graph.check import check  # noqa: E402
from graph.library import Query  # noqa: E402
from graph.links import find_links  # noqa: E402
from graph.names import read_names  # noqa: E402
from graph.questions import ask, list_questions  # noqa: E402
from graph.store import Store, open_store  # noqa: E402

#: Longer than any start takes, so that a service that does not answer ends the run.
PATIENCE = 60.0
#: A measure that takes longer than this is not repeated.
LONG = 5.0
REQUESTS = 200
ASK = f"/sparql?query={quote('SELECT (COUNT(*) AS ?n) { ?s ?p ?o }')}"
ADDRESSES = ("/", "/questions/Q01", "/network/chain", "/v1/views/chain", "/v1/links", "/def", ASK)

Row = tuple[str, str, str]


def seconds(work: Callable[[], object], repeats: int) -> list[float]:
    """Return how long the work took, each time; once only when it takes long."""
    taken: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
        if taken[0] > LONG:
            break
    return taken


def shown(taken: list[float]) -> tuple[str, str]:
    """Write the median and the number of runs."""
    middle = statistics.median(taken)
    text = f"{middle:.2f} s" if middle >= 1 else f"{middle * 1000:.1f} ms"
    return text, f"{len(taken)} runs, {min(taken) * 1000:.1f} to {max(taken) * 1000:.1f} ms"


def free_port() -> int:
    """Return a port that nothing listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str) -> bytes:
    """Return what the service answers."""
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return bytes(answer.read())


def wait_for(port: int, path: str, process: "subprocess.Popen[bytes]") -> float:
    """Return the moment of the first answer; an error when the service ends or stays silent."""
    limit = time.perf_counter() + PATIENCE
    while time.perf_counter() < limit and process.poll() is None:
        try:
            fetch(port, path)
        except (URLError, ConnectionError):
            time.sleep(0.005)
        else:
            return time.perf_counter()
    raise SystemExit(f"The service did not answer at {path}.")


@contextmanager
def service(port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the service on a port, and stop it."""
    command = [sys.executable, "-m", "api", "serve", "--store", "memory:", "--port", str(port)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def measure_service(repeats: int) -> Iterator[Row]:
    """Measure cold starts, and the memory of a service that has worked."""
    health, query = [], []
    resident = 0
    for turn in range(repeats):
        port, start = free_port(), time.perf_counter()
        with service(port) as process:
            health.append(wait_for(port, "/healthz", process) - start)
            query.append(wait_for(port, ASK, process) - start)
            if turn == repeats - 1:
                for number in range(REQUESTS):
                    fetch(port, ADDRESSES[number % len(ADDRESSES)])
                resident = psutil.Process(process.pid).memory_info().rss
    yield "cold start to first /healthz", *shown(health)
    yield "cold start to first SPARQL answer", *shown(query)
    yield f"resident memory after {REQUESTS} requests", f"{resident / 2**20:.0f} MiB", "1 run"


def draw_chain(store: Store) -> object:
    """Make the model of the chain view from nothing."""
    links = {link.iri: link for link in find_links(store)}
    found = network.build_network(network.view_links(store, links, "chain", ""), read_names(store))
    return drawing.model(found, drawing.layered(found), "nl")


def measure_graph(store: Store, repeats: int) -> Iterator[Row]:
    """Measure opening, asking, drawing and checking."""
    yield "open_store('memory:')", *shown(seconds(lambda: open_store("memory:"), repeats))
    for question in list_questions():

        def work(name: str = question.slug) -> object:
            return ask(store, name)

        yield f"question {question.slug}", *shown(seconds(work, repeats))
    yield "chain view, links to drawing", *shown(seconds(lambda: draw_chain(store), repeats))
    yield "check", *shown(seconds(check, max(1, repeats // 2)))


def compare(store: Store, peer: Graph, question: Query, repeats: int) -> Row:
    """Ask both engines the same query, see that they agree, and give the ratio."""
    found: set[int] = set()
    ours = seconds(lambda: found.add(len(list(store.query(question.text).rows()))), repeats)
    theirs = seconds(lambda: found.add(len(list(peer.query(question.text)))), repeats)
    ratio = statistics.median(theirs) / statistics.median(ours)
    note = f"{shown(theirs)[0]} / {shown(ours)[0]} = {ratio:.0f} times"
    return (
        f"rdflib on {question.slug}",
        shown(theirs)[0],
        note + ("" if len(found) == 1 else "; ROWS DIFFER"),
    )


def measure_peer(store: Store, repeats: int) -> Iterator[Row]:
    """Ask rdflib the same questions on the same triples."""
    triples = dict.fromkeys(quad.triple for quad in store.quads())
    peer = Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    for question in list_questions():
        yield compare(store, peer, question, repeats)


def main() -> None:
    """Measure everything and print a row as soon as it is known."""
    parser = argparse.ArgumentParser(description="Measure the service and the graph.")
    parser.add_argument("--quick", action="store_true", help="run everything once")
    repeats = 1 if parser.parse_args().quick else 5
    print(f"Python {sys.version.split()[0]}, pyoxigraph {ox.__version__}, medians of the runs")
    store = open_store("memory:")
    print(f"{len(store):,} statements\n")
    for rows in (
        measure_service(repeats),
        measure_graph(store, repeats),
        measure_peer(store, min(repeats, 3)),
    ):
        for what, median, note in rows:
            print(f"{what:<42}{median:>12}   {note}", flush=True)


if __name__ == "__main__":
    main()
