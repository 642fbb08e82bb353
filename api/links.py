"""Links and passages as other systems read them."""

from collections.abc import Iterable
from typing import Any, Final, Literal

from api.answers import Model
from api.jsonld import (
    CHOSEN,
    DAY,
    AddressesModel,
    DateGiven,
    Given,
    LiteralModel,
    ResourceModel,
    compact,
    literal,
    page_of,
    texts,
)
from api.paging import CONTEXT, PageModel
from api.texts import Texts
from graph.library import LANGUAGES
from graph.links import Link, Passage, Readings
from graph.passages import Excerpt

_TEXTS: Final = ("hedge", "condition", "quantity", "openListMarker", "note", "reason")
_IRIS: Final = ("accordingTo", "currency", "agreement", "rule", "term", "by")
_LITERALS: Final = ("validFrom", "validUntil")


class PassageModel(ResourceModel):
    """A place in a document; start and end count characters of the stored text."""

    type: Literal["Passage"] = "Passage"
    document: str
    quotation: Given[Texts] = None
    locator: Given[str] = None
    lines: Given[str] = None
    start: Given[int] = None
    end: Given[int] = None


class LinkModel(ResourceModel):
    """A link with its evidence; `reads` is its sentence in each language.

    It has an object, or a value. The polarity is denied when the source says that the link does
    not hold; `openList` is there when the source leaves the list open. `by` and `date` tell who
    made it and when; a derived link has the `rule` that it follows, and the links it follows from.
    """

    model_config = CHOSEN

    type: Literal["Link"] = "Link"
    slug: str
    subject: str
    predicate: str
    object: Given[str] = None
    value: Given[LiteralModel] = None
    level: str
    polarity: Given[Literal["denied"]] = None
    open_list: Given[bool] = None
    open_list_marker: Given[Texts] = None
    hedge: Given[Texts] = None
    condition: Given[Texts] = None
    quantity: Given[Texts] = None
    note: Given[Texts] = None
    reason: Given[Texts] = None
    according_to: Given[str] = None
    valid_from: Given[LiteralModel] = None
    valid_until: Given[LiteralModel] = None
    currency: Given[str] = None
    agreement: Given[str] = None
    rule: Given[str] = None
    term: Given[str] = None
    by: Given[str] = None
    date: DateGiven = None
    source: str
    reads: Texts
    evidence: list[PassageModel]
    follows_from: Given[list[str]] = None
    addresses: AddressesModel


class LinkDetailModel(LinkModel):
    """A link by itself; a derived one with its `premises`, the links that it follows from."""

    premises: Given[list[LinkModel]] = None


class LinksModel(PageModel[LinkModel]):
    """A page of links, strongest first."""


class TextQuoteModel(Model):
    """What a passage quotes, and what surrounds it (Web Annotation, section 4.2.4)."""

    id: str
    type: Literal["TextQuoteSelector"] = "TextQuoteSelector"
    exact: str
    prefix: str
    suffix: str


class TextPositionModel(Model):
    """The characters of the stored text that a passage is (Web Annotation, section 4.2.5)."""

    id: str
    type: Literal["TextPositionSelector"] = "TextPositionSelector"
    start: int
    end: int


class ExcerptModel(PassageModel):
    """A passage with its selectors, and the links that it states.

    `unlinked` says why a passage that was read yields no link.
    """

    model_config = CHOSEN

    slug: str
    selector: Given[list[TextQuoteModel | TextPositionModel]] = None
    unlinked: Given[Texts] = None
    links: list[str]
    addresses: AddressesModel


class PassagesModel(PageModel[ExcerptModel]):
    """A page of passages, in the order of their addresses."""


def _passage(passage: Passage) -> dict[str, Any]:
    said = passage.quotation
    return {
        "id": passage.iri,
        "document": passage.document,
        "quotation": texts(said) if said else None,
        "locator": passage.locator or None,
        "lines": passage.lines or None,
        "start": passage.start,
        "end": passage.end,
    }


def link_model(link: Link, slug: str, readings: Readings) -> LinkModel:
    """Return a link as it is written in a list."""
    return LinkModel(**_link(link, slug, readings))


def link_detail(
    link: Link, slug: str, readings: Readings, premises: Iterable[LinkModel]
) -> LinkDetailModel:
    """Return a link as it is written by itself."""
    members = _link(link, slug, readings)
    return LinkDetailModel(context=CONTEXT, premises=list(premises) or None, **members)


def _link(link: Link, slug: str, readings: Readings) -> dict[str, Any]:
    said = link.said
    date = said["date"].value if "date" in said else ""
    return {
        **{name: texts(said[name]) for name in _TEXTS if name in said},
        **{name: said[name].value for name in _IRIS if name in said},
        **{name: literal(said[name]) for name in _LITERALS if name in said},
        "id": link.iri,
        "slug": slug,
        "subject": link.subject,
        "predicate": compact(link.kind),
        "object": None if link.is_value else link.object,
        "value": literal(link.literal) if link.literal else None,
        "level": link.level,
        "polarity": "denied" if link.denied else None,
        "openList": link.open_list or None,
        "date": date if DAY.fullmatch(date) else None,
        "source": link.graph,
        "reads": {language: readings.read(link, language) for language in LANGUAGES},
        "evidence": [PassageModel(**_passage(passage)) for passage in link.passages],
        "followsFrom": list(link.follows_from) or None,
        "addresses": AddressesModel(self=f"/v1/links/{slug}", doc=page_of(link.iri)),
    }


def excerpt_model(excerpt: Excerpt, slug: str, context: str | None = None) -> ExcerptModel:
    """Return a passage as it is written; with a context it stands by itself."""
    selectors: list[TextQuoteModel | TextPositionModel] = []
    if quote := excerpt.quote:
        selectors.append(
            TextQuoteModel(
                id=quote.iri, exact=quote.exact, prefix=quote.prefix, suffix=quote.suffix
            )
        )
    if place := excerpt.position:
        selectors.append(TextPositionModel(id=place.iri, start=place.start, end=place.end))
    return ExcerptModel(
        context=context,
        slug=slug,
        selector=selectors or None,
        unlinked=texts(excerpt.unlinked) if excerpt.unlinked else None,
        links=list(excerpt.links),
        addresses=AddressesModel(self=f"/v1/passages/{slug}", doc=page_of(excerpt.passage.iri)),
        **_passage(excerpt.passage),
    )
