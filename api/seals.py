"""Seals as other systems send and read them."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from api.answers import Level, Model
from graph.errors import UnknownError
from graph.seals import Seal, read_seal

#: The longest text of a seal, so that its address fits everywhere (RFC 9110, section 4.1).
LONGEST: Final = 7_500

_Text = Annotated[str, Field(max_length=300)]


class GivenQuestion(Model):
    """A question whose answer is to be sealed, as it is asked at `/v1/questions`."""

    model_config = ConfigDict(extra="forbid")

    question: _Text
    level: Level = "cited"
    sources: Annotated[tuple[_Text, ...], Field(max_length=500)] = ()
    edition: _Text = ""
    parameters: Annotated[dict[_Text, float], Field(max_length=50)] = Field(default_factory=dict)


class GivenQuery(Model):
    """A SPARQL query whose answer is to be sealed, as it is asked at `/sparql`."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=65_536)]


Given = GivenQuestion | GivenQuery
_GIVEN: Final[TypeAdapter[Given]] = TypeAdapter(Given)


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


def read_given(text: str) -> tuple[Seal, Given]:
    """Return a seal and what was asked; UnknownError when it cannot have been made here."""
    seal = read_seal(text)
    try:
        return seal, _GIVEN.validate_python(seal.asked)
    except ValidationError as error:
        raise UnknownError("This is a seal of nothing that can be asked.", "seal") from error


def seal_model(seal: Seal, given: Given, base: str) -> SealModel:
    """Return a seal, as it is written; `base` is the address of the service."""
    address = f"{base.rstrip('/')}/v1/seals/{seal.text()}"
    asked = given.model_dump()
    return SealModel(
        id=address,
        verification=f"{address}/verification",
        question=asked.get("question"),
        query=asked.get("query"),
        level=asked.get("level"),
        sources=list(asked.get("sources", ())),
        edition=asked.get("edition"),
        parameters=asked.get("parameters", {}),
        revision=seal.revision,
        dataset=seal.dataset,
        answer=seal.answer,
        engine=seal.engine,
        time=seal.time,
    )


def fields_of(given: Given) -> dict[str, Any]:
    """Return what was asked as a seal holds it."""
    return given.model_dump(mode="json", exclude_defaults=True)
