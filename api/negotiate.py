"""Content negotiation: the format and the language of an answer (RFC 9110, section 12)."""

from collections.abc import Sequence
from typing import Final

from fastapi import HTTPException, Request
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from graph.errors import NotFoundError
from graph.library import LANGUAGES
from graph.results import Form, Format, format_named, formats_for

HTML: Final = "text/html"
#: What else a client may call a format, by media type.
ALIASES: Final = {"application/json": "json", "application/xml": "xml", "text/plain": "ntriples"}


def _accepted(request: Request) -> MIMEAccept:
    """Return what is accepted, without parameters such as charset: the offers have none."""
    header = parse_accept_header(request.headers.get("accept") or "*/*", MIMEAccept)
    return MIMEAccept((range_.partition(";")[0].strip(), quality) for range_, quality in header)


def best(request: Request, offers: Sequence[str]) -> str:
    """Return the media type that the Accept header likes best; 406 when it likes none.

    The first offer is the default when everything is welcome.
    """
    match = _accepted(request).best_match(list(offers))
    if match is None:
        raise HTTPException(406, f"None of these is accepted: {', '.join(offers)}.")
    return match


def prefers_page(request: Request) -> bool:
    """Tell whether the client names text/html, as browsers do and programs do not."""
    return any(media_type == HTML and quality for media_type, quality in _accepted(request))


def result_format(request: Request, form: Form, wanted: str | None) -> Format:
    """Return the format for a result: `?format=` when given, else by Accept."""
    if wanted:
        try:
            return format_named(wanted, form)
        except NotFoundError as error:
            raise HTTPException(406, str(error)) from error
    offers = {f.media_type: f for f in formats_for(form)}
    extra = {media: f for media, name in ALIASES.items() for f in offers.values() if f.name == name}
    return (offers | extra)[best(request, [*offers, *extra])]


def language(request: Request) -> str:
    """Return the language of the page: `?lang=` when given, else by Accept-Language, else Dutch."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    header = request.headers.get("accept-language", "")
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES) or LANGUAGES[0]
