"""Search over HTTP: things by their names, passages by their words."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Model
from api.library import Library, LibraryDep
from api.nodes import NodeModel, node, types_named
from graph.search import LENGTH, Hit, Origin

router = APIRouter(tags=["search"])


class PlaceModel(Model):
    """A place in a text; start and end count characters (Unicode code points)."""

    start: int
    end: int


class MatchModel(Model):
    """The text that fits best, its language if it has one, and the places that fit, in order."""

    field: Origin
    text: str
    language: str | None
    places: list[PlaceModel]


class HitModel(NodeModel):
    """What was found; a passage is in a document, and goes by its name."""

    document: str | None
    matched: MatchModel


class TypeCountModel(Model):
    """How many things of a class fit."""

    type: str
    total: int


class SearchModel(Model):
    """The best hits first; `total` counts all that fit, `types` those of each class."""

    total: int
    types: list[TypeCountModel]
    items: list[HitModel]


@router.get("/_search")
def search(
    library: LibraryDep,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LENGTH,
            description="Words, or beginnings of words.",
            examples=["cyber"],
        ),
    ],
    type_: Annotated[
        str, Query(alias="type", description="Only things of this class, as Goal.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> SearchModel:
    """Search names, other names, identifiers and quotations, in Dutch and in English.

    Case and accents make no difference. All words must stand in one text, each as a word or as the
    beginning of one. A full name comes first, then labels that begin with the words, labels that
    hold them, other names, and quotations.
    """
    types_named(library, [type_], "type")
    found = library.search.find(q, type_, limit)
    return SearchModel(
        total=found.total,
        types=[TypeCountModel(type=name, total=n) for name, n in found.classes.items()],
        items=[_hit(library, hit) for hit in found.hits],
    )


def _hit(library: Library, hit: Hit) -> HitModel:
    entry = hit.entry
    shown = node(library, entry.thing, entry.class_)
    return HitModel(
        id=shown.id,
        type=shown.type,
        page=shown.page,
        label=library.author.thing(entry.document).label if entry.document else shown.label,
        document=entry.document or None,
        matched=MatchModel(
            field=entry.field,
            text=entry.text,
            language=entry.language or None,
            places=[PlaceModel(start=start, end=end) for start, end in hit.places],
        ),
    )
