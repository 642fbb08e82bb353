"""Errors as problem documents (RFC 9457)."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.negotiate import prefers_page
from graph.errors import (
    DataError,
    FormatError,
    GoneError,
    LimitError,
    NotFoundError,
    ParameterError,
    QueryError,
    SamenhangError,
    StoreError,
    UnknownError,
)

#: The status of each of our errors.
STATUS: Final[dict[type[SamenhangError], HTTPStatus]] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    DataError: HTTPStatus.BAD_REQUEST,
    UnknownError: HTTPStatus.NOT_FOUND,
    ParameterError: HTTPStatus.BAD_REQUEST,
    GoneError: HTTPStatus.GONE,
    NotFoundError: HTTPStatus.NOT_FOUND,
    FormatError: HTTPStatus.NOT_ACCEPTABLE,
    LimitError: HTTPStatus.GATEWAY_TIMEOUT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}


#: The status of each limit that a query may pass.
_LIMITS: Final = {
    "time": HTTPStatus.GATEWAY_TIMEOUT,
    "memory": HTTPStatus.INSUFFICIENT_STORAGE,
    "size": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "crash": HTTPStatus.INTERNAL_SERVER_ERROR,
}


#: What an error may know beside its text, each an extension member of its document.
_MEMBERS: Final = ("line", "column", "token", "hint", "limit", "parameter", "allowed")


_QUOTED: Final = re.compile("'([^']*)'")
#: What pydantic puts before what we say.
_OF_OURS: Final = "Value error, "
#: What the framework says in one word only.
_PLAIN: Final = {
    HTTPStatus.NOT_FOUND: "There is nothing at {path}.",
    HTTPStatus.METHOD_NOT_ALLOWED: "{path} does not take {method}; Allow names what it takes.",
}
#: Below this path every error is a problem document, also for a browser.
_INTERFACE: Final = "/v1/"
MEDIA_TYPE: Final = "application/problem+json"


class Fault(BaseModel):
    """One fault of a request: where it is, and what it is."""

    where: str
    what: str


class Problem(BaseModel):
    """A problem document (RFC 9457); what it has beside type, title, status and detail varies."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    parameter: str = ""
    allowed: list[str] = []
    limit: str = ""


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> JSONResponse:
    """Return a problem document; `more` are extension members, left out when they are None."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} | {k: v for k, v in more.items() if v is not None}
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


def reply(request: Request, status: int, detail: str, headers: Any = None, **more: Any) -> Response:
    """Answer a browser with a page, and anything else, or at /v1, with a problem document."""
    if not request.url.path.startswith(_INTERFACE) and prefers_page(request):
        page: Response = request.app.state.library.page(request, "problem.html", detail=detail)
        page.status_code = status
        page.headers.update(headers or {})
        return page
    return problem(status, detail, {**(headers or {}), "Vary": "Accept"}, **more)


def _ours(request: Request, error: Exception) -> Response:
    status = next(s for kind, s in STATUS.items() if isinstance(error, kind))
    more = {key: getattr(error, key, None) for key in _MEMBERS}
    headers = {}
    if isinstance(error, LimitError):
        status = _LIMITS[error.limit]
        request.app.state.metrics.pass_limit(error.limit)
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return reply(request, status, str(error), headers, **more)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, detail = HTTPStatus(error.status_code), str(error.detail)
    if detail == status.phrase and status in _PLAIN:
        detail = _PLAIN[status].format(path=request.url.path, method=request.method)
    return reply(request, status, detail, headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "where": ".".join(map(str, fault["loc"])),
            "what": fault["msg"].removeprefix("Value error, "),
        }
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in errors)
    first = error.errors()[0]
    context = first.get("ctx", {})
    allowed = getattr(context.get("error"), "allowed", None)
    if "expected" in context:
        allowed = _QUOTED.findall(context["expected"])
    return reply(
        request,
        HTTPStatus.BAD_REQUEST,
        detail,
        errors=errors,
        parameter=_parameter(first["loc"]),
        allowed=allowed,
    )


def _parameter(where: Sequence[str | int]) -> str:
    """Return the name of what is at fault, without its place in a list; else body or query."""
    names = [str(part) for part in where[1:] if str(part).isidentifier()]
    return ".".join(names) or str(where[0])


def respond(request: Request, error: Exception) -> Response:
    """Answer an error of ours, or one that HTTP has a status for."""
    return (_http if isinstance(error, HTTPException) else _ours)(request, error)


def unexpected(_: Request, __: Exception) -> JSONResponse:
    """Answer an error that nobody thought of, without a word of it."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")


def install(app: FastAPI) -> None:
    """Give the application a problem document for every error."""
    for kind in STATUS:
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, unexpected)
