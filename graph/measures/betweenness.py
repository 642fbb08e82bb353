"""Betweenness: how many shortest paths go through each node.

Counted block by block: a path between two blocks enters and leaves each by its cut nodes, so that
inside a block each node stands for all that hangs from it. The values are exact.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import networkx as nx

from graph.measures.blocks import Block, Tree, block_trees
from graph.measures.figures import Figure, figure
from graph.measures.projection import simple_graph

#: The steps that are taken at most: some seconds.
MOST: Final = 10_000_000


def betweenness(graph: "nx.Graph[str]") -> dict[str, Figure]:
    """Return the share of the shortest paths between two others that go through each node.

    Freeman (1977), "A set of measures of centrality based on betweenness"; by block: Puzis et al.
    (2012), "Heuristics for speeding up betweenness centrality computation". Without a value when
    the blocks are so large that it would take minutes.
    """
    simple = simple_graph(graph)
    trees = block_trees(simple)
    if _work(simple, trees) > MOST:
        return {node: figure("betweenness", None, reason="too_many") for node in simple}
    pairs = (len(simple) - 1) * (len(simple) - 2)
    through = dict.fromkeys(simple, 0.0)
    for tree in trees:
        for node, held in _between_blocks(tree).items():
            through[node] += held
        below = {n: sum(b.size for b in blocks) for n, blocks in tree.hanging().items()}
        for block in tree.blocks:
            if len(block.nodes) > 2:  # with two there is nobody between
                for node, paths in _within(simple, _standing_for(tree, block, below)).items():
                    through[node] += paths
    return {
        node: figure("betweenness", paths / pairs if pairs > 0 else None, reason="too_few")
        for node, paths in through.items()
    }


def _work(simple: "nx.Graph[str]", trees: Iterable[Tree]) -> int:
    """Return about how many steps it takes: nodes times edges of each block."""
    return sum(
        len(block.nodes) * sum(len(simple[node]) for node in block.nodes)
        for tree in trees
        for block in tree.blocks
        if len(block.nodes) > 2
    )


def _between_blocks(tree: Tree) -> dict[str, int]:
    """Return for each node the ordered pairs that only it holds together."""
    found = {}
    for node, blocks in tree.hanging().items():
        parts = [block.size for block in blocks]
        others = len(tree.nodes) - 1
        parts.append(others - sum(parts))
        found[node] = others**2 - sum(part**2 for part in parts)
    return found


def _standing_for(tree: Tree, block: Block, below: Mapping[str, int]) -> dict[str, int]:
    """Return for each node of a block the number of nodes that reach the block through it."""
    weights = {node: 1 + below.get(node, 0) for node in sorted(block.nodes)}
    weights[block.top] = len(tree.nodes) - block.size
    return weights


def _within(simple: "nx.Graph[str]", weights: Mapping[str, int]) -> dict[str, float]:
    """Return for each node the paths through it between two other nodes of its block.

    Each path counts as often as there are pairs for which its ends stand. Brandes (2001), "A faster
    algorithm for betweenness centrality".
    """
    through = dict.fromkeys(weights, 0.0)
    near = {node: [other for other in simple[node] if other in weights] for node in weights}
    for source, stands_for in weights.items():
        order, paths, before = _shortest(near, source)
        passing = dict.fromkeys(order, 0.0)
        for node in reversed(order[1:]):
            share = (weights[node] + passing[node]) / paths[node]
            for previous in before[node]:
                passing[previous] += paths[previous] * share
            through[node] += stands_for * passing[node]
    return through


def _shortest(
    near: Mapping[str, list[str]], source: str
) -> tuple[list[str], dict[str, int], dict[str, list[str]]]:
    """Return the nodes from near to far, their numbers of paths, and who is before each."""
    order, distance = [source], {source: 0}
    paths = {source: 1}
    before: dict[str, list[str]] = {source: []}
    for node in order:
        further = distance[node] + 1
        for other in near[node]:
            if other not in distance:
                distance[other], paths[other], before[other] = further, 0, []
                order.append(other)
            if distance[other] == further:
                paths[other] += paths[node]
                before[other].append(node)
    return order, paths, before
