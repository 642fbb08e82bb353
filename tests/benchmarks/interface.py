"""The lists of the JSON interface: what a first answer takes, and how many come a second unchanged.

Beside them an application of the same framework that returns a constant.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Final

from benchmarks.client import load
from benchmarks.servers import fetch, free_port, running, samenhang, wait_for
from benchmarks.tables import show
from benchmarks.timing import duration

#: A list is to take so many seconds at the median, and so many answers come in a second unchanged.
PROMISE: Final = 0.003
RATE: Final = 2_000
CONSTANT: Final = "/constant"
#: An application that does nothing but return a constant.
_BARE: Final = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI(docs_url=None, redoc_url=None)
@app.get("/constant")
async def constant() -> dict[str, str]:
    return {"constant": "constant"}
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""
_NO_LIMITS: Final = {"SAMENHANG_CLIENT_SECONDS": "0", "SAMENHANG_CLIENT_ERRORS": "0"}
_JSON: Final = {"Accept": "application/json"}


@dataclass(frozen=True)
class Measured:
    """A list: bytes, seconds of a first answer, and rates of whole answers and of 304."""

    target: str
    size: int
    first: float
    whole: float
    unchanged: float


def lists(port: int) -> list[str]:
    """Return the address of each list: what answers GET without a parameter, as it describes."""
    paths = json.loads(fetch(port, "/v1/openapi.json"))["paths"]
    return [
        f"/v1{path}"
        for path, ways in paths.items()
        if "{" not in path and (way := ways.get("get")) and _is_list(way)
    ]


def _is_list(way: dict[str, object]) -> bool:
    """Tell whether an operation needs no parameter and has pages."""
    declared = way.get("parameters", [])
    assert isinstance(declared, list)
    names = {one["name"] for one in declared}
    return {"limit", "cursor"} <= names and not any(one.get("required") for one in declared)


@contextmanager
def bare() -> Iterator[int]:
    """Serve the constant; give the port."""
    port = free_port()
    with running([sys.executable, "-c", _BARE, str(port)]) as process:
        wait_for(port, CONSTANT, process)
        yield port


@contextmanager
def ours(cache: int) -> Iterator[int]:
    """Serve the shipped graph with so many MB of answers kept; give the port."""
    port = free_port()
    with samenhang(port, {**os.environ, **_NO_LIMITS, "SAMENHANG_CACHE": str(cache)}) as process:
        wait_for(port, "/readyz", process)
        yield port


def median(port: int, target: str, repeats: int) -> float:
    """Return the seconds of an answer on one kept connection, at the median."""
    connection = HTTPConnection("127.0.0.1", port)
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        connection.request("GET", target, headers=_JSON)
        connection.getresponse().read()
        taken.append(time.perf_counter() - start)
    connection.close()
    return statistics.median(taken)


def report(seconds: float, repeats: int) -> None:
    """Print the lists beside the constant."""
    with ours(cache=0) as uncached:
        targets = lists(uncached)
        first = {target: median(uncached, target, repeats) for target in targets}
    rows = []
    with ours(cache=64) as kept, bare() as constant:
        least = load(constant, CONSTANT, seconds, headers=_JSON).rate
        rows.append(["bare FastAPI, a constant", "", "", f"{least:,.0f}", "", "", ""])
        for target in targets:
            connection = HTTPConnection("127.0.0.1", kept)
            connection.request("GET", target, headers=_JSON)
            answer = connection.getresponse()
            size, tag = len(answer.read()), answer.headers["ETag"]
            connection.close()
            whole = load(kept, target, seconds, headers=_JSON).rate
            same = load(kept, target, seconds, headers={**_JSON, "If-None-Match": tag}).rate
            good = first[target] <= PROMISE and min(whole, same) >= RATE
            row = [target, f"{size / 1000:,.1f} kB", duration(first[target])]
            row += [f"{whole:,.0f}", f"{same:,.0f}", f"{same / least:.2f}"]
            rows.append([*row, "kept" if good else "BROKEN"])
    head = ["list", "size", "first answer", "whole/s", "304/s", "304/constant"]
    promise = f"{duration(PROMISE)}, {RATE:,}/s"
    show("Lists of the JSON interface, over HTTP", [*head, promise], rows)
