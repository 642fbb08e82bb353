"""The one result type of all engines, and the formats it can be written in.

Formats: SPARQL 1.1 Query Results JSON, XML, CSV and TSV for bindings and booleans; the RDF 1.1
syntaxes for graphs. Media types are the registered ones.
"""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import IO, Final

import pyoxigraph as ox

from graph.errors import NotFoundError
from ontology import PREFIXES

csv.field_size_limit(sys.maxsize)  # a text may be as long as the engine can hold

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = Mapping[str, Term]


class Form(Enum):
    """What a query gives: solutions, a truth value, or triples (SPARQL 1.1 Query, section 16)."""

    BINDINGS = "bindings"
    BOOLEAN = "boolean"
    GRAPH = "graph"


@dataclass(frozen=True)
class Format:
    """A way to write a result: its short name, media type and file name extension."""

    name: str
    media_type: str
    extension: str
    forms: tuple[Form, ...]
    engine: "ox.RdfFormat | ox.QueryResultsFormat"


_TABLE: Final = (Form.BINDINGS,)
_SOLUTIONS: Final = (Form.BINDINGS, Form.BOOLEAN)
_GRAPHS: Final = (Form.GRAPH,)

#: All formats; the first that fits a form is the default of that form.
FORMATS: Final[tuple[Format, ...]] = (
    Format(
        "json", "application/sparql-results+json", "srj", _SOLUTIONS, ox.QueryResultsFormat.JSON
    ),
    Format("xml", "application/sparql-results+xml", "srx", _SOLUTIONS, ox.QueryResultsFormat.XML),
    Format("csv", "text/csv", "csv", _TABLE, ox.QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", "tsv", _TABLE, ox.QueryResultsFormat.TSV),
    Format("turtle", "text/turtle", "ttl", _GRAPHS, ox.RdfFormat.TURTLE),
    Format("ntriples", "application/n-triples", "nt", _GRAPHS, ox.RdfFormat.N_TRIPLES),
    Format("rdfxml", "application/rdf+xml", "rdf", _GRAPHS, ox.RdfFormat.RDF_XML),
    Format("jsonld", "application/ld+json", "jsonld", _GRAPHS, ox.RdfFormat.JSON_LD),
    Format("trig", "application/trig", "trig", _GRAPHS, ox.RdfFormat.TRIG),
    Format("nquads", "application/n-quads", "nq", _GRAPHS, ox.RdfFormat.N_QUADS),
)


def formats_for(form: Form) -> tuple[Format, ...]:
    """Return the formats that can write a result of this form, the default first."""
    return tuple(f for f in FORMATS if form in f.forms)


def format_named(name: str, form: Form) -> Format:
    """Return the format with this short name or media type; NotFoundError lists the others."""
    for candidate in formats_for(form):
        if name in (candidate.name, candidate.media_type, candidate.extension):
            return candidate
    known = ", ".join(f.name for f in formats_for(form))
    raise NotFoundError(f"No format {name!r} for {form.value}; take one of: {known}.")


def language_of(term: Term) -> str:
    """Return the language of a literal; empty when it has none."""
    return (term.language or "") if isinstance(term, ox.Literal) else ""


class Result:
    """What a query gave. Read it once: as rows, as a truth value, or written in a format."""

    def __init__(
        self,
        raw: "ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples",
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        """Wrap what the engine gave; `prefixes` shorten the IRIs of written graphs."""
        self._raw = raw
        self._prefixes = dict(prefixes or {})

    @property
    def form(self) -> Form:
        """The form of the result."""
        if isinstance(self._raw, ox.QuerySolutions):
            return Form.BINDINGS
        return Form.BOOLEAN if isinstance(self._raw, ox.QueryBoolean) else Form.GRAPH

    @property
    def variables(self) -> list[str]:
        """The names of the columns, without question marks; empty unless bindings."""
        if not isinstance(self._raw, ox.QuerySolutions):
            return []
        return [variable.value for variable in self._raw.variables]

    def truth(self) -> bool:
        """Return the truth value of an ASK query."""
        if not isinstance(self._raw, ox.QueryBoolean):
            raise TypeError("Only the result of an ASK query has a truth value.")
        return bool(self._raw)

    def rows(self) -> Iterator[Row]:
        """Yield each solution as a mapping from variable name to term.

        Unbound names are absent; a triple term (RDF 1.2) is given as a literal of its text.
        """
        if not isinstance(self._raw, ox.QuerySolutions):
            raise TypeError("Only the result of a SELECT query has rows.")
        names = self.variables
        for solution in self._raw:
            yield {
                name: ox.Literal(str(term)) if isinstance(term, ox.Triple) else term
                for name, term in zip(names, solution, strict=True)
                if term is not None
            }

    def texts(self) -> Iterator[list[str]]:
        """Yield the texts of each solution in the order of the variables, empty where unbound.

        These are the fields of SPARQL 1.1 Query Results CSV: IRIs, values of literals, and blank
        nodes as `_:name`. The engine writes them all at once, so it is quicker than rows of terms.
        """
        if not isinstance(self._raw, ox.QuerySolutions):
            raise TypeError("Only the result of a SELECT query has rows.")
        written = (self._raw.serialize(format=ox.QueryResultsFormat.CSV) or b"").decode()
        if '"' not in written:
            yield from (line.split(",") for line in written.split("\r\n")[1:-1])
            return
        lines = csv.reader(io.StringIO(written, newline=""))
        next(lines)
        yield from (line or [""] for line in lines)  # one column that is empty is an empty line

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE query."""
        if not isinstance(self._raw, ox.QueryTriples):
            raise TypeError("Only the result of a CONSTRUCT or DESCRIBE query has triples.")
        yield from self._raw

    def write(self, format_: Format, output: IO[bytes] | None = None) -> bytes:
        """Return the whole result in this format; with `output`, write it there first.

        What `output` raises, it raises: so a result can be stopped that gets too large.
        """
        page = io.BytesIO() if output is None else output
        if isinstance(self._raw, ox.QueryTriples):
            assert isinstance(format_.engine, ox.RdfFormat)
            ox.serialize(self._raw, page, format=format_.engine, prefixes=self._prefixes)
        else:
            assert isinstance(format_.engine, ox.QueryResultsFormat)
            self._raw.serialize(page, format=format_.engine)
        page.seek(0)
        return page.read()


def export(quads: Iterable[ox.Quad], name: str) -> bytes:
    """Return quads in a format: with their named graphs where it has them, else as one graph."""
    engine = format_named(name, Form.GRAPH).engine
    assert isinstance(engine, ox.RdfFormat)
    if engine.supports_datasets:
        return ox.serialize(quads, format=engine, prefixes=PREFIXES) or b""
    triples = dict.fromkeys(quad.triple for quad in quads)
    return ox.serialize(triples, format=engine, prefixes=PREFIXES) or b""
