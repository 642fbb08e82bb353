"""Nodes: things as searches and networks show them, and the links between two of them."""

from collections.abc import Collection, Iterable
from typing import Annotated, Literal

from fastapi import Query

from api.answers import Model, ThingModel
from api.library import Library
from api.templating import path_of
from api.texts import Texts
from graph.errors import NotFoundError, ParameterError, UnknownError
from graph.library import LANGUAGES
from graph.links import Link
from graph.names import expand, shorten

#: The levels of links that count: not what is hypothetical.
Counting = Literal["quoted", "cited", "derived", "assessed"]

LevelQuery = Annotated[Counting, Query(description="The weakest level of evidence that counts.")]


class NodeModel(ThingModel):
    """A thing with the name of its class and the path of its page."""

    type: str
    page: str


class TieModel(Model):
    """A link from a thing (out) or to it (in); `reads` is its sentence, `kind` its short name."""

    id: str
    kind: str
    level: str
    direction: Literal["out", "in"]
    reads: Texts


def node(library: Library, iri: str, type_: str = "") -> NodeModel:
    """Return a thing as a node; its class is given where it has no label."""
    thing = library.author.thing(iri)
    return NodeModel(
        id=iri,
        label=thing.label,
        type=type_ or library.class_of(iri),
        page=path_of(iri),
    )


def tie(library: Library, link: Link, thing: str) -> TieModel:
    """Return a link as seen from one of its ends."""
    return TieModel(
        id=link.iri,
        kind=shorten(link.kind),
        level=link.level,
        direction="out" if link.subject == thing else "in",
        reads=reading(library, link),
    )


def reading(library: Library, link: Link) -> Texts:
    """Return the sentence of a link in each language."""
    return {language: library.readings.read(link, language) for language in LANGUAGES}


def thing_named(library: Library, name: str, parameter: str) -> str:
    """Return the IRI of a thing, named as class/slug; UnknownError when there is none."""
    try:
        return library.iri_of(shorten(expand(name)))
    except NotFoundError as error:
        raise UnknownError(str(error), parameter, ("a thing, as class/slug",)) from error


def kinds_named(library: Library, names: Iterable[str], parameter: str) -> list[str]:
    """Return the IRIs of kinds of link, as sam:addresses; UnknownError for one there is not.

    An empty name is none.
    """
    known = {shorten(iri): iri for iri in library.readings.templates}
    return [known[name] for name in _known(known, names, parameter)]


def types_named(library: Library, names: Iterable[str], parameter: str) -> list[str]:
    """Return the names of classes of the vocabulary; UnknownError for one there is not.

    An empty name is none.
    """
    return _known(library.classes, names, parameter)


def _known(known: Collection[str], names: Iterable[str], parameter: str) -> list[str]:
    given = [name for name in names if name]
    for name in given:
        if name not in known:
            raise ParameterError.unknown(parameter, name, sorted(known))
    return given
