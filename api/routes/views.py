"""Network views over HTTP: which there are, and where each thing stands in one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.answers import Model, texts
from api.library import LibraryDep
from api.nodes import LevelQuery, thing_named
from api.pictures import PictureModel, picture_model
from api.texts import Texts
from graph.library import Query as StoredQuery
from graph.network import find_view, list_views, parameters_of

router = APIRouter(tags=["networks"])


class ViewModel(Model):
    """A view: its name, its title, what it shows, and the parameters that it takes."""

    id: str
    title: Texts
    explains: Texts
    parameters: list[str]


class ViewsModel(Model):
    """The views, by name."""

    total: int
    items: list[ViewModel]


class DrawnViewModel(PictureModel):
    """A view with what it shows, and where."""

    view: ViewModel


def _view(view: StoredQuery) -> ViewModel:
    return ViewModel(
        id=view.slug,
        title=texts(view, "title"),
        explains=texts(view, "explains"),
        parameters=["level", *parameters_of(view)],
    )


def _pillar(slug: str) -> str:
    return f"pillar/{slug.removeprefix('pillar/')}"


@router.get("/views")
def list_network_views() -> ViewsModel:
    """List the network views; each takes a level, and the parameters that it names."""
    views = [_view(view) for view in list_views()]
    return ViewsModel(total=len(views), items=views)


@router.get("/views/{name}")
def get_view(
    library: LibraryDep,
    name: Annotated[str, Path(description="A view, by its name.", examples=["chain"])],
    thing: Annotated[
        str, Query(description="What a view is around, as class/slug, where it takes one.")
    ] = "",
    pillar: Annotated[
        str, Query(description="Only this pillar, by its slug, where the view takes one.")
    ] = "",
    level: LevelQuery = "assessed",
) -> DrawnViewModel:
    """Give the things of a view with their places in pixels, and the links between them.

    Things in columns, or around one of them. Above 150 things those with fewest links to the one
    in the middle are left out; `hidden` counts them.
    """
    view = find_view(name)
    iris = {
        name: thing_named(library, given, name)
        for name, given in {"thing": thing, "pillar": pillar and _pillar(pillar)}.items()
        if given
    }
    drawn = picture_model(library, name, level=level, **iris)
    return DrawnViewModel(view=_view(view), **dict(drawn))
