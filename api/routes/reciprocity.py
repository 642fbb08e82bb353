"""Reciprocity over HTTP: what one text says of another, and whether the other says it back."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Level
from api.library import Library, LibraryDep
from api.reciprocities import ReciprocityModel, reciprocity_model
from graph.errors import ParameterError
from graph.reciprocity import reciprocity
from ontology import ID

router = APIRouter(tags=["reciprocity"])

_Documents = Annotated[
    list[str] | None,
    Query(description="A document that speaks for it beside its own text, as document/slug."),
]


@router.get("/reciprocity")
def get_reciprocity(
    library: LibraryDep,
    one: Annotated[str, Query(description="A thing with a text, as strategy/gbvs-2018.")],
    other: Annotated[str, Query(description="Another, as instrument/defensienota-2018.")],
    level: Annotated[
        Level, Query(description="The weakest level of evidence that counts.")
    ] = "cited",
    one_document: Annotated[_Documents, Query(alias="oneDocument")] = None,
    other_document: Annotated[_Documents, Query(alias="otherDocument")] = None,
) -> ReciprocityModel:
    """Give what two texts say of each other: claims, each with its state and the links of both."""
    first, second = (ID + name.removeprefix(ID) for name in (one, other))
    more: Mapping[str, list[str]] = {
        first: _read(library, "oneDocument", one_document),
        second: _read(library, "otherDocument", other_document),
    }
    statements = library.inquiry.ground.statements
    found = reciprocity(statements, first, second, level, more)
    return reciprocity_model(library.author, level, found)


def _read(library: Library, parameter: str, named: list[str] | None) -> list[str]:
    """Return documents by IRI; ParameterError for one that was not read."""
    known = {iri.removeprefix(ID): iri for iri in library.documents.values()}
    for name in named or ():
        if name.removeprefix(ID) not in known:
            raise ParameterError.unknown(parameter, name, sorted(known))
    return [known[name.removeprefix(ID)] for name in named or ()]
