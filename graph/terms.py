"""Words of Turtle: slugs, texts, statements, and the prefixes that they use."""

import re
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from ontology import PREFIXES

_SLUG: Final = re.compile(r"[^a-z0-9]+")


def to_slug(text: str) -> str:
    """Return a text in lower case, digits and single hyphens; empty when nothing is left."""
    return _SLUG.sub("-", text.lower()).strip("-")


def written(value: str, language: str) -> str:
    """Return a text with its language as Turtle writes it."""
    return str(ox.Literal(value, language=language))


def spoken(texts: Mapping[str, str], language: str) -> list[str]:
    """Return parts of a statement that say texts of ours in a language, but for empty ones."""
    said = {name: text.strip() for name, text in texts.items()}
    return [f"sam:{name} {written(text, language)}" for name, text in said.items() if text]


def statement(*parts: str) -> str:
    """Return a statement of these parts, the first with its subject."""
    return " ;\n    ".join(parts) + " .\n"


def prefixed(stem: str, body: str) -> str:
    """Return the text with the prefixes that it uses before it; `l` and `p` are the stem's own."""
    own = {"l": f"{PREFIXES['link']}{stem}-", "p": f"{PREFIXES['passage']}{stem}-"}
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', '""', body)
    names = set(re.findall(r"(?<![\w-])([A-Za-z][\w-]*):", bare))
    known = {name: iri for name, iri in {**PREFIXES, **own}.items() if name in names}
    return "".join(f"@prefix {name}: <{known[name]}> .\n" for name in sorted(known)) + f"\n{body}"
