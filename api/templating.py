"""Pages: their templates and texts, and where a page of an IRI is."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from graph.links import LEVELS, value_of
from graph.names import shorten
from graph.wording import explain, say, sentence
from ontology import ID, SAM

FOLDER: Final = Path(__file__).parent
TEXTS: Final[dict[str, dict[str, str]]] = tomllib.loads(
    (FOLDER / "texts.toml").read_text(encoding="utf-8")
)


@cache
def pages() -> Environment:
    """Return the page templates; every text is escaped, and an unknown name is an error.

    They are the same for every library: one that is replaced is let go of at once.
    """
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"path_of": path_of, "value_of": value_of, "shorten": shorten}
    made.globals |= {"explain": explain, "say": say, "sentence": sentence}
    made.globals |= {"LEVELS": LEVELS, "SAM": SAM}
    return made


def path_of(iri: str) -> str:
    """Return the path here of the page about one of our IRIs; any other is its own address.

    An IRI of another scheme than http, such as javascript:, leads nowhere.
    """
    if iri.startswith(ID):
        return f"/doc/{iri.removeprefix(ID)}"
    if iri.startswith(SAM):
        return f"/def#{iri.removeprefix(SAM)}"
    return iri if iri.startswith(("http://", "https://")) else "#"
