"""Conditional answers: an entity tag for what is sent, and 304 for who has it already.

RFC 9110, sections 8.8.3 and 13.1.2.
"""

from hashlib import sha256
from typing import Final

from fastapi import Request, Response
from werkzeug.http import parse_etags, unquote_etag

#: What a 304 says, of what the whole answer would say (RFC 9110, section 15.4.5).
_KEPT: Final = ("content-language", "etag", "link", "vary")


def unless_known(request: Request, response: Response) -> Response:
    """Return the response with an entity tag, or 304 when the client has it already.

    A response that has no tag gets one that is made of its body.
    """
    if response.status_code != 200:
        return response
    if "etag" not in response.headers:
        response.headers["ETag"] = f'W/"{sha256(response.body).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match")
    tag, _ = unquote_etag(response.headers["etag"])
    if not known or tag is None or not parse_etags(known).contains_weak(tag):
        return response
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return Response(status_code=304, headers=kept)
