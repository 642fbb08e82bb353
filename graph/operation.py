"""What may be asked: a lexical look at a query before an engine sees it.

SERVICE makes the engine call other hosts (SPARQL 1.1 Federated Query), so a bare word that holds
it is refused; inside strings, IRIs, comments, variables and prefixed names it is harmless.
"""

import re
from collections.abc import Iterator
from typing import Final

from graph.errors import QueryError

_KEYWORD: Final = "service"
_ESCAPED: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_LOCAL: Final = r"(?:[\w:%]|\\.)(?:[\w:%.-]|\\.)*(?<!\.)"
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""'
    r"|'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''"
    r'|"(?:[^"\\\n\r]|\\[^\n\r])*"'
    r"|'(?:[^'\\\n\r]|\\[^\n\r])*'"
    rf'|(?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPED})*>)'
    r"|#[^\n\r]*"
    r"|[?$]\w+"
    rf"|(?P<prefix>[\w.-]*):(?:{_LOCAL})?(?P<group>(?=(?:\s|#[^\n\r]*+)*+\{{))?"
    r"|(?P<word>[\w.-]+)"
    r"|(?P<open>[\"'])[^\n\r]*",
    re.DOTALL,
)
_UPDATES: Final = {
    "INSERT",
    "DELETE",
    "WITH",
    "LOAD",
    "CLEAR",
    "DROP",
    "CREATE",
    "ADD",
    "MOVE",
    "COPY",
}
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][\w+.-]*://")
_REFUSED: Final = (
    "SERVICE is not allowed here: this endpoint calls no other host. "
    "Ask the other endpoint yourself and join the answers."
)
_UNCLEAR: Final = (
    "From here on it cannot be told whether SERVICE is called, which is not allowed: "
    "a quotation mark is not closed, or < and > stand around one or around #."
)


def _faults(text: str) -> Iterator[tuple[str, int]]:
    """Yield what is wrong, and where.

    A prefixed name counts only when a group follows it: some parsers read `SERVICE:x {` as the
    keyword and a name. `<` and `>` may also compare, and then what stands between them is no IRI.
    """
    for token in _TOKEN.finditer(text):
        iri, in_group = token["iri"] or "", token["group"] is not None
        word = token["word"] or (in_group and token["prefix"]) or ""
        if _KEYWORD in word.lower():
            yield _REFUSED, token.start()
        if token["open"] or (re.search("['#]", iri) and not _ABSOLUTE.match(iri)):
            yield _UNCLEAR, token.start()


def refuse_federation(text: str) -> None:
    """Raise QueryError with line and column when the query would call another service."""
    if _KEYWORD not in text.lower():
        return
    for fault, offset in _faults(text):
        line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        raise QueryError(fault, line, column)


def undeclared_prefixes(text: str) -> list[str]:
    """Return the prefixes that the query uses but does not declare, in the order of their use."""
    used: list[str] = []
    declared, before = {"_"}, ""
    for token in _TOKEN.finditer(text):
        if token["prefix"] is not None and before.upper() == "PREFIX":
            declared.add(token["prefix"])
        elif token["prefix"] is not None:
            used.append(token["prefix"])
        before = token["word"] or ""
    return [prefix for prefix in dict.fromkeys(used) if prefix not in declared]


def first_word(text: str) -> str:
    """Return the first word after the prefixes, in capitals: the form of a query, or an update."""
    words = (token["word"].upper() for token in _TOKEN.finditer(text) if token["word"])
    return next((word for word in words if word not in ("PREFIX", "BASE")), "")


def dataset_of(text: str) -> tuple[list[str], list[str]]:
    """Return the graphs that the query names itself: those after FROM and after FROM NAMED.

    SPARQL 1.1 Query, section 13.2. A name that needs a base IRI is returned as it stands.
    """
    prefixes: dict[str, str] = {}
    graphs: dict[str, list[str]] = {"FROM": [], "NAMED": []}
    state = prefix = ""
    for token in _TOKEN.finditer(text):
        word, iri, name = (token["word"] or "").upper(), token["iri"], token["prefix"]
        if word in ("PREFIX", "FROM") or (word == "NAMED" and state == "FROM"):
            state = word
        elif state == "PREFIX" and name is not None:
            prefix = name
        elif state == "PREFIX" and iri:
            prefixes[prefix], state = iri[1:-1], ""
        elif state and (iri or name is not None):
            local = re.sub(r"\\(.)", r"\1", token.group().partition(":")[2])
            graphs[state].append(iri[1:-1] if iri else prefixes.get(name or "", "") + local)
            state = ""
    return graphs["FROM"], graphs["NAMED"]


def unreadable(text: str, line: int, column: int) -> str:
    """Return a message for a query that cannot be read from this place on (both from 1)."""
    lines = text.splitlines() or [""]
    here = lines[line - 1][column - 1 :].strip()[:40] if line <= len(lines) else ""
    if first_word(text) in _UPDATES:
        return "This is an update; here only queries are answered."
    message = f"The query cannot be read from “{here}” on." if here else "The query breaks off."
    if missing := undeclared_prefixes(text):
        message += f" Is the prefix {missing[0]}: declared? Begin with PREFIX {missing[0]}: <...>."
    return message
