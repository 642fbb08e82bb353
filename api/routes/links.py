"""Links and passages over HTTP: lists to select from, and each by itself."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator

from api.answers import Level
from api.jsonld import DAY, FORMATS, Chosen, fields_of, in_list, write
from api.library import Library, LibraryDep
from api.links import (
    ExcerptModel,
    LinkDetailModel,
    LinkModel,
    LinksModel,
    PassagesModel,
    excerpt_model,
    link_detail,
    link_model,
)
from api.paging import CONTEXT, Key, Paging, PagingDep, next_address
from graph.errors import NotFoundError
from graph.links import LEVELS, Link
from graph.names import expand
from graph.passages import Excerpt
from graph.selection import Selection

router = APIRouter(responses=FORMATS)


def _day(text: str) -> date:
    """Return a day; ValueError unless it is written as YYYY-MM-DD (RFC 3339, full-date)."""
    if not DAY.fullmatch(text):
        raise ValueError("Write a day as YYYY-MM-DD.")
    return date.fromisoformat(text)


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("Write true or false.")
    return text == "true"


Named = Annotated[str, AfterValidator(expand)]
_Day = Annotated[date, BeforeValidator(_day)]
_Truth = Annotated[bool, BeforeValidator(_truth)]

_Kind = Annotated[Named | None, Query(description="A kind of link, as sam:addresses.")]
_Exactly = Annotated[Level | None, Query(description="Exactly this level of evidence.")]
_AtLeast = Annotated[Level | None, Query(description="This level of evidence, or a stronger one.")]
_Source = Annotated[str | None, Query(description="A source, by the name of its graph.")]
_Subject = Annotated[
    Named | None, Query(description="Where it begins: a thing, as class/slug or its IRI.")
]
_Object = Annotated[
    Named | None, Query(alias="object", description="Where it ends: a thing, likewise.")
]
_Thing = Annotated[Named | None, Query(description="A thing at either end, likewise.")]
_ValidOn = Annotated[
    _Day | None,
    Query(
        alias="validOn",
        description="A day on which it holds. A link that does not say when it holds always does; "
        "a month or a year counts as a whole.",
    ),
]
_Polarity = Annotated[
    Literal["stated", "denied"] | None, Query(description="Whether the source states or denies it.")
]
_Hedged = Annotated[_Truth | None, Query(description="Whether the source weakens it with a hedge.")]
_OpenList = Annotated[
    _Truth | None,
    Query(alias="openList", description="Whether it stands in a list that is left open."),
]


async def selection(
    kind: _Kind = None,
    level: _Exactly = None,
    weakest: _AtLeast = None,
    source: _Source = None,
    subject: _Subject = None,
    object_: _Object = None,
    thing: _Thing = None,
    valid_on: _ValidOn = None,
    polarity: _Polarity = None,
    hedged: _Hedged = None,
    open_list: _OpenList = None,
) -> Selection:
    """Return which links a request asks for."""
    return Selection(
        kind=kind or "",
        level=level or "",
        weakest=weakest or "",
        source=source or "",
        subject=subject or "",
        object=object_ or "",
        thing=thing or "",
        valid_on=valid_on,
        polarity=polarity or "",
        hedged=hedged,
        open_list=open_list,
    )


SelectionDep = Annotated[Selection, Depends(selection)]
LinkFieldsDep = Annotated[Chosen, fields_of(LinkModel)]
_PassageFieldsDep = Annotated[Chosen, fields_of(ExcerptModel)]


def _key(link: Link) -> Key:
    """Return what links are sorted by, as texts: one digit says the level."""
    return (str(LEVELS.index(link.level)), link.graph, link.iri)


def write_links(
    request: Request,
    library: Library,
    paging: Paging,
    links: Sequence[Link],
    fields: Chosen,
) -> Response:
    """Return a page of links, strongest first."""
    page, more = paging.cut(links, _key)
    items = [link_model(link, library.link_slugs[link.iri], library.readings) for link in page]
    found = LinksModel(total=len(links), items=items, next=more)
    return write(request, found, in_list(fields), next_address(request, more) if more else "")


@router.get("/links", tags=["links"], response_model=LinksModel)
def list_links(
    request: Request,
    library: LibraryDep,
    wanted: SelectionDep,
    paging: PagingDep,
    fields: LinkFieldsDep,
) -> Response:
    """List links with their evidence, strongest first."""
    links = library.link_index.select(wanted)
    return write_links(request, library, paging, links, fields)


@router.get("/links/{slug}", tags=["links"], response_model=LinkDetailModel)
def get_link(
    request: Request,
    library: LibraryDep,
    fields: Annotated[Chosen, fields_of(LinkDetailModel)],
    slug: Annotated[str, Path(description="A link, by its slug.")],
) -> Response:
    """Give a link with its evidence, who made it and when, and what it follows from."""
    link = library.link_by_slug.get(slug)
    if link is None:
        raise NotFoundError(f"There is no link {slug!r} here.")
    premises = [
        link_model(library.links[iri], library.link_slugs[iri], library.readings)
        for iri in link.follows_from
        if iri in library.links
    ]
    return write(request, link_detail(link, slug, library.readings, premises), fields)


@router.get("/passages", tags=["passages"], response_model=PassagesModel)
def list_passages(
    request: Request,
    library: LibraryDep,
    paging: PagingDep,
    fields: _PassageFieldsDep,
    document: Annotated[
        Named | None, Query(description="The document, as document/slug or its IRI.")
    ] = None,
) -> Response:
    """List passages, each with the links that rest on it; also passages that yield none."""
    passages = library.passages
    found = passages.by_document.get(document, {}) if document else passages.by_slug
    page, more = paging.cut([*found.items()], _address)
    items = [excerpt_model(excerpt, slug) for slug, excerpt in page]
    answer = PassagesModel(total=len(found), items=items, next=more)
    return write(request, answer, in_list(fields), next_address(request, more) if more else "")


def _address(entry: tuple[str, Excerpt]) -> Key:
    return (entry[1].passage.iri,)


@router.get("/passages/{slug}", tags=["passages"], response_model=ExcerptModel)
def get_passage(
    request: Request,
    library: LibraryDep,
    fields: _PassageFieldsDep,
    slug: Annotated[str, Path(description="A passage, by its slug.")],
) -> Response:
    """Give a passage: where it stands, what it quotes, and the links that rest on it."""
    excerpt = library.passages.by_slug.get(slug)
    if excerpt is None:
        raise NotFoundError(f"There is no passage {slug!r} here.")
    return write(request, excerpt_model(excerpt, slug, CONTEXT), fields)
