"""The five questions that every engine is asked: stored queries, two shipped and three of here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from graph.library import find, read_folder
from graph.questions import find_question
from ontology import ID, PREFIXES

SHIPPED_GOAL: Final = ID + "goal/gbvs-2018-counterterrorism"
SYNTHETIC_GOAL: Final = ID + "goal/synthetic-0"

_HERE: Final = Path(__file__).parent / "queries"
#: Of the shipped questions those that rdflib answers within seconds: for Q04 it needs twenty.
_SHIPPED: Final = ("Q01", "Q24")
_STRING: Final = PREFIXES["xsd"] + "string"


def questions(goal: str) -> dict[str, str]:
    """Return the text of each question by its name; one is about this goal."""
    shipped = {name: find_question(name).text for name in _SHIPPED}
    own = {query.slug: query.text for query in read_folder(_HERE)}
    return shipped | own | {"evidence": find(_HERE, "evidence").bound(goal=goal)}


def bag(bindings: Iterable[Mapping[str, Any]]) -> "Counter[tuple[tuple[str, str], ...]]":
    """Return bindings (SPARQL 1.1 Query Results JSON) to be compared, whatever their order.

    A plain literal is a string, and a language tag is the same in capitals (RDF 1.1 Concepts,
    section 3.3).
    """
    return Counter(
        tuple(sorted((name, _written(term)) for name, term in row.items())) for row in bindings
    )


def _written(term: Mapping[str, str]) -> str:
    kind = term["type"].replace("typed-literal", "literal")
    language = term.get("xml:lang", "").lower()
    datatype = "" if language else term.get("datatype", _STRING)
    return f"{kind} {term['value']} {language} {datatype if kind == 'literal' else ''}"
