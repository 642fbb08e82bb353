"""What may be asked: a lexical look at a query or an update before an engine sees it.

SERVICE and LOAD make the engine call other hosts (SPARQL 1.1 Federated Query; Update, section
3.1.4), so a bare word that holds one is refused; inside strings, IRIs, comments, variables and
prefixed names it is harmless.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from graph.errors import QueryError

_ESCAPED: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
LOCAL: Final = r"(?:[\w:%]|\\.)(?:[\w:%.-]|\\.)*(?<!\.)"
#: What hides words: texts, IRIs (group `iri`) and comments.
OPAQUE: Final = (
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"""'
    r"|'''(?:[^'\\]++|\\.|'{1,2}(?!'))*+'''"
    r'|"(?:[^"\\\n\r]++|\\[^\n\r])*+"'
    r"|'(?:[^'\\\n\r]++|\\[^\n\r])*+'"
    rf'|(?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPED})*>)'
    r"|#[^\n\r]*"
)
_TOKEN: Final = re.compile(
    rf"{OPAQUE}"
    r"|[?$]\w+"
    rf"|(?P<prefix>[\w.-]*):(?:{LOCAL})?(?P<group>(?=(?:\s|#[^\n\r]*+)*+\{{))?"
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
_REFUSED: Final = {
    "service": "SERVICE is not allowed here: this endpoint calls no other host. "
    "Ask the other endpoint yourself and join the answers.",
    "load": "LOAD is not allowed here: this endpoint calls no other host. "
    "Fetch the document yourself and send it to the graph store.",
}
_UNCLEAR: Final = (
    "From here on it cannot be told whether {} is called, which is not allowed: "
    "a quotation mark is not closed, or < and > stand around one or around #."
)


def _faults(text: str, call: str, partners: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield what is wrong, and where.

    A prefixed name counts only when a group follows it: some parsers read `SERVICE:x {` as the
    keyword and a name, or when an operation of an update may begin with it, as in `LOAD:x`. `<` and
    `>` may also compare, and then what stands between them is no IRI.
    """
    tokens = [token for token in _TOKEN.finditer(text) if not token.group().startswith("#")]
    beginning = _beginnings(text) if call == "load" else ()
    for at, token in enumerate(tokens):
        iri, counts = token["iri"] or "", token["group"] is not None or token.start() in beginning
        word = token["word"] or (counts and token["prefix"]) or ""
        if call in word.lower() and not _calls(tokens[at : at + 3], partners):
            yield _REFUSED[call], token.start()
        if token["open"] or (re.search("['#]", iri) and not _ABSOLUTE.match(iri)):
            yield _UNCLEAR.format(call.upper()), token.start()


def _beginnings(text: str) -> set[int]:
    """Return where words stand outside of all braces and not after a word of their operation."""
    found, depth, end, after = set(), 0, 0, False
    for token in _TOKEN.finditer(text):
        between, end = text[end : token.start()], token.end()
        depth += between.count("{") - between.count("}")
        if depth == 0 and not (after and ";" not in between):
            found.add(token.start())
        if not token.group().startswith("#"):
            after = token["word"] is not None
        elif ";" in between:
            after = False
    return found


def _calls(tokens: Sequence[re.Match[str]], partners: Collection[str]) -> bool:
    """Tell whether words are SERVICE, perhaps SILENT, and the IRI of a partner written in full."""
    words = [token.group() for token in tokens if (token["word"] or "").upper() != "SILENT"]
    return words[0].upper() == "SERVICE" and len(words) > 1 and words[1][1:-1] in partners


def refuse_federation(
    text: str, partners: Collection[str] = (), *, calls: Sequence[str] = ("service",)
) -> None:
    """Raise QueryError with line and column when a query would call another host than a partner."""
    for call in calls:
        if call not in text.lower():
            continue
        for fault, offset in _faults(text, call, partners):
            line, column = place(text, offset)
            raise QueryError(fault, line, column)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


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
    if "from" not in text.lower():
        return [], []
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


def may_name_graphs(text: str) -> bool:
    """Tell whether the query may look into a named graph; without this word, it cannot.

    SPARQL 1.1 Query, section 13.3. FROM and FROM NAMED are another matter, see `dataset_of`.
    """
    return "graph" in text.lower()


def unreadable(text: str, line: int, column: int, *, update: bool = False) -> str:
    """Return a message for a text that cannot be read from this place on (both from 1)."""
    lines = text.splitlines() or [""]
    here = lines[line - 1][column - 1 :].strip()[:40] if line <= len(lines) else ""
    kind = "update" if update else "query"
    if not update and first_word(text) in _UPDATES:
        return "This is an update; here only queries are answered."
    message = f"The {kind} cannot be read from “{here}” on." if here else f"The {kind} breaks off."
    if missing := undeclared_prefixes(text):
        message += f" Is the prefix {missing[0]}: declared? Begin with PREFIX {missing[0]}: <...>."
    return message
