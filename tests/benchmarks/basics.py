"""The service and the graph by themselves: starts, memory, questions; and rdflib in-process."""

import statistics
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import psutil
import pyoxigraph as ox
from rdflib import Graph

from benchmarks.servers import fetch, free_port, samenhang, wait_for
from benchmarks.timing import Row, duration, seconds, shown
from graph import drawing, network
from graph.check import check
from graph.inquiry import Inquiry
from graph.library import Query
from graph.links import find_links
from graph.names import read_names
from graph.questions import list_questions
from graph.store import Store, open_store

REQUESTS: Final = 200
ASK: Final = f"/sparql?query={quote('SELECT (COUNT(*) AS ?n) { ?s ?p ?o }')}"
#: For this question rdflib needs some twenty seconds.
_SLOW: Final = "Q04"
ADDRESSES: Final = (
    "/",
    "/questions/Q01",
    "/network/chain",
    "/v1/views/chain",
    "/v1/links",
    "/def",
    ASK,
)


def resident(pid: int) -> int:
    """Return the memory of a process and of those it started, in bytes.

    What they share counts once where the system tells (Linux), else for each of them.
    """
    process = psutil.Process(pid)
    held = [member.memory_full_info() for member in (process, *process.children(recursive=True))]
    return sum(int(getattr(one, "pss", one.rss)) for one in held)


def measure_service(repeats: int) -> Iterator[Row]:
    """Measure cold starts, and the memory of a service that has worked."""
    health, query = [], []
    held = 0
    for turn in range(repeats):
        port, start = free_port(), time.perf_counter()
        with samenhang(port) as process:
            health.append(wait_for(port, "/healthz", process) - start)
            query.append(wait_for(port, ASK, process) - start)
            if turn == repeats - 1:
                for number in range(REQUESTS):
                    fetch(port, ADDRESSES[number % len(ADDRESSES)])
                held = resident(process.pid)
    yield "cold start to first /healthz", *shown(health)
    yield "cold start to first SPARQL answer", *shown(query)
    yield f"resident memory after {REQUESTS} requests", f"{held / 2**20:.0f} MiB", "1 run"


def draw_chain(store: Store) -> object:
    """Make the model of the chain view from nothing."""
    links = {link.iri: link for link in find_links(store)}
    found = network.build_network(network.view_links(store, links, "chain", ""), read_names(store))
    return drawing.model(found, drawing.layered(found), "nl")


def measure_graph(store: Store, repeats: int, quick: bool) -> Iterator[Row]:
    """Measure opening, asking, drawing and, unless it must be quick, checking."""
    yield "open_store('memory:')", *shown(seconds(lambda: open_store("memory:"), repeats))
    for question in list_questions():

        def work(name: str = question.slug) -> object:
            return Inquiry(store).ask(name)

        yield f"question {question.slug}", *shown(seconds(work, repeats))
    yield "chain view, links to drawing", *shown(seconds(lambda: draw_chain(store), repeats))
    if not quick:
        yield "check", *shown(seconds(check, max(1, repeats // 2)))


def compare(store: Store, peer: Graph, question: Query, repeats: int) -> Row:
    """Ask both engines the same query, see that they agree, and give the ratio."""
    found: set[int] = set()
    ours = seconds(lambda: found.add(len(list(store.query(question.text).rows()))), repeats)
    theirs = seconds(lambda: found.add(len(list(peer.query(question.text)))), repeats)
    ratio = statistics.median(theirs) / statistics.median(ours)
    note = f"ours {duration(statistics.median(ours))}, {ratio:.0f} times as fast"
    return (
        f"rdflib in-process on {question.slug}",
        shown(theirs)[0],
        note + ("" if len(found) == 1 else "; ROWS DIFFER"),
    )


def measure_peer(store: Store, repeats: int, quick: bool) -> Iterator[Row]:
    """Ask rdflib the same questions on the same triples; quickly, only those it is quick at."""
    triples = dict.fromkeys(quad.triple for quad in store.quads())
    peer = Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    for question in list_questions():
        if quick and question.slug.startswith(_SLOW):
            continue
        yield compare(store, peer, question, repeats)
