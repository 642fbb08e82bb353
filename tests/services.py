"""The service itself, as a process of the tests' own, and what is asked of it over HTTP."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx2
import pyoxigraph as ox

import daemons
from graph.oxigraph import open_directory

TOKEN: Final = "the token of the tests"
PATIENCE: Final = 60.0
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
TURTLE: Final = "text/turtle"
#: Limits that only a service that hangs would pass, however slow the machine is.
PATIENT: Final = {"SAMENHANG_QUERY_SECONDS": "60", "SAMENHANG_QUEUE_SECONDS": "30"}
NO_BUDGET: Final = {"SAMENHANG_CLIENT_SECONDS": "0", "SAMENHANG_CLIENT_ERRORS": "0"}
WRITABLE: Final = {"SAMENHANG_TOKEN": TOKEN} | PATIENT
#: The service whose store in memory has nothing in it, for the shipped graph takes long to clear.
EMPTY: Final = (
    "-c",
    "import graph.dataset as d; d.load_dataset = lambda: d.Dataset({}, [], []); "
    "from api.__main__ import main; main()",
)
_ALL: Final = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"


class Service:
    """A running service: its address, its process and the token that is sent to it."""

    def __init__(self, address: str, process: subprocess.Popen[bytes], token: str = TOKEN) -> None:
        """Take a service that answers."""
        self.address, self.process, self.token = address, process, token
        self._client = httpx2.Client(base_url=address, timeout=PATIENCE, trust_env=False)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        type_: str = "",
        **headers: str,
    ) -> httpx2.Response:
        """Send a request with the token; `authorization=""` sends none.

        A header holds the bytes of its characters, as ISO 8859-1 has them.
        """
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {"Content-Type": type_} if type_ else {}
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        kept = [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value]
        return self._client.request(method, path, content=body, headers=kept)

    def update(self, text: str, address: str = "") -> httpx2.Response:
        """Send an update as its own body; `address` are its parameters."""
        return self.call("POST", f"/update?{address}", text, UPDATE)

    def change(self, text: str) -> Mapping[str, int]:
        """Make an update and return what the answer counts."""
        answer = self.update(text)
        assert answer.status_code == 200, answer.text
        counted: dict[str, int] = answer.json()
        return counted

    def ask(self, text: str) -> bool:
        """Return the answer of an ASK."""
        answer = self.call("POST", "/sparql", text, QUERY)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["boolean"])

    def rows(self, text: str) -> list[Mapping[str, ox.NamedNode | ox.Literal | ox.BlankNode]]:
        """Return the rows of a SELECT."""
        json = "application/sparql-results+json"
        answer = self.call("POST", "/sparql", text, QUERY, accept=json)
        assert answer.status_code == 200, answer.text
        read = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.JSON)
        assert isinstance(read, ox.QuerySolutions)
        names = [variable.value for variable in read.variables]
        return [{name: row[name] for name in names if row[name] is not None} for row in read]

    def quads(self) -> set[tuple[str, ...]]:
        """Return all quads, as the readers give them; blank nodes under the names they have."""
        return {tuple(str(row[name]) for name in "gspo") for row in self.rows(_ALL)}

    def digest(self) -> str:
        """Return a hash of all quads."""
        return sha256("\n".join(map(" ".join, sorted(self.quads()))).encode()).hexdigest()

    def graph(self, path: str) -> ox.Dataset:
        """Return what a graph of the graph store says."""
        answer = self.call("GET", path, accept=TURTLE)
        assert answer.status_code == 200, answer.text
        return dataset(answer.content)

    def close(self) -> None:
        """End the connections to it."""
        self._client.close()


def dataset(document: bytes | str) -> ox.Dataset:
    """Return the triples of a Turtle document, so that isomorphic graphs are equal."""
    read = ox.Dataset(list(ox.parse(document, format=ox.RdfFormat.TURTLE)))
    read.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return read


@contextmanager
def serving(
    store: str,
    settings: dict[str, str] = WRITABLE,
    tracer: Sequence[str] = (),
    *,
    counted: bool = True,
    shipped: bool = False,
) -> Iterator[Service]:
    """Run the service on a store, see `daemons.serving`; its clients have no budget.

    In memory it has nothing at first, unless it is the `shipped` graph. Where times are measured
    it should not be `counted`.
    """
    program = EMPTY if store == "memory:" and not shipped else daemons.PROGRAM
    settings = settings | NO_BUDGET
    with daemons.serving(settings, store, program, tracer, counted=counted) as (address, process):
        service = Service(address, process, settings.get("SAMENHANG_TOKEN", ""))
        try:
            yield service
        finally:
            service.close()


def parsed(turtle: Mapping[str, str]) -> dict[str, list[ox.Quad]]:
    """Return the quads of documents, by the graph of each."""
    return {
        name: [
            ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))
            for quad in ox.parse(document, format=ox.RdfFormat.TURTLE)
        ]
        for name, document in turtle.items()
    }


def empty_store(path: Path, turtle: Mapping[str, str] | None = None) -> str:
    """Make a store on disk with these graphs, or none; return its URL."""
    store = open_directory(path, create=True)
    if turtle:
        store.replace(parsed(turtle))
    assert store.disk
    store.disk.close()
    return f"oxigraph:{path}"
