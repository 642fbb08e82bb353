"""Load the service with a mix of everything while processes of it are killed; print what it holds.

    python tests/crash/soak.py --minutes 30 [--store memory] [--end-service 10]

A reader is killed every minute, and now and then the whole service, which then starts again. A row
is printed every minute. Exit code 1 when an acknowledged write was lost, when something was
answered with an error that nobody caused, or when memory, descriptors or files have grown: the
median of the last third beside that of the first, each since a start.

On disk a start ends with as many writes as the service holds on to: its engine's caches fill until
it begins a new directory (`graph.disk.LONGEST`), and from then on memory has room to grow no more.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

import httpx2  # noqa: E402
import psutil  # noqa: E402

from benchmarks.questions import SHIPPED_GOAL, questions  # noqa: E402
from benchmarks.servers import free_port  # noqa: E402
from benchmarks.timing import percentile  # noqa: E402

TOKEN: Final = "soak"
SETTINGS: Final = {
    "SAMENHANG_TOKEN": TOKEN,
    "SAMENHANG_QUERY_SECONDS": "2",
    "SAMENHANG_CLIENT_SECONDS": "0",
    "SAMENHANG_CLIENT_ERRORS": "0",
}
HEADERS: Final = {"Authorization": f"Bearer {TOKEN}"}
COUNTER: Final = "urn:example:counter"
RUNAWAYS: Final = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    f"ASK {{ FILTER{'(' * 15_000}1{')' * 15_000} }}",
)
PAGES: Final = ("/", "/questions/Q01", "/v1/links?limit=20", "/v1/views/chain", "/def", "/readyz")
INCREMENT: Final = f"""DELETE {{ GRAPH <{COUNTER}> {{ <{COUNTER}> <{COUNTER}> ?n }} }}
INSERT {{ GRAPH <{COUNTER}> {{ <{COUNTER}> <{COUNTER}> ?m }} }}
WHERE {{ OPTIONAL {{ GRAPH <{COUNTER}> {{ <{COUNTER}> <{COUNTER}> ?n }} }}
  BIND(COALESCE(?n, 0) + 1 AS ?m) }}"""
#: How much more the last third may be than the first: megabytes, descriptors, files.
ROOM: Final = {"memory": 25.0, "descriptors": 8.0, "files": 12.0}
#: What may be answered to a request: a limit that was passed, or a reader that was killed.
EXPECTED: Final = {500, 503, 504, 507}


@dataclass
class Load:
    """What has been asked and answered since the last row, and what was acknowledged at all."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)
    acknowledged: int = 0
    unanswered: int = 0


@dataclass(frozen=True)
class Row:
    """What the service held at one moment: bytes in MB, and numbers."""

    life: int
    memory: float
    descriptors: float
    files: float


def _kept(place: str) -> bool:
    """Tell whether it is the history, whose number of files is bounded by itself."""
    return Path(place).name == "history"


class Soak:
    """A service that is loaded, killed and started again."""

    def __init__(self, store: str, folder: Path) -> None:
        """Take the store to serve and the folder in which it keeps what it keeps."""
        self.store, self.folder = store, folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.load = Load()
        self.there, self.over = threading.Event(), threading.Event()
        self.life = 0
        self.start()

    def start(self) -> None:
        """Start the service and wait until it is ready."""
        command = [sys.executable, "-m", "api", "serve", "--store", self.store]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            cwd=REPOSITORY,
            env=os.environ | SETTINGS,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx2.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.05)
        else:
            raise SystemExit("The service does not start.")
        if self.store != "memory:":
            self.warm()
        self.life += 1
        self.there.set()

    def warm(self) -> None:
        """Write until the engine has begun a new directory."""
        start, began, writes = time.monotonic(), self.directories(), 0
        with httpx2.Client(base_url=self.address, timeout=30) as client:
            while self.directories() == began:
                replace_graph(client, random.Random(writes))
                writes += 1
        say(f"Warm after {writes} writes in {time.monotonic() - start:.0f} s.")

    def directories(self) -> set[str]:
        """Return the names of the directories in which the engine is."""
        return {path.name for path in self.folder.glob("store/data-*.files")}

    def end(self) -> None:
        """End the service at once, as a power cut would, and start it again."""
        self.there.clear()
        self.process.kill()
        self.process.wait(10)
        self.start()

    def kill_reader(self, chance: random.Random) -> None:
        """Kill one of the processes that answer queries."""
        zygotes = psutil.Process(self.process.pid).children()
        readers = [reader for zygote in zygotes for reader in zygote.children()]
        if readers:
            os.kill(chance.choice(readers).pid, signal.SIGKILL)

    def row(self) -> Row:
        """Return what the service and its processes hold."""
        service = psutil.Process(self.process.pid)
        family = [service, *service.children(recursive=True)]
        memory = descriptors = 0
        for process in family:
            try:
                memory += process.memory_full_info().pss
                descriptors += process.num_fds()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        files = sum(len(names) for place, _, names in os.walk(self.folder) if not _kept(place))
        return Row(self.life, memory / 2**20, descriptors, files)

    def ask(self, work: Callable[[httpx2.Client], httpx2.Response]) -> httpx2.Response | None:
        """Send one request and note what came of it; none when the service was killed."""
        if not self.there.wait(60):
            raise SystemExit("The service is gone.")
        life, start = self.life, time.perf_counter()
        try:
            with httpx2.Client(base_url=self.address, timeout=30) as client:
                answer = work(client)
        except httpx2.TransportError as error:
            if self.there.is_set() and life == self.life:
                time.sleep(0.5)  # it is being killed just now, perhaps
                if self.there.is_set() and life == self.life:
                    self.load.lost[type(error).__name__] += 1
            return None
        self.load.taken.append(time.perf_counter() - start)
        self.load.statuses[answer.status_code] += 1
        return answer


def reading(soak: Soak, chance: random.Random) -> None:
    """Ask questions, each now and then with a text that is new, and look at pages."""
    texts = list(questions(SHIPPED_GOAL).values())
    while not soak.over.is_set():
        if chance.random() < 0.3:
            page = chance.choice(PAGES)
            soak.ask(lambda client, page=page: client.get(page))  # type: ignore[misc]
            continue
        text = chance.choice(texts)
        text += f"# {chance.random()}" if chance.random() < 0.3 else ""
        soak.ask(lambda client, text=text: client.post("/sparql", data={"query": text}))  # type: ignore[misc]
        soak.over.wait(chance.random() / 20)


def running_away(soak: Soak, chance: random.Random) -> None:
    """Ask what has no end."""
    while not soak.over.wait(chance.uniform(5, 15)):
        text = chance.choice(RUNAWAYS)
        soak.ask(lambda client, text=text: client.post("/sparql", data={"query": text}))  # type: ignore[misc]


def replace_graph(client: httpx2.Client, chance: random.Random) -> httpx2.Response:
    """Replace a graph by statements that it did not hold."""
    body = " ".join(f"<urn:example:{i}> <urn:example:p> {chance.random()} ." for i in range(50))
    headers = HEADERS | {"Content-Type": "text/turtle"}
    return client.put("/store?graph=urn:example:put", content=body, headers=headers)


def writing(soak: Soak, chance: random.Random) -> None:
    """Count up, and replace a graph."""
    while not soak.over.wait(chance.uniform(0.5, 1.5)):
        done = soak.ask(
            lambda client: client.post("/update", data={"update": INCREMENT}, headers=HEADERS)
        )
        soak.load.acknowledged += done is not None and done.status_code == 200
        soak.load.unanswered += done is None
        soak.ask(lambda client: replace_graph(client, chance))


@contextmanager
def loaded(soak: Soak, chance: random.Random) -> Iterator[None]:
    """Load the service from five threads until the block ends."""
    works = [reading, reading, reading, running_away, writing]
    threads = [
        threading.Thread(target=work, args=(soak, random.Random(chance.random())), daemon=True)
        for work in works
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        soak.over.set()
        for thread in threads:
            thread.join(40)


def counted(soak: Soak) -> int:
    """Return how far the counter has come."""
    query = f"SELECT ?n {{ GRAPH <{COUNTER}> {{ ?s ?p ?n }} }}"
    answer = httpx2.post(f"{soak.address}/sparql", data={"query": query}, timeout=30).json()
    rows = answer["results"]["bindings"]
    return int(rows[0]["n"]["value"]) if rows else 0


def growth(rows: Sequence[Row]) -> list[str]:
    """Return what has grown by more than its room, in the longest life of the service."""
    lives = Counter(row.life for row in rows)
    longest = [row for row in rows if row.life == lives.most_common(1)[0][0]][1:]
    third = max(1, len(longest) // 3)
    found = []
    for name, room in ROOM.items():
        first, last = (
            statistics.median(getattr(row, name) for row in part)
            for part in (longest[:third], longest[-third:])
        )
        if last > first + room:
            found.append(f"{name} grew from {first:.0f} to {last:.0f}")
    return found


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def minute(soak: Soak, number: int, rows: list[Row]) -> list[str]:
    """Print the row of a minute and begin a new one; return what should not have happened."""
    load, row = soak.load, soak.row()
    rows.append(row)
    taken, statuses = load.taken or [0.0], dict(sorted(load.statuses.items()))
    wrong = [f"{n} x {status}" for status, n in statuses.items()
             if status >= 400 and status not in EXPECTED]  # fmt: skip
    wrong += [f"{n} x {name}" for name, n in load.lost.items()]
    ms = [1000 * percentile(taken, share) for share in (0.5, 0.95)]
    say(
        f"{number:6} {row.life:4} {row.memory:8.0f} {row.descriptors:11.0f} {row.files:5.0f} "
        f"{len(taken):8} {ms[0]:7.1f} {ms[1]:7.1f}  {statuses} {' '.join(wrong)}"
    )
    soak.load = Load(acknowledged=load.acknowledged, unanswered=load.unanswered)
    return wrong


def main() -> int:
    """Read the arguments, run, print the series and what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--store", choices=("disk", "memory"), default="disk")
    parser.add_argument("--end-service", type=int, default=0, help="every so many minutes")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance, rows, wrong = random.Random(given.seed), list[Row](), list[str]()
    with tempfile.TemporaryDirectory() as scratch:
        url = f"oxigraph:{scratch}/store" if given.store == "disk" else "memory:"
        if given.store == "disk":
            load = [sys.executable, "-m", "api", "load", "--store", url]
            subprocess.run(load, cwd=REPOSITORY, check=True, stderr=subprocess.DEVNULL)
        soak = Soak(url, Path(scratch))
        say("minute life   MB held descriptors files requests  p50 ms  p95 ms  statuses")
        try:
            with loaded(soak, chance):
                for number in range(1, given.minutes + 1):
                    time.sleep(60)
                    wrong += minute(soak, number, rows)
                    if given.end_service and number % given.end_service == 0:
                        soak.end()
                    else:
                        soak.kill_reader(chance)
            told, found = soak.load.acknowledged, counted(soak)
        finally:
            soak.process.terminate()
            soak.process.wait(30)
    if given.store == "disk" or not given.end_service:
        say(f"{told} increments acknowledged, {soak.load.unanswered} not answered, {found} made")
        if not told <= found <= told + soak.load.unanswered:
            wrong.append("increments were lost or made twice")
    wrong += growth(rows)
    say(f"Wrong: {'; '.join(wrong)}" if wrong else "Nothing grew, nothing was lost.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
