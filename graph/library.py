"""Stored queries: a folder of `.rq` files, each with a head of grlc decorators.

A head line reads `#+ key: value`; a key may carry a language: `#+ title@nl: ...`. The head needs
`title` in both languages. Values for parameters are bound by a trailing VALUES block, so no text
is ever put into a query.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import DataError, NotFoundError
from graph.groups import Group, groups_of

LANGUAGES: Final = ("nl", "en")

_HEAD: Final = re.compile(r"^#\+ (?P<key>[\w-]+)(?:@(?P<language>\w+))?: (?P<value>.*\S)\s*$")


@dataclass(frozen=True)
class Query:
    """A stored query: its slug (the file's name), the texts of its head, and the SPARQL."""

    slug: str
    text: str = field(repr=False)
    head: Mapping[str, Mapping[str, str]] = field(repr=False)

    @property
    def body(self) -> str:
        """The query without its head."""
        return self.text[self.text.rfind("\n#+") + 1 :].partition("\n")[2]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of the query, whose solutions together are its own."""
        return groups_of(self.body)

    @property
    def title(self) -> Mapping[str, str]:
        """The title by language."""
        return self.head["title"]

    def says(self, key: str, language: str = "") -> str:
        """Return what the head says under a key, in a language or in none; empty if nothing."""
        values = self.head.get(key, {})
        return values.get(language) or values.get("", "")

    def bound(self, **values: str) -> str:
        """Return the query with variables bound to IRIs by a VALUES block at the end.

        NotFoundError when a value is no IRI.
        """
        if not values:
            return self.text
        names = " ".join(f"?{name}" for name in values)
        try:
            terms = " ".join(str(ox.NamedNode(iri)) for iri in values.values())
        except ValueError as error:
            raise NotFoundError(f"Nothing goes by this name: {error}.") from error
        return f"{self.text}\nVALUES ({names}) {{ ({terms}) }}"


def read_query(path: Path) -> Query:
    """Read one `.rq` file; DataError when its head has no title in both languages."""
    text = path.read_text(encoding="utf-8")
    head: dict[str, dict[str, str]] = defaultdict(dict)
    for line in text.splitlines():
        if match := _HEAD.match(line):
            head[match["key"]][match["language"] or ""] = match["value"]
    if missing := [language for language in LANGUAGES if language not in head.get("title", {})]:
        wanted = ", ".join(f"`#+ title@{language}: ...`" for language in missing)
        raise DataError.at(path, "The head of the query has no full title.", f"Add {wanted}.")
    return Query(path.stem, text, dict(head))


def read_folder(folder: Path) -> list[Query]:
    """Read all queries of a folder, in the order of their names."""
    return [read_query(path) for path in sorted(folder.glob("*.rq"))]


def find(folder: Path, slug: str) -> Query:
    """Return the query with this slug; NotFoundError lists those that exist."""
    slugs = sorted(path.stem for path in folder.glob("*.rq"))
    if slug not in slugs:
        raise NotFoundError(f"No {slug!r} in {folder.name}; there are: {', '.join(slugs)}.")
    return read_query(folder / f"{slug}.rq")
