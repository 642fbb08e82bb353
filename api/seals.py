"""Seals as other systems send and read them."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, ValidationError, model_validator

from api.answers import Model
from graph.errors import ParameterError
from graph.seals import Seal, read_seal

#: The longest text of a seal, so that its address fits everywhere (RFC 9110, section 4.1).
LONGEST: Final = 7_500

_Text = Annotated[str, Field(max_length=2_000)]


class GivenSeal(Model):
    """What is to be sealed: the answer to a question, or to a SPARQL query.

    Level, sources, edition and parameters are those of the question, as at `/v1/questions`.
    """

    model_config = ConfigDict(extra="forbid")

    question: _Text = ""
    query: Annotated[str, Field(max_length=65_536)] = ""
    level: _Text = "cited"
    sources: Annotated[tuple[_Text, ...], Field(max_length=500)] = ()
    edition: _Text = ""
    parameters: Annotated[dict[_Text, float], Field(max_length=50)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_one(self) -> "GivenSeal":
        if bool(self.question.strip()) == bool(self.query.strip()):
            raise ValueError("Give a question or a query, and not both.")
        if self.query and self.model_fields_set - {"query"}:
            raise ValueError("Only a question has level, sources, edition and parameters.")
        return self


class SealModel(Model):
    """A sealed answer, to be cited by its `id`: everything that it says is in that address.

    `dataset` is the SHA-256 of all statements in canonical N-Quads (RDFC-1.0). `answer` is that of
    the answer: of a question, of its JSON in all languages as `/v1/questions` gives it; of a
    CONSTRUCT or DESCRIBE, as of the dataset; of a SELECT, of its variables and its rows, in order
    only where the query has ORDER BY. It is not signed: the hashes tell of accident, not of
    forgery, and hold as far as `verification` confirms them.
    """

    id: str
    verification: str
    question: str | None
    query: str | None
    level: str | None
    sources: list[str]
    edition: str | None
    parameters: dict[str, float]
    revision: int
    dataset: str
    answer: str
    engine: str
    time: str


def read_given(text: str) -> tuple[Seal, GivenSeal]:
    """Return a seal and what was asked; ParameterError when it cannot have been made here."""
    seal = read_seal(text)
    try:
        return seal, GivenSeal.model_validate(seal.asked)
    except ValidationError as error:
        raise ParameterError("This is a seal of nothing that can be asked.", "seal") from error


def seal_model(seal: Seal, given: GivenSeal, base: str) -> SealModel:
    """Return a seal, as it is written; `base` is the address of the service."""
    address = f"{base.rstrip('/')}/v1/seals/{seal.text()}"
    asks = bool(given.question)
    return SealModel(
        id=address,
        verification=f"{address}/verification",
        question=given.question or None,
        query=given.query or None,
        level=given.level if asks else None,
        sources=list(given.sources),
        edition=given.edition if asks else None,
        parameters=given.parameters,
        revision=seal.revision,
        dataset=seal.dataset,
        answer=seal.answer,
        engine=seal.engine,
        time=seal.time,
    )


def fields_of(given: GivenSeal) -> dict[str, Any]:
    """Return what was asked as a seal holds it."""
    return given.model_dump(mode="json", exclude_defaults=True)
