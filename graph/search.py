"""Search: things by their names and passages by their words, in Dutch and in English.

Words are compared without case and accents (Unicode, form NFKD), from their beginning: "geint"
finds "Geïntegreerde". All words that are asked for must stand in one text. The index is SQLite's
FTS5, in memory; it holds words that were cut here, so that its own cutting and its query language
play no part.
"""

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final, Literal, cast
from weakref import finalize

from graph.errors import ParameterError, StoreError
from graph.library import find
from graph.names import Names
from graph.results import Row, language_of
from graph.store import Store
from ontology import ROOT, SAM

#: The longest text that can be asked for, in characters.
LENGTH: Final = 200

#: Where a text comes from; of two that fit as well, the earlier comes first.
Origin = Literal["label", "altLabel", "identifier", "quotation"]
FIELDS: Final[tuple[Origin, ...]] = ("label", "altLabel", "identifier", "quotation")

#: A word; the number of a file of the Dutch parliament is one word, with and without its space.
_WORD: Final = re.compile(r"(?<![^\W_])\d\d \d{3}(?![^\W_])|[^\W_]+")
#: Marks above and below letters, and signs that are not seen.
_UNSEEN: Final = frozenset(("Mn", "Me", "Cf"))

_TABLE: Final = (
    "CREATE VIRTUAL TABLE word USING"
    " fts5(words, content='', detail='none', tokenize='ascii', prefix='1 2 3')"
)


@dataclass(frozen=True)
class Entry:
    """A text in which is searched: of which thing it is, its class by name, and its field.

    A quotation is of a passage, and `document` is where that stands.
    """

    thing: str
    class_: str
    field: Origin
    text: str
    language: str = ""
    document: str = ""


@dataclass(frozen=True)
class Hit:
    """A thing that was found, its best text, and the places in it (start, end) that fit.

    Places count characters (Unicode code points) of the text, in order and without overlap.
    """

    entry: Entry
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Found:
    """The best hits, the number of all things found, and that of each class (most first)."""

    hits: tuple[Hit, ...]
    total: int
    classes: Mapping[str, int]


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    parts = unicodedata.normalize("NFKD", char).casefold()
    return "".join(part for part in parts if unicodedata.category(part) not in _UNSEEN)


def _cut(text: str) -> Iterator[tuple[str, list[int]]]:
    """Yield each word as it is compared, with the place in the text of each of its characters.

    One place more tells where the word ends.
    """
    folded = [(part, place) for place, char in enumerate(text) for part in _fold(char)]
    line = "".join(part for part, _ in folded)
    places = [*(place for _, place in folded), len(text)]
    for match in _WORD.finditer(line):
        kept = [at for at in range(*match.span()) if line[at] != " "]
        yield "".join(line[at] for at in kept), [*(places[at] for at in kept), places[match.end()]]


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    found = _WORD.finditer("".join(map(_fold, text)))
    return [match.group().replace(" ", "") for match in found]


def _places(text: str, asked: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where words of the text begin with a word that is asked for, and how far."""
    for word, places in _cut(text):
        if fits := [len(start) for start in asked if word.startswith(start)]:
            yield places[0], places[max(fits)]


class Search:
    """An index of texts; it may be asked by several threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Index the texts; StoreError when SQLite here cannot."""
        cut = ((entry, words_of(entry.text)) for entry in entries)
        self._texts = [(entry, " ".join(words)) for entry, words in sorted(cut, key=_order)]
        self._lock = Lock()
        self._index = _open()
        finalize(self, self._index.close)
        rows = ((number, words) for number, (_, words) in enumerate(self._texts))
        with self._index:
            self._index.executemany("INSERT INTO word (rowid, words) VALUES (?, ?)", rows)

    def find(self, text: str, class_: str = "", limit: int = 20) -> Found:
        """Return what fits a text best; with a class, only of that class.

        A name that is the text comes before one that begins with it, then a label before any
        other name and a quotation last; among equals the shortest first. A text without words
        finds nothing. ParameterError when it is longer than LENGTH.
        """
        if len(text) > LENGTH:
            raise ParameterError(
                f"At most {LENGTH} characters can be searched for, not {len(text):,}.",
                "q",
                (f"up to {LENGTH} characters",),
            )
        words = words_of(text)
        found = self._best(words) if words else []
        wanted = [entry for entry in found if class_ in ("", entry.class_)]
        hits = (Hit(entry, tuple(_places(entry.text, words))) for entry in wanted[:limit])
        classes = Counter(entry.class_ for entry in found)
        return Found(tuple(hits), len(wanted), dict(classes.most_common()))

    def _best(self, words: list[str]) -> list[Entry]:
        """Return the best text of each thing that has one with these words, the best first."""
        match = " ".join(f'"{word}"*' for word in dict.fromkeys(words))
        with self._lock:
            found = self._index.execute("SELECT rowid FROM word WHERE word MATCH ?", (match,))
            numbers = [number for (number,) in found]
        asked = " ".join(words)
        best: dict[str, tuple[int, int]] = {}
        for number in numbers:
            entry, held = self._texts[number]
            rank = _step(entry.field, held, asked), number
            best[entry.thing] = min(rank, best.get(entry.thing, rank))
        return [self._texts[number][0] for _, number in sorted(best.values())]


def _order(cut: tuple[Entry, list[str]]) -> tuple[int, int, str, str, str]:
    entry, words = cut
    return len(words), FIELDS.index(entry.field), entry.text, entry.language, entry.thing


def _step(field: Origin, held: str, asked: str) -> int:
    """Return how well words that are held fit those that are asked for: 0 is best, 5 worst."""
    if field == "quotation":
        return 5
    if held == asked:
        return 0 if field == "label" else 1
    if field != "label":
        return 4
    return 2 if held.startswith(asked) else 3


def _open() -> sqlite3.Connection:
    """Open an empty index; StoreError when this Python's SQLite has no FTS5."""
    index = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        index.execute(_TABLE)
    except sqlite3.OperationalError as error:
        index.close()
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} of this Python cannot search texts: {error}. "
            "Run a Python whose sqlite3 has FTS5."
        ) from error
    return index


def require_engine() -> None:
    """Raise StoreError when this Python cannot search texts."""
    _open().close()


def read_search(store: Store, names: Names) -> Search:
    """Index the names, identifiers and quotations of a store."""
    rows = store.query(find(ROOT / "queries", "texts").text).rows()
    return Search([_entry(row, names) for row in rows])


def _entry(row: Row, names: Names) -> Entry:
    thing, text = row["thing"].value, row["text"]
    field = cast(Origin, row["field"].value)
    class_ = row["class"].value if "class" in row else names.of(thing).class_
    document = row["document"].value if "document" in row else ""
    return Entry(thing, class_.removeprefix(SAM), field, text.value, language_of(text), document)
