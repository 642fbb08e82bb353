"""Operations: what a request of the SPARQL 1.1 Protocol asks (sections 2.1 and 2.2)."""

import re
from binascii import a2b_qp
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import HTTPException, Request
from werkzeug.http import parse_options_header

from api.authorise import writer_for
from api.library import Library
from graph.limits import MB

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
METHODS: Final = "GET, HEAD, OPTIONS, POST"

_MOST_PAIRS: Final = 1000
_NO_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Parameters = dict[str, list[str]]


@dataclass(frozen=True)
class Operation:
    """A query or an update with its other parameters.

    The text of the query is None when there is none, as is that of the update; `wanted` is the
    format that is asked for by name.
    """

    text: str | None
    wanted: str | None
    parameters: Parameters
    update: str | None = None


def one(parameters: Parameters, name: str) -> str | None:
    """Return the value of a parameter that may be given once."""
    values = parameters.get(name, [])
    if len(values) > 1:
        raise HTTPException(400, f"{name} is given {len(values)} times; give it once.")
    return values[0] if values else None


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The request is not UTF-8.") from error


def parameters_of(*encoded: bytes) -> Parameters:
    """Decode parameters, once (URL Standard, section 5.1); 400 when they are no UTF-8."""
    parameters: Parameters = {}
    pairs = [pair for raw in encoded for pair in raw.split(b"&") if pair]
    if len(pairs) > _MOST_PAIRS:
        raise HTTPException(400, f"The request has more than {_MOST_PAIRS:,} parameters.")
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        parameters.setdefault(_text(_unquoted(name)), []).append(_text(_unquoted(value)))
    return parameters


def _unquoted(raw: bytes) -> bytes:
    """Decode percent-encoding (URL Standard, section 1.3).

    It is Quoted-Printable with another sign, which the library decodes at once instead of escape
    by escape. What is no escape stays as it is.
    """
    if b"%" not in raw:
        return raw
    if _NO_ESCAPE.search(raw):
        return unquote_to_bytes(raw)
    return a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))


async def read_operation(request: Request, library: Library) -> Operation:
    """Read what is asked for, by GET or in one of the ways by POST.

    HTTPException when the request cannot be read, when its body is too long, or when its body is
    an update of who may not write.
    """
    address = request.scope["query_string"]
    media_type = "" if request.method == "GET" else _media_type(request)
    limit = 4 * library.settings.max_query  # a form may escape every character
    if media_type == UPDATE:
        writer_for(request, library)
        limit = library.settings.max_upload * MB
    body = await limited_body(request, limit) if media_type else b""
    parameters = parameters_of(address, body if media_type == FORM else b"")
    if media_type in (DIRECT, UPDATE):
        name = "query" if media_type == DIRECT else "update"
        parameters.setdefault(name, []).append(_text(body))
    update = one(parameters, "update")
    if update is not None and not media_type:
        raise HTTPException(405, "Send an update by POST.", {"Allow": METHODS})
    if update is not None and "query" in parameters:
        raise HTTPException(400, "Send a query or an update, not both.")
    return Operation(one(parameters, "query"), one(parameters, "format"), parameters, update)


def _media_type(request: Request) -> str:
    """Return the media type of a body that can be read, else raise 415."""
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    media_type = media_type.lower()
    if media_type not in (FORM, DIRECT, UPDATE):
        raise HTTPException(415, f"Send a query as {FORM} or {DIRECT}, an update as {UPDATE}.")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HTTPException(415, "Send the request in UTF-8.")
    return media_type


async def limited_body(request: Request, limit: int) -> bytes:
    """Return the body, of so many bytes at most; 413 when it is longer, before it is read."""
    too_long = HTTPException(413, f"The request is longer than {limit:,} bytes.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the request as it is, not compressed.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_long
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_long
    return bytes(body)
