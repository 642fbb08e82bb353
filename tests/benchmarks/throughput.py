"""Throughput and latency of five questions over HTTP, beside the peers."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.client import Load, load
from benchmarks.peers import OURS, OXIGRAPH, RDFLIB, single
from benchmarks.questions import SHIPPED_GOAL, bag, questions
from benchmarks.servers import Server, answer
from benchmarks.tables import show
from benchmarks.timing import duration

#: What a load is about: the server, the question, and whether its text is new each time.
Key = tuple[str, str, bool]
#: What each load found, round by round.
Loads = dict[Key, list[Load]]


@dataclass(frozen=True)
class Plan:
    """How long each load lasts, in seconds, how often, and the longest for a slow server."""

    seconds: float
    rounds: int
    longest: float


def differing(servers: Sequence[Server], asked: dict[str, str]) -> list[str]:
    """Return which servers answer which question otherwise than the first server does."""
    faults = []
    for name, text in asked.items():
        expected = bag(answer(servers[0], text))
        faults += [
            f"{server.name} on {name}"
            for server in servers[1:]
            if bag(answer(server, text)) != expected
        ]
    return faults


def measure(servers: Sequence[Server], plan: Plan) -> Loads:
    """Load every server with every question, in turns, so that all meet the same machine.

    rdflib-endpoint, which keeps no answer, is loaded with new texts alone, and longer when it
    needs seconds for an answer.
    """
    asked = questions(SHIPPED_GOAL)
    found: Loads = {}
    for name, text in asked.items():
        for round_ in range(plan.rounds):
            for server in servers:
                slow = server.name == RDFLIB
                if slow and round_:
                    continue
                length = plan.seconds
                if slow:
                    length = min(plan.longest, max(length, 12 * single(server, text)))
                # A new text first, and then the same: what is kept is kept for the second alone.
                for fresh in (True,) if slow else (True, False):
                    done = load(server.port, server.target(text), length, fresh=fresh)
                    found.setdefault((server.name, name, fresh), []).append(done)
    return found


def _ratio(mine: Sequence[Load], others: Sequence[Load]) -> float:
    """Return how many times our rate is theirs: the median over the rounds.

    The two loads of a round follow each other, so that both meet the machine equally busy.
    """
    rounds = zip(mine, others, strict=False)
    return statistics.median(one.rate / other.rate for one, other in rounds)


def _table(found: Loads, names: Sequence[str], title: str, *, fresh: bool) -> None:
    """Print the table of one kind of text: requests a second, and ratios."""
    peers = [name for name in names if name != OURS]
    head = ["question", *(f"{name} req/s" for name in names)]
    head += [f"ours/{name}" for name in peers]
    rows = []
    ratios: dict[str, list[float]] = {name: [] for name in peers}
    for question in dict.fromkeys(question for _, question, _ in found):
        loads = {name: found[name, question, fresh or name == RDFLIB] for name in names}
        for name in peers:
            ratios[name].append(_ratio(loads[OURS], loads[name]))
        rates = [statistics.median(one.rate for one in loads[name]) for name in names]
        cells = [f"{rate:,.1f}" for rate in rates]
        rows.append([question, *cells, *(f"{ratios[name][-1]:.2f}" for name in peers)])
    means = [f"{statistics.geometric_mean(ratios[name]):.2f}" for name in peers]
    rows.append(["geometric mean", *("" for _ in names), *means])
    show(title, head, rows)


def _latencies(found: Loads, names: Sequence[str]) -> None:
    """Print the median over the rounds of each percentile."""
    head = ["question", "text", *(f"{name} p50 / p99" for name in names)]
    rows = []
    for question in dict.fromkeys(question for _, question, _ in found):
        for fresh in (True, False):
            cells = []
            for name in names:
                loads = found.get((name, question, fresh), [])
                ends = ([one.p50 for one in loads], [one.p99 for one in loads])
                cells.append(" / ".join(_median(values) for values in ends) if loads else "")
            rows.append([question, "new" if fresh else "same", *cells])
    show("Latency over HTTP", head, rows)


def _median(values: Sequence[float]) -> str:
    return duration(statistics.median(values))


def report(servers: Sequence[Server], plan: Plan, client: str) -> None:
    """Check that all answer the same, load them, and print the tables."""
    names = [server.name for server in servers]
    faults = differing(servers, questions(SHIPPED_GOAL))
    said = f"ANSWERS DIFFER: {', '.join(faults)}" if faults else "the same bindings from all"
    print(f"\nFive questions over HTTP by {client}; {said}.")
    found = measure(servers, plan)
    new = "Throughput, the text new with each request (no answer can be kept)"
    _table(found, names, new, fresh=True)
    _table(found, names, "Throughput, the same text again (an answer may be kept)", fresh=False)
    _latencies(found, names)
    if OXIGRAPH not in names:
        print("  Without peers there is nothing to compare with.")
