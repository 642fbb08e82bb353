"""Any engine behind the SPARQL 1.1 Protocol and the Graph Store HTTP Protocol.

Engines differ in what their default graph is, and many count a triple once for each graph that
holds it. So the merge of our graphs is kept as a graph of its own, and a catalogue lists them: a
query is always sent with a dataset. What else the engine holds is neither read nor changed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import uuid4

import pyoxigraph as ox

from graph.errors import QueryError, StoreError
from graph.operation import dataset_of, first_word, refuse_federation
from graph.oxigraph import as_query_error, in_memory, ntriples
from graph.protocol import ANSWER, LIMIT, Protocol
from graph.results import FORMATS, Result
from ontology import PREFIXES

#: Where the graphs that the store keeps for itself are named: merge, catalogue, stages.
SPACE: Final = "https://w3id.org/samenhang/store/"

_MEDIA: Final = {format_.name: format_.media_type for format_ in FORMATS}
_PART: Final = PREFIXES["dcterms"] + "hasPart"
#: Virtuoso writes the blank node b1 as nodeID://b1, which is no label.
_NODE: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_TRUTH: Final = "__ASK_RETVAL"  # Virtuoso: the column of an ASK, without a row when it is false
_NEVER: Final = ox.Variable("samenhang__never")


class RemoteStore:
    """A store behind the SPARQL 1.1 Protocol. One writer at a time; readers see any change."""

    def __init__(
        self, url: str, space: str = SPACE, *, answer: float = ANSWER, limit: int = LIMIT
    ) -> None:
        """Take the address of the query operation; the engine is not yet called.

        `answer` are the seconds, and `limit` the bytes, that an answer may take.
        """
        self.protocol = Protocol(url, answer, limit)
        self._merge, self._catalogue, self._empty, self._stage = (
            space + name for name in ("merge", "catalogue", "empty", "stage/")
        )

    def __repr__(self) -> str:
        """Return the host, without credentials."""
        return f"RemoteStore({self.protocol.host})"

    def send(self, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> Result:
        """Return what the engine itself answers on a dataset of its own; without one, on all.

        The query goes in a form (SPARQL 1.1 Protocol, 2.1.2): Virtuoso 7.2.5 never answers one
        that is the body itself, and an address has no room for many graphs.
        """
        word = first_word(text)
        accept = _MEDIA["json" if word in ("SELECT", "ASK") else "ntriples"]
        form = {
            "query": text,
            "default-graph-uri": list(default_graphs),
            "named-graph-uri": list(named_graphs),
        }
        body = self.protocol.read(
            "POST", self.protocol.query, data=form, headers={"Accept": accept}
        )
        try:
            return Result(_parsed(word, body), PREFIXES)
        except (SyntaxError, ValueError) as error:
            said = f"gives an answer that is no {accept}: {error}"
            raise StoreError(f"The engine at {self.protocol.host} {said}") from error

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Result:
        """Run a query operation, see `graph.store.Store.query`.

        Where engines keep duplicates, or mix two datasets, a copy of the graphs is asked here.
        """
        refuse_federation(text)
        _refuse_unreadable(text, [*default_graphs, *named_graphs])
        called, written = (list(default_graphs), list(named_graphs)), dataset_of(text)
        default, named = called if any(called) else written
        if not default and not named:
            named = self.graphs() if "graph" in text.lower() else []
            return self.send(text, [self._merge], named or [self._empty])
        known = set(self.graphs())
        default, named = ([iri for iri in iris if iri in known] for iris in (default, named))
        if len(default) > 1 or (any(called) and any(written)):
            copy = {iri: self._graph(iri) for iri in {*default, *named}}
            return in_memory(copy).query(
                text, default_graphs=default or [self._empty], named_graphs=named
            )
        return self.send(text, default or [self._empty], named or [self._empty])

    def update(self, text: str) -> None:
        """Send an update operation as it is (SPARQL 1.1 Protocol, 2.2.1)."""
        self.protocol.write("POST", self.protocol.update, data={"update": text})

    def replace(self, graphs: Mapping[str, Iterable[ox.Quad]]) -> None:
        """Replace named graphs, see `graph.store.Store.replace`.

        They are brought under other names; one update operation then puts them all in place.
        """
        stage = f"{self._stage}{uuid4()}/"
        staged: dict[str, str] = {}
        try:
            for number, (iri, quads) in enumerate(graphs.items()):
                if written := ntriples(quads).encode():
                    staged[ox.NamedNode(iri).value] = f"{stage}{number}"
                    self._put(f"{stage}{number}", written)
            self.update(self._exchange(graphs, staged))
        except (QueryError, StoreError, ValueError) as error:
            self._discard(staged.values())
            raise StoreError(f"Nothing was written: {error}") from error
        except BaseException:
            self._discard(staged.values())
            raise

    def _put(self, iri: str, written: bytes) -> None:
        kind = {"Content-Type": _MEDIA["ntriples"]}
        self.protocol.write(
            "PUT", self.protocol.store, params={"graph": iri}, content=written, headers=kind
        )

    def _discard(self, stages: Iterable[str]) -> None:
        """Take stages away, as far as the engine still lets us."""
        try:
            if drops := " ; ".join(f"DROP SILENT GRAPH <{iri}>" for iri in stages):
                self.update(drops)
        except (QueryError, StoreError):
            return

    def _exchange(self, graphs: Iterable[str], staged: Mapping[str, str]) -> str:
        """Return the update that puts the stages in place, with catalogue and merge."""
        kept = [iri for iri in self.graphs() if iri not in set(graphs)] + list(staged)
        listed = " ".join(f"<{self._merge}> <{_PART}> <{iri}> ." for iri in sorted(kept))
        steps = [f"DROP SILENT GRAPH <{iri}>" for iri in (*graphs, self._merge, self._catalogue)]
        steps += [f"MOVE SILENT <{stage}> TO <{iri}>" for iri, stage in staged.items()]
        steps += [f"ADD SILENT <{iri}> TO <{self._merge}>" for iri in kept]
        steps += [f"INSERT DATA {{ GRAPH <{self._catalogue}> {{ {listed} }} }}"] if kept else []
        return " ;\n".join(steps)

    def _graph(self, iri: str) -> list[ox.Quad]:
        """Return the quads of one graph (Graph Store HTTP Protocol, 5.2)."""
        wanted = {"Accept": _MEDIA["ntriples"]}
        body = self.protocol.read("GET", self.protocol.store, params={"graph": iri}, headers=wanted)
        node = ox.NamedNode(iri)
        try:
            parsed = ox.parse(body, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True)
            return [ox.Quad(quad.subject, quad.predicate, quad.object, node) for quad in parsed]
        except (SyntaxError, ValueError) as error:
            said = f"gives a graph that cannot be read: {error}"
            raise StoreError(f"The engine at {self.protocol.host} {said}") from error

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        listed = f"SELECT ?g {{ GRAPH <{self._catalogue}> {{ <{self._merge}> <{_PART}> ?g }} }}"
        found = self.send(listed, [self._empty], [self._catalogue])
        return sorted(row["g"].value for row in found.rows())

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every quad of the named graphs; a blank node has a new name in each."""
        for iri in self.graphs():
            yield from self._graph(iri)

    def __len__(self) -> int:
        """Return the number of triples in the merge of all graphs."""
        row = next(self.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows())
        return int(row["n"].value)


def _refuse_unreadable(text: str, iris: Iterable[str]) -> None:
    """Raise QueryError, the same for every engine, when the text is no query; it is not run."""
    with as_query_error(text):
        for iri in iris:
            ox.NamedNode(iri)
        try:
            ox.Store().query(text, substitutions={_NEVER: ox.Literal("")})
        except RuntimeError:
            return  # it was read: the variable is not there, or a function is the engine's own


def _parsed(word: str, body: bytes) -> "ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples":
    """Return an answer as the embedded engine gives it; SyntaxError when it is none."""
    if word not in ("SELECT", "ASK"):
        triples = ox.Store()
        triples.bulk_load(body, format=ox.RdfFormat.N_TRIPLES)
        return triples.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    json, body = ox.QueryResultsFormat.JSON, _NODE.sub(rb"\1", body)
    found = ox.parse_query_results(body, format=json)
    if isinstance(found, ox.QueryBoolean):
        return found
    if word == "ASK" and [variable.value for variable in found.variables] == [_TRUTH]:
        truth = str(any(row[0] != ox.Literal(0) for row in found)).lower()
        return ox.parse_query_results(f'{{"head":{{}},"boolean":{truth}}}'.encode(), format=json)
    found.serialize(format=ox.QueryResultsFormat.TSV)  # reads all of it: a fault is found here
    return ox.parse_query_results(body, format=json)


def open_remote(url: str) -> RemoteStore:
    """Open the store behind a protocol; StoreError when the engine does not answer."""
    store = RemoteStore(url)
    store.graphs()
    return store
