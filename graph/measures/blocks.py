"""Blocks: the parts of a graph that stay whole whichever single node is left out.

Blocks meet in cut nodes and so form trees. With these, what hangs below a node or an edge is
counted without a walk through the graph for each. Hopcroft and Tarjan (1973), "Algorithm 447:
efficient algorithms for graph manipulation".
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import networkx as nx


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its nodes, and the one by which it hangs (`top`).

    `size` nodes are below that one, its other nodes and what hangs from these; in the order of the
    tree they begin at `start`.
    """

    top: str
    nodes: frozenset[str]
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes and the blocks of one component; what is below a block stands together."""

    nodes: tuple[str, ...]
    blocks: tuple[Block, ...]

    def hanging(self) -> dict[str, list[Block]]:
        """Return the blocks that hang from each node that has any."""
        found: dict[str, list[Block]] = defaultdict(list)
        for block in self.blocks:
            found[block.top].append(block)
        return found

    def below(self, block: Block) -> tuple[str, ...]:
        """Return all nodes below the top of a block that hang by it."""
        return self.nodes[block.start : block.start + block.size]

    def above(self, blocks: Iterable[Block], gone: frozenset[str]) -> tuple[str, ...]:
        """Return the nodes that are not below these blocks, nor gone."""
        gone = gone.union(*map(self.below, blocks))
        return tuple(node for node in self.nodes if node not in gone)


def block_trees(simple: "nx.Graph[str]") -> list[Tree]:
    """Return the blocks of a simple graph, by component; a lone node has none."""
    at: dict[str, list[frozenset[str]]] = defaultdict(list)
    blocks = cast("Iterable[set[str]]", nx.biconnected_components(simple))  # the stubs say less
    for block in map(frozenset, blocks):
        for node in sorted(block):
            at[node].append(block)
    seen: set[str] = set()
    trees = []
    for root in simple:
        if root not in seen:
            trees.append(_tree(root, at))
            seen.update(trees[-1].nodes)
    return trees


def _tree(root: str, at: dict[str, list[frozenset[str]]]) -> Tree:
    """Return the tree of the component of a node: each block before those below it."""
    order: list[str] = [root]
    placed: list[tuple[str, frozenset[str], int]] = []
    waiting = [(root, block) for block in at.get(root, ())]
    while waiting:
        top, nodes = waiting.pop()
        placed.append((top, nodes, len(order)))
        inner = sorted(nodes - {top})
        order += inner
        waiting += [(node, other) for node in inner for other in at[node] if other is not nodes]
    sizes = _sizes(placed)
    blocks = (
        Block(top, nodes, start, size)
        for (top, nodes, start), size in zip(placed, sizes, strict=True)
    )
    return Tree(tuple(order), tuple(blocks))


def _sizes(placed: list[tuple[str, frozenset[str], int]]) -> Iterable[int]:
    """Return for each block how many nodes are below its top, itself and its own blocks."""
    hanging: dict[str, int] = defaultdict(int)
    sizes = []
    for top, nodes, _ in reversed(placed):
        size = sum(1 + hanging[node] for node in nodes if node != top)
        hanging[top] += size
        sizes.append(size)
    return reversed(sizes)
