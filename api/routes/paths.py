"""Paths over HTTP: how two things hang together, with the quotation of each step."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from api.answers import EvidenceModel, Model
from api.library import Library, LibraryDep
from api.nodes import (
    Counting,
    LevelQuery,
    NodeModel,
    TieModel,
    kinds_named,
    node,
    thing_named,
    tie,
    types_named,
)
from api.templating import TEXTS
from api.texts import Texts
from graph.errors import ParameterError
from graph.library import LANGUAGES
from graph.links import Link
from graph.names import shorten
from graph.paths import HUBS, IDLE, Path, Step, Ways, find_paths
from graph.wording import say, sentence
from ontology import SAM

router = APIRouter(tags=["networks"])

#: So many links of one step are written out, the strongest first.
TIES: Final = 5

_AVOID: Final = list(HUBS)
_WITHOUT: Final = [shorten(kind) for kind in IDLE]


class StepLinkModel(TieModel):
    """A link of a step, with its passages; those of a derived link are of what it follows from."""

    evidence: list[EvidenceModel]


class StepModel(Model):
    """One step of a path; a link that points back has the direction `in`.

    `level` is that of the strongest link, and `moreLinks` counts the links that are left out.
    """

    from_: NodeModel = Field(serialization_alias="from")
    to: NodeModel
    level: str
    links: list[StepLinkModel]
    more_links: int


class PathModel(Model):
    """A path; its level is that of its weakest step, its length the number of steps."""

    level: str
    length: int
    steps: list[StepModel]


class SoughtModel(Model):
    """What was looked for; classes that are not passed through, kinds that are not followed."""

    from_: NodeModel = Field(serialization_alias="from")
    to: NodeModel
    level: Counting
    max_length: int
    avoid: list[str]
    without: list[str]


class PathsModel(Model):
    """Paths, the shortest and best evidenced first; `more` tells that there may be others.

    `searched` says in a sentence what was looked for.
    """

    params: SoughtModel
    searched: Texts
    more: bool
    items: list[PathModel]


@router.get("/paths")
def get_paths(
    library: LibraryDep,
    source: Annotated[
        str,
        Query(alias="from", description="A thing, as class/slug.", examples=["department/defence"]),
    ],
    target: Annotated[
        str,
        Query(
            alias="to",
            description="Another, as class/slug.",
            examples=["goal/gbvs-2018-economic-security"],
        ),
    ],
    level: LevelQuery = "assessed",
    avoid: Annotated[
        list[str], Query(description="Classes not to pass through; an empty one for none.")
    ] = _AVOID,
    without: Annotated[
        list[str], Query(description="Kinds of link not to follow; an empty one for none.")
    ] = _WITHOUT,
    max_length: Annotated[
        int, Query(alias="maxLength", ge=1, le=6, description="The most steps of a path.")
    ] = 4,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> PathsModel:
    """Give the shortest paths between two things over links that count, with their evidence.

    Links may be followed against their direction; denied and hypothetical ones never are. Things
    that join everything, such as a strategy, may stand at an end but are not passed through,
    unless `avoid` says otherwise. Of paths of one length those with fewer weak links come first.
    """
    ways = Ways(
        thing_named(library, source, "from"),
        thing_named(library, target, "to"),
        level,
        types_named(library, avoid, "avoid"),
        kinds_named(library, without, "without"),
        max_length,
    )
    if ways.source == ways.target:
        raise ParameterError("A path joins two different things.", "to")
    found = find_paths(library.surroundings, library.class_of, ways, limit)
    return PathsModel(
        params=_sought(library, ways, level),
        searched={lang: _searched(library, ways, bool(found.paths), lang) for lang in LANGUAGES},
        more=found.more,
        items=[_path(library, path) for path in found.paths],
    )


def _sought(library: Library, ways: Ways, level: Counting) -> SoughtModel:
    return SoughtModel(
        from_=node(library, ways.source),
        to=node(library, ways.target),
        level=level,
        max_length=ways.longest,
        avoid=list(ways.avoid),
        without=[shorten(kind) for kind in ways.without],
    )


def _searched(library: Library, ways: Ways, found: bool, language: str) -> str:
    """Return what was looked for, in sentences."""
    level = TEXTS[f"level_{ways.level}"][language]
    said = [sentence("paths", "sought", language, longest=ways.longest, level=level)]
    if ways.avoid:
        classes = say(tuple(SAM + name for name in ways.avoid), library.names, language)
        said.append(sentence("paths", "avoid", language, classes=classes))
    if ways.without:
        kinds = say(tuple(ways.without), library.names, language)
        said.append(sentence("paths", "without", language, kinds=kinds))
    if not found:
        said.append(sentence("paths", "none", language))
    return " ".join(said)


def _path(library: Library, path: Path) -> PathModel:
    steps = [_step(library, step) for step in path.steps]
    return PathModel(level=path.level, length=len(steps), steps=steps)


def _step(library: Library, step: Step) -> StepModel:
    return StepModel(
        from_=node(library, step.source),
        to=node(library, step.target),
        level=step.level,
        links=[_link(library, link, step.source) for link in step.links[:TIES]],
        more_links=max(0, len(step.links) - TIES),
    )


def _link(library: Library, link: Link, source: str) -> StepLinkModel:
    seen = tie(library, link, source)
    said = library.author.evidence((link.iri, *link.follows_from))
    return StepLinkModel(**seen.model_dump(), evidence=said)
