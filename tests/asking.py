"""Questions of the tests to the shipped graph, with our prefixes."""

from graph.oxigraph import OxigraphStore
from graph.results import Row
from ontology import PREFIXES

HEAD = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items()) + "\n"


def rows(store: OxigraphStore, query: str) -> list[Row]:
    """Run a query with our prefixes."""
    return list(store.query(HEAD + query).rows())


def values(store: OxigraphStore, query: str) -> list[str]:
    """Return the values of ?it."""
    return [row["it"].value for row in rows(store, query)]
