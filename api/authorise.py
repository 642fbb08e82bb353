"""Who may write: whoever has the token (RFC 6750, section 2.1)."""

from hmac import compare_digest
from typing import Final

from fastapi import HTTPException, Request

from api.library import Library
from graph.writer import Writer

READ_ONLY: Final = "This service is read-only: it takes no updates. Queries go to /sparql."
_ELSEWHERE: Final = "This service only reads the engine behind it. Write to that engine itself."
_UNKNOWN: Final = "Writing needs the token of this service: send it as Authorization: Bearer TOKEN."


def has_token(request: Request, token: str) -> bool:
    """Tell whether a request carries the token of the service, if there is one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = compare_digest(given.strip().encode("latin-1"), token.encode())
    return bool(token) and scheme.lower() == "bearer" and same


def writer_for(request: Request, library: Library) -> Writer:
    """Return the writer; 403 when nothing can be written, 401 without the right token."""
    if not library.settings.token:
        raise HTTPException(403, READ_ONLY)
    if library.writer is None:
        raise HTTPException(403, _ELSEWHERE)
    if not has_token(request, library.settings.token):
        raise HTTPException(401, _UNKNOWN, {"WWW-Authenticate": 'Bearer realm="samenhang"'})
    return library.writer
