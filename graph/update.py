"""Updates (SPARQL 1.1 Update): read as far as needed to run their operations one by one.

The default graph of a store is the merge of its named graphs, so nothing can be written to it as
it is. What an update writes without naming a graph goes to, or from, the graph `UNNAMED`; what its
WHERE asks without naming a graph is asked of the merge, as a query is.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

import pyoxigraph as ox

from graph.errors import QueryError
from graph.operation import LOCAL, OPAQUE, place, refuse_federation
from graph.oxigraph import as_query_error
from ontology import BASE, GRAPH

#: The graph of what is written to no graph.
UNNAMED: Final = GRAPH + "unnamed"

_TOKEN: Final = re.compile(
    rf"{OPAQUE}"
    r"|(?P<variable>[?$]\w+)"
    rf"|(?P<name>(?:[^\W\d][\w.-]*)?:(?:{LOCAL})?)"
    r"|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
    r"|@[\w-]+"
    r"|(?P<word>[A-Za-z]\w*)"
    r"|(?P<sign>\{\||\|\}|[{};.])"
    r"|\S",
    re.DOTALL,
)
_OPEN, _CLOSED = ("{", "{|"), ("}", "|}")
_CONFLICT: Final = (
    "The dataset is given twice: by using-graph-uri or using-named-graph-uri, and by USING or WITH "
    "in the update. Leave one out (SPARQL 1.1 Protocol, section 2.2.3)."
)


@dataclass(frozen=True)
class Operation:
    """One operation of an update, ready to run, and the graphs it may write: None is any."""

    text: str
    graphs: frozenset[str] | None


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Edit(NamedTuple):
    """What is put in the place of the characters from start to end."""

    start: int
    end: int
    text: str


class _Reader:
    """Walks over the words of an update; what it does not understand it refuses."""

    def __init__(self, text: str, using: str) -> None:
        self._text, self._using, self._at = text, using, 0
        found = (m for m in _TOKEN.finditer(text) if not m.group().startswith("#"))
        self._tokens = [_Token(m.lastgroup or "", m.group(), m.start(), m.end()) for m in found]
        self._tokens.append(_Token("end", "", len(text), len(text)))
        self._prologue = ""
        self._edits: list[_Edit] = []
        self._names: list[str] = []
        self._any = False

    def read(self) -> list[Operation]:
        """Return all operations."""
        operations = []
        while self._next.kind != "end":
            if self._skip(";"):
                continue
            if self._prologue_line():
                continue
            operations.append(self._operation())
            if self._next.kind != "end" and self._next.text != ";":
                self._refuse()
        return operations

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        if token.kind == "end":
            self._refuse()
        self._at += 1
        return token

    def _skip(self, *words: str) -> bool:
        """Go past the next word, when it is one of these."""
        token = self._next
        found = token.kind in ("word", "sign") and token.text.upper() in words
        self._at += found
        return found

    def _refuse(self) -> NoReturn:
        line, column = place(self._text, self._next.start)
        here = self._text[self._next.start :].strip()[:40]
        found = f"cannot be read from “{here}” on" if here else "breaks off"
        raise QueryError(f"The update {found}. Put a space around each word.", line, column)

    def _prologue_line(self) -> bool:
        start = self._next.start
        if self._skip("BASE"):
            self._take()
        elif self._skip("PREFIX"):
            self._take()
            self._take()
        else:
            return False
        self._prologue += self._text[start : self._tokens[self._at - 1].end] + "\n"
        return True

    def _operation(self) -> Operation:
        start, self._edits, self._names, self._any = self._next.start, [], [], False
        if self._skip("CLEAR", "DROP", "CREATE"):
            self._management()
        elif self._skip("ADD", "MOVE", "COPY"):
            self._transfer()
        else:
            self._modify()
        text = self._edited(start, self._tokens[self._at - 1].end)
        graphs = None if self._any else frozenset(self._resolved())
        return Operation(self._prologue + text, graphs)

    def _management(self) -> None:
        """CLEAR, DROP or CREATE (section 3.2, and 3.1.3)."""
        silent = self._skip("SILENT")
        token = self._next
        if self._skip("ALL", "NAMED"):
            self._any = True
        elif self._skip("DEFAULT"):
            self._unnamed(token, "GRAPH" if silent else "SILENT GRAPH")
        elif self._skip("GRAPH"):
            self._graph()
        else:
            self._refuse()

    def _transfer(self) -> None:
        """ADD, MOVE or COPY (section 3.2.3 to 3.2.5)."""
        self._skip("SILENT")
        for _ in range(2):
            self._skip("TO")
            token = self._next
            if self._skip("DEFAULT"):
                self._unnamed(token, "GRAPH")
            else:
                self._skip("GRAPH")
                self._graph()

    def _unnamed(self, token: _Token, words: str) -> None:
        self._edits.append(_Edit(token.start, token.end, f"{words} <{UNNAMED}>"))
        self._names.append(f"<{UNNAMED}>")

    def _graph(self) -> None:
        """Take the name of a graph that may be written to."""
        token = self._next
        if token.kind not in ("iri", "name", "variable"):
            self._refuse()
        self._at += 1
        self._any |= token.kind == "variable"
        if token.kind != "variable":
            self._names.append(token.text)

    def _modify(self) -> None:
        """INSERT and DELETE: of data, of a pattern, or of templates (section 3.1.1 to 3.1.3)."""
        own, first = self._skip("WITH"), self._next
        if own:
            self._graph()
        templates = 0
        for word in ("DELETE", "INSERT"):
            if self._skip(word):
                if not own and self._skip("DATA"):
                    self._template()
                    return
                if not own and self._skip("WHERE"):
                    self._delete_where(first)
                    return
                self._template(wrap=not own)
                templates += 1
        if not templates:
            self._refuse()
        while self._skip("USING"):
            own = True
            self._skip("NAMED")
            self._take()
        where = self._next
        if not self._skip("WHERE"):
            self._refuse()
        self._put_using(where.start, own)
        self._block()

    def _put_using(self, at: int, own: bool) -> None:
        if self._using and own:
            raise QueryError(_CONFLICT)
        if self._using:
            self._edits.append(_Edit(at, at, f"{self._using} "))

    def _delete_where(self, delete: _Token) -> None:
        """DELETE WHERE (section 3.1.3.3): the pattern is asked as it is, and is the template."""
        start = self._next.start
        self._template()
        end = self._tokens[self._at - 1].end
        template, self._edits = self._edited(start, end), []
        pattern = self._text[start:end]
        written = f"DELETE {template} {self._using} WHERE {pattern}"
        self._edits.append(_Edit(delete.start, end, written))

    def _block(self) -> None:
        """Go past a block in braces."""
        if self._next.text not in _OPEN:
            self._refuse()
        depth = 0
        while True:
            token = self._take()
            if token.kind == "sign":
                depth += (token.text in _OPEN) - (token.text in _CLOSED)
                if depth == 0:
                    return

    def _template(self, wrap: bool = True) -> None:
        """Go past quads; put those that name no graph into the unnamed one."""
        if not self._skip("{"):
            self._refuse()
        loose: list[_Token] = []
        while not self._skip("}"):
            if self._skip("GRAPH"):
                self._wrap(loose, wrap)
                self._graph()
                self._block()
                loose, _ = [], self._skip(".")
            elif self._next.text == "{":
                self._refuse()
            else:
                loose.append(self._next)
                self._block() if self._next.text == "{|" else self._take()
                loose.append(self._tokens[self._at - 1])
        self._wrap(loose, wrap)

    def _wrap(self, triples: Sequence[_Token], wrap: bool) -> None:
        if triples and wrap:
            start, end = triples[0].start, triples[-1].end
            self._names.append(f"<{UNNAMED}>")
            self._edits.append(_Edit(start, start, f"GRAPH <{UNNAMED}> {{ "))
            self._edits.append(_Edit(end, end, " } "))

    def _edited(self, start: int, end: int) -> str:
        """Return a part of the text with the edits in it."""
        parts, at = [], start
        for edit in sorted(self._edits):
            parts += [self._text[at : edit.start], edit.text]
            at = edit.end
        return "".join([*parts, self._text[at:end]])

    def _resolved(self) -> list[str]:
        """Return the IRIs of the names, resolved by the engine as it does in the operation."""
        if not self._names:
            return []
        values = " ".join(dict.fromkeys(self._names))
        query = f"{self._prologue} SELECT ?g {{ VALUES ?g {{ {values} }} }}"
        rows = ox.Store().query(query, base_iri=BASE)
        assert isinstance(rows, ox.QuerySolutions)
        return [row["g"].value for row in rows]


def read_update(
    text: str, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()
) -> list[Operation]:
    """Return the operations of an update; QueryError says where it cannot be read.

    The graphs are those of using-graph-uri and using-named-graph-uri (SPARQL 1.1 Protocol,
    section 2.2.3).
    """
    refuse_federation(text, calls=("service", "load"))
    with as_query_error(text, update=True), suppress(RuntimeError):  # of a graph that is not there
        ox.Store().update(text, base_iri=BASE)
    using = [f"USING {ox.NamedNode(iri)}" for iri in default_graphs]
    using += [f"USING NAMED {ox.NamedNode(iri)}" for iri in named_graphs]
    return _Reader(text, " ".join(using)).read()
