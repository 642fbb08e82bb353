"""Answers: the result of one query, written in the format that fits its form."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from itertools import islice
from typing import IO, Final

import pyoxigraph as ox

from graph.errors import FormatError
from graph.results import Form, Result, Term, format_named
from graph.store import Store

#: What no XML document can hold (XML 1.0, section 2.2), or an element without a name: the end of
#: an IRI that RDF/XML cannot write as one (RDF 1.1 XML Syntax, section 5.3).
_NOT_XML: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<[\w.-]+:(?=[\s>/])"
)
_LIMITED: Final = ("jsonld", "rdfxml", "xml")


@dataclass(frozen=True)
class Answer:
    """The whole written result of a query: its form, the name of its format and its bytes.

    The name is empty, and there are no bytes, when no format was asked for that fits the form.
    The tag is the same for the same bytes, and another for others. The encoding (RFC 9110, section
    8.4.1) is empty when the bytes are as they were written.
    """

    form: Form
    format: str
    body: bytes
    tag: str
    encoding: str = ""


def answer(
    store: Store,
    text: str,
    default_graphs: Sequence[str],
    named_graphs: Sequence[str],
    formats: Mapping[Form, str],
    rows: int | None = None,
    output: IO[bytes] | None = None,
) -> Answer:
    """Run one query and write its result.

    `formats` names a format for each form of result that is welcome. With `rows`, solutions are
    cut there, and written as JSON. With `output`, the bytes are written there first, which may
    refuse them. QueryError when the query is refused, FormatError when the format cannot say
    what the result says.
    """
    result = store.query(text, default_graphs=default_graphs, named_graphs=named_graphs)
    form, name = result.form, formats.get(result.form, "")
    if rows is not None and form is Form.BINDINGS:
        return _tagged(form, "json", _first(result, rows))
    body, fault = _written(result, name, output) if name else (b"", "")
    del result  # what the engine gave may only be let go in the thread that asked
    if fault:
        other = "json" if name == "xml" else "turtle or ntriples"
        raise FormatError(f"This result cannot be written as {name}: {fault} Ask for {other}.")
    return _tagged(form, name, body)


def _tagged(form: Form, name: str, body: bytes) -> Answer:
    return Answer(form, name, body, sha1(body, usedforsecurity=False).hexdigest())


def _written(result: Result, name: str, output: IO[bytes] | None) -> tuple[bytes, str]:
    """Write a result; what is wrong when the format has no way to say what the result says."""
    try:
        body = result.write(format_named(name, result.form), output)
    except OSError as error:
        if name not in _LIMITED:
            raise
        return b"", f"{error}."
    if name in ("xml", "rdfxml") and _NOT_XML.search(body):
        return b"", "XML has no way to write a part of it."
    return body, ""


def _first(result: Result, most: int) -> bytes:
    """Write the first solutions (SPARQL 1.1 Query Results JSON Format, section 3)."""
    rows = [
        {name: _term(term) for name, term in row.items()} for row in islice(result.rows(), most)
    ]
    document = {"head": {"vars": result.variables}, "results": {"bindings": rows}}
    return json.dumps(document).encode()


def _term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.Literal):
        said = {"type": "literal", "value": term.value}
        return said | ({"xml:lang": term.language} if term.language else {})
    return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}
