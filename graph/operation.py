"""What may be asked: a lexical look at a query before an engine sees it.

SERVICE makes the engine call other hosts (SPARQL 1.1 Federated Query), so a bare word that holds
it is refused; inside strings, IRIs, comments, variables and prefixed names it is harmless.
"""

import re
from typing import Final

from graph.errors import QueryError

_SKIPPED: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""'
    r"|'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r'|<[^<>"{}|^`\\\x00-\x20]*>'
    r"|#[^\n\r]*",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[?$]\w+|(?P<name>[\w.-]*:[\w.:%\\-]*)|(?P<word>\w+)")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def bare_words(text: str) -> list[tuple[str, int]]:
    """Return each word outside strings, IRIs and comments with its offset.

    A prefixed name counts only when a group follows it: some parsers read `SERVICE:x {` as the
    keyword and a name.
    """
    visible = _SKIPPED.sub(_blank, text)
    found = []
    for match in _WORD.finditer(visible):
        if match["word"]:
            found.append((match["word"], match.start()))
        elif match["name"] and visible[match.end() :].lstrip().startswith("{"):
            found.append((match["name"].partition(":")[0], match.start()))
    return found


def refuse_federation(text: str) -> None:
    """Raise QueryError with line and column when the query would call another service."""
    for word, offset in bare_words(text):
        if "service" in word.lower():
            line = text.count("\n", 0, offset) + 1
            column = offset - text.rfind("\n", 0, offset)
            raise QueryError(
                "SERVICE is not allowed here: this endpoint calls no other host. "
                "Ask the other endpoint yourself and join the answers.",
                line,
                column,
            )
