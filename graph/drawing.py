"""Drawings: fixed positions for a network, and pyvis's model of it for the page.

Columns follow the chain of a strategy; within a column the order is found by barycentre sweeps
(Sugiyama, Tagawa and Toda 1981) and ties go by name, so that the same data give the same picture.
pyvis supplies the model only; its own page is never shown.
"""

from typing import Any, Final

import networkx as nx

#: The column of each class in the chain.
COLUMNS: Final = {
    "Department": 0,
    "Office": 0,
    "Instrument": 1,
    "Investment": 1,
    "Pillar": 2,
    "Goal": 2,
    "Threat": 3,
    "Trend": 3,
    "Region": 4,
}
COLUMN_WIDTH: Final = 330
ROW_HEIGHT: Final = 58
SWEEPS: Final = 24

type_positions = dict[str, tuple[float, float]]


def _order(columns: list[list[str]], network: "nx.MultiDiGraph[str]") -> list[list[str]]:
    """Reorder each column by the mean row of its neighbours, and keep the best of all sweeps."""
    best, fewest = columns, _crossings(columns, network)
    for _ in range(SWEEPS):
        row = {node: i for column in columns for i, node in enumerate(column)}
        columns = [
            sorted(column, key=lambda n: (_barycentre(n, network, row), n)) for column in columns
        ]
        count = _crossings(columns, network)
        if count < fewest:
            best, fewest = columns, count
    return best


def _barycentre(node: str, network: "nx.MultiDiGraph[str]", row: dict[str, int]) -> float:
    rows = [row[other] for other in nx.all_neighbors(network, node) if other in row]
    return sum(rows) / len(rows) if rows else row[node]


def _crossings(columns: list[list[str]], network: "nx.MultiDiGraph[str]") -> int:
    place = {n: (x, y) for x, column in enumerate(columns) for y, n in enumerate(column)}
    edges = [
        sorted((place[a], place[b])) for a, b in set(network.edges()) if a in place and b in place
    ]
    return sum(
        a[0][0] == b[0][0] and a[1][0] == b[1][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for i, a in enumerate(edges)
        for b in edges[:i]
    )


def _goals_by_pillar(network: "nx.MultiDiGraph[str]") -> list[str]:
    """Return the pillars and goals in the order of the strategy: each pillar above its goals."""

    def number(node: str) -> tuple[int, str]:
        return network.nodes[node]["number"], node

    pillars = sorted((n for n, d in network.nodes(data=True) if d["class"] == "Pillar"), key=number)
    goals = sorted((n for n, d in network.nodes(data=True) if d["class"] == "Goal"), key=number)
    listed: list[str] = []
    for pillar in pillars:
        listed += [pillar, *(g for g in goals if network.has_edge(pillar, g))]
    return listed + [goal for goal in goals if goal not in listed]


def layered(network: "nx.MultiDiGraph[str]") -> type_positions:
    """Return x and y of each node in columns by class, in pixels; the same on every run."""
    columns: list[list[str]] = [[] for _ in range(max(COLUMNS.values()) + 1)]
    for node, data in sorted(network.nodes(data=True)):
        if data["class"] not in ("Pillar", "Goal"):
            columns[COLUMNS.get(data["class"], 1)].append(node)
    middle = _goals_by_pillar(network)
    columns[2] = middle
    ordered = _order(columns, network)
    ordered[2] = middle
    tallest = max(len(column) for column in ordered)
    return {
        node: (
            x * COLUMN_WIDTH,
            (y + (tallest - len(column)) / 2) * ROW_HEIGHT,
        )
        for x, column in enumerate(ordered)
        for y, node in enumerate(column)
    }


def around(network: "nx.MultiDiGraph[str]", thing: str) -> type_positions:
    """Return positions in columns left (what links to the thing) and right (what it links to)."""
    others = sorted(
        (n for n in network if n != thing), key=lambda n: (network.nodes[n]["class"], n)
    )
    left = [n for n in others if network.has_edge(n, thing)]
    right = [n for n in others if n not in left]
    positions: type_positions = {thing: (0.0, 0.0)} if thing in network else {}
    for side, nodes in ((-1, left), (1, right)):
        columns = max(1, -(-len(nodes) // 24))
        height = -(-len(nodes) // columns) if nodes else 1
        for i, node in enumerate(nodes):
            column, row = divmod(i, height)
            y = (row - (height - 1) / 2) * ROW_HEIGHT
            positions[node] = (side * (1.4 + column) * COLUMN_WIDTH, y)
    return positions


def model(
    network: "nx.MultiDiGraph[str]", positions: type_positions, language: str
) -> dict[str, list[dict[str, Any]]]:
    """Return the nodes and edges of pyvis's model, for a page that draws them itself.

    Ids are numbers, never labels; every text is plain and is for the page to escape.
    """
    from pyvis.network import Network  # loads slowly, and is not needed to start

    ids = {node: i for i, node in enumerate(sorted(network))}
    picture = Network(directed=True)
    for node, i in ids.items():
        data = network.nodes[node]
        x, y = positions[node]
        picture.add_node(i, label=data[language] or node, x=x, y=y, group=data["class"], iri=node)
    for source, target, link, data in sorted(network.edges(keys=True, data=True)):
        picture.add_edge(ids[source], ids[target], iri=link, kind=data["kind"], level=data["level"])
    nodes, edges, *_ = picture.get_network_data()
    return {"nodes": nodes, "edges": edges}
