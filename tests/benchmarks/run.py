"""Measures the service and the graph beside their peers, and prints tables; run by hand.

    python tests/benchmarks/run.py [--quick | --large] [--only PART ...]

Everything stays on this machine: servers listen to free ports of the loopback and are stopped at
the end. Only the peers are fetched, from PyPI, into a folder that is removed at the end.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyoxigraph as ox

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from benchmarks import basics, client, coherence, growth, interface, peers, ping, throughput  # noqa: E402
from benchmarks.tables import show  # noqa: E402
from benchmarks.timing import Row, duration  # noqa: E402
from graph.store import Store, open_store  # noqa: E402


def load() -> str:
    """Return how busy the machine is: the load averages of 1, 5 and 15 minutes."""
    return "load average " + ", ".join(f"{value:.2f}" for value in os.getloadavg())


def machine() -> str:
    """Return on what this is measured, in one line."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, pyoxigraph {ox.__version__}"
    )


def run_basics(store: Store, options: argparse.Namespace) -> None:
    """Print what starts and views cost."""
    repeats = 1 if options.quick else 5

    def rows() -> Iterator[Row]:
        yield from basics.measure_service(repeats)
        yield from basics.measure_graph(store, repeats, options.quick)

    show(f"Service and graph, {len(store):,} triples", ("measure", "median", "note"), rows())


def run_coherence(store: Store, options: argparse.Namespace) -> None:
    """Print what the questions cost, beside their bare queries and rdflib."""
    coherence.report_shipped(store, 3 if options.quick else 5)
    counts = [10, 100] if options.quick else [100, 1_000]
    with tempfile.TemporaryDirectory() as folder:
        coherence.report_growth(counts, Path(folder), 3)


def run_http(store: Store, options: argparse.Namespace) -> None:
    """Print throughput and latency over HTTP beside the peers."""
    quick = throughput.Plan(seconds=1, rounds=1, longest=4)
    plan = quick if options.quick else throughput.Plan(seconds=2, rounds=3, longest=30)
    with (
        tempfile.TemporaryDirectory() as folder,
        peers.all_servers(store, Path(folder)) as servers,
    ):
        throughput.report(servers, plan, client.described())


def run_growth(_: Store, options: argparse.Namespace) -> None:
    """Print what loading, memory and latency come to with ever more strategies."""
    counts = [1, 100] if options.quick else [1, 100, 1_000]
    if options.large:
        counts.append(10_000)
    with tempfile.TemporaryDirectory() as folder:
        growth.report(growth.measure_growth(counts, Path(folder), 3 if options.quick else 7))


def run_ping(_: Store, options: argparse.Namespace) -> None:
    """Print the latency of small requests on one kept connection."""
    rows = []
    with peers.ours() as server:
        for target in ping.TARGETS:
            middle, high = ping.figures(ping.ping(server.port, target))
            kept = "kept" if high < ping.PROMISE else "BROKEN"
            rows.append([target, duration(middle), duration(high), kept])
    with ping.trapped() as port:
        middle, high = ping.figures(ping.ping(port, "/", 20 if options.quick else 50))
    rows.append(["a server with the trap", duration(middle), duration(high), "for comparison"])
    promise = f"p95 under {duration(ping.PROMISE)}"
    show("Ping on one kept connection", ("request", "p50", "p95", promise), rows)


def run_interface(_: Store, options: argparse.Namespace) -> None:
    """Print what the lists of the JSON interface take."""
    interface.report(*((1, 20) if options.quick else (2, 200)))


PARTS: dict[str, Callable[[Store, argparse.Namespace], None]] = {
    "basics": run_basics,
    "coherence": run_coherence,
    "http": run_http,
    "interface": run_interface,
    "growth": run_growth,
    "ping": run_ping,
}


def main() -> None:
    """Measure the parts asked for, and print each table as soon as it is known."""
    parser = argparse.ArgumentParser(description="Measure the service and the graph.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="the short ones: two minutes")
    size.add_argument("--large", action="store_true", help="up to 10,000 strategies")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts alone")
    options = parser.parse_args()
    print(f"{machine()}; {load()}")
    store = open_store("memory:")
    failed = []
    for name in options.only or PARTS:
        try:
            PARTS[name](store, options)
        except (RuntimeError, OSError) as error:
            failed.append(name)
            print(f"\n{name} could not be measured: {error}")
    print(f"\nAt the end: {load()}")
    if failed:
        raise SystemExit(f"Not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
