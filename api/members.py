"""Members of collections as other systems read them: things, with what the graph states of each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from api.answers import Model
from api.jsonld import (
    CHOSEN,
    AddressesModel,
    DayGiven,
    Given,
    IntegerGiven,
    IrisGiven,
    LiteralsGiven,
    NamesGiven,
    ResourceModel,
    StringGiven,
    StringsGiven,
    TextsGiven,
    class_name,
    one_by_language,
    page_of,
)
from api.paging import PageModel
from api.texts import Texts
from graph.library import LANGUAGES
from graph.things import Thing


@dataclass(frozen=True)
class Declared:
    """A collection as the file declares it: its name in addresses, its class, and its title."""

    name: str
    class_: str
    title: Mapping[str, str]


_FILE: Final = Path(__file__).with_name("collections.toml")
#: Every collection of things, by its name in addresses.
COLLECTIONS: Final[Mapping[str, Declared]] = {
    name: Declared(name, said["class"], {language: said[language] for language in LANGUAGES})
    for name, said in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}


class CollectionModel(Model):
    """A collection: its name, title and class, where it is, and how many things it holds."""

    name: str
    title: Texts
    type: str
    address: str
    total: int


class MemberModel(ResourceModel):
    """A thing, with what the graph states of it; what it does not state is left out.

    `type` is its class, `slug` its name in this collection. `strategy` and `pillar` are those of
    which it is a part. `levels` counts its links by evidence level, strongest first; `addresses`
    lead on. Relations and amounts are links: they have evidence, dates and currencies of their own.
    """

    model_config = CHOSEN

    type: str
    slug: str
    label: Annotated[Texts, BeforeValidator(one_by_language)]
    translated_label: StringGiven = None
    alt_label: NamesGiven = None
    abbreviation: NamesGiven = None
    title: NamesGiven = None
    definition: TextsGiven = None
    scope_note: TextsGiven = None
    description: TextsGiven = None
    comment: TextsGiven = None
    number: IntegerGiven = None
    identifier: StringsGiven = None
    register_identifier: IrisGiven = None
    instrument_kind: IrisGiven = None
    issued: LiteralsGiven = None
    presented_on: LiteralsGiven = None
    in_force_from: LiteralsGiven = None
    valid_during: NamesGiven = None
    page: IrisGiven = None
    strategy: IrisGiven = None
    pillar: IrisGiven = None
    reviewed_by: IrisGiven = None
    reviewed_on: DayGiven = None
    levels: dict[str, int]
    addresses: AddressesModel


class MembersModel(PageModel[MemberModel]):
    """A page of things, in the order of their addresses."""


class DocumentModel(MemberModel):
    """A document; `read` tells whether links were read from it, in the source of that name.

    `statedLinks` and `passages` count the links and passages that were read from it.
    """

    publisher: StringGiven = None
    creator: IrisGiven = None
    language: StringGiven = None
    is_version_of: IrisGiven = None
    read: bool
    source: Given[str] = None
    stated_links: int
    passages: int


class DocumentsModel(PageModel[DocumentModel]):
    """A page of documents, in the order of their addresses."""


def _members(thing: Thing, slug: str, collection: str, context: str | None) -> dict[str, Any]:
    here = f"/v1/{collection}/{slug}"
    addresses = AddressesModel(
        self=here,
        doc=page_of(thing.iri),
        links=f"{here}/links",
        neighbours=f"{here}/neighbours",
    )
    return {
        "label": (),
        **thing.stated,
        "context": context,
        "id": thing.iri,
        "type": class_name(thing.type),
        "slug": slug,
        "levels": thing.levels,
        "addresses": addresses,
    }


def member_model(
    thing: Thing, slug: str, collection: str, context: str | None = None
) -> MemberModel:
    """Return a thing as it is written; with a context it stands by itself."""
    return MemberModel(**_members(thing, slug, collection, context))


def document_model(
    thing: Thing,
    slug: str,
    collection: str,
    source: str,
    counts: Mapping[str, int],
    context: str | None = None,
) -> DocumentModel:
    """Return a document as it is written, with the name of the graph of what was read from it.

    The counts are those of links and passages; with a context it stands by itself.
    """
    return DocumentModel(
        **_members(thing, slug, collection, context),
        read=bool(source),
        source=source or None,
        stated_links=counts["links"],
        passages=counts["passages"],
    )
