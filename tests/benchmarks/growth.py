"""What growth costs: loading, memory and latency from one strategy to thousands."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from benchmarks.engines import BARE, DISK, LONGEST, MEMORY, OURS, Cost, measure
from benchmarks.shapes import Shape, measure_shape
from benchmarks.strategies import SEED, write_strategies
from benchmarks.tables import show
from benchmarks.timing import duration
from graph.dataset import load_dataset
from ontology import GRAPH

#: Rates and memory of fewer quads say more about the start of the process than about the store.
_FEW: Final = 10_000

#: By number of strategies, engine and place; none where it took too long.
Costs = dict[tuple[int, str, str], Cost | None]


def shipped() -> tuple[Shape, list[ox.Quad]]:
    """Return the shape of the shipped graph, and the quads of its vocabulary."""
    graphs = load_dataset().graphs
    shape = measure_shape(quad for quads in graphs.values() for quad in quads)
    return shape, list(graphs[GRAPH + "vocabulary"])


def write_file(path: Path, shape: Shape, vocabulary: Iterable[ox.Quad], count: int) -> None:
    """Write strategies, with the vocabulary at the end: questions ask the strength of levels."""
    with path.open("w", encoding="utf-8") as target:
        write_strategies(shape, count, target)
        quads = ox.serialize(vocabulary, format=ox.RdfFormat.N_QUADS)
        target.write((quads or b"").decode())


def measure_growth(counts: Sequence[int], folder: Path, repeats: int) -> Costs:
    """Write a file for each number of strategies, and measure each engine with it."""
    shape, vocabulary = shipped()
    costs: Costs = {}
    for count in counts:
        path = folder / f"strategies-{count}.nq"
        write_file(path, shape, vocabulary, count)
        for place in (MEMORY, DISK):
            for who in (OURS, BARE):
                asked = repeats if (who, place) == (OURS, MEMORY) else 0
                costs[count, who, place] = measure(who, place, path, asked, _longest(count))
        path.unlink()
    return costs


def _longest(count: int) -> float:
    """Return how long one engine may take with a number of strategies, in seconds."""
    return LONGEST * max(1, count / 1_000)


def _loading(costs: Costs) -> list[list[str]]:
    rows = []
    for (count, who, place), cost in costs.items():
        if cost is None:
            late = f"> {_longest(count):.0f} s"
            rows.append([f"{count:,}", who, place, "", late, "", "", ""])
            continue
        few = cost.quads < _FEW
        rows.append(
            [
                f"{count:,}",
                who,
                place,
                f"{cost.quads:,}",
                duration(cost.loading),
                f"{cost.quads / cost.loading:,.0f}",
                "" if few else f"{cost.held / cost.quads * 1e6 / 2**20:,.0f} MiB",
                "" if few else f"{cost.most / 2**20:,.0f} MiB",
            ]
        )
    return rows


def _asking(costs: Costs) -> list[list[str]]:
    rows = []
    for count in dict.fromkeys(count for count, _, _ in costs):
        cost = costs[count, OURS, MEMORY]
        if cost is None:
            continue
        ratios = []
        for name, ours in cost.asking.items():
            bare = cost.bare[name]
            ratios.append(ours / bare)
            times = [duration(ours), duration(bare), f"{ratios[-1]:.2f}"]
            extra = f"{(ours - bare) * 1000:+.2f} ms"
            same = "yes" if cost.same[name] else "NO"
            rows.append([f"{count:,}", name, *times, extra, same])
        mean = f"{statistics.geometric_mean(ratios):.2f}"
        rows.append([f"{count:,}", "geometric mean", "", "", mean, "", ""])
    return rows


def report(costs: Costs) -> None:
    """Print the tables of loading and of asking."""
    show(
        f"Loading synthetic strategies (seed {SEED}) from N-Quads",
        ("strategies", "engine", "place", "quads", "time", "quads/s", "held per million", "peak"),
        _loading(costs),
        "Ours holds each triple twice, in its graph and in the merge; bare holds it once.",
        "Memory on disk is that of the process; peak counts the reading too.",
    )
    show(
        "The five questions in memory, asked in-process in turns, as JSON (medians)",
        ("strategies", "question", "ours", "bare", "ours/bare", "difference", "same answer"),
        _asking(costs),
    )
