"""The contract of an engine: what each must do, as checks that say what they saw.

A check compares what an engine gives with what the standards, or `graph.store.Store`, want of it.
The checks work on graphs of their own. Those that are one query are declared in contract.toml.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import pyoxigraph as ox

from graph.errors import QueryError, SamenhangError, StoreError
from graph.library import read_folder
from graph.remote import RemoteStore
from graph.results import FORMATS, Form, Format
from graph.store import Store
from ontology import PREFIXES, ROOT

EX: Final = "https://example.org/samenhang-contract/"
RED, BLUE, GREEN = EX + "red", EX + "blue", EX + "green"
POINT: Final = 0.025  # seconds that a point query may take

_PREFIX: Final = f"PREFIX : <{EX}> PREFIX xsd: <{PREFIXES['xsd']}>\n"
_RED: Final = """:a :says "both", "red" ; :next :b . :b :next :c . _:x :says "one", "two" .
    :a :tag "colour"@en-GB ; :when "2018"^^xsd:gYear, "2018-03-20"^^xsd:date ;
    :lexical 01, 1.50, "1"^^xsd:boolean, "2018-01-01T00:00:00.000Z"^^xsd:dateTime ."""
_BLUE: Final = ':a :says "both", "blue" . :b :says "more" .'
_TEXT: Final = "é e\u0301 ß 日本 😀 \u202eעברית \" ' \\ <&> \t\n"
_SAYS: Final = f"{_PREFIX}SELECT ?o {{ :a :says ?o }}"

#: What was seen and what was wanted; they fit when they are equal.
Seen = tuple[Any, Any]


@dataclass(frozen=True)
class Check:
    """One promise: its name, the promise in a sentence, and what looks after it."""

    id: str
    promise: str
    run: Callable[[Any], Seen]


def _quads(graph: str, turtle: str) -> list[ox.Quad]:
    text = f"@prefix : <{EX}> . @prefix xsd: <{PREFIXES['xsd']}> . {turtle}"
    node = ox.NamedNode(graph)
    parsed = ox.parse(text, format=ox.RdfFormat.TURTLE)
    return [ox.Quad(q.subject, q.predicate, q.object, node) for q in parsed]


def fill(store: Store) -> None:
    """Write the graphs that the checks ask about; StoreError when that may not be."""
    store.replace({RED: _quads(RED, _RED), BLUE: _quads(BLUE, _BLUE)})


def empty(store: Store) -> None:
    """Take the graphs of the contract away."""
    store.replace({RED: [], BLUE: [], GREEN: []})


def _column(store: Store, query: str) -> list[str]:
    """Return the values of ?o, sorted."""
    return sorted(row["o"].value for row in store.query(_PREFIX + query).rows())


def _declared(entry: dict[str, Any]) -> Callable[[Store], Seen]:
    """Return the check that a declaration describes."""
    text = _PREFIX + entry["query"]
    dataset = {
        key: [EX + name for name in entry.get(key, ())]
        for key in ("default_graphs", "named_graphs")
    }

    def run(store: Store) -> Seen:
        try:
            result = store.query(text, **dataset)
        except QueryError:
            if not entry.get("refused"):
                raise
            return "refused", "refused"
        if "values" in entry:
            name = result.variables[0]
            return sorted(row[name].value for row in result.rows()), entry["values"]
        if "triples" in entry:
            found = (getattr(triple.object, "value", "") for triple in result.triples())
            return sorted(found), entry["triples"]
        return ("answered", "refused") if "refused" in entry else (result.truth(), entry["truth"])

    return run


def _written(format_: Format) -> Callable[[Store], Seen]:
    """Return a check that a result can be written, and read back as it was."""
    table = Form.BINDINGS in format_.forms
    where = "{ GRAPH :blue { :a :says ?o } }"
    query = f"SELECT ?o {where}" if table else f"CONSTRUCT {{ :a :says ?o }} WHERE {where}"

    def run(store: Store) -> Seen:
        written = store.query(_PREFIX + query).write(format_)
        if format_.name == "csv":
            found = written.decode().split()[1:]
        elif isinstance(format_.engine, ox.QueryResultsFormat):
            rows: Any = ox.parse_query_results(written, format=format_.engine)
            found = [row["o"].value for row in rows]
        else:
            quads: Any = ox.parse(written, format=format_.engine)
            found = [quad.object.value for quad in quads]
        return sorted(found), ["blue", "both"]

    return run


def _blank(store: Store) -> Seen:
    rows = store.query(f"{_PREFIX}SELECT ?x {{ ?x :says 'one' }}").rows()
    return [type(row["x"]).__name__ for row in rows], ["BlankNode"]


def _kept(store: Store, text: str) -> Seen:
    """Return how a text comes back: from a query, from the dump, and whether it is found."""
    node, literal = ox.NamedNode(EX + "é-日本"), ox.Literal(text)
    store.replace({GREEN: [ox.Quad(node, ox.NamedNode(EX + "says"), literal, ox.NamedNode(GREEN))]})
    rows = store.query(f"{_PREFIX}SELECT ?s ?o {{ GRAPH :green {{ ?s :says ?o }} }}").rows()
    found = [(row["s"].value, row["o"].value) for row in rows]
    green = (quad for quad in store.quads() if quad.graph_name == ox.NamedNode(GREEN))
    dumped = [(quad.subject.value, quad.object.value) for quad in green]  # type: ignore[union-attr]
    asked = store.query(f"ASK {{ ?s ?p {literal} }}").truth()
    seen, wanted = (found, dumped, asked), ([(node.value, text)], [(node.value, text)], True)
    return (seen, wanted) if len(text) < 100 else (seen == wanted, True)


def _place(store: Store) -> Seen:
    try:
        store.query("SELECT ?s {\n  ?s ?p")
    except QueryError as error:
        return (error.line, error.column), (2, 8)
    return "an answer", (2, 8)


def _questions(store: Store) -> Seen:
    """Run every stored question on the graphs that are there; name those that give an error."""
    failed = []
    for question in read_folder(ROOT / "questions"):
        try:
            list(store.query(question.text).rows())
        except SamenhangError as error:
            failed.append(f"{question.slug}: {error}")
    return failed, []


def _length(store: Store) -> Seen:
    store.replace({GREEN: []})
    before = len(store)
    store.replace({GREEN: _quads(GREEN, ':a :says "both", "green" .')})
    return len(store) - before, 1


def _replaced(store: Store) -> Seen:
    for word in ("old", "new"):
        store.replace({GREEN: _quads(GREEN, f':g :says "{word}" .')})
    graph, merge = "GRAPH :green { ?s :says ?o }", ":g :says ?o"
    seen = [_column(store, f"SELECT ?o {{ {where} }}") for where in (graph, merge)]
    return seen, [["new"], ["new"]]


def _removed(store: Store) -> Seen:
    store.replace({GREEN: _quads(GREEN, ':g :says "old" .')})
    store.replace({GREEN: []})
    return (GREEN in store.graphs(), _column(store, "SELECT ?o { :g :says ?o }")), (False, [])


def _failing() -> Iterator[ox.Quad]:
    yield from _quads(RED, ':g :says "half" .')
    raise StoreError("the source broke off")


def _all_or_none(store: Store) -> Seen:
    store.replace({GREEN: _quads(GREEN, ':g :says "old" .')})
    for other in ({"no iri": _quads(BLUE, _BLUE)}, {RED: _failing()}):
        try:
            store.replace({GREEN: _quads(GREEN, ':g :says "new" .'), **other})
        except StoreError:
            continue
        return "no error", "an error"
    return (_column(store, "SELECT ?o { :g :says ?o }"), len(store.graphs()) > 2), (["old"], True)


def _point(store: Store) -> Seen:
    times = []
    for _ in range(15):
        start = perf_counter()
        _column(store, "SELECT ?o { :b :says ?o }")
        times.append(perf_counter() - start)
    seen = f"{1000 * median(times):.1f} ms"
    return seen, seen if median(times) <= POINT else f"at most {1000 * POINT:.0f} ms"


def _sent(store: RemoteStore, text: str, *graphs: str) -> list[str]:
    """Return what an engine itself gives on a dataset, when nothing is done about it."""
    return sorted(row["o"].value for row in store.send(text, graphs, []).rows())


def _own(text: str, wanted: list[str], *graphs: str) -> Callable[[RemoteStore], Seen]:
    return lambda store: (_sent(store, text, *graphs), wanted)


def _own_boolean(store: RemoteStore) -> Seen:
    body, kind = {"query": "ASK {}"}, {"Accept": "application/sparql-results+json"}
    answer = store.protocol.read("POST", store.protocol.query, data=body, headers=kind)
    found = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
    return type(found).__name__, "QueryBoolean"


def _own_body(store: RemoteStore) -> Seen:
    kind = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    protocol, asked = store.protocol.within(3), b"SELECT (1 AS ?n) {}"
    return protocol.read("POST", protocol.query, content=asked, headers=kind).split()[-1:], [b"1"]


def _own_transaction(store: RemoteStore) -> Seen:
    half = f"INSERT DATA {{ GRAPH <{EX}half> {{ <{EX}a> <{EX}says> 'half' }} }}"
    try:
        store.update(f"{half} ; LOAD <http://127.0.0.1:1/none>")
    except (QueryError, StoreError):
        return _sent(store, _SAYS, EX + "half"), []
    finally:
        store.update(f"DROP SILENT GRAPH <{EX}half>")
    return "no error", "an error"


_DECLARED: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

#: The names of the checks that need no graphs.
ALONE: Final = {name for name, entry in _DECLARED.items() if "refused" in entry} | {
    "questions",
    "place",
    "own-boolean",
    "own-body",
}
#: The checks of every engine.
CHECKS: Final = (
    *(Check(name, entry["promise"], _declared(entry)) for name, entry in _DECLARED.items()),
    *(Check(f"format-{f.name}", f"A result is written as {f.name}.", _written(f)) for f in FORMATS),
    Check("questions", "Every stored question is understood.", _questions),
    Check("place", "A query that cannot be read is refused with line and column.", _place),
    Check("blank-node-given", "A blank node is given as a blank node.", _blank),
    Check(
        "unicode", "Any text comes back as it was, and is found.", lambda store: _kept(store, _TEXT)
    ),
    Check(
        "carriage-return",
        "Line ends come back as they were.",
        lambda s: _kept(s, "one\r\ntwo\rthree"),
    ),
    Check(
        "long-text",
        "A text of 100,000 characters comes back as it was.",
        lambda s: _kept(s, 20_000 * "long "),
    ),
    Check("length", "The length counts different triples.", _length),
    Check("replace", "A replaced graph holds the new triples only, in the merge too.", _replaced),
    Check("remove", "A graph replaced by nothing is gone, from the merge too.", _removed),
    Check("all-or-none", "When one graph cannot be written, none is.", _all_or_none),
    Check("point", f"A point query takes at most {1000 * POINT:.0f} ms (median).", _point),
)
_MERGED: Final = ["blue", "both", "red"]
#: What an engine behind the protocol does by itself; where it does not, `graph.remote` makes up.
OWN_CHECKS: Final = (
    Check("own-default", "Its default graph is the merge of all.", _own(_SAYS, _MERGED)),
    Check("own-merge", "It merges several graphs.", _own(_SAYS, _MERGED, RED, BLUE)),
    Check(
        "own-call-first",
        "It puts the dataset of the call before that of the text.",
        _own(f"{_PREFIX}SELECT ?o FROM :red {{ :a :says ?o }}", ["blue", "both"], BLUE),
    ),
    Check(
        "own-only",
        "It has no named graphs when the dataset names none.",
        _own(f"{_PREFIX}SELECT ?o {{ GRAPH ?g {{ :a :says ?o }} }}", [], RED),
    ),
    Check("own-boolean", "It answers ASK with a boolean.", _own_boolean),
    Check("own-body", "It takes a query as the body of a POST.", _own_body),
    Check("own-transaction", "An update of which a part fails changes nothing.", _own_transaction),
)
