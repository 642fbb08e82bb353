"""The embedded engine: Oxigraph, in memory or in a directory."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.change import Change, digest_of
from graph.disk import FAULTS, MARK, Disk, Functions
from graph.errors import QueryError, StoreError
from graph.history import Note
from graph.operation import dataset_of, may_name_graphs, refuse_federation, unreadable
from graph.replacement import replacement
from graph.results import Result
from ontology import PREFIXES

_PLACE: Final = re.compile(r"error at (\d+):(\d+):")
_SENTENCE: Final = re.compile(r"\b[A-Z][a-zA-Z]*(?: [a-zA-Z]+){2,}")  # not a list of tokens


@contextmanager
def as_query_error(text: str, *, update: bool = False) -> Iterator[None]:
    """Turn what the engine raises about a query or an update into QueryError with its place."""
    kind = "update" if update else "query"
    try:
        yield
    except SyntaxError as error:
        if match := _PLACE.match(str(error)):
            line, column = int(match[1]), int(match[2])
            said = _SENTENCE.search(str(error))
            reason = f" {said.group()}." if said else ""
            message = unreadable(text, line, column, update=update)
            raise QueryError(message + reason, line, column) from error
        raise QueryError(f"The {kind} cannot be read: {error}.") from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"The {kind} cannot be run: {error}.") from error


def _nodes(iris: Sequence[str]) -> list[ox.NamedNode | ox.BlankNode]:
    return [ox.NamedNode(iri) for iri in iris]


#: Takes these graphs out of the default graph, as far as no other graph says the same. The
#: default graph holds the merge itself: the engine can answer on the union of the named graphs as
#: they are, but then gives a triple once for each graph that holds it, and counts go wrong.
_WITHDRAW: Final = """DELETE {{ ?s ?p ?o }} WHERE {{
    VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }}
    FILTER NOT EXISTS {{ GRAPH ?h {{ ?s ?p ?o }} FILTER(?h NOT IN ({listed})) }} }}"""

#: Fills the default graph of an engine in memory, without a quad passing through Python. All in
#: one: the engine is slower when it is asked graph by graph.
_MERGE: Final = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"

#: Where more quads change, a copy of the directory is written to, which takes its place.
LARGE = 50_000

#: A query that may name a graph without asking for a triple in it, and so would meet the mark.
_NAMES_GRAPHS: Final = re.compile(
    r"GRAPH\s*[?$]\w+\s*\{\s*"
    r"(?:[{}#]|(?:BIND|OPTIONAL|FILTER|VALUES|MINUS|SELECT|GRAPH|SERVICE)\b(?!:))"
    r"|GRAPH\s*[?$].*[\w>)][*?]",
    re.IGNORECASE | re.DOTALL,
)


def _withdraw(graphs: Iterable[str]) -> str:
    nodes = [f"<{iri}>" for iri in graphs]
    if not nodes:
        return ""
    drops = " ".join(f"; DROP SILENT GRAPH {node}" for node in nodes)
    return _WITHDRAW.format(graphs=" ".join(nodes), listed=", ".join(nodes)) + drops


class OxigraphStore:
    """A store of the embedded engine, whose default graph is the merge of its named graphs."""

    def __init__(self, engine: ox.Store | Disk, partners: Collection[str] = ()) -> None:
        """Wrap an open engine, or a directory that is open.

        `partners` are the endpoints that a query may call (SPARQL 1.1 Federated Query).
        """
        self._opened = engine
        self.partners = partners
        self._merge: ox.Store | None = None

    @property
    def disk(self) -> Disk | None:
        """The directory of the store; none when it is in memory."""
        return self._opened if isinstance(self._opened, Disk) else None

    @property
    def engine(self) -> ox.Store:
        """The engine itself."""
        return self._opened.engine if isinstance(self._opened, Disk) else self._opened

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Result:
        """Run a query operation, see `graph.store.Store.query`."""
        refuse_federation(text, self.partners)
        if not default_graphs and not named_graphs:
            default_graphs, named_graphs = dataset_of(text)
        merge = self._merge  # a change in another thread may take it away
        with as_query_error(text):
            if default_graphs or named_graphs:
                raw = self._merged(default_graphs, named_graphs).query(
                    text, default_graph=ox.DefaultGraph(), named_graphs=_nodes(named_graphs)
                )
            elif self.disk and _NAMES_GRAPHS.search(text):
                raw = self.engine.query(text, named_graphs=_nodes(self.graphs()))
            elif merge is not None and not may_name_graphs(text):
                raw = merge.query(text)
            else:
                raw = self.engine.query(text)
        return Result(raw, PREFIXES)

    def part(self) -> None:
        """Have a copy of the merge answer what names no graph, until graphs are replaced.

        In memory the engine finds a triple by going along all quads of its subject, or its
        predicate, or its object. Without the named graphs these are half as many.
        """
        if self.disk or self._merge is not None:
            return
        self._merge = ox.Store()
        latest_first = self.engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
        self._merge.bulk_extend(reversed(list(latest_first)))

    def _merged(self, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> ox.Store:
        """Return a dataset whose default graph is the merge of the ones asked for."""
        dataset = ox.Store()
        for iri in default_graphs:
            quads = self.engine.quads_for_pattern(None, None, None, ox.NamedNode(iri))
            dataset.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
        for iri in named_graphs:
            dataset.bulk_extend(self.engine.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
        return dataset

    def only(self, graphs: Sequence[str]) -> "OxigraphStore":
        """Return a store in memory of the merge of these graphs, to be asked more than once."""
        return OxigraphStore(self._merged(graphs, ()))

    def replace(self, graphs: Mapping[str, Iterable[ox.Quad]], *, base: Sequence[str] = ()) -> None:
        """Replace named graphs in one transaction, see `graph.store.Store.replace`.

        `base` names those of them that an ontology folder brings, for `Disk.base`.
        """
        self._merge = None
        try:
            if self.disk:
                self._replace_on_disk(self.disk, graphs, base)
                return
            listed = {iri: list(quads) for iri, quads in graphs.items()}
            texts = {iri: ntriples(quads) for iri, quads in listed.items()}
            data = " ".join(f"{text} GRAPH <{iri}> {{ {text} }}" for iri, text in texts.items())
            self.engine.update(f"{_withdraw(listed)} ; INSERT DATA {{ {data} }}")
        except FAULTS as error:
            raise StoreError(f"Nothing was written: {error}") from error

    def _replace_on_disk(
        self, disk: Disk, graphs: Mapping[str, Iterable[ox.Quad]], base: Sequence[str]
    ) -> None:
        change, listed = replacement(disk.engine, graphs)
        packed = change.pack()
        note = Note(list(listed), digest_of(packed), base, packed)

        def work(engine: ox.Store) -> None:
            engine.update(_withdraw(listed))
            engine.bulk_extend(quad for quads in listed.values() for quad in quads)
            engine.bulk_extend(ox.Quad(*q.triple) for quads in listed.values() for q in quads)

        if len(change.removed) + len(change.added) > LARGE:
            disk.rebuild(work, note)
        else:
            change.apply(disk.engine, lambda text, functions: disk.write(text, note, functions))

    def change(self, change: Change) -> None:
        """Make a change in one transaction; StoreError when nothing was written."""
        disk, merge = self.disk, self._merge

        def write(text: str, functions: Functions) -> None:
            assert disk
            packed = change.pack()
            disk.write(text, Note(change.graphs, digest_of(packed), packed=packed), functions)

        self._merge = None
        try:
            gone = change.apply(self.engine, write if disk else None)
        except FAULTS as error:
            raise StoreError(f"Nothing was written: {error}") from error
        if merge is not None:
            for quad in gone:
                merge.remove(quad)
            merge.extend(ox.Quad(*quad.triple) for quad in change.added)
            self._merge = merge

    def fill(self, graphs: Sequence[str], digest: str, put: Callable[[ox.Store], None]) -> int:
        """Replace named graphs by what `put` puts into them; return how many were replaced.

        `put` gets an engine of its own and fills named graphs only: on disk those of `graphs`, in
        memory others too. For large data; StoreError when nothing was written.
        """
        self._merge = None
        if not isinstance(self._opened, Disk):
            return self._refill(graphs, put)

        def work(engine: ox.Store) -> None:
            if withdraw := _withdraw(graphs):
                engine.update(withdraw)
            put(engine)
            nodes = map(ox.NamedNode, graphs)
            found = (engine.quads_for_pattern(None, None, None, node) for node in nodes)
            engine.bulk_extend(ox.Quad(*quad.triple) for quads in found for quad in quads)

        self._opened.rebuild(work, Note(graphs, digest))
        return len(graphs)

    def _refill(self, graphs: Sequence[str], put: Callable[[ox.Store], None]) -> int:
        """Let `put` fill a fresh engine, add the graphs that it left alone, and take that one."""
        fresh = ox.Store()
        try:
            put(fresh)
            replaced = {*graphs, *(str(graph.value) for graph in fresh.named_graphs())}
            for graph in self.graphs():
                if graph not in replaced:
                    fresh.bulk_extend(self.quads_of(graph))
            fresh.update(_MERGE)
        except FAULTS as error:
            raise StoreError(f"Nothing was written: {error}") from error
        self._opened = fresh
        return len(replaced)

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        names = (str(graph.value) for graph in self.engine.named_graphs())
        return sorted(name for name in names if not name.startswith(MARK))

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every quad of the named graphs, all as they are at one moment."""
        default = ox.DefaultGraph()
        found = self.engine.quads_for_pattern(None, None, None)
        return (quad for quad in found if quad.graph_name != default)

    def quads_of(self, graph: str) -> Iterator[ox.Quad]:
        """Yield the quads of one named graph."""
        return self.engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))

    def __len__(self) -> int:
        """Return the number of triples in the merge of all graphs."""
        row = next(self.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows())
        return int(row["n"].value)


def ntriples(quads: Iterable[ox.Quad]) -> str:
    """Return the triples of quads as N-Triples (RDF 1.1 N-Triples)."""
    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    return (written or b"").decode()


def in_memory(graphs: Mapping[str, Iterable[ox.Quad]]) -> OxigraphStore:
    """Return a store in memory that holds these named graphs."""
    engine = ox.Store()
    engine.bulk_extend(quad for quads in graphs.values() for quad in quads)
    engine.update(_MERGE)
    return OxigraphStore(engine)


def merge_of(graphs: Mapping[str, Iterable[ox.Quad]]) -> OxigraphStore:
    """Return a store in memory that holds the merge of these graphs and no named graph."""
    engine = ox.Store()
    engine.bulk_extend(ox.Quad(*quad.triple) for quads in graphs.values() for quad in quads)
    return OxigraphStore(engine)


def open_directory(path: Path, *, create: bool = False) -> OxigraphStore:
    """Open the store in a directory, or make one there; StoreError when it cannot be had.

    Without `create` a directory that holds no store is refused, so that a mistyped path does not
    become an empty store that answers.
    """
    return OxigraphStore(Disk(path, create=create))
