"""What the questions cost: on the shipped graph, beside rdflib, and as strategies grow.

The bare query is the query of a question, asked of pyoxigraph itself with nothing but the merge,
and its solutions in a list; of a term nothing is read. The whole answer is that of an inquiry that
has read nothing yet: what belongs to the edition, the query, the measure, the weaker levels, the
severities and the reasons. It asks the store as the service has it, with a copy of the merge.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import Graph

from benchmarks.growth import shipped, write_file
from benchmarks.tables import show
from benchmarks.timing import LONG, duration
from graph.inquiry import Inquiry
from graph.library import Query
from graph.load import fill
from graph.oxigraph import OxigraphStore, in_memory
from graph.questions import find_question, list_questions, number
from graph.scope import EVERY
from graph.store import Store

#: Questions whose measure is one of networks, and those that need one besides what SPARQL finds;
#: all others are answered by what SPARQL finds.
NETWORKS: Final = ("Q14", "Q16", "Q19", "Q20", "Q21", "Q22", "Q27")
BOTH: Final = ("Q13", "Q24")
#: Questions that rdflib answers within seconds; for Q07 it needs minutes.
PEER: Final = ("Q01", "Q05", "Q06")

#: The longest that an answer may take, in seconds: cold, and when nothing has changed.
COLD: Final = 0.150
UNCHANGED: Final = 0.005
#: What a whole answer may take of its bare query, and the exponent of its growth.
RATIO: Final = 1.5
EXPONENT: Final = 1.1


@dataclass(frozen=True)
class Time:
    """Median seconds: by the clock, and of the processor."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return duration(self.wall)


@dataclass(frozen=True)
class Cost:
    """What a question takes: its bare query, its whole answer, and the answer once more."""

    bare: Time
    whole: Time
    again: Time

    @property
    def ratio(self) -> float:
        """The whole answer by its bare query, of the processor: that is the same when busy."""
        return self.whole.processor / self.bare.processor


#: The costs of questions by the triples of their store.
Costs = dict[int, dict[str, Cost]]


def engine(question: Query) -> str:
    """Return what answers a question: S for SPARQL, N for networks, or both."""
    name = number(question)
    return "N" if name in NETWORKS else "S+N" if name in BOTH else "S"


def measured(works: Sequence[Callable[[], object]], repeats: int) -> list[Time]:
    """Measure works in turns, so that all meet the same machine; once when they take long."""
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(repeats):
        for work, times in zip(works, taken, strict=True):
            gc.collect()
            wall, processor = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - wall, time.process_time() - processor))
        if sum(times[0][0] for times in taken) > LONG:
            break
    return [Time(*map(statistics.median, zip(*times, strict=True))) for times in taken]


def merge(store: Store) -> ox.Store:
    """Return bare pyoxigraph with the merge of a store and nothing else."""
    bare = ox.Store()
    bare.bulk_extend(ox.Quad(*quad.triple) for quad in store.quads())
    return bare


def solutions(bare: ox.Store, text: str) -> list[object]:
    """Ask bare pyoxigraph, and return the rows."""
    found = bare.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


def cost(store: Store, bare: ox.Store, question: Query, edition: str, repeats: int) -> Cost:
    """Measure a question; each whole answer is that of a new inquiry."""
    latest = Inquiry(store)

    def whole() -> None:
        nonlocal latest
        latest = Inquiry(store)
        latest.ask(question.slug, latest.scope(edition=edition))

    def again() -> None:
        latest.ask(question.slug, latest.scope(edition=edition))

    works = (partial(solutions, bare, question.body), whole, again)
    return Cost(*measured(works, repeats))


def costs(
    store: Store, bare: ox.Store, questions: Iterable[Query], edition: str, repeats: int
) -> dict[str, Cost]:
    """Measure questions one after the other; what the first one finds unread is read before."""
    found = {}
    for question in questions:
        cost(store, bare, question, edition, 1)
        found[question.slug] = cost(store, bare, question, edition, repeats)
    return found


def together(store: Store, repeats: int) -> Time:
    """Measure all questions, asked one after the other of one new inquiry."""

    def work() -> None:
        inquiry = Inquiry(store)
        scope = inquiry.scope()
        for question in list_questions():
            inquiry.ask(question.slug, scope)

    return measured((work,), repeats)[0]


def _judged(value: float, bar: float) -> str:
    return "passed" if value <= bar else "MISSED"


def _passed(values: Iterable[float], bar: float) -> str:
    found = list(values)
    return f"{sum(value <= bar for value in found)} of {len(found)}"


def report_shipped(store: Store, repeats: int) -> None:
    """Print what every question takes on the shipped graph, and rdflib beside some."""
    assert isinstance(store, OxigraphStore)
    store.part()
    bare = merge(store)
    found = costs(store, bare, list_questions(), "", repeats)
    every = together(store, repeats)
    rows = [
        [
            slug,
            engine(find_question(slug)),
            str(one.bare),
            str(one.whole),
            duration(one.whole.processor),
            f"{one.ratio:.1f}",
            _judged(one.whole.wall, COLD),
            str(one.again),
            _judged(one.again.wall, UNCHANGED),
        ]
        for slug, one in found.items()
    ]
    show(
        f"The questions on the shipped graph, {len(bare):,} triples, default edition (medians)",
        (
            *("question", "engine", "bare query", "whole answer", "of the processor", "ratio"),
            *(f"cold, {duration(COLD)}", "unchanged", f"unchanged, {duration(UNCHANGED)}"),
        ),
        rows,
        f"Cold, passed: {_passed((one.whole.wall for one in found.values()), COLD)}.",
        f"Unchanged, passed: {_passed((one.again.wall for one in found.values()), UNCHANGED)}.",
        f"All cold answers: {duration(sum(one.whole.wall for one in found.values()))}; of one "
        f"inquiry: {every}, {duration(every.processor)} of the processor, "
        f"{_judged(every.wall, COLD)}.",
        "The ratio is that of processor time; it holds what belongs to the edition.",
    )
    show(
        "rdflib beside ours on the shipped graph, the query alone (medians)",
        ("question", "bare pyoxigraph", "rdflib", "times as fast", "rows"),
        _peer(bare, min(repeats, 3)),
    )


def _peer(bare: ox.Store, repeats: int) -> Iterator[list[str]]:
    triples = ox.serialize((quad.triple for quad in bare), format=ox.RdfFormat.N_TRIPLES)
    peer = Graph().parse(data=triples, format="nt")
    for question in map(find_question, PEER):
        text = question.body
        rows: set[int] = set()

        def ours(text: str = text, rows: set[int] = rows) -> None:
            rows.add(len(solutions(bare, text)))

        def theirs(text: str = text, rows: set[int] = rows) -> None:
            rows.add(len(list(peer.query(text))))

        mine, other = measured((ours, theirs), repeats)
        same = f"{min(rows):,}" if len(rows) == 1 else "DIFFER"
        faster = f"{other.processor / mine.processor:.0f}"
        yield [question.slug, str(mine), str(other), faster, same]


def report_growth(counts: Sequence[int], folder: Path, repeats: int) -> None:
    """Print what the questions of SPARQL take with ever more strategies, at every edition."""
    found: Costs = {}
    asked = [question for question in list_questions() if engine(question) != "N"]
    for count in counts:
        store, bare = _generated(folder / f"strategies-{count}.nq", count)
        found[len(bare)] = costs(store, bare, asked, EVERY, repeats)
    few, *_, many = found
    rows = [
        [slug, engine(find_question(slug)), *_growth([found[n][slug] for n in found], many / few)]
        for slug in found[few]
    ]
    strict = [q.slug for q in asked if engine(q) == "S"]
    heads = [f"{what} {count:,}" for count in counts for what in ("bare", "whole", "ratio")]
    exponents = [_exponent(found[few][slug], found[many][slug], many / few) for slug in strict]
    ratios = [found[many][slug].ratio for slug in strict]
    show(
        f"The questions of SPARQL with synthetic strategies, {few:,} and {many:,} triples, at "
        f"edition {EVERY} (medians)",
        ("question", "engine", *heads, f"ratio, {RATIO}", "exponent", f"growth, {EXPONENT}"),
        rows,
        f"S alone, passed: ratio {_passed(ratios, RATIO)}, growth {_passed(exponents, EXPONENT)}.",
        "Ratios and exponents (of the whole answer) are those of processor time. Nothing is asked",
        "of questions that are answered by networks; Q29 asks all others, theirs too.",
    )


def _exponent(few: Cost, many: Cost, growth: float) -> float:
    return math.log(many.whole.processor / few.whole.processor) / math.log(growth)


def _growth(found: Sequence[Cost], growth: float) -> Iterator[str]:
    for one in found:
        yield from (str(one.bare), str(one.whole), f"{one.ratio:.2f}")
    yield _judged(found[-1].ratio, RATIO)
    exponent = _exponent(found[0], found[-1], growth)
    yield f"{exponent:.2f}"
    yield _judged(exponent, EXPONENT)


def _generated(path: Path, count: int) -> tuple[Store, ox.Store]:
    """Return strategies in a store of ours and in a bare one."""
    write_file(path, *shipped(), count)
    store = in_memory({})
    fill(store, path)
    store.part()
    path.unlink()
    return store, merge(store)
