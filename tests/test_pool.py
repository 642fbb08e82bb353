"""Processes of readers: they come when asked, end when stopped, and none is left."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from graph.errors import LimitError, StoreError
from graph.limits import Limits
from graph.oxigraph import OxigraphStore
from graph.readers import Readers
from graph.results import Form, format_named
from pools import ENDLESS, FORMATS, PATIENT, POINT, family, gone, opened, working

VALUES = Path(__file__).parent / "data" / "hostile" / "values-crossed.rq"


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
            assert 0 < len(family(readers)) <= 3

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
    command = [sys.executable, "-c", program, VALUES.read_text(encoding="utf-8")]
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
