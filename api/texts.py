"""Texts in the language that the client asks for (RFC 9110, section 12.5.4)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Final

from pydantic import PlainSerializer
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from graph.library import LANGUAGES

#: The one language in which texts are written; empty for all.
_ONLY: Final[ContextVar[str]] = ContextVar("only", default="")


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    only = _ONLY.get()
    return {only: texts[only]} if only in texts else dict(texts)


#: A text in each language; when one is asked for, and there is a text in it, only in that one.
Texts = Annotated[dict[str, str], PlainSerializer(_written)]


def wanted_language(accept_language: str) -> str:
    """Return the language that the header Accept-Language asks for; empty for all of them.

    That is so without the header, and when no language or every language is asked for. A region
    is not looked at: en-GB asks for English.
    """
    accepted = parse_accept_header(accept_language, LanguageAccept)
    named = [(name.partition("-")[0].lower(), quality) for name, quality in accepted]
    return LanguageAccept(pair for pair in named if pair[0] != "*").best_match(LANGUAGES) or ""


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """Write texts in one language; in all when it is empty."""
    token = _ONLY.set(language)
    try:
        yield
    finally:
        _ONLY.reset(token)
