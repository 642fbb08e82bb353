"""Collections over HTTP: the things of each class as a list, each by itself, and its links."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import Model
from api.jsonld import FORMATS, Chosen, class_name, fields_of, in_list, write
from api.library import Library, LibraryDep
from api.links import LinksModel
from api.members import (
    COLLECTIONS,
    CollectionModel,
    Declared,
    DocumentModel,
    DocumentsModel,
    MemberModel,
    MembersModel,
    document_model,
    member_model,
)
from api.neighbours import NeighboursModel, StepDep, neighbours_model
from api.paging import CONTEXT, Key, PagingDep, next_address
from api.routes.links import LinkFieldsDep, SelectionDep, write_links
from graph.errors import NotFoundError, ParameterError
from graph.selection import Selection
from graph.things import Thing

router = APIRouter()

_Strategy = Annotated[
    str | None, Query(description="Only what belongs to this strategy, by its slug.")
]
_Pillar = Annotated[
    str | None,
    Query(description="Only what belongs to this pillar: its goals, and what is linked with them."),
]
_Type = Annotated[str | None, Query(alias="type", description="Only things of exactly this class.")]
_Slug = Annotated[str, Path(description="A thing of this collection, by its slug.")]


@router.get("/collections", tags=["collections"])
def list_collections(library: LibraryDep) -> list[CollectionModel]:
    """List the collections, each with the number of its things."""
    return [
        CollectionModel(
            name=declared.name,
            title=dict(declared.title),
            type=declared.class_,
            address=f"/v1/{declared.name}",
            total=len(library.things.of(declared.class_)),
        )
        for declared in COLLECTIONS.values()
    ]


def _things(
    library: Library,
    declared: Declared,
    strategy: str | None,
    pillar: str | None,
    type_: str | None,
) -> list[tuple[str, Thing]]:
    """Return the things of a collection that a request asks for, with their slugs."""
    found = [*library.things.of(declared.class_).items()]
    for name, class_, slug in (("strategy", "Strategy", strategy), ("pillar", "Pillar", pillar)):
        if slug is not None:
            wholes = library.things.of(class_)
            if slug not in wholes:
                raise ParameterError.unknown(name, slug, wholes)
            within = library.inquiry.members(wholes[slug].iri)
            found = [entry for entry in found if entry[1].iri in within]
    if type_ is not None:
        types = {class_name(thing.type) for thing in library.things.of(declared.class_).values()}
        if type_ not in types:
            raise ParameterError.unknown("type", type_, sorted(types))
        found = [entry for entry in found if class_name(entry[1].type) == type_]
    return found


def _thing(library: Library, declared: Declared, slug: str) -> Thing:
    """Return a thing of a collection; NotFoundError when there is none of this slug."""
    found = library.things.of(declared.class_).get(slug)
    if found is None:
        raise NotFoundError(f"There is no {slug!r} among the {declared.name} here.")
    return found


def _key(entry: tuple[str, Thing]) -> Key:
    return (entry[1].iri,)


def _model(
    library: Library, declared: Declared, slug: str, thing: Thing, context: str | None = None
) -> MemberModel:
    """Return a thing as its collection writes it."""
    if declared.class_ != "Document":
        return member_model(thing, slug, declared.name, context)
    source = library.sources.get(thing.iri, "")
    counts = {
        "links": len(library.link_index.select(Selection(source=source))) if source else 0,
        "passages": len(library.passages.by_document.get(thing.iri, ())),
    }
    return document_model(thing, slug, declared.name, source, counts, context)


def _operation(
    declared: Declared, below: str, name: str, text: str, model: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Return what makes a function the operation of this name at a path below a collection."""
    return router.get(
        f"/{declared.name}{below}",
        operation_id=name,
        summary=text.removesuffix("."),
        description=text,
        response_model=model,
        responses=FORMATS,
        tags=[declared.name],
    )


def _add_list(declared: Declared, one: type[MemberModel], many: Callable[..., Model]) -> None:
    """Give a collection its list."""
    name, text = f"list{declared.name.capitalize()}", f"List the {declared.title['en']}."

    @_operation(declared, "", name, text, many)
    def list_things(
        request: Request,
        library: LibraryDep,
        paging: PagingDep,
        fields: Annotated[Chosen, fields_of(one)],
        strategy: _Strategy = None,
        pillar: _Pillar = None,
        type_: _Type = None,
    ) -> Response:
        found = _things(library, declared, strategy, pillar, type_)
        page, more = paging.cut(found, _key)
        items = [_model(library, declared, slug, thing) for slug, thing in page]
        answer = many(total=len(found), items=items, next=more)
        return write(request, answer, in_list(fields), next_address(request, more) if more else "")


def _add_thing(declared: Declared, one: type[MemberModel]) -> None:
    """Give a collection each of its things by itself."""
    name, text = f"get{declared.class_}", f"Give one of the {declared.title['en']}."

    @_operation(declared, "/{slug}", name, text, one)
    def get_thing(
        request: Request,
        library: LibraryDep,
        fields: Annotated[Chosen, fields_of(one)],
        slug: _Slug,
    ) -> Response:
        thing = _thing(library, declared, slug)
        return write(request, _model(library, declared, slug, thing, CONTEXT), fields)


def _add_links(declared: Declared) -> None:
    """Give a collection the links of each of its things."""
    name = f"list{declared.class_}Links"
    text = f"List the links at either end of one of the {declared.title['en']}."

    @_operation(declared, "/{slug}/links", name, text, LinksModel)
    def list_links(
        request: Request,
        library: LibraryDep,
        wanted: SelectionDep,
        paging: PagingDep,
        fields: LinkFieldsDep,
        slug: _Slug,
    ) -> Response:
        links = library.link_index.select(wanted, about=_thing(library, declared, slug).iri)
        return write_links(request, library, paging, links, fields)


def _add_neighbours(declared: Declared) -> None:
    """Give a collection what is one step around each of its things."""
    name = f"get{declared.class_}Neighbours"
    text = f"Give what is linked with one of the {declared.title['en']}, by class."

    @router.get(
        f"/{declared.name}/{{slug}}/neighbours",
        operation_id=name,
        summary=text.removesuffix("."),
        description=text,
        tags=[declared.name],
    )
    def get_neighbours(library: LibraryDep, slug: _Slug, step: StepDep) -> NeighboursModel:
        return neighbours_model(library, _thing(library, declared, slug).iri, step)


for _declared in COLLECTIONS.values():
    if _declared.class_ == "Document":
        _add_list(_declared, DocumentModel, DocumentsModel)
        _add_thing(_declared, DocumentModel)
    else:
        _add_list(_declared, MemberModel, MembersModel)
        _add_thing(_declared, MemberModel)
    _add_links(_declared)
    _add_neighbours(_declared)
