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

LANGUAGES: Final = ("nl", "en")

_HEAD: Final = re.compile(r"^#\+ (?P<key>[\w-]+)(?:@(?P<language>\w+))?: (?P<value>.*\S)\s*$")

#: A query that is nothing but a union of groups, as stored queries are laid out.
_UNION: Final = re.compile(
    r"(?P<prefixes>(?:PREFIX .*\n)*)SELECT DISTINCT (?P<variables>(?:\?\w+ ?)+) WHERE \{\n"
    r"  \{\n(?P<groups>(?:    .*\n|  \} UNION \{\n)*    .*)\n  \}\n\}\n",
)
_OR: Final = "\n  } UNION {\n"


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
    def branches(self) -> tuple[str, ...]:
        """The query as queries whose solutions together are its own; itself when it has no parts.

        A `SELECT DISTINCT` of a union is the union of its groups (SPARQL 1.1 Query, section 18.5),
        so that a group that stands in several queries need be asked only once.
        """
        found = _UNION.fullmatch(self.body)
        if not found:
            return (self.text,)
        prefixes, variables = sorted(found["prefixes"].splitlines()), found["variables"].split()

        def asked(group: str) -> str:
            used = [line for line in prefixes if line.split()[1] in group]
            bound = [name for name in variables if re.search(rf"\{name}\b", group)]
            return "\n".join((*used, f"SELECT DISTINCT {' '.join(bound)} WHERE {{", group, "}"))

        return tuple(map(asked, found["groups"].split(_OR)))

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
    queries = {query.slug: query for query in read_folder(folder)}
    if slug not in queries:
        raise NotFoundError(f"No {slug!r} in {folder.name}; there are: {', '.join(queries)}.")
    return queries[slug]
