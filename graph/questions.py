"""Coherence questions: the stored queries of a folder, by number or name, with their parameters."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from graph.errors import NotFoundError, ParameterError
from graph.library import Query, read_folder
from ontology import ID, ROOT

FOLDER: Final = ROOT / "questions"


@cache
def list_questions() -> tuple[Query, ...]:
    """Return all questions, by number; the files are read once."""
    return tuple(read_folder(FOLDER))


def number(question: Query) -> str:
    """Return the number of a question: Q01."""
    return question.slug.partition("-")[0]


def find_question(name: str) -> Query:
    """Return the question with this slug or number (Q01); NotFoundError lists those there are."""
    for question in list_questions():
        if name.lower() in (question.slug.lower(), number(question).lower()):
            return question
    known = ", ".join(question.slug for question in list_questions())
    raise NotFoundError(f"No question {name!r}; there are: {known}.")


def iri_of(question: Query) -> str:
    """Return the IRI of a question, which is that of its number."""
    return f"{ID}question/{number(question)}"


def parameters_of(question: Query, given: Mapping[str, float]) -> dict[str, float]:
    """Return the parameters of a question, those given and the defaults of the others.

    The head declares one as `#+ parameter@name: default least most`. ParameterError for one that
    is not declared, or that lies outside its bounds.
    """
    declared = question.head.get("parameter", {})
    for name in given:
        if name not in declared:
            raise ParameterError.unknown("parameter", name, declared)
    values = {}
    for name, text in declared.items():
        default, least, most = map(float, text.split())
        value = given.get(name, default)
        if not least <= value <= most:
            allowed = f"{least:g} to {most:g}"
            raise ParameterError(f"{name} is {value:g}; it must be {allowed}.", name, (allowed,))
        values[name] = value
    return values
