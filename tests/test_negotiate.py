"""Content negotiation: format and language by header (RFC 9110, section 12)."""

import pytest
from fastapi import HTTPException, Request
from hypothesis import given
from hypothesis import strategies as st

from api.negotiate import HTML, best, language, prefers_page, result_format
from graph.library import LANGUAGES
from graph.results import Form, formats_for

OFFERS = ("text/html", "text/turtle", "application/ld+json")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
headers = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]))


def request(accept: str | None = None, languages: str | None = None, query: str = "") -> Request:
    """Make a request with these headers."""
    given_headers = {"accept": accept, "accept-language": languages}
    raw = [(k.encode(), v.encode("latin-1")) for k, v in given_headers.items() if v is not None]
    return Request({"type": "http", "headers": raw, "query_string": query.encode(), "path": "/"})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("TEXT/Turtle", "text/turtle"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', OFFERS[2]),
        ("text/*", "text/html"),
        ("application/*", "application/ld+json"),
        ("text/turtle;q=0.5, application/ld+json;q=0.6", "application/ld+json"),
        ("text/turtle;q=0.5,application/ld+json;q=0.50,text/html;q=0.4", "text/turtle"),
        ("text/html;q=0, */*", "text/turtle"),
        ("text/*;q=0, */*;q=0.1", "application/ld+json"),
        ("image/png, application/ld+json;q=0.001", "application/ld+json"),
        ("*/*;q=0.1, application/ld+json", "application/ld+json"),
    ],
)
def test_best(accept: str | None, expected: str) -> None:
    """The offer with the highest quality is chosen, the first of equals, and all when none asks."""
    assert best(request(accept), OFFERS) == expected


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/html;q=0", "text", "q=1"])
def test_nothing_acceptable(accept: str) -> None:
    """When no offer is accepted the error is 406 and names the offers."""
    with pytest.raises(HTTPException) as caught:
        best(request(accept), OFFERS)
    assert caught.value.status_code == 406
    assert all(offer in caught.value.detail for offer in OFFERS)


@given(accept=headers)
def test_any_accept_header(accept: str) -> None:
    """Whatever stands in Accept, the answer is one of the offers or 406."""
    asked = request(accept)
    try:
        answer: object = best(asked, OFFERS)
    except HTTPException as error:
        answer = error.status_code
    assert answer in (*OFFERS, 406)
    assert prefers_page(asked) in (True, False)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (BROWSER, True),
        ("text/html;q=0.1, text/turtle", True),
        ("text/html;charset=utf-8", True),
        ("text/html;q=0", False),
        ("*/*", False),
        ("application/json", False),
        (None, False),
    ],
)
def test_prefers_page(accept: str | None, expected: bool) -> None:
    """Only a client that names text/html is taken for a browser."""
    assert prefers_page(request(accept)) is expected


@pytest.mark.parametrize("form", Form)
def test_format_by_name(form: Form) -> None:
    """Every format of a result is chosen by its short name, its media type or its extension."""
    for format_ in formats_for(form):
        for name in (format_.name, format_.media_type, format_.extension):
            assert result_format(request("image/png"), form, name) is format_


@pytest.mark.parametrize("form", Form)
def test_format_by_accept(form: Form) -> None:
    """Every format of a result is chosen by Accept, and without it the first."""
    offered = formats_for(form)
    assert result_format(request(), form, None) is offered[0]
    assert [result_format(request(f.media_type), form, None) for f in offered] == list(offered)


@pytest.mark.parametrize(
    ("accept", "form", "expected"),
    [
        ("application/json", Form.BINDINGS, "json"),
        ("application/json", Form.BOOLEAN, "json"),
        ("application/xml", Form.BINDINGS, "xml"),
        ("text/plain", Form.GRAPH, "ntriples"),
    ],
)
def test_format_by_another_name(accept: str, form: Form, expected: str) -> None:
    """A client that asks for plain JSON, XML or text gets the format that is one."""
    assert result_format(request(accept), form, None).name == expected


@pytest.mark.parametrize("form", Form)
def test_unknown_format(form: Form) -> None:
    """A format that there is not is 406, and those there are are named."""
    with pytest.raises(HTTPException) as caught:
        result_format(request(), form, "docx")
    assert caught.value.status_code == 406
    assert formats_for(form)[0].name in caught.value.detail


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("nl-BE", "nl"),
        ("fr,de;q=0.9", "nl"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, nl;q=0.1", "nl"),
        ("*", "nl"),
    ],
)
def test_language_by_header(accepted: str | None, expected: str) -> None:
    """The language is the one that Accept-Language likes best, and Dutch when it likes neither."""
    assert language(request(languages=accepted)) == expected


def test_language_by_address() -> None:
    """A language in the address wins over the header, unless there is no such language."""
    assert language(request(languages="nl", query="lang=en")) == "en"
    assert language(request(languages="en", query="lang=xx")) == "en"


@given(accepted=headers, query=headers)
def test_any_language_header(accepted: str, query: str) -> None:
    """Whatever stands in Accept-Language or the address, the page is in one of our languages."""
    asked = request(HTML, accepted, f"lang={query}")
    assert language(asked) in LANGUAGES
