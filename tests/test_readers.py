"""Readers: queries of strangers are answered like any other, or stopped, and nobody notices."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pyoxigraph as ox
import pytest

from graph.errors import LimitError, QueryError, SamenhangError, StoreError
from graph.limits import MB, Limits
from graph.oxigraph import OxigraphStore, in_memory
from graph.readers import Readers
from graph.results import Form, format_named, formats_for
from ontology import GRAPH, ROOT

# Tests before these may have left a thread; it is idle, so a fork does no harm.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

FORMATS = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}
LINES = {Form.BINDINGS: "csv", Form.BOOLEAN: "json", Form.GRAPH: "ntriples"}
SMALL = Limits(seconds=1.0, memory=600)
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


def _star(size: int) -> str:
    return " ".join(f"?s ?p{n} ?o{n} ." for n in range(size))


def _chain(size: int) -> str:
    return " ".join(f"?o{n} ?p{n} ?o{n + 1} ." for n in range(size))


#: Queries that are too long for a file: wide ones for the planner, deep ones for the stack.
GENERATED = {
    "star": f"ASK {{ {_star(200)} }}",
    "chain": f"ASK {{ {_chain(400)} }}",
    "lists": f"ASK {{ {'(' * 160}?x{')' * 160} ?p ?o }}",
    "parentheses": f"ASK {{ FILTER{'(' * 30_000}1{')' * 30_000} }}",
    "path-parentheses": f"ASK {{ ?s {'(' * 30_000}<urn:p>{')' * 30_000} ?o }}",
    "groups": "ASK " + "{" * 30_000 + "}" * 30_000,
    "calls": f"ASK {{ FILTER({'STR(' * 15_000}1{')' * 15_000} = '1') }}",
    "exists": "ASK {" + "FILTER EXISTS {?s ?p ?o " * 2_500 + "}" * 2_500 + "}",
    "optional": "ASK " + "{?s ?p ?o OPTIONAL" * 3_500 + "{}" + "}" * 3_500,
    "sub-selects": "ASK " + "{SELECT * " * 5_000 + "{}" + "}" * 5_000,
    "unions": "ASK { {?a ?b 1}" + " UNION {?a ?b 1}" * 4_000 + " }",
    "denials": f"ASK {{ FILTER({'!' * 60_000}true) }}",
    "sums": f"ASK {{ FILTER(1{'+1' * 30_000} > 0) }}",
    "values": f"SELECT * {{ VALUES ?x {{ {'1 ' * 200_000} }} }}",
    "choices": f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join(map(str, range(20_000)))})) }}",
}
HOSTILE = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "data" / "hostile").glob("*.rq"))
} | GENERATED


@dataclass
class Outcome:
    """What became of a hostile query: the limit it passed or "answered", and how long it took."""

    end: str
    seconds: float
    next: bytes


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


async def outcome(readers: Readers, query: str) -> Outcome:
    """Ask a hostile query, and an ordinary one after it."""
    start = time.monotonic()
    try:
        await readers.answer(query, FORMATS)
        end = "answered"
    except LimitError as error:
        end = error.limit
    seconds = time.monotonic() - start
    return Outcome(end, seconds, (await readers.answer(POINT, FORMATS)).body)


async def sample(readers: Readers, peaks: list[int]) -> None:
    """Note again and again what the largest reader has beyond what all share, in bytes."""
    shared = psutil.Process(readers._zygote).memory_info().rss
    while True:
        for process in family(readers):
            with suppress(psutil.NoSuchProcess):
                peaks.append(process.memory_info().rss - shared)
        await asyncio.sleep(0.01)


async def ask_all(store: OxigraphStore) -> tuple[dict[str, Outcome], int]:
    """Ask every hostile query, six at a time; return what became of it and the peak of memory."""
    outcomes, peaks, todo = dict[str, Outcome](), list[int](), sorted(HOSTILE)
    async with opened(Readers.start(store, SMALL, 6)) as readers:

        async def client() -> None:
            while todo:
                name = todo.pop()
                outcomes[name] = await outcome(readers, HOSTILE[name])

        sampler = asyncio.create_task(sample(readers, peaks))
        await asyncio.gather(*(client() for _ in range(6)))
        sampler.cancel()
    return outcomes, max(peaks)


@pytest.fixture(scope="module")
def asked(store: OxigraphStore) -> tuple[dict[str, Outcome], int]:
    """Give what became of every hostile query, and the most memory that one had."""
    return asyncio.run(ask_all(store))


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_query_ends(
    store: OxigraphStore, asked: tuple[dict[str, Outcome], int], name: str
) -> None:
    """A hostile query is answered or stopped within the limit and 0.5 s; the next one is answered.

    None is refused (that would test nothing), and none overflows the stack.
    """
    found = asked[0][name]
    assert found.end in ("answered", "time", "memory", "size")
    assert found.seconds < SMALL.seconds + 0.5
    assert found.next == store.query(POINT).write(format_named("json", Form.BINDINGS))


def test_hostile_queries_are_hostile(asked: tuple[dict[str, Outcome], int]) -> None:
    """At least 25 of them pass a limit."""
    assert sum(found.end != "answered" for found in asked[0].values()) >= 25


def test_memory_is_bounded(asked: tuple[dict[str, Outcome], int]) -> None:
    """No reader has more memory than the limit and 10 %."""
    assert 10 * MB < asked[1] < SMALL.memory * MB * 1.1


@pytest.mark.parametrize(
    ("query", "limits", "limit"),
    [
        (ENDLESS, Limits(seconds=0.3), "time"),
        (HOSTILE["cross-ordered"], Limits(memory=400), "memory"),
        (HOSTILE["strings-doubled"], Limits(memory=400), "memory"),
        (HOSTILE["cross-product"], Limits(size=1), "size"),
        (HOSTILE["cross-constructed-whole"], Limits(size=1), "size"),
    ],
)
def test_limit_is_named(store: OxigraphStore, query: str, limits: Limits, limit: str) -> None:
    """The error says which limit was passed, and memory is not held beyond its limit."""
    peaks = list[int]()

    async def run() -> LimitError:
        async with opened(Readers.start(store, limits, 1)) as readers:
            sampler = asyncio.create_task(sample(readers, peaks))
            with pytest.raises(LimitError) as raised:
                await readers.answer(query, FORMATS)
            sampler.cancel()
            return raised.value

    error = asyncio.run(run())
    assert (error.limit, error.retry_after) == (limit, None)
    assert error.seconds == (limits.seconds if limit == "time" else None)
    assert max(peaks) < limits.memory * MB * 1.1
    if query == HOSTILE["cross-ordered"]:
        assert max(peaks) > 100 * MB, "the limit was not reached"


def test_answers_are_those_of_the_store(store: OxigraphStore) -> None:
    """A reader gives the same bytes as the store itself, in every format, on every dataset."""
    letter = GRAPH + "kamerbrief-gbvs-2018"

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT)) as readers:
            for query in (*ORDINARY, f"SELECT ?s ?label FROM <{letter}> {LABELS} ORDER BY ?label"):
                for graphs in ((), (letter,)):
                    form = store.query(query).form
                    for format_ in formats_for(form):
                        answer = await readers.answer(query, {form: format_.name}, graphs)
                        assert (answer.form, answer.format) == (form, format_.name)
                        result = store.query(query, default_graphs=graphs)
                        assert answer.body == result.write(format_), (query, format_)

    asyncio.run(run())


def test_the_merge_alone_answers_the_same(store: OxigraphStore) -> None:
    """What names no graph is answered from the merge alone, with the same rows; the rest is not."""
    parted = OxigraphStore(store.engine)
    parted.part()
    assert parted._merge is not None
    assert len(parted._merge) == len(store)
    folders = [ROOT / name for name in ("questions", "queries", "views")]
    stored = [path.read_text(encoding="utf-8") for f in folders for path in f.glob("*.rq")]
    graphs = "SELECT DISTINCT ?g { graph ?g { ?s ?p ?o } }"
    from_ = f"SELECT * FROM NAMED <{GRAPH}things> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{}} }} }}"
    assert len(stored) > 10
    for query in (*ORDINARY, *stored, graphs, from_, f"SELECT * FROM <{GRAPH}things> {LABELS}"):
        result = store.query(query)
        format_ = format_named(LINES[result.form], result.form)
        rows = [each.write(format_).splitlines() for each in (result, parted.query(query))]
        assert sorted(rows[0]) == sorted(rows[1]), query


def test_the_merge_alone_is_forgotten_when_something_is_written() -> None:
    """A store that has a copy of its merge does not answer from it after a write."""
    node = ox.NamedNode("urn:s")
    quad = ox.Quad(node, node, node, ox.NamedNode("urn:g"))
    store = in_memory({})
    for write in (
        partial(store.replace, {"urn:g": [quad]}),
        partial(store.fill, ["urn:g"], "", lambda engine: None),
    ):
        store.part()
        before = store.query("ASK { ?s ?p ?o }").truth()
        write()
        assert store.query("ASK { ?s ?p ?o }").truth() is not before


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not for Windows.")
def test_promises_hold_under_uvloop(store: OxigraphStore) -> None:
    """Under the loop that serves, answers of every size come, and limits and ends are the same."""
    import uvloop

    large = "SELECT * { ?s ?p ?o } LIMIT 10000"
    limits = Limits(seconds=3.0, queue_seconds=30.0)
    right = store.query(large).write(format_named("json", Form.BINDINGS))
    assert len(right) > MB

    async def run() -> None:
        async with opened(Readers.start(store, limits, 1)) as readers:
            bodies = [readers.answer(large, FORMATS) for _ in range(4)]
            assert {answer.body for answer in await asyncio.gather(*bodies)} == {right}
            long = f"ASK {{}} # {'x' * 4 * MB}"
            assert (await readers.answer(long, FORMATS)).form is Form.BOOLEAN
            with pytest.raises(LimitError) as raised:
                await readers.answer(ENDLESS, FORMATS)
            assert raised.value.limit == "time"
            task = await working(readers, ENDLESS)
            (process,) = family(readers)
            task.cancel()
            assert await gone(process.pid, 0.5)
            assert (await readers.answer(POINT, FORMATS)).body
            for process in family(readers):
                process.kill()
            while family(readers):
                await asyncio.sleep(0.005)
            assert (await readers.answer(POINT, FORMATS)).body

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def test_a_query_that_gives_up_waiting_takes_no_reader(store: OxigraphStore) -> None:
    """Queries that are cancelled while they wait leave every reader to the others."""

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT, 1)) as readers:
            for _ in range(20):
                tasks = [asyncio.create_task(readers.answer(POINT, FORMATS)) for _ in range(4)]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            assert (await readers.answer(POINT, FORMATS)).body

    asyncio.run(run())


def test_errors_are_those_of_the_store(store: OxigraphStore) -> None:
    """A query that is refused says why and where, as from the store itself."""

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT, 1)) as readers:
            for query in (
                "SELECT ?x {",
                "ASK { ?s x:p ?o }",
                "ASK { SERVICE <urn:x> {} }",
                "\ud800",
            ):
                with pytest.raises(QueryError) as here:
                    store.query(query)
                with pytest.raises(QueryError) as there:
                    await readers.answer(query, FORMATS)
                assert str(there.value) == str(here.value)
                assert there.value.line == here.value.line
                assert there.value.column == here.value.column
            unwelcome = await readers.answer(POINT, {Form.GRAPH: "turtle"})
            assert (unwelcome.form, unwelcome.format) == (Form.BINDINGS, "")
            assert len(family(readers)) == 1

    asyncio.run(run())


def test_client_gone_query_gone(store: OxigraphStore) -> None:
    """When the client goes, the process of its query is gone within 0.5 s, and replaced."""

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT, 1)) as readers:
            task = await working(readers, ENDLESS)
            (process,) = family(readers)
            task.cancel()
            assert await gone(process.pid, 0.5)
            assert (await readers.answer(POINT, FORMATS)).body

    asyncio.run(run())


def test_busy_is_said_soon(store: OxigraphStore) -> None:
    """When all readers are at work, a query waits for the queue limit, and 0.2 s at most more."""
    limits = Limits(seconds=8.0, queue_seconds=0.3)

    async def run() -> None:
        async with opened(Readers.start(store, limits, 2)) as readers:
            busy = [asyncio.create_task(readers.answer(ENDLESS, FORMATS)) for _ in range(2)]
            await asyncio.sleep(0.2)
            start = time.monotonic()
            with pytest.raises(LimitError) as raised:
                await readers.answer(POINT, FORMATS)
            assert 0.3 <= time.monotonic() - start < 0.5
            assert (raised.value.limit, raised.value.retry_after) == ("busy", 8)
            for task in busy:
                task.cancel()
            assert (await readers.answer(POINT, FORMATS)).body

    asyncio.run(run())


def test_queue_is_served(store: OxigraphStore) -> None:
    """Many more queries than readers are all answered, by no more processes than there may be."""

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT, 3)) as readers:
            assert family(readers) == []
            answers = await asyncio.gather(*(readers.answer(POINT, FORMATS) for _ in range(60)))
            assert len({answer.body for answer in answers}) == 1
            assert len(family(readers)) == 3

    asyncio.run(run())


def test_killed_readers_lose_no_answer_of_others(store: OxigraphStore) -> None:
    """50 readers killed at random cost next to no answer; every answer given is right."""
    query = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 3000"
    right = store.query(query).write(format_named("json", Form.BINDINGS))
    chance, killed, crashed, wrong, answered = random.Random(4), 0, 0, 0, 0

    async def client(readers: Readers) -> None:
        nonlocal crashed, wrong, answered
        while killed < 50:
            try:
                wrong += (await readers.answer(query, FORMATS)).body != right
                answered += 1
            except LimitError as error:
                crashed += error.limit == "crash"
                wrong += error.limit != "crash"

    async def run() -> None:
        nonlocal killed
        async with opened(Readers.start(store, PATIENT, 3)) as readers:
            clients = [asyncio.create_task(client(readers)) for _ in range(4)]
            while killed < 50:
                await asyncio.sleep(chance.uniform(0, 0.02))
                if answered > 2 * killed and (alive := family(readers)):
                    os.kill(chance.choice(alive).pid, signal.SIGKILL)
                    killed += 1
            await asyncio.gather(*clients)

    asyncio.run(run())
    assert wrong == 0
    assert crashed < 20  # both readers of a query were killed
    assert answered > 98


def test_idle_reader_that_died_is_replaced(store: OxigraphStore) -> None:
    """A reader that is killed while it is idle costs no query."""

    async def run() -> None:
        async with opened(Readers.start(store, PATIENT, 1)) as readers:
            for _ in range(5):
                assert (await readers.answer(POINT, FORMATS)).body
                (process,) = family(readers)
                process.kill()
                until = time.monotonic() + 2
                while family(readers) and time.monotonic() < until:
                    await asyncio.sleep(0.005)

    asyncio.run(run())


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_readers_have_no_network(cut: bool, silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SERVICE reaches no host even when no lexical check refuses it; without the cut, it does."""
    monkeypatch.setattr("graph.oxigraph.refuse_federation", lambda *_: None)
    if not cut:
        monkeypatch.setattr("graph.reader.cut_network", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        query = (
            f"SELECT * {{ SERVICE {silent} <http://127.0.0.1:{canary.getsockname()[1]}/> {{}} }}"
        )

        async def run() -> None:
            readers = Readers.start(in_memory({}), Limits(seconds=0.3), 1)
            async with opened(readers):
                if cut and not readers.offline:
                    pytest.skip("this system cannot take the network from a process")
                with suppress(SamenhangError):
                    await readers.answer(query, FORMATS)

        asyncio.run(run())
        if cut:
            with pytest.raises(BlockingIOError):
                canary.accept()
        else:
            canary.accept()[0].close()


def numbered(path: Path, number: int) -> Path:
    """Make a snapshot on disk that holds one number."""
    engine = ox.Store(str(path / "store"))
    engine.update(f"DELETE WHERE {{ ?s ?p ?o }} ; INSERT DATA {{ <urn:s> <urn:p> {number} }}")
    engine.backup(str(path / f"snapshot-{number}"))
    return path / f"snapshot-{number}"


def test_snapshot_on_disk(tmp_path: Path) -> None:
    """Readers answer on the snapshot that was there when they opened it, and renew on request."""
    current = tmp_path / "current"
    query = "SELECT ?o { ?s ?p ?o }"

    class Current:
        def open(self) -> OxigraphStore:
            try:
                return OxigraphStore(ox.Store.read_only(str(current)))
            except OSError as error:
                raise StoreError("There is none.") from error

        def copy(self) -> ox.Store:
            raise NotImplementedError

    async def run() -> None:
        async with opened(Readers.start(Current(), PATIENT, 2)) as readers:
            with pytest.raises(StoreError):
                await readers.answer(query, FORMATS)
            for number in (1, 2):
                current.unlink(missing_ok=True)
                current.symlink_to(numbered(tmp_path, number))
                if number == 2:
                    old = await readers.answer(query, {Form.BINDINGS: "csv"})
                    assert old.body == b"o\r\n1\r\n"
                    readers.renew()
                answers = [readers.answer(query, {Form.BINDINGS: "csv"}) for _ in range(4)]
                bodies = {answer.body for answer in await asyncio.gather(*answers)}
                assert bodies == {f"o\r\n{number}\r\n".encode()}

    asyncio.run(run())


def test_close_leaves_no_process(store: OxigraphStore) -> None:
    """After close no process is left, even of a query that is under way, and none is answered."""

    async def run() -> list[psutil.Process]:
        readers = Readers.start(store, PATIENT, 2)
        await readers.answer(POINT, FORMATS)
        task = await working(readers, ENDLESS)
        processes = [psutil.Process(readers._zygote), *family(readers)]
        readers.close()
        readers.close()
        with pytest.raises(LimitError):
            await task
        with pytest.raises(StoreError):
            await readers.answer(POINT, FORMATS)
        return processes

    processes = asyncio.run(run())
    assert len(processes) > 1
    assert [process for process in processes if process.is_running()] == []


def test_lost_zygote_is_said(store: OxigraphStore) -> None:
    """When the process that starts readers is killed, queries get an error and nothing hangs."""

    async def run() -> None:
        async with opened(Readers.start(store, Limits(queue_seconds=0.2), 1)) as readers:
            await readers.answer(POINT, FORMATS)
            (process,) = family(readers)
            psutil.Process(readers._zygote).kill()
            assert await gone(process.pid, 2)
            with pytest.raises((LimitError, StoreError)):
                await readers.answer(POINT, FORMATS)
            with pytest.raises(StoreError):
                await readers.answer(POINT, FORMATS)

    asyncio.run(run())


def test_readers_end_with_the_service() -> None:
    """When the service is killed, its readers end too, even one that is at work."""
    program = """
import asyncio, sys
import psutil
from graph.limits import Limits
from graph.oxigraph import in_memory
from graph.readers import Readers
from graph.results import Form

async def run():
    readers = Readers.start(in_memory({}), Limits(seconds=60), 2)
    await readers.answer("ASK {}", {Form.BOOLEAN: "json"})
    endless = asyncio.create_task(readers.answer(sys.argv[1], {Form.BINDINGS: "json"}))
    await asyncio.sleep(0.2)
    print(*(p.pid for p in psutil.Process().children(recursive=True)), flush=True)
    await endless

asyncio.run(run())
"""
    command = [sys.executable, "-c", program, HOSTILE["values-crossed"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        pids = [int(pid) for pid in service.stdout.readline().split()]
        service.kill()
    assert len(pids) == 2
    assert all(asyncio.run(gone(pid, 2)) for pid in pids)


def test_spent_reader_is_replaced(store: OxigraphStore) -> None:
    """A reader whose query was answered but took much memory makes room for a new one."""
    doubled = " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(23))
    query = f"SELECT (STRLEN(?s23) AS ?n) {{ BIND('0123456789' AS ?s0) {doubled} }}"

    async def run() -> None:
        async with opened(Readers.start(store, Limits(seconds=30.0, memory=600), 1)) as readers:
            await readers.answer(POINT, FORMATS)
            (light,) = family(readers)
            answer = await readers.answer(query, {Form.BINDINGS: "csv"})
            assert answer.body == f"n\r\n{10 * 2**23}\r\n".encode()
            assert await gone(light.pid, 1)
            assert (await readers.answer(POINT, FORMATS)).body

    asyncio.run(run())


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"memory": 300}, {"size": 0}, {"stack": 0}])
def test_limits_leave_room(wrong: dict[str, int]) -> None:
    """Limits under which no query could be answered are refused."""
    with pytest.raises(SamenhangError):
        Limits(**wrong)
