"""The peers: the Oxigraph server and rdflib-endpoint, each from PyPI, with the shipped graph."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from benchmarks.servers import Server, answer, free_port, running, samenhang, send, wait_for
from benchmarks.timing import seconds
from graph.store import Store

#: What is installed for the run alone, in an environment of its own.
PACKAGES: Final = ("oxigraph==0.5.13", "rdflib-endpoint==0.6.3", "uvicorn")
OURS, OXIGRAPH, RDFLIB = "Samenhang", "Oxigraph server", "rdflib-endpoint"
#: The longest that the installation may take, in seconds.
_INSTALLING: Final = 300.0
#: A client here is no crowd: what the service limits for each client is lifted to measure it.
LIFTED: Final = {
    "SAMENHANG_CLIENT_SECONDS": "0",
    "SAMENHANG_CLIENT_ERRORS": "0",
    "SAMENHANG_CLIENT_CONNECTIONS": "0",
}


def make_environment(folder: Path) -> Path:
    """Make a virtual environment with the peers, and return its folder of programs.

    RuntimeError when they cannot be installed.
    """
    programs = folder / "peers" / "bin"
    pip = [str(programs / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(programs.parent)], [*pip, *PACKAGES]):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_INSTALLING)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"the peers cannot be installed: {error}") from error
    return programs


def write_merge(store: Store, path: Path) -> None:
    """Write the merge of all graphs as N-Triples."""
    triples = dict.fromkeys(quad.triple for quad in store.quads())
    ox.serialize(triples, path, format=ox.RdfFormat.N_TRIPLES)


def write_dataset(store: Store, path: Path) -> None:
    """Write the named graphs, and their merge as default graph, as N-Quads.

    The server could take the union of the graphs for its default graph, but then a triple of two
    graphs is found twice, and counts differ.
    """
    quads = list(store.quads())
    merge = (ox.Quad(*triple) for triple in dict.fromkeys(quad.triple for quad in quads))
    ox.serialize([*quads, *merge], path, format=ox.RdfFormat.N_QUADS)


@contextmanager
def ours() -> Iterator[Server]:
    """Run Samenhang on the shipped files."""
    port = free_port()
    with samenhang(port, LIFTED) as process:
        wait_for(port, "/healthz", process)
        yield Server(OURS, port, "/sparql", process.pid)


@contextmanager
def oxigraph(programs: Path, dataset: Path) -> Iterator[Server]:
    """Run the Oxigraph server in memory with a dataset in N-Quads."""
    port = free_port()
    command = [str(programs / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]
    with running(command) as process:
        wait_for(port, "/", process)
        send(port, "/store", dataset.read_bytes(), "application/n-quads")
        yield Server(OXIGRAPH, port, "/query", process.pid)


@contextmanager
def rdflib_endpoint(programs: Path, merge: Path) -> Iterator[Server]:
    """Run rdflib-endpoint with a graph in N-Triples."""
    port = free_port()
    name = [str(programs / "rdflib-endpoint"), "serve", "--host", "127.0.0.1"]
    with running([*name, "--port", str(port), str(merge)]) as process:
        wait_for(port, "/?query=ASK%7B%7D", process)
        yield Server(RDFLIB, port, "/", process.pid)


@contextmanager
def all_servers(store: Store, folder: Path) -> Iterator[list[Server]]:
    """Run ours and the peers; ours alone, with a line that says so, when there are no peers."""
    with ExitStack() as stack:
        servers = [stack.enter_context(ours())]
        try:
            programs = make_environment(folder)
        except RuntimeError as error:
            print(f"Not compared: {error}")
            yield servers
            return
        dataset, merge = folder / "dataset.nq", folder / "merge.nt"
        write_dataset(store, dataset)
        write_merge(store, merge)
        servers.append(stack.enter_context(oxigraph(programs, dataset)))
        servers.append(stack.enter_context(rdflib_endpoint(programs, merge)))
        yield servers


def single(server: Server, query: str) -> float:
    """Return how long one answer takes when nothing else is asked, in seconds."""
    return seconds(lambda: answer(server, query), 1)[0]
