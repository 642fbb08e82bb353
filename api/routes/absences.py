"""Absences over HTTP: what was looked for in a document and not found there."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.jsonld import (
    CHOSEN,
    FORMATS,
    AddressesModel,
    Chosen,
    ResourceModel,
    fields_of,
    in_list,
    page_of,
    texts,
    write,
)
from api.library import LibraryDep
from api.paging import CONTEXT, Key, PageModel, PagingDep, next_address
from api.routes.links import Named
from api.texts import Texts
from graph.absences import Absence
from graph.errors import NotFoundError
from graph.links import Text

router = APIRouter(responses=FORMATS, tags=["absences"])


class AbsenceModel(ResourceModel):
    """A search of a document that found nothing; it denies nothing. `note` says what was sought."""

    model_config = CHOSEN

    type: Literal["Absence"] = "Absence"
    slug: str
    not_found_in: str
    sought_thing: list[str]
    note: Texts
    addresses: AddressesModel


class AbsencesModel(PageModel[AbsenceModel]):
    """A page of absences, in the order of their addresses."""


FieldsDep = Annotated[Chosen, fields_of(AbsenceModel)]


def _model(absence: Absence, slug: str, context: str | None = None) -> AbsenceModel:
    return AbsenceModel(
        context=context,
        id=absence.iri,
        slug=slug,
        not_found_in=absence.document,
        sought_thing=list(absence.things),
        note=texts(Text(absence.note, absence.language)),
        addresses=AddressesModel(self=f"/v1/absences/{slug}", doc=page_of(absence.iri)),
    )


def _key(entry: tuple[str, Absence]) -> Key:
    return (entry[1].iri,)


@router.get("/absences", response_model=AbsencesModel)
def list_absences(
    request: Request,
    library: LibraryDep,
    paging: PagingDep,
    fields: FieldsDep,
    thing: Annotated[
        Named | None, Query(description="What was looked for, as class/slug or its IRI.")
    ] = None,
    document: Annotated[
        Named | None, Query(description="Where it was looked for, as document/slug or its IRI.")
    ] = None,
) -> Response:
    """List the searches of documents that found nothing."""
    found = [
        (slug, absence)
        for slug, absence in library.absence_by_slug.items()
        if (thing is None or thing in absence.things)
        and (document is None or document == absence.document)
    ]
    page, more = paging.cut(found, _key)
    items = [_model(absence, slug) for slug, absence in page]
    answer = AbsencesModel(total=len(found), items=items, next=more)
    return write(request, answer, in_list(fields), next_address(request, more) if more else "")


@router.get("/absences/{slug}", response_model=AbsenceModel)
def get_absence(
    request: Request,
    library: LibraryDep,
    fields: FieldsDep,
    slug: Annotated[str, Path(description="An absence, by its slug.")],
) -> Response:
    """Give a search of a document that found nothing."""
    absence = library.absence_by_slug.get(slug)
    if absence is None:
        raise NotFoundError(f"There is no absence {slug!r} here.")
    return write(request, _model(absence, slug, CONTEXT), fields)
