"""Kill a writer at random moments and look whether anything it acknowledged is gone.

    python tests/crash/kill.py --kills 100 [--seed 1] [--folder FOLDER] [--ways update put]

Of five ways to write one is taken in turn: a transaction, a copy that takes the place of the store,
a load of files; and, over HTTP to the running service, an update and a document. `--ways` names
some of them. Exit code 1 when anything was lost, partial or not to be opened.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Timer

REPOSITORY = Path(__file__).parent.parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

import httpx2  # noqa: E402
import pyoxigraph as ox  # noqa: E402

from graph import oxigraph  # noqa: E402
from graph.errors import StoreError  # noqa: E402
from services import TURTLE, Service, empty_store, serving  # noqa: E402

EX = "https://example.org/"
A, B = EX + "a", EX + "b"
OWN = ("write", "rebuild", "load")
SERVED = ("update", "put")
WAYS = (*OWN, *SERVED)
SIZE = 40


def quads(graph: str, revision: int) -> list[ox.Quad]:
    """Return what a graph holds after a revision: SIZE statements that name it."""
    node, said = ox.NamedNode(graph), ox.NamedNode(EX + "said")
    value = ox.Literal(str(revision))
    return [ox.Quad(ox.NamedNode(f"{EX}{i}"), said, value, node) for i in range(SIZE)]


def write_for_ever(path: Path, way: str) -> None:
    """Write revisions one after the other, and tell each one that was acknowledged."""
    store = oxigraph.open_directory(path, create=True)
    assert store.disk is not None
    if way == "rebuild":
        oxigraph.LARGE = 0
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        number = store.disk.revision + 1
        graphs = {A: quads(A, number), B: quads(B, number)}
        if way == "load":

            def put(engine: ox.Store, graphs: dict[str, list[ox.Quad]] = graphs) -> None:
                for listed in graphs.values():
                    engine.bulk_extend(listed)

            store.fill(list(graphs), str(number), put)
        else:
            store.replace(graphs)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def kill_once(path: Path, way: str, wait: float) -> int:
    """Start a writer, kill it after a time; return the last revision that it acknowledged."""
    command = [sys.executable, __file__, "--writer", way, "--folder", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        told = [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    return told[-1] if told else 0


def write_over_http(service: Service, way: str, number: int) -> None:
    """Write one revision: both graphs by an update, or one as a document."""
    if way == "put":
        document = oxigraph.ntriples(quads(A, number))
        answer = service.call("PUT", f"/store?graph={A}", document, TURTLE)
    else:
        said = " ".join(
            f"GRAPH <{graph}> {{ {oxigraph.ntriples(quads(graph, number))} }}" for graph in (A, B)
        )
        answer = service.update(f"DROP ALL ; INSERT DATA {{ {said} }}")
    answer.raise_for_status()


def kill_service(path: Path, way: str, wait: float, number: int) -> int:
    """Start a service and write to it, kill it after a time; return the last that it told."""
    with serving(empty_store(path)) as service:
        timer = Timer(wait, service.process.kill)
        timer.start()
        try:
            while True:
                write_over_http(service, way, number + 1)
                number += 1
        except httpx2.TransportError:
            return number
        finally:
            timer.cancel()


def faults(path: Path, acknowledged: int, graphs: tuple[str, ...]) -> tuple[list[str], int]:
    """Open the store and return what is wrong with its graphs, and its revision."""
    try:
        store = oxigraph.open_directory(path)
    except StoreError as error:
        return [f"not opened: {error}"], acknowledged
    assert store.disk is not None
    found, revision = [], store.disk.revision
    if revision not in (acknowledged, acknowledged + 1):
        found.append(f"revision {acknowledged} was acknowledged, {revision} is there")
    expected = {quad for graph in graphs for quad in quads(graph, revision)} if revision else set()
    if set(store.quads()) != expected or len(store) != (SIZE if revision else 0):
        found.append(f"revision {revision} is not whole")
    current = store.disk.entries[-1].directory
    kept = {"lock", "journal", "history", current, f"{current}.files"}
    left = {p.name for p in path.iterdir()} - kept
    if left:
        found.append(f"left behind: {left}")
    return found, revision


def run(folder: Path, kills: int, seed: int, ways: Sequence[str] = WAYS) -> Counter[str]:
    """Kill so many writers; return the figures, with each fault under its own text."""
    chance, figures, acknowledged = random.Random(seed), Counter[str](), Counter[str]()
    for number in range(kills):
        way = ways[number % len(ways)]
        if way in SERVED:
            told = kill_service(folder / way, way, chance.uniform(0, 1.5), acknowledged[way])
        else:
            told = kill_once(folder / way, way, chance.uniform(0, 0.6))
        last = told or acknowledged[way]
        wrong, revision = faults(folder / way, last, (A,) if way == "put" else (A, B))
        figures["kills"] += 1
        figures["acknowledged"] += max(0, last - acknowledged[way])
        figures["whole, though not acknowledged"] += revision == last + 1
        figures["faults"] += len(wrong)
        figures.update(f"{way}: {text}" for text in wrong)
        acknowledged[way] = revision
    return figures


def main() -> int:
    """Read the arguments, run, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--writer", choices=OWN, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.writer:
        write_for_ever(given.folder, given.writer)
    with tempfile.TemporaryDirectory() as scratch:
        figures = run(given.folder or Path(scratch), given.kills, given.seed, given.ways)
    for name, figure in figures.items():
        sys.stdout.write(f"{figure:6}  {name}\n")
    return 1 if figures["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
