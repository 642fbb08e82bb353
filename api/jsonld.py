"""Answers as JSON, JSON-LD or Turtle: one text, so that the three say the same.

The JSON of lists and things is JSON-LD 1.1 by its context; Turtle is what that JSON-LD reads as.
Members that the context does not name, such as counts and addresses here, are no facts.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.fields import FieldInfo

from api.answers import Model
from api.negotiate import best
from api.texts import Texts
from graph.links import Text, text_of
from graph.results import Term
from ontology import BASE, ID, PREFIXES, ROOT, SAM

JSON: Final = "application/json"
JSON_LD: Final = "application/ld+json"
TURTLE: Final = "text/turtle"

#: The context of the JSON interface (JSON-LD 1.1, section 3.1).
CONTEXT: Final[Mapping[str, Any]] = json.loads(
    (ROOT / "context.jsonld").read_text(encoding="utf-8")
)["@context"]

#: How OpenAPI describes the same answer in the formats of RDF.
FORMATS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            JSON_LD: {"schema": {"type": "object"}},
            TURTLE: {"schema": {"type": "string"}},
        }
    }
}

_PREFIXES: Final = {name: iri for name, iri in PREFIXES.items() if CONTEXT.get(name) == iri}
_LOCAL: Final = re.compile(r"[A-Za-z][\w-]*")
#: Members that are always written.
_ALWAYS: Final = frozenset({"@context", "id", "type", "label"})
#: Which members of a model are written; None for all.
Chosen = dict[str, bool] | None
_NO_LANGUAGE: Final = "@none"

T = TypeVar("T")


def _is_absent(value: object) -> bool:
    return value is None


#: A member that is left out when there is nothing to say.
Given = Annotated[T | None, Field(exclude_if=_is_absent)]


#: A day as the graph writes it (XML Schema, section 3.3.9), without a time zone.
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DAY: Final = WithJsonSchema({"type": "string", "format": "date"})
DateGiven = Annotated[Given[str], _DAY]


class ResourceModel(Model):
    """Something with an IRI; by itself, outside a list, it names the context of its members."""

    context: Given[str] = Field(default=None, serialization_alias="@context", exclude_if=_is_absent)
    id: str


def _leave_to_choice(schema: dict[str, Any]) -> None:
    """Require of an answer only what is written whatever is asked for (see `fields_of`)."""
    schema["required"] = [name for name in schema["required"] if name in _ALWAYS]


#: The configuration of models of which a request chooses the members.
CHOSEN: Final = ConfigDict(json_schema_extra=_leave_to_choice)


class AddressesModel(Model):
    """Where more is to be had: the thing itself, the page about it, its links and neighbours."""

    self: str
    doc: Given[str] = None
    links: Given[str] = None
    neighbours: Given[str] = None


class LiteralModel(Model):
    """A value as RDF has it, with its language, or its datatype when it is no mere text."""

    value: str
    datatype: Given[str] = None
    language: Given[str] = None


def compact(iri: str) -> str:
    """Return an IRI with a prefix of the context where it has one, else whole."""
    for prefix, namespace in _PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and _LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    return iri


def class_name(iri: str) -> str:
    """Return the name of a class in the context, else its IRI."""
    name = iri.removeprefix(SAM)
    return name if CONTEXT.get(name) == f"sam:{name}" else compact(iri)


def page_of(iri: str) -> str | None:
    """Return the address of the page about an IRI; nothing when it leads nowhere."""
    return f"/doc/{quote(iri.removeprefix(ID))}" if iri.startswith(ID) else None


def literal(text: Text) -> LiteralModel:
    """Return a value as it is written."""
    return LiteralModel(
        value=text.value,
        datatype=compact(text.datatype) or None,
        language=text.language or None,
    )


def texts(text: Text) -> Texts:
    """Return one text by its language."""
    return {text.language or _NO_LANGUAGE: text.value}


def _by_language(terms: Iterable[Term]) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for text in _mere_texts(terms):
        found.setdefault(text.language or _NO_LANGUAGE, []).append(text.value)
    return found or None


def one_by_language(terms: Iterable[Term]) -> Texts:
    """Return the first text of each language."""
    found = _by_language(terms) or {}
    return {language: texts[0] for language, texts in found.items()}


def _texts(terms: Iterable[Term]) -> Texts | None:
    return one_by_language(terms) or None


def _iris(terms: Iterable[Term]) -> list[str] | None:
    return [term.value for term in terms if isinstance(term, ox.NamedNode)] or None


def _literals(terms: Iterable[Term]) -> list[LiteralModel] | None:
    return [literal(text_of(term)) for term in terms if isinstance(term, ox.Literal)] or None


def _mere_texts(terms: Iterable[Term]) -> Iterator[Text]:
    """Yield the terms that are texts, with or without a language."""
    found = (text_of(term) for term in terms if isinstance(term, ox.Literal))
    return (text for text in found if not text.datatype)


def _strings(terms: Iterable[Term]) -> list[str] | None:
    return [text.value for text in _mere_texts(terms) if not text.language] or None


def _string(terms: Iterable[Term]) -> str | None:
    return next(iter(_strings(terms) or ()), None)


def _first(terms: Iterable[Term], datatype: str, pattern: str) -> str | None:
    found = (text_of(term) for term in terms)
    fitting = (t.value for t in found if t.datatype == PREFIXES["xsd"] + datatype)
    return next((value for value in fitting if re.fullmatch(pattern, value)), None)


def _integer(terms: Iterable[Term]) -> int | None:
    found = _first(terms, "integer", r"-?\d{1,15}")
    return None if found is None else int(found)


def _day(terms: Iterable[Term]) -> str | None:
    return _first(terms, "date", DAY.pattern)


#: What is stated of a thing, as members; each is made of the terms of its field.
TextsGiven = Annotated[Given[Texts], BeforeValidator(_texts)]
NamesGiven = Annotated[Given[dict[str, list[str]]], BeforeValidator(_by_language)]
IrisGiven = Annotated[Given[list[str]], BeforeValidator(_iris)]
StringGiven = Annotated[Given[str], BeforeValidator(_string)]
StringsGiven = Annotated[Given[list[str]], BeforeValidator(_strings)]
LiteralsGiven = Annotated[Given[list[LiteralModel]], BeforeValidator(_literals)]
IntegerGiven = Annotated[Given[int], BeforeValidator(_integer)]
DayGiven = Annotated[Given[str], BeforeValidator(_day), _DAY]


class _NoSuchMember(ValueError):
    """A member that is asked for and that there is none of; `allowed` are those there are."""

    def __init__(self, name: str, allowed: Sequence[str]) -> None:
        super().__init__(f"no member {name!r}; there are: {', '.join(allowed)}")
        self.allowed = list(allowed)


def fields_of(model: type[Model]) -> Any:
    """Return the dependency that reads which members of a model are asked for, as `fields`.

    It gives what pydantic is to write: what says what a thing is, and what is asked for; all of
    it, None, when nothing is.
    """
    names = {_written(name, info): name for name, info in model.model_fields.items()}
    allowed = [name for name in names if name not in _ALWAYS]
    one = f"({'|'.join(allowed)})"

    def check(text: str) -> str:
        for name in text.split(","):
            if name not in allowed:
                raise _NoSuchMember(name, allowed)
        return text

    async def read(
        fields: Annotated[
            Annotated[str, AfterValidator(check)] | None,
            Query(
                description="The members to give, with commas; what says what a thing is stays.",
                json_schema_extra={"pattern": f"^{one}(,{one})*$"},
            ),
        ] = None,
    ) -> Chosen:
        if fields is None:
            return None
        asked = {*_ALWAYS, *fields.split(",")}
        return {name: True for alias, name in names.items() if alias in asked}

    return Depends(read)


def _written(name: str, info: FieldInfo) -> str:
    return info.serialization_alias or info.alias or name


def in_list(chosen: Chosen) -> dict[str, Any] | None:
    """Return what to write of a page when this is chosen of each of its items."""
    if chosen is None:
        return None
    return {"context": True, "total": True, "items": {"__all__": chosen}, "next": True}


def to_turtle(document: bytes) -> bytes:
    """Return JSON-LD of ours as Turtle, with the prefixes that it uses.

    The triples are one graph, whatever graph the parser puts the items of a list in.
    """
    whole = json.loads(document) | {"@context": CONTEXT}
    quads = ox.parse(json.dumps(whole), format=ox.RdfFormat.JSON_LD, base_iri=BASE)
    triples = list(dict.fromkeys(quad.triple for quad in quads))
    plain = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    used = {name: iri for name, iri in PREFIXES.items() if f"<{iri}".encode() in plain}
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used) or b""


def write(
    request: Request,
    model: Model,
    include: Any = None,
    following: str = "",
) -> Response:
    """Return an answer in the format that is asked for by Accept; 406 when there is none.

    `include` are the members to write (all without it), as pydantic takes them; `following` is
    the address of the next page.
    """
    media_type = best(request, (JSON, JSON_LD, TURTLE))
    content = model.model_dump_json(by_alias=True, include=include).encode()
    headers = {"Vary": "Accept, Accept-Language"}
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    if media_type == TURTLE:
        content = to_turtle(content)
    return Response(content, media_type=media_type, headers=headers)
