"""Network views: the rows of a stored view as a graph of networkx."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from graph.errors import ParameterError
from graph.library import Query, find, read_folder
from graph.links import Link
from graph.names import Names, shorten
from graph.neighbours import choose
from graph.store import Store
from ontology import ROOT, SAM

if TYPE_CHECKING:
    import networkx as nx

FOLDER: Final = ROOT / "views"

#: A picture of more things than this cannot be read.
MAX_NODES: Final = 150


def list_views() -> list[Query]:
    """Return all views, by name."""
    return read_folder(FOLDER)


def build_network(links: Iterable[Link], names: Names) -> "nx.MultiDiGraph[str]":
    """Return a directed graph with parallel edges: one node a thing, one edge a link.

    Nodes carry `class` and the labels `nl` and `en`; edges are keyed by the link's IRI and carry
    `kind` and `level`. Links to values are left out.
    """
    import networkx as nx  # loads slowly, and is not needed to start

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for link in links:
        if link.is_value:
            continue
        for iri in (link.subject, link.object):
            name = names.of(iri)
            network.add_node(
                iri,
                **{
                    "class": name.class_.removeprefix(SAM),
                    "nl": name.in_language("nl"),
                    "en": name.in_language("en"),
                    "number": name.number or 0,
                },
            )
        network.add_edge(
            link.subject, link.object, key=link.iri, kind=shorten(link.kind), level=link.level
        )
    return network


def find_view(name: str) -> Query:
    """Return a view by its name; NotFoundError lists those that there are."""
    return find(FOLDER, name)


def parameters_of(view: Query) -> tuple[str, ...]:
    """Return the names of the things that a view takes: what it is around, or is narrowed to."""
    return tuple(view.says("parameters").split())


def view_links(
    store: Store,
    links: Mapping[str, Link],
    view: str,
    thing: str = "",
    pillar: str = "",
    level: str = "assessed",
) -> list[Link]:
    """Return those of the links that a view selects, of a level or stronger.

    A view around one thing needs its IRI; one of a strategy may be narrowed to a pillar.
    NotFoundError when there is no such view, ParameterError for a thing or pillar that it does not
    take, and where it needs a thing and gets none.
    """
    query = find_view(view)
    taken, given = parameters_of(query), {"thing": thing, "pillar": pillar}
    for name, value in given.items():
        if value and name not in taken:
            raise ParameterError(f"The view {view!r} takes no {name}; leave it out.", name)
    if "thing" in taken and not thing:
        message = f"The view {view!r} is around one thing; name it: thing=class/slug."
        raise ParameterError(message, "thing", ("a thing, as class/slug",))
    text = query.bound(**{name: value for name, value in given.items() if value})
    wanted = {row["link"].value for row in store.query(text).rows()}
    counts = choose(level)
    return [link for iri, link in links.items() if iri in wanted and counts(link)]


def nearest_first(network: "nx.MultiDiGraph[str]", thing: str) -> "nx.MultiDiGraph[str]":
    """Return at most MAX_NODES nodes: the thing and the neighbours with most links to it."""
    if network.number_of_nodes() <= MAX_NODES:
        return network
    around = [n for n in network if n != thing]
    weight = {
        n: network.number_of_edges(thing, n) + network.number_of_edges(n, thing) for n in around
    }
    kept = sorted(around, key=lambda n: (-weight[n], n))[: MAX_NODES - 1]
    return network.subgraph([thing, *kept]).copy()
