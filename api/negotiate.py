"""Content negotiation: the format and the language of an answer (RFC 9110, section 12)."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NoReturn

from fastapi import HTTPException, Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.texts import wanted_language
from graph.errors import NotFoundError
from graph.library import LANGUAGES
from graph.results import Form, Format, format_named, formats_for

HTML: Final = "text/html"
#: What else a client may call a format, by media type.
ALIASES: Final = {"application/json": "json", "application/xml": "xml", "text/plain": "ntriples"}

#: What a description is written in, beside a page: the RDF syntaxes for one graph.
SYNTAXES: Final = tuple(
    format_named(name, Form.GRAPH) for name in ("turtle", "jsonld", "rdfxml", "ntriples")
)


def _accept(request: Request) -> str:
    return request.headers.get("accept") or "*/*"


@lru_cache(maxsize=128)
def _ranges(accept: str) -> MIMEAccept:
    """Return what is accepted, without parameters such as charset: the offers have none."""
    header = parse_accept_header(accept, MIMEAccept)
    return MIMEAccept((range_.partition(";")[0].strip(), quality) for range_, quality in header)


@lru_cache(maxsize=128)
def _match(accept: str, offers: tuple[str, ...]) -> str | None:
    return _ranges(accept).best_match(list(offers))


def best(request: Request, offers: Sequence[str]) -> str:
    """Return the media type that the Accept header likes best; 406 when it likes none.

    The first offer is the default when everything is welcome.
    """
    return _best(_accept(request), tuple(offers))


def _best(accept: str, offers: tuple[str, ...]) -> str:
    match = _match(accept, offers)
    if match is None:
        raise HTTPException(406, f"None of these is accepted: {', '.join(offers)}.")
    return match


def prefers_page(request: Request) -> bool:
    """Tell whether the client names text/html, as browsers do and programs do not."""
    accepted = _ranges(_accept(request))
    return any(media_type == HTML and quality for media_type, quality in accepted)


def result_format(request: Request, form: Form, wanted: str | None) -> Format:
    """Return the format for a result: `?format=` when given, else by Accept.

    `?format=` takes a short name, an extension or a media type, of which a plus may have been
    written as it stands and so have arrived as a space.
    """
    return _format(_accept(request), form, wanted)


def _format(accept: str, form: Form, wanted: str | None) -> Format:
    if wanted:
        name = wanted.strip().lower().replace(" ", "+")
        try:
            return format_named(ALIASES.get(name, name), form)
        except NotFoundError as error:
            raise HTTPException(406, str(error)) from error
    offers = _offers(form)
    return offers[_best(accept, tuple(offers))]


@cache
def _offers(form: Form) -> dict[str, Format]:
    """Return the formats of a form by media type: the registered ones, then the others."""
    offers = {f.media_type: f for f in formats_for(form)}
    extra = {media: f for media, name in ALIASES.items() for f in offers.values() if f.name == name}
    return offers | extra


def described(request: Request) -> Format | None:
    """Return the RDF syntax for a description, or none for its page; 406 when neither is right.

    `?format=` when given, else by Accept; the page is the default.
    """
    given = request.query_params.getlist("format")
    if len(given) > 1:
        raise HTTPException(400, f"format is given {len(given)} times; give it once.")
    offers = {format_.media_type: format_ for format_ in SYNTAXES}
    if not given:
        return offers.get(best(request, [HTML, *offers]))
    name = given[0].strip().lower().replace(" ", "+")
    if name in ("html", HTML):
        return None
    found = (f for f in SYNTAXES if name in (f.name, f.media_type, f.extension))
    if chosen := next(found, None):
        return chosen
    known = ", ".join(["html", *(format_.name for format_ in SYNTAXES)])
    raise HTTPException(406, f"No format {given[0]!r} for a description; take one of: {known}.")


def choices(request: Request, wanted: str | None, page: bool = False) -> Mapping[Form, str]:
    """Return for each form of result the short name of the format that the client likes best.

    A form is left out when nothing that it can be written in is accepted. Where a page may be
    given too, text/html is an offer like the others, and the last among equals.
    """
    return _choices(_accept(request), wanted, page)


@lru_cache(maxsize=128)
def _choices(accept: str, wanted: str | None, page: bool) -> Mapping[Form, str]:
    chosen: dict[Form, str] = {}
    for form in Form:
        try:
            if page and (wanted or _best(accept, (*_offers(form), HTML))) in ("html", HTML):
                chosen[form] = HTML
            else:
                chosen[form] = _format(accept, form, wanted).name
        except HTTPException:
            continue
    return MappingProxyType(chosen)


def accepts_gzip(request: Request) -> bool:
    """Tell whether the answer may be compressed (RFC 9110, section 12.5.3)."""
    return _accepts_gzip(request.headers.get("accept-encoding", ""))


@lru_cache(maxsize=128)
def _accepts_gzip(accept: str) -> bool:
    return parse_accept_header(accept)["gzip"] > 0


def refuse_format(request: Request, form: Form, wanted: str | None) -> NoReturn:
    """Raise 406 with the formats there are, for a form that `choices` left out."""
    result_format(request, form, wanted)
    raise HTTPException(406, "This result has no format that is accepted.")


def language(request: Request) -> str:
    """Return the language of the page: `?lang=` when given, else by Accept-Language, else Dutch."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return wanted_language(request.headers.get("accept-language", "")) or LANGUAGES[0]
