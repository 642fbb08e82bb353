"""Drawings: fixed positions for a network, and pyvis's model of it for the page.

Columns follow the chain of a strategy; within a column the order is found by barycentre sweeps
(Sugiyama, Tagawa and Toda 1981) and ties go by name, so that the same data give the same picture.
A link across a column passes between its cards, by a place of its own. pyvis supplies the model
only; its own page is never shown.
"""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

import networkx as nx

from graph.library import LANGUAGES

#: The column of each class in the chain.
COLUMNS: Final = {
    "Department": 0,
    "Organization": 0,
    "Office": 0,
    "Instrument": 1,
    "Investment": 1,
    "Pillar": 2,
    "Goal": 2,
    "Threat": 3,
    "Trend": 3,
    "Region": 4,
}
MIDDLE: Final = 2
LAST: Final = 4
COLUMN_WIDTH: Final = 312
SWEEPS: Final = 24

# Pixels, and the characters that surely fit on a line of a card.
LINE_LENGTH: Final = 27
LINE_HEIGHT: Final = 18
MAX_LINES: Final = 4
PADDING: Final = 16
GAP: Final = 10
MAX_GAP: Final = 44
PASS_HEIGHT: Final = 8
GROUP_GAP: Final = 18
HEADING_HEIGHT: Final = 3 * LINE_HEIGHT + PADDING

#: The place of each node by its IRI, and of each pass and heading by the names made below.
Positions = dict[str, tuple[float, float]]


def _pass(source: str, target: str, column: int) -> str:
    """Name the place where the links between two nodes pass a column."""
    return f"pass {min(source, target)} {max(source, target)} {column}"


def _heading(kinds: tuple[str, ...]) -> str:
    """Name the heading above the neighbours that are linked in these ways."""
    return " ".join(("kinds", *kinds))


def height(network: "nx.MultiDiGraph[str]", node: str) -> int:
    """Return the height of a card: that of the longer label, so that both languages fit."""
    labels = (network.nodes[node].get(language) or node for language in LANGUAGES)
    lines = max(len(wrap(label, LINE_LENGTH)) for label in labels)
    return PADDING + LINE_HEIGHT * min(max(lines, 1), MAX_LINES)


def _number(network: "nx.MultiDiGraph[str]", class_: str) -> list[str]:
    nodes = [node for node, data in network.nodes(data=True) if data["class"] == class_]
    return sorted(nodes, key=lambda node: (network.nodes[node]["number"], node))


def _goals_by_pillar(network: "nx.MultiDiGraph[str]") -> list[str]:
    """Return the pillars and goals in the order of the strategy: each pillar above its goals."""
    goals, listed = _number(network, "Goal"), []
    for pillar in _number(network, "Pillar"):
        listed += [pillar, *(g for g in goals if network.has_edge(pillar, g) and g not in listed)]
    return listed + [goal for goal in goals if goal not in listed]


def _columns(network: "nx.MultiDiGraph[str]") -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in range(LAST + 1)]
    for node in sorted(network):
        class_ = network.nodes[node]["class"]
        if class_ not in ("Pillar", "Goal"):
            columns[COLUMNS.get(class_, 1)].append(node)
    columns[MIDDLE] = _goals_by_pillar(network)
    return columns


def _steps(network: "nx.MultiDiGraph[str]", columns: list[list[str]]) -> "nx.Graph[str]":
    """Return the links as steps from column to column, and add their passes to the columns."""
    at = {node: x for x, column in enumerate(columns) for node in column}
    steps: nx.Graph[str] = nx.Graph()
    for source, target in sorted(set(network.edges())):
        first, last = sorted((source, target), key=lambda node: (at[node], node))
        if steps.has_edge(first, last) or _pass(first, last, at[first] + 1) in steps:
            continue
        between = range(at[first] + 1, at[last])
        passes = [_pass(first, last, column) for column in between]
        for column, name in zip(between, passes, strict=True):
            columns[column].append(name)
        if at[first] != at[last]:
            nx.add_path(steps, [first, *passes, last])
    return steps


def _order(columns: list[list[str]], steps: "nx.Graph[str]") -> list[list[str]]:
    """Reorder the columns by the mean row of their neighbours, and keep the best of all sweeps.

    The middle column keeps its order, which the strategy gives.
    """
    best, fewest = columns, _crossings(columns, steps)
    for _ in range(SWEEPS):
        row = {n: (y + 0.5) / len(column) for column in columns for y, n in enumerate(column)}
        columns = [
            column if x == MIDDLE else sorted(column, key=lambda n: (_barycentre(n, steps, row), n))
            for x, column in enumerate(columns)
        ]
        count = _crossings(columns, steps)
        if count < fewest:
            best, fewest = columns, count
    return best


def _barycentre(node: str, steps: "nx.Graph[str]", row: dict[str, float]) -> float:
    rows = [row[other] for other in steps[node]] if node in steps else []
    return sum(rows) / len(rows) if rows else row[node]


def _crossings(columns: list[list[str]], steps: "nx.Graph[str]") -> int:
    place = {n: (x, y) for x, column in enumerate(columns) for y, n in enumerate(column)}
    edges = [sorted((place[a], place[b])) for a, b in steps.edges()]
    return sum(
        a[0][0] == b[0][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for i, a in enumerate(edges)
        for b in edges[:i]
    )


def layered(network: "nx.MultiDiGraph[str]") -> Positions:
    """Return x and y of each node in columns by class, in pixels; the same on every run."""
    columns = _columns(network)
    columns = _order(columns, _steps(network, columns))

    def room(name: str) -> int:
        if name not in network:
            return PASS_HEIGHT
        pillar = network.nodes[name]["class"] == "Pillar"
        return height(network, name) + (GROUP_GAP if pillar else 0)

    total = max(sum(map(room, column)) + GAP * len(column) for column in columns)
    positions: Positions = {}
    for x, column in enumerate(columns):
        rooms = [room(name) for name in column]
        gap = min(MAX_GAP, (total - sum(rooms)) / max(len(column), 1))
        y = (total - sum(rooms) - gap * (len(column) - 1)) / 2
        for name, size in zip(column, rooms, strict=True):
            own = height(network, name) if name in network else size
            positions[name] = (x * COLUMN_WIDTH, y + size - own / 2)
            y += size + gap
    return positions


def _kinds(network: "nx.MultiDiGraph[str]", thing: str, node: str) -> tuple[str, ...]:
    """Return how a neighbour is linked: each kind, with `>` out of the thing or `<` to it."""
    out, back = (network.get_edge_data(*pair) or {} for pair in ((thing, node), (node, thing)))
    found = {f"{edge['kind']}>" for edge in out.values()}
    return tuple(sorted(found | {f"{edge['kind']}<" for edge in back.values()}))


def _sides(groups: dict[tuple[str, ...], int]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Give each group a side, -1 or 1, the largest first to the side with the most room."""
    filled = {1: 0, -1: 0}
    for kinds in sorted(groups, key=lambda kinds: (-groups[kinds], kinds)):
        side = min((1, -1), key=lambda one: filled[one])
        filled[side] += groups[kinds] + GROUP_GAP
        yield kinds, side


def around(network: "nx.MultiDiGraph[str]", thing: str) -> Positions:
    """Return positions around the thing in the middle: headings beside it, neighbours outside.

    The neighbours stand together by the kinds of their links to the thing.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for node in sorted(network, key=lambda n: (network.nodes[n]["class"], n)):
        if node != thing:
            groups.setdefault(_kinds(network, thing, node), []).append(node)
    rooms = {
        kinds: max(HEADING_HEIGHT, sum(height(network, n) + GAP for n in nodes) - GAP)
        for kinds, nodes in groups.items()
    }
    ends = {1: 0.0, -1: 0.0}
    positions: Positions = {}
    for kinds, side in _sides(rooms):
        nodes, y = groups[kinds], ends[side]
        middle = y + rooms[kinds] / 2
        positions[_heading(kinds)] = ((MIDDLE + side) * COLUMN_WIDTH, middle)
        y = middle - (sum(height(network, n) + GAP for n in nodes) - GAP) / 2
        for node in nodes:
            size = height(network, node)
            positions[node] = ((MIDDLE + 2 * side) * COLUMN_WIDTH, y + size / 2)
            y += size + GAP
        ends[side] += rooms[kinds] + GROUP_GAP
    return _balanced(positions, ends) | (
        {thing: (MIDDLE * COLUMN_WIDTH, max(ends.values()) / 2)} if thing in network else {}
    )


def _balanced(positions: Positions, ends: dict[int, float]) -> Positions:
    """Lower the shorter side to half-way the longer one."""
    total, middle = max(ends.values()), MIDDLE * COLUMN_WIDTH
    return {
        name: (x, y + (total - ends[1 if x > middle else -1]) / 2)
        for name, (x, y) in positions.items()
    }


def model(
    network: "nx.MultiDiGraph[str]", positions: Positions, language: str
) -> dict[str, list[dict[str, Any]]]:
    """Return the nodes and edges of pyvis's model, for a page that draws them itself.

    Ids are numbers, never labels; every text is plain and is for the page to escape. `via` are
    the places where an edge passes between the cards of a column; `headings` stand between the
    thing in the middle and its neighbours.
    """
    from pyvis.network import Network  # loads slowly, and is not needed to start

    ids = {node: i for i, node in enumerate(sorted(network))}
    picture = Network(directed=True)
    for node, i in ids.items():
        data = network.nodes[node]
        x, y = positions[node]
        picture.add_node(
            i,
            label=data[language] or node,
            x=x,
            y=y,
            group=data["class"],
            iri=node,
            height=height(network, node),
        )
    for source, target, link, data in sorted(network.edges(keys=True, data=True)):
        passes = (_pass(source, target, column) for column in range(LAST + 1))
        via = [positions[name] for name in passes if name in positions]
        picture.add_edge(
            ids[source], ids[target], iri=link, kind=data["kind"], level=data["level"], via=via
        )
    nodes, edges, *_ = picture.get_network_data()
    headings = [
        {"x": x, "y": y, "kinds": name.split()[1:]}
        for name, (x, y) in positions.items()
        if name.startswith("kinds ")
    ]
    return {"nodes": nodes, "edges": edges, "headings": headings}
