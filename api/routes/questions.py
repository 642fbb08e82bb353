"""The coherence questions over HTTP: which there are, and the answer to each."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from api.answers import AnswerModel, Level, QuestionModel, question_model
from api.library import Library, LibraryDep
from graph.errors import ParameterError
from graph.questions import find_question, list_questions
from graph.scope import Scope

router = APIRouter(tags=["questions"])

_SCOPE: Final = ("level", "source", "edition")


def scope_of(
    library: LibraryDep,
    level: Annotated[
        Level, Query(description="The weakest level of evidence that counts.")
    ] = "cited",
    source: Annotated[
        list[str] | None, Query(description="Only these sources, by the names of their graphs.")
    ] = None,
    edition: Annotated[
        str, Query(description="A strategy, by its slug, or `every`; else the default one.")
    ] = "",
) -> Scope:
    """Return what counts, as a request says it."""
    return library.inquiry.scope(level, source or (), edition)


ScopeDep = Annotated[Scope, Depends(scope_of)]


@router.get("/questions")
def get_questions() -> list[QuestionModel]:
    """List the coherence questions."""
    return [question_model(question) for question in list_questions()]


def _own() -> list[dict[str, Any]]:
    """Return the parameters of all questions as the description of the interface names them."""
    declared = [question.head.get("parameter", {}) for question in list_questions()]
    return [
        {"name": name, "in": "query", "required": False, "schema": {"type": "number"}}
        for name in sorted({name for one in declared for name in one})
    ]


@router.get("/questions/{name}", openapi_extra={"parameters": _own()})
def get_answer(
    request: Request,
    library: LibraryDep,
    scope: ScopeDep,
    name: Annotated[str, Path(description="A question, by number (Q01) or name.")],
) -> AnswerModel:
    """Answer a question: verdict, fraction, and rows with their evidence.

    A question may have parameters of its own; it lists them with their defaults.
    """
    return answer(library, name, scope, _own_parameters(request, name))


def answer(
    library: Library, name: str, scope: Scope, parameters: dict[str, float] | None = None
) -> AnswerModel:
    """Return the answer to a question, as it is written."""
    return library.author.answer(library.inquiry.ask(name, scope, parameters))


def _own_parameters(request: Request, name: str) -> dict[str, float]:
    """Return the parameters that are the question's own; ParameterError for one that is none."""
    declared = find_question(name).head.get("parameter", {})
    values = {}
    for key, text in request.query_params.multi_items():
        if key in _SCOPE:
            continue
        if key not in declared:
            raise ParameterError.unknown("parameter", key, (*_SCOPE, *declared))
        try:
            values[key] = float(text)
        except ValueError as error:
            raise ParameterError(
                f"{key} must be a number, not {text!r}.", key, ("number",)
            ) from error
    return values
