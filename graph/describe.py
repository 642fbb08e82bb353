"""Describe a query: the base and the dataset it names, and what is wrong when it cannot be read.

The engine tells where its reading broke off, which is often far behind the fault; a look at the
words finds the word, prefix, bracket or quotation mark at fault, and what may help.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

import pyoxigraph as ox

from graph.errors import QueryError
from graph.operation import first_word, undeclared_prefixes, unreadable
from ontology import BASE, PREFIXES

#: The keywords and functions of SPARQL 1.1 (SPARQL 1.1 Query and Update, section 19.8).
WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """A ABS ADD ALL AND AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT
    CONSTRUCT CONTAINS COPY COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT
    DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN
    INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE LIMIT LOAD MAX
    MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OFFSET OPTIONAL ORDER PREFIX RAND REDUCED REGEX
    REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT
    STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TO
    TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES WHERE WITH YEAR
    HASLANG HASLANGDIR ISTRIPLE LANGDIR LATERAL OBJECT PREDICATE STRLANGDIR SUBJECT TRIPLE
    VERSION ADJUST""",
    )
)
FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_BEGIN: Final = f"Begin a query with {', '.join(FORMS[:-1])} or {FORMS[-1]}."
_PAIRS: Final = {"{": "}", "(": ")", "[": "]"}

_HIDDEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"""'
    r"|'''(?:[^'\\]|\\.|'{1,2}(?!'))*+'''"
    r'|"(?:[^"\\\n\r]|\\[^\n\r])*+"'
    r"|'(?:[^'\\\n\r]|\\[^\n\r])*+'"
    r'|(?P<iri><[^<>"{}|^`\x00-\x20]*+>)'
    r"|\\[_~.!$&'()*+,;=/?#@%-]"
    r"|#[^\n\r]*+",
    re.DOTALL,
)
_GAP: Final = r"(?:\s|#[^\n\r]*+)*+"
_PROLOGUE: Final = re.compile(
    rf"(?:{_GAP}(?:BASE{_GAP}<[^<>]*+>|PREFIX{_GAP}[^\s:<#]*+:{_GAP}<[^<>]*+>))*+", re.IGNORECASE
)
_RELATIVE: Final = re.compile(r'<(?![A-Za-z][A-Za-z\d+.-]*:)[^<>"{}|^`\x00-\x20]*+>')
_FROM: Final = re.compile(
    r"(?<![?$@:\w.-])FROM\s*(NAMED\b)?\s*(<[^<>]*+>|[^\s:<{]*+:[^\s{<]*)", re.IGNORECASE
)
_WORD: Final = re.compile(
    r"(?<![\w?$@:.%\\^-])[A-Za-z_]\w*(?![\w.-]*:)|(?<=\^\^)[A-Za-z]\w*(?![\w.-]*:)"
)
_BRACKET: Final = re.compile(rf"[{{}}()\[\]]|(?<![\w?$@:.-])(?:{'|'.join(FORMS)})\b", re.IGNORECASE)
_TOKEN: Final = re.compile(r"<[^<>\s]*+>|[?$@]?[\w:.%-]+|\S")


class FaultyQuery(QueryError):
    """A query is refused: `token` is what is at fault there, `hint` what may help, if known."""

    def __init__(
        self,
        message: str,
        line: int | None,
        column: int | None,
        token: str | None,
        hint: str | None,
    ) -> None:
        """Keep the token and the hint; the message says both what is wrong and the hint."""
        super().__init__(f"{message} {hint or ''}".rstrip(), line, column)
        self.token = token
        self.hint = hint


def _masked(text: str, iris: bool) -> str:
    """Return the text with blanks for strings, comments and, unless they are kept, IRIs."""

    def blank(match: re.Match[str]) -> str:
        if match.group().startswith("\\"):
            return "__"  # a part of the name
        kept = iris and match["iri"] is not None
        return match.group() if kept else re.sub(r"[^\n]", " ", match.group())

    return _HIDDEN.sub(blank, text)


def with_base(text: str) -> tuple[str, list[str], list[str]]:
    """Return a query that can be run, and the dataset that it names with a relative IRI.

    IRIs are resolved against BASE in the query or else against the namespace of the project
    (RFC 3986, section 5.1.4), by the engine, as it does with the other IRIs of the query. The
    lists, of default and of named graphs, are empty when the query has no relative IRI.
    """
    if not _RELATIVE.search(text):
        return text, [], []
    text = f"BASE <{BASE}> {text}"
    prologue = _PROLOGUE.match(text)
    assert prologue
    clauses = [(m[1], m[2]) for m in _FROM.finditer(_masked(text, True), prologue.end())]
    if not clauses:
        return text, [], []
    values = " ".join(name for _, name in clauses)
    try:
        rows = ox.Store().query(f"{prologue.group()}\nSELECT ?g {{ VALUES ?g {{ {values} }} }}")
        assert isinstance(rows, ox.QuerySolutions)
        iris = [row["g"].value for row in rows]
    except (SyntaxError, ValueError):
        return text, [], []  # the query cannot be read, and will be refused
    default = [iri for (named, _), iri in zip(clauses, iris, strict=True) if not named]
    return text, default, [iri for (named, _), iri in zip(clauses, iris, strict=True) if named]


def _brackets(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each bracket that has no partner, and each form of query after the first one."""
    still_open: list[re.Match[str]] = []
    forms = 0
    for match in _BRACKET.finditer(text):
        sign = match.group()
        if sign in _PAIRS:
            still_open.append(match)
        elif sign not in _PAIRS.values():
            forms += not still_open
            if not still_open and forms > 1:
                yield match.start(), "This is more than one query.", "Send one in a request."
        elif not still_open or _PAIRS[still_open.pop().group()] != sign:
            yield match.start(), f"“{sign}” closes nothing that is open.", "Look for its partner."
    for match in still_open:
        sign = match.group()
        yield match.start(), f"“{sign}” is not closed.", f"Add {_PAIRS[sign]} where it ends."


def _faults(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield where a look at the words finds a fault, what it is, and a hint."""
    bare = _masked(text, False)
    begin = len(bare) - len(bare.lstrip())
    if unreadable(text, 1, 1).startswith("This is an update"):
        word = re.search(rf"(?i)(?<![\w?$@:.-]){first_word(text)}\b", bare)
        yield (
            word.start() if word else begin,
            "This is an update; here only queries are answered.",
            _BEGIN,
        )
    if not bare.strip():
        yield 0, "The query is empty.", _BEGIN
    if quote := re.search("[\"']", bare):
        yield quote.start(), "The text that begins here is not closed.", "Add the quotation mark."
    for match in _WORD.finditer(bare):
        if (word_ := match.group()).upper() not in WORDS:
            near = get_close_matches(word_.upper()[:40], WORDS, 1)
            other = "A variable begins with ?, a name has a prefix, a text has quotation marks."
            hint = f"Did you mean {near[0]}?" if near else other
            yield match.start(), f"“{word_[:40]}” is no word of SPARQL.", hint
    for prefix in undeclared_prefixes(text):
        used = re.search(rf"(?<![\w?$.-]){re.escape(prefix)}:", bare)
        declare = f"Begin with PREFIX {prefix}: <{PREFIXES.get(prefix, '...')}>."
        if used:
            yield used.start(), f"The prefix {prefix}: is not declared.", declare
    if not re.search(rf"(?i)\b(?:{'|'.join(FORMS)})\b", bare):
        yield begin, "The query says not what it wants.", _BEGIN
    yield from _brackets(bare)


def diagnose(query: str, text: str, error: QueryError) -> FaultyQuery:
    """Return what is wrong with a query that was refused as `text`, which may have a BASE more."""
    if error.line is None or error.column is None:
        return FaultyQuery(str(error), None, None, None, None)
    line, column = error.line, error.column
    if line == 1 and text != query:
        column = max(1, column - (len(text) - len(query)))
    lines = query.split("\n")
    offset = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
    message, hint = str(error), None
    reason = message.removeprefix(unreadable(text, error.line, error.column))
    if reason in ("", " Prefix not found."):  # else the engine knows better
        found = next(_faults(query), None)
        if found:
            offset, message, hint = found
            line = query.count("\n", 0, offset) + 1
            column = offset - query.rfind("\n", 0, offset)
    match = _TOKEN.search(query, offset)
    return FaultyQuery(message, line, column, match.group()[:80] if match else "", hint)
