"""Readers: they answer as the store does, on what it holds now, and reach nobody."""

import asyncio
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.change import Change
from graph.errors import LimitError, QueryError, SamenhangError, StoreError
from graph.limits import MB, Limits
from graph.oxigraph import OxigraphStore, in_memory
from graph.readers import Readers
from graph.results import Form, format_named, formats_for
from ontology import GRAPH, ROOT
from pools import (
    ENDLESS,
    FORMATS,
    LABELS,
    ORDINARY,
    PATIENT,
    POINT,
    family,
    gone,
    opened,
    working,
)

LINES = {Form.BINDINGS: "csv", Form.BOOLEAN: "json", Form.GRAPH: "ntriples"}


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


def test_the_service_has_the_merge_that_its_readers_have() -> None:
    """What asks the store itself asks the copy of the merge, too, also after a change."""
    node = ox.NamedNode("urn:s")
    quad = ox.Quad(node, node, node, ox.NamedNode("urn:g"))
    store = in_memory({})
    readers = Readers.start(store, PATIENT, 1)
    try:
        assert store._merge is not None
        store.change(Change(added=[quad], created=["urn:g"]))
        assert store._merge is not None
        assert store.query("ASK { ?s ?p ?o }").truth()
    finally:
        readers.close()


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


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"memory": 300}, {"size": 0}, {"stack": 0}])
def test_limits_leave_room(wrong: dict[str, int]) -> None:
    """Limits under which no query could be answered are refused."""
    with pytest.raises(SamenhangError):
        Limits(**wrong)
