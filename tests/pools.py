"""Readers of the tests' own: which processes are theirs, and which are at work or gone."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

import psutil

from graph.limits import Limits
from graph.readers import Readers
from graph.results import Form

FORMATS = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}
PATIENT = Limits(seconds=30.0, queue_seconds=30.0)
POINT = "SELECT ?g { ?g a <https://w3id.org/samenhang/def#Goal> } ORDER BY ?g LIMIT 3"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LABELS = "{ ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
ORDINARY = (
    f"SELECT ?s ?label {LABELS} ORDER BY ?s ?label",
    f"CONSTRUCT WHERE {LABELS}",
    f"ASK {LABELS}",
    "DESCRIBE <https://w3id.org/samenhang/id/pillar/gbvs-2018-prevent>",
)


@asynccontextmanager
async def opened(readers: Readers) -> AsyncIterator[Readers]:
    """Give readers that are closed in the end."""
    with closing(readers):
        yield readers


def family(readers: Readers) -> list[psutil.Process]:
    """Return the processes of the readers that are there now, without the zygote."""
    return psutil.Process(readers._zygote).children()


def there(pid: int) -> bool:
    """Tell whether a process has not ended; one that waits for its parent to notice has."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def gone(pid: int, within: float) -> bool:
    """Tell whether the process ends in this time."""
    until = time.monotonic() + within
    while there(pid) and time.monotonic() < until:
        await asyncio.sleep(0.005)
    return not there(pid)


async def working(readers: Readers, query: str) -> "asyncio.Task[object]":
    """Return the task of a query that a reader is at work on."""
    task: asyncio.Task[object] = asyncio.create_task(readers.answer(query, FORMATS))
    until = time.monotonic() + 5
    while not any(p.cpu_times().user > 0.05 for p in family(readers)):
        assert time.monotonic() < until, "no reader set to work"
        await asyncio.sleep(0.005)
    return task


async def sample(readers: Readers, peaks: list[int]) -> None:
    """Note again and again what the largest reader has beyond what all share, in bytes."""
    shared = psutil.Process(readers._zygote).memory_info().rss
    while True:
        for process in family(readers):
            with suppress(psutil.NoSuchProcess):
                peaks.append(process.memory_info().rss - shared)
        await asyncio.sleep(0.01)
