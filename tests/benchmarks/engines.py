"""Loading and asking, ours beside bare pyoxigraph, each in a process of its own.

    python -m benchmarks.engines (ours|bare) FILE REPEATS [DIRECTORY]

The process loads a file of N-Quads, asks the five questions and prints as JSON what that took. It
is a process of its own so that the memory that it holds is that of one store.

Ours holds every triple twice: in its named graph, and in the merge that is the default graph. Bare
pyoxigraph loads the named graphs alone; for the questions it is then given the merge, untimed.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import pyoxigraph as ox

from benchmarks.questions import SYNTHETIC_GOAL, bag, questions
from benchmarks.servers import REPOSITORY
from benchmarks.timing import seconds
from graph.load import fill, load_unchecked
from graph.oxigraph import in_memory, open_directory
from graph.results import Form, format_named

OURS, BARE = "ours", "bare"
MEMORY, DISK = "memory", "disk"
#: The longest that one process may take with a million quads or less, in seconds.
LONGEST: Final = 300.0

_STATUS: Final = Path("/proc/self/status")
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024

#: Answers a query as SPARQL 1.1 Query Results JSON.
Ask = Callable[[str], bytes]


@dataclass(frozen=True)
class Cost:
    """What an engine took.

    The quads loaded and the seconds that took; the bytes held afterwards and at most; and where it
    was asked, the median seconds of each question, those of bare pyoxigraph in turns with it, and
    whether both gave the same answer, whatever its order.
    """

    quads: int
    loading: float
    held: int
    most: int
    asking: dict[str, float]
    bare: dict[str, float]
    same: dict[str, bool]


@dataclass(frozen=True)
class Loaded:
    """A store that is filled: it counts the quads of its named graphs, and gets ready to answer."""

    count: Callable[[], int]
    ready: Callable[[], Ask]


def load_ours(path: Path, directory: Path | None) -> Loaded:
    """Load a file into our store, in memory or in a directory, as the command does."""
    if directory is not None:
        url = f"oxigraph:{directory}"
        load_unchecked(path, url, lambda _: None)
        store = open_directory(directory)
    else:
        store = in_memory({})
        fill(store, path)
    json_ = format_named("json", Form.BINDINGS)
    return Loaded(
        lambda: sum(1 for _ in store.quads()),
        lambda: lambda text: store.query(text).write(json_),
    )


def load_bare(path: Path, directory: Path | None) -> Loaded:
    """Load a file into bare pyoxigraph, as fast as it can."""
    engine = ox.Store() if directory is None else ox.Store(directory)
    engine.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)

    def ask(text: str) -> bytes:
        found = engine.query(text)
        assert isinstance(found, ox.QuerySolutions)
        return found.serialize(format=ox.QueryResultsFormat.JSON) or b""

    def ready() -> Ask:
        """Give the engine the merge."""
        quads = ox.parse(path=path, format=ox.RdfFormat.N_QUADS)
        engine.bulk_extend(ox.Quad(*quad.triple) for quad in quads if isinstance(quad, ox.Quad))
        return ask

    return Loaded(lambda: len(engine), ready)


def _bag(answer: bytes) -> object:
    return bag(json.loads(answer)["results"]["bindings"])


def _in_turns(ask: Ask, peer: Ask, text: str, repeats: int) -> tuple[float, float]:
    """Return the median seconds of both, asked in turns, so that both meet the same machine."""
    pairs = [
        (seconds(partial(ask, text), 1)[0], seconds(partial(peer, text), 1)[0])
        for _ in range(repeats)
    ]
    return statistics.median(one for one, _ in pairs), statistics.median(two for _, two in pairs)


def _resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


def _most() -> int:
    """Return the most memory that this process has held.

    What the system counts for a process begins, on Linux, with what its parent held; the status
    of the process does not.
    """
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def cost(who: str, path: Path, repeats: int, directory: Path | None) -> Cost:
    """Load a file and ask the questions, in this process; no questions without repeats."""
    before, start = _resident(), time.perf_counter()
    loaded = (load_ours if who == OURS else load_bare)(path, directory)
    loading = time.perf_counter() - start
    held = _resident() - before
    most = _most() - before
    quads = loaded.count()
    found = Cost(quads, loading, held, most, {}, {}, {})
    if repeats:
        ask, peer = loaded.ready(), load_bare(path, None).ready()
        for name, text in questions(SYNTHETIC_GOAL).items():
            found.same[name] = _bag(ask(text)) == _bag(peer(text))
            found.asking[name], found.bare[name] = _in_turns(ask, peer, text, repeats)
    return found


def measure(who: str, place: str, path: Path, repeats: int, longest: float) -> Cost | None:
    """Return what an engine takes, in a process of its own; None when that takes too long.

    `longest` is in seconds. RuntimeError when the process fails.
    """
    search = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
    command = [sys.executable, "-m", "benchmarks.engines", who, str(path), str(repeats)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                command if place == MEMORY else [*command, str(Path(folder) / "store")],
                check=True,
                capture_output=True,
                timeout=longest,
                text=True,
                env={**os.environ, "PYTHONPATH": search},
            )
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"{who} in {place}: {error.stderr[-2000:]}") from error
        except subprocess.TimeoutExpired:
            return None
    return Cost(**json.loads(done.stdout))


if __name__ == "__main__":
    engine, file, times, *store = sys.argv[1:]
    measured = cost(engine, Path(file), int(times), Path(store[0]) if store else None)
    json.dump(asdict(measured), sys.stdout)
