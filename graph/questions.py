"""Coherence questions: the stored queries of a folder, by number or name, with their parameters."""

from collections.abc import Mapping
from typing import Final

from graph.errors import ParameterError
from graph.library import Query, find, read_folder
from ontology import ROOT

FOLDER: Final = ROOT / "questions"


def list_questions() -> list[Query]:
    """Return all questions, by number."""
    return read_folder(FOLDER)


def find_question(name: str) -> Query:
    """Return the question with this slug or number (Q01); NotFoundError lists those there are."""
    for question in list_questions():
        if name.lower() in (question.slug.lower(), question.slug.partition("-")[0].lower()):
            return question
    return find(FOLDER, name)


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
