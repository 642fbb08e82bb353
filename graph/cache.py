"""Answers that were given before, kept as long as nothing changes and there is room.

The least recently used goes first. What asks for the time, for chance or for another endpoint is
never kept.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from cachetools import LRUCache

from graph.answers import Answer
from graph.results import Form

#: A text, and whatever else an answer to it depends on.
Key = tuple[str, *tuple[Hashable, ...]]

_MB: Final = 1 << 20
_OVERHEAD: Final = 512  # bytes beside the text of the query and the body, about
#: Functions that give another value each time (SPARQL 1.1 Query, sections 17.4.2 to 17.4.5).
_CHANGING: Final = ("rand", "now", "uuid", "struuid", "bnode")
_CALL: Final = re.compile(rf"\b({'|'.join(_CHANGING)})\s*\(")


class Cache:
    """Answers by query, dataset, formats and number of rows; for one thread."""

    def __init__(self, size: int) -> None:
        """Keep up to `size` MB; nothing when it is 0."""
        self._kept: LRUCache[Key, tuple[Answer, int]] = LRUCache(
            size * _MB, getsizeof=lambda kept: kept[1]
        )
        #: How many queries had their answer here, and how many had not; told by who looks.
        self.hits = self.misses = 0

    @staticmethod
    def key(
        text: str,
        default_graphs: Sequence[str],
        named_graphs: Sequence[str],
        formats: Mapping[Form, str],
        rows: int | None,
    ) -> Key:
        """Return what tells this answer from every other; an encoding of it adds its name."""
        names = frozenset((form.value, name) for form, name in formats.items())
        return text, tuple(default_graphs), tuple(named_graphs), names, rows

    def find(self, key: Key) -> Answer | None:
        """Return the answer that was given before, if it is still here."""
        kept = self._kept.get(key)
        return kept[0] if kept else None

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer, unless it is too large or would be another the next time."""
        size = len(answer.body) + 4 * len(key[0]) + _OVERHEAD  # a character has 4 bytes at most
        if size <= self._kept.maxsize / 8 and not is_fleeting(key[0]):
            self._kept[key] = answer, size


def is_fleeting(text: str) -> bool:
    """Tell whether a query may have another answer the next time, though nothing has changed.

    What another endpoint says is its own.
    """
    lower = text.lower()
    if "service" in lower:
        return True
    return any(name in lower for name in _CHANGING) and bool(_CALL.search(lower))
