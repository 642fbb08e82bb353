"""Small graphs for the tests of the measures: written out, and random."""

import networkx as nx
from hypothesis import strategies as st

NODES = "abcdefgh"
KINDS: tuple[type["nx.Graph[str]"], ...] = (
    nx.Graph,
    nx.DiGraph,
    nx.MultiGraph,
    nx.MultiDiGraph,
)


def tied(*ties: str) -> "nx.Graph[str]":
    """Return the graph of these ties, each written as its two ends; one letter is a lone node."""
    graph: nx.Graph[str] = nx.Graph()
    for tie in ties:
        nx.add_path(graph, tie)
    return graph


@st.composite
def graphs(draw: st.DrawFn, weights: st.SearchStrategy[float]) -> "nx.Graph[str]":
    """Draw a graph of any kind, empty ones and loops included; some edges carry a weight."""
    graph: nx.Graph[str] = draw(st.sampled_from(KINDS))()
    node = st.sampled_from(NODES)
    graph.add_nodes_from(draw(st.lists(node, unique=True)))
    for one, other, weight in draw(st.lists(st.tuples(node, node, st.none() | weights))):
        graph.add_edge(one, other, **({} if weight is None else {"weight": weight}))
    return graph


#: Weights that a graph may carry by mistake.
any_weight = st.integers(-3, 3) | st.floats()
whole_weight = st.integers(0, 3)
groupings = st.dictionaries(st.sampled_from(NODES), st.sampled_from("xyz"))
full_groupings = st.fixed_dictionaries({node: st.sampled_from("xyz") for node in NODES})

#: What covers, by the items that it covers.
coverings = st.dictionaries(
    st.text(NODES, min_size=1, max_size=2), st.frozensets(st.sampled_from("12345")), max_size=7
)
some_items = st.frozensets(st.sampled_from("12345"))
renamings = st.permutations(NODES).map(lambda names: dict(zip(NODES, names, strict=True)))
