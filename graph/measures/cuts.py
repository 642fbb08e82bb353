"""Cuts: the nodes and edges without which a part of the graph falls off."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import networkx as nx

from graph.measures.blocks import Tree, block_trees, rest_of
from graph.measures.projection import simple_graph

Parts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Cut:
    """A node, or the two ends of an edge, without which the rest falls apart into `parts`.

    The parts are those of its own component only, largest first, ties by id.
    """

    ends: tuple[str, ...]
    parts: Parts


def sorted_parts(parts: Iterable[Iterable[str]]) -> Parts:
    """Return parts with their nodes sorted, largest first, ties by id."""
    return tuple(sorted((tuple(sorted(part)) for part in parts), key=lambda p: (-len(p), p)))


def _most_separated(cuts: Iterable[Cut]) -> list[Cut]:
    """Return the cuts that separate most from the largest part first, ties by id."""
    return sorted(cuts, key=lambda cut: (-sum(map(len, cut.parts[1:])), cut.ends))


def cuts(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the nodes, and the edges, without which a component falls apart, with the parts.

    Those that separate fewer nodes than `least` from the largest part are left out.
    """
    trees = block_trees(simple_graph(graph))
    return _most_separated(
        cut for tree in trees for cut in (*_points(tree, least), *_bridges(tree, least))
    )


def cut_points(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the cuts that are nodes."""
    return [cut for cut in cuts(graph, least) if len(cut.ends) == 1]


def _points(tree: Tree, least: int) -> Iterator[Cut]:
    for node, blocks in tree.hanging().items():
        sizes = [len(block.below) for block in blocks]
        above = len(tree.nodes) - 1 - sum(sizes)
        if len(tree.nodes) - 1 - max(*sizes, above) >= least:
            parts = [block.below for block in blocks]
            parts += [rest_of(tree, node, blocks)] if above else []
            yield Cut((node,), sorted_parts(parts))


def bridges(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the cuts that are edges."""
    return [cut for cut in cuts(graph, least) if len(cut.ends) == 2]


def _bridges(tree: Tree, least: int) -> Iterator[Cut]:
    for block in tree.blocks:
        below = len(block.below)
        if len(block.nodes) == 2 and min(below, len(tree.nodes) - below) >= least:
            others = set(tree.nodes).difference(block.below)
            yield Cut(tuple(sorted(block.nodes)), sorted_parts((block.below, others)))
