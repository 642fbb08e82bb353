"""Groups: what a stored query consists of, asked apart so that questions share what they ask.

A `SELECT DISTINCT` of a union is the union of its groups, and a group is the join of its patterns
(SPARQL 1.1 Query, section 18.5). So the links of one kind, and the things of one class, are asked
for once, whichever questions need them and whatever these call the variables.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

#: A query that is nothing but a union of groups, as stored queries are laid out.
_UNION: Final = re.compile(
    r"(?P<prefixes>(?:PREFIX .*\n)*)SELECT DISTINCT (?P<variables>(?:\?\w+ ?)+) WHERE \{\n"
    r"  \{\n(?P<groups>(?:    .*\n|  \} UNION \{\n)*    .*)\n  \}\n\}\n",
)
_OR: Final = "\n  } UNION {\n"
_VARIABLE: Final = re.compile(r"\?\w+")
#: A text that the group itself gives a variable.
_BOUND: Final = re.compile(r'^ {4}BIND\("(\w+)" AS (\?\w+)\)(?:\n|$)', re.MULTILINE)
#: The statements of a group of triples; what has more than these is not taken apart.
_STATEMENT: Final = re.compile(r" *(VALUES [^{}]+\{[^{}]*\}|[^{}]+? \.)(?:\n|$)")
_MORE: Final = re.compile(r"BIND|FILTER|MINUS|OPTIONAL|SELECT|UNION|_:", re.IGNORECASE)
#: The values, names all of them, of one variable.
_ONE_OF: Final = re.compile(r"VALUES (\?\w+) \{([\w:\s]+)\}\n")


@dataclass(frozen=True)
class Table:
    """Solutions: their columns, their texts in that order, and what each of them has as well."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    bound: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A group of a query: its solutions are those of its queries, taken together.

    `names` says what their columns are called here. Only those solutions count whose value of a
    column is a solution of the query that it is `within`. `bound` is what the group itself binds.
    """

    queries: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    within: tuple[tuple[str, str], ...] = ()
    bound: Mapping[str, str] = field(default_factory=dict)

    def solutions(self, ask: Callable[[str], Table]) -> Table:
        """Return the solutions of the group, each once, from the answers to its queries."""
        tables = [ask(query) for query in self.queries]
        columns = [self.names.get(name, name) for name in tables[0].columns]
        rows = tables[0].rows
        if len(tables) > 1:
            rows = list(dict.fromkeys(tuple(row) for table in tables for row in table.rows))
        for name, query in self.within:
            at, known = columns.index(name), {thing for (thing,) in ask(query).rows}
            rows = [row for row in rows if row[at] in known]
        return Table(columns, rows, self.bound)


def groups_of(query: str) -> tuple[Group, ...]:
    """Return the groups of a query without its head; one that is laid out otherwise is one."""
    found = _UNION.fullmatch(query)
    if not found:
        return (Group((query,)),)
    layout = _Layout(sorted(found["prefixes"].splitlines()), found["variables"].split())
    return tuple(map(layout.group, found["groups"].split(_OR)))


@dataclass(frozen=True)
class _Layout:
    """What the groups of one query share: its prefixes, and the variables that it selects."""

    prefixes: Sequence[str]
    variables: Collection[str]

    def group(self, text: str) -> Group:
        """Return what a group consists of."""
        bound = {name: value for value, name in _BOUND.findall(text)}
        rest = _BOUND.sub("", text)
        if not bound.keys().isdisjoint(_VARIABLE.findall(rest)):
            rest, bound = text, {}
        main, within = self._apart(rest)
        return Group(
            tuple(map(self._query, self._alternatives(main))),
            {f"v{place}": name[1:] for place, name in enumerate(self._selected(main))},
            tuple((self._selected(one)[0][1:], self._query(one)) for one in within),
            {name[1:]: value for name, value in bound.items()},
        )

    def _selected(self, text: str) -> list[str]:
        """Return the variables in a text that the query selects, in order."""
        return [name for name in dict.fromkeys(_VARIABLE.findall(text)) if name in self.variables]

    def _query(self, text: str) -> str:
        """Return the query of some patterns, the same whatever their variables are called."""
        selected = self._selected(text)
        order = dict.fromkeys((*selected, *_VARIABLE.findall(text)))
        names = {name: f"?v{place}" for place, name in enumerate(order)}
        used = [line for line in self.prefixes if line.split()[1] in text]
        asked = " ".join(names[name] for name in selected)
        said = _VARIABLE.sub(lambda match: names[match[0]], text)
        return "\n".join((*used, f"SELECT DISTINCT {asked} WHERE {{", said, "}"))

    def _apart(self, text: str) -> tuple[str, list[str]]:
        """Return the patterns of a group, and apart from these what says only what one thing is."""
        if _MORE.search(text) or _STATEMENT.sub("", text):
            return text, []
        parts = self._parts(_STATEMENT.findall(text))
        main, *within = sorted(parts, key=lambda part: -len(self._selected(part)))
        known = self._selected(main)
        if any(self._selected(part) not in [[name] for name in known] for part in within):
            return text, []
        return main, within

    def _parts(self, statements: Sequence[str]) -> list[str]:
        """Return statements together that share a variable which is not selected."""
        parts: list[tuple[set[str], str]] = []
        for statement in statements:
            hidden = set(_VARIABLE.findall(statement)).difference(self.variables)
            near = [part for part in parts if part[0] & hidden]
            text = "\n".join([*(part[1] for part in near), statement])
            parts = [part for part in parts if part not in near]
            parts.append((hidden.union(*(part[0] for part in near)), text))
        return [text for _, text in parts]

    def _alternatives(self, text: str) -> Iterator[str]:
        """Yield patterns once for each value that they say a variable of their own may have."""
        found = _ONE_OF.findall(text)
        if len(found) != 1 or found[0][0] in self.variables or _MORE.search(text):
            yield text
            return
        ((name, values),) = found
        for value in values.split():
            yield re.sub(rf"\{name}\b", value, _ONE_OF.sub("", text))
