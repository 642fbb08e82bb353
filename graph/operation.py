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
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    rf'|(?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPED})*>)'
    r"|#[^\n\r]*"
    r"|[?$]\w+"
    rf"|(?P<prefix>[\w.-]*):(?:{_LOCAL})?(?P<group>(?=(?:\s|#[^\n\r]*)*\{{))?"
    r"|(?P<word>[\w.-]+)",
    re.DOTALL,
)
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][\w+.-]*://")


def _suspects(text: str) -> Iterator[int]:
    """Yield where the query may call another service.

    A prefixed name counts only when a group follows it: some parsers read `SERVICE:x {` as the
    keyword and a name. `<` and `>` may also compare; then a quote or # between them means something
    else than in an IRI, and what follows cannot be told.
    """
    for token in _TOKEN.finditer(text):
        iri, in_group = token["iri"] or "", token["group"] is not None
        word = token["word"] or (in_group and token["prefix"]) or ""
        unclear = re.search("['#]", iri) and not _ABSOLUTE.match(iri)
        if unclear or _KEYWORD in word.lower():
            yield token.start()


def refuse_federation(text: str) -> None:
    """Raise QueryError with line and column when the query would call another service."""
    if _KEYWORD not in text.lower():
        return
    for offset in _suspects(text):
        raise QueryError(
            "SERVICE is not allowed here: this endpoint calls no other host. "
            "Ask the other endpoint yourself and join the answers.",
            text.count("\n", 0, offset) + 1,
            offset - text.rfind("\n", 0, offset),
        )
