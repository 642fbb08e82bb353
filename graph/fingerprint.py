"""Fingerprints: what a revision holds, and what it answers to one query, each as a hash.

Two answers have one hash when they say the same. Triples are hashed in canonical form (RDF Dataset
Canonicalization 1.0). Of solutions the order counts only when the query has ORDER BY, and of a
blank node only where in its row it stands, never its name.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, Final

import pyoxigraph as ox

from graph.answers import answer
from graph.ground import canonical_hash
from graph.operation import OPAQUE
from graph.results import Form
from graph.store import Store

#: What a result is written in, to be hashed and compared.
FORMATS: Final = {Form.BINDINGS: "json", Form.BOOLEAN: "json", Form.GRAPH: "ntriples"}

_ORDER: Final = re.compile(
    rf"{OPAQUE}|[?$:]\w+|(?P<order>\bORDER\s+BY\b)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Asked:
    """A query with the dataset that it is asked of, see `graph.store.Store.query`."""

    text: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()


@dataclass(frozen=True)
class Fingerprint:
    """The canonical hash of a dataset, and the hash of an answer with its form and its bytes.

    Where nothing was asked the last three are empty.
    """

    dataset: str
    answer: str = ""
    form: str = ""
    body: bytes = b""

    def parts(self) -> frozenset[str]:
        """Return what the answer is made of: solutions, or triples, each in JSON; else nothing."""
        if Form(self.form) is Form.GRAPH:
            triples = ox.parse(self.body, format=ox.RdfFormat.N_TRIPLES)
            return frozenset(json.dumps([_value(part) for part in q.triple]) for q in triples)
        document = json.loads(self.body)
        return frozenset(() if "boolean" in document else _rows(document))


def _value(term: Any) -> str:
    return str(term) if isinstance(term, ox.Triple) else str(term.value)


def fingerprint(
    store: Store, asked: Asked | None, known: str = "", output: IO[bytes] | None = None
) -> Fingerprint:
    """Return the fingerprint of a store; errors as of `graph.answers.answer`.

    `known` is the hash of the dataset where it is known already: half a second for 65,000 quads.
    """
    dataset = known or canonical_hash(store.quads())
    if asked is None:
        return Fingerprint(dataset)
    graphs = asked.default_graphs, asked.named_graphs
    found = answer(store, asked.text, *graphs, FORMATS, None, output)
    hash_ = _hash(found.form, found.body, ordered=is_ordered(asked.text))
    return Fingerprint(dataset, hash_, found.form.value, found.body)


def is_ordered(text: str) -> bool:
    """Tell whether a query orders solutions (SPARQL 1.1 Query, section 15.1)."""
    return any(found["order"] for found in _ORDER.finditer(text))


def _hash(form: Form, body: bytes, *, ordered: bool) -> str:
    """Return the SHA-256 hash of what a result says, as hexadecimal digits."""
    if form is Form.GRAPH:
        return canonical_hash(ox.parse(body, format=ox.RdfFormat.N_TRIPLES))
    document = json.loads(body)
    if form is Form.BOOLEAN:
        return sha256(json.dumps(document["boolean"]).encode()).hexdigest()
    rows = list(_rows(document))
    lines = [json.dumps(document["head"]["vars"]), *(rows if ordered else sorted(rows))]
    return sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()


def _rows(document: Any) -> Iterator[str]:
    """Yield each solution as a text, with the blank nodes by their order in it."""
    for row in document["results"]["bindings"]:
        blank: dict[str, str] = {}
        plain = {name: _plain(row[name], blank) for name in sorted(row)}
        yield json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _plain(term: Any, blank: dict[str, str]) -> Any:
    if term["type"] == "bnode":
        return {"type": "bnode", "value": blank.setdefault(term["value"], str(len(blank)))}
    if isinstance(term["value"], dict):  # a triple term (SPARQL 1.2 Query Results JSON Format)
        return {
            **term,
            "value": {part: _plain(term["value"][part], blank) for part in term["value"]},
        }
    return term
