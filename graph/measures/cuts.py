"""Cuts: the nodes and edges without which a part of the graph falls off."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from graph.measures.blocks import Block, Tree, block_trees
from graph.measures.projection import simple_graph

Parts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Cut:
    """A node, or the two ends of an edge, without which the parts `apart` fall off the rest.

    The rest is the largest part of its component; the others come largest first, ties by id.
    """

    ends: tuple[str, ...]
    apart: Parts


def sorted_parts(parts: Iterable[Iterable[str]]) -> Parts:
    """Return parts with their nodes sorted, largest first, ties by id."""
    return tuple(sorted((tuple(sorted(part)) for part in parts), key=lambda p: (-len(p), p)))


def cuts(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the nodes, and the edges, without which a component falls apart, the worst first.

    Those that separate fewer nodes than `least` from the largest part are left out.
    """
    found = [c for tree in block_trees(simple_graph(graph)) for c in _cuts(tree, least)]
    return sorted(found, key=lambda cut: (-sum(map(len, cut.apart)), cut.ends))


def cut_points(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the cuts that are nodes."""
    return [cut for cut in cuts(graph, least) if len(cut.ends) == 1]


def bridges(graph: "nx.Graph[str]", least: int = 1) -> list[Cut]:
    """Return the cuts that are edges."""
    return [cut for cut in cuts(graph, least) if len(cut.ends) == 2]


def _cuts(tree: Tree, least: int) -> Iterator[Cut]:
    for node, blocks in tree.hanging().items():
        yield from _cut(tree, (node,), blocks, frozenset((node,)), least)
    for block in tree.blocks:
        if len(block.nodes) == 2:
            yield from _cut(tree, tuple(sorted(block.nodes)), [block], frozenset(), least)


def _cut(
    tree: Tree, ends: tuple[str, ...], blocks: Sequence[Block], gone: frozenset[str], least: int
) -> Iterator[Cut]:
    """Yield the cut, if it is one: what is below each of the blocks, and above them, are parts."""
    sizes = [block.size for block in blocks]
    above = len(tree.nodes) - len(gone) - sum(sizes)
    if above + sum(sizes) - max(above, *sizes) < least:
        return
    parts = [tree.below(block) for block in blocks]
    if above > max(sizes):  # then it is the rest, and need not be gathered
        yield Cut(ends, sorted_parts(parts))
    else:
        parts += [tree.above(blocks, gone)] if above else []
        yield Cut(ends, sorted_parts(parts)[1:])
