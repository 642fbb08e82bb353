"""Pictures: a network view with the place of each thing, for a page that draws it itself."""

from typing import Any

from pydantic import Field

from api.answers import Model
from api.library import Library
from api.nodes import NodeModel, node
from graph import network
from graph.links import STRENGTH


class PlacedModel(NodeModel):
    """A thing with the place of the middle of its card and the height of that, in pixels."""

    x: float
    y: float
    height: float


class LineLinkModel(Model):
    """A link of a line, and its kind by its short name."""

    id: str
    kind: str
    level: str


class LineModel(Model):
    """The links from one thing to another, strongest first.

    `via` are the places (x, y) where the line passes between the cards of other columns.
    """

    from_: str = Field(serialization_alias="from")
    to: str
    via: list[tuple[float, float]]
    links: list[LineLinkModel]


class HeadingModel(Model):
    """The place of a heading above neighbours that are linked by the same kinds.

    After the short name of a kind comes `>` where the links go out of the thing, else `<`.
    """

    x: float
    y: float
    kinds: list[str]


class PictureModel(Model):
    """The things of a view, the lines between them, and the number of things left out."""

    nodes: list[PlacedModel]
    edges: list[LineModel]
    headings: list[HeadingModel]
    hidden: int


def picture_model(
    library: Library, view: str, thing: str = "", pillar: str = "", level: str = "assessed"
) -> PictureModel:
    """Return a view as it is drawn: in columns, or around a thing."""
    from graph import drawing  # loads slowly, and is not needed to start

    links = network.view_links(library.store, library.links, view, thing, pillar, level)
    whole = network.build_network(links, library.names)
    shown = network.nearest_first(whole, thing)
    place = drawing.around(shown, thing) if thing else drawing.layered(shown)
    drawn = drawing.model(shown, place, "nl")
    iris = {card["id"]: card["iri"] for card in drawn["nodes"]}
    return PictureModel(
        nodes=[_placed(library, card) for card in drawn["nodes"]],
        edges=_lines(drawn["edges"], iris),
        headings=[HeadingModel(**heading) for heading in drawn["headings"]],
        hidden=whole.number_of_nodes() - shown.number_of_nodes(),
    )


def _placed(library: Library, card: dict[str, Any]) -> PlacedModel:
    shown = node(library, card["iri"])
    return PlacedModel(**shown.model_dump(), x=card["x"], y=card["y"], height=card["height"])


def _lines(edges: list[dict[str, Any]], iris: dict[int, str]) -> list[LineModel]:
    """Return one line for the links from one thing to another."""
    lines: dict[tuple[int, int], LineModel] = {}
    for edge in sorted(edges, key=lambda one: (-STRENGTH[one["level"]], one["iri"])):
        ends = edge["from"], edge["to"]
        if ends not in lines:
            lines[ends] = LineModel(
                from_=iris[ends[0]], to=iris[ends[1]], via=edge["via"], links=[]
            )
        link = LineLinkModel(id=edge["iri"], kind=edge["kind"], level=edge["level"])
        lines[ends].links.append(link)
    return list(lines.values())
