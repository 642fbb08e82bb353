"""The JSON interface: links with their evidence."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.answers import Model
from api.library import Library, LibraryDep
from graph.library import LANGUAGES
from graph.links import STRENGTH, Link, find_links
from graph.names import expand, shorten
from ontology import GRAPH, PREFIXES

router = APIRouter()


class PassageModel(Model):
    """A place in a document; start and end count characters of the stored text."""

    id: str
    document: str
    quotation: str | None
    locator: str | None
    lines: str | None
    start: int | None
    end: int | None


class LinkModel(Model):
    """A link with its evidence; `reads` is its sentence in each language.

    The polarity is denied when the source says that the link does not hold, else null.
    """

    id: str
    subject: str
    predicate: str
    object: str | None
    value: str | None
    level: str
    polarity: Literal["denied"] | None
    open_list: bool
    source: str
    reads: dict[str, str]
    said: dict[str, str]
    evidence: list[PassageModel]
    follows_from: list[str]


class LinksModel(Model):
    """A page of links, strongest first; `total` counts all that fit. It reads as JSON-LD too."""

    context: str = Field(default="/def/context.jsonld", alias="@context")
    total: int
    offset: int
    items: list[LinkModel]


def _link(library: Library, link: Link) -> LinkModel:
    return LinkModel(
        id=link.iri,
        subject=link.subject,
        predicate=shorten(link.kind),
        object=None if link.is_value else link.object,
        value=link.object if link.is_value else None,
        level=link.level,
        polarity="denied" if link.denied else None,
        open_list=link.open_list,
        source=link.graph,
        reads={lang: library.readings.read(link, lang) for lang in LANGUAGES},
        said={name: text.value for name, text in link.said.items()},
        evidence=[
            PassageModel(
                id=p.iri,
                document=p.document,
                quotation=p.quotation.value if p.quotation else None,
                locator=p.locator or None,
                lines=p.lines or None,
                start=p.start,
                end=p.end,
            )
            for p in link.passages
        ],
        follows_from=list(link.follows_from),
    )


@router.get("/links", tags=["links"])
def list_links(
    library: LibraryDep,
    subject: Annotated[str | None, Query(description="A thing, as class/slug.")] = None,
    object_: Annotated[
        str | None, Query(alias="object", description="A thing, as class/slug.")
    ] = None,
    kind: Annotated[str | None, Query(description="A kind of link, as sam:addresses.")] = None,
    level: Annotated[str | None, Query(pattern=f"^({'|'.join(STRENGTH)})$")] = None,
    source: Annotated[str | None, Query(description="A source, by the name of its graph.")] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> LinksModel:
    """List links with their evidence."""
    named = {
        "subject": subject and expand(subject),
        "object": object_ and expand(object_),
        "kind": kind and expand(kind),
        "level": level and PREFIXES["level"] + level,
        "graph": source and GRAPH + source,
    }
    links = find_links(library.store, **{key: iri for key, iri in named.items() if iri})
    items = [_link(library, link) for link in links[offset : offset + limit]]
    return LinksModel(total=len(links), offset=offset, items=items)
