"""Errors as problem documents (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.negotiate import prefers_page
from graph.errors import (
    DataError,
    FormatError,
    LimitError,
    NotFoundError,
    ParameterError,
    QueryError,
    SamenhangError,
    StoreError,
)

#: The status of each of our errors.
STATUS: Final[dict[type[SamenhangError], HTTPStatus]] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    DataError: HTTPStatus.BAD_REQUEST,
    ParameterError: HTTPStatus.BAD_REQUEST,
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


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> JSONResponse:
    """Return a problem document; `more` are extension members, left out when they are None."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} | {k: v for k, v in more.items() if v is not None}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def reply(request: Request, status: int, detail: str, headers: Any = None, **more: Any) -> Response:
    """Answer a browser with a page, and anything else with a problem document."""
    if prefers_page(request):
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
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return reply(request, status, str(error), headers, **more)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return reply(request, error.status_code, str(error.detail), headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"where": ".".join(map(str, fault["loc"])), "what": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in errors)
    parameter = _parameter(error.errors()[0]["loc"])
    return reply(request, HTTPStatus.BAD_REQUEST, detail, errors=errors, parameter=parameter)


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
