"""The service and the graph by themselves: starts, memory, the largest view, and the check."""

import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import psutil

from benchmarks.servers import fetch, free_port, samenhang, wait_for
from benchmarks.timing import Row, seconds, shown
from graph import drawing, network
from graph.check import check
from graph.links import find_links
from graph.names import Names, read_names
from graph.neighbours import Surroundings, surroundings_of
from graph.paths import Ways, find_paths
from graph.search import read_search
from graph.store import Store, open_store
from ontology import ID, SAM

REQUESTS: Final = 200
ASK: Final = f"/sparql?query={quote('SELECT (COUNT(*) AS ?n) { ?s ?p ?o }')}"
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


def find_ways(near: Surroundings, names: Names) -> object:
    """Find the paths from a ministry to a goal."""
    ways = Ways(ID + "department/defence", ID + "goal/gbvs-2018-economic-security")
    return find_paths(near, lambda iri: names.of(iri).class_.removeprefix(SAM), ways)


def measure_graph(store: Store, repeats: int, quick: bool) -> Iterator[Row]:
    """Measure opening, drawing and, unless it must be quick, checking."""
    yield "open_store('memory:')", *shown(seconds(lambda: open_store("memory:"), repeats))
    yield "chain view, links to drawing", *shown(seconds(lambda: draw_chain(store), repeats))
    names = read_names(store)
    index = read_search(store, names)
    yield "index of all texts", *shown(seconds(lambda: read_search(store, names), repeats))
    yield "search for a word", *shown(seconds(lambda: index.find("veiligheid"), 50 * repeats))
    yield "search for a letter", *shown(seconds(lambda: index.find("a"), 10 * repeats))
    near = surroundings_of(find_links(store))
    yield "paths between two things", *shown(seconds(lambda: find_ways(near, names), 10 * repeats))
    if not quick:
        yield "check", *shown(seconds(check, max(1, repeats // 2)))
