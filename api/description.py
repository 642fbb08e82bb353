"""The description of the JSON interface (OpenAPI 3.1), and what it says of an operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.problems import MEDIA_TYPE, Problem

#: What any request may be answered with instead, and why.
_ALWAYS: Final = {
    HTTPStatus.NOT_FOUND: "What is named is not here; `parameter` says where, `allowed` what is.",
    HTTPStatus.NOT_ACCEPTABLE: "No format that is accepted.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much was asked from this address; see Retry-After.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A fault of the service.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service cannot answer now; see Retry-After.",
}
_INVALID: Final = "The request is not valid; `errors` lists every fault."
#: The same for a request with a body.
_WITH_BODY: Final = {
    HTTPStatus.REQUEST_TIMEOUT: "The body comes too slowly.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too long.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is no JSON.",
}
_HEADERS: Final = {"API-Version": {"$ref": "#/components/headers/API-Version"}}
_PLACE: Final = "#/components/schemas/{model}"
#: Shapes of errors that FastAPI describes and this service does not send.
_UNUSED: Final = ("HTTPValidationError", "ValidationError")


@dataclass(frozen=True)
class Operation:
    """What an operation offers: its query parameters, and the media types of its answer."""

    parameters: tuple[str, ...]
    formats: tuple[str, ...]


def describe(interface: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document; every operation names its problems and the version header."""
    if interface.openapi_schema is None:
        document = get_openapi(
            title=interface.title,
            version=interface.version,
            summary=interface.summary,
            description=interface.description,
            routes=interface.routes,
            servers=interface.servers,
            license_info=interface.license_info,
        )
        document["info"]["contact"] = interface.contact
        parts = document.setdefault("components", {})
        shapes = parts.setdefault("schemas", {})
        for name in _UNUSED:
            shapes.pop(name, None)
        _, described = models_json_schema([(Problem, "serialization")], ref_template=_PLACE)
        shapes |= described["$defs"]
        version = {"description": "The version of the interface.", "schema": {"type": "string"}}
        parts["headers"] = {"API-Version": version}
        document["security"] = []
        for ways in document["paths"].values():
            for way in ways.values():
                _complete(way)
        interface.openapi_schema = document
    return interface.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    """Name the problems of an operation, and the header that all of its answers have."""
    answers = operation["responses"]
    answers.pop("422", None)
    problems = dict(_ALWAYS)
    if "requestBody" in operation or "parameters" in operation:
        problems[HTTPStatus.BAD_REQUEST] = _INVALID
    if "requestBody" in operation:
        problems |= _WITH_BODY
    for status, reason in problems.items():
        answers.setdefault(str(int(status)), {"description": reason})
    for status, answer in answers.items():
        answer["headers"] = {**answer.get("headers", {}), **_HEADERS}
        if int(status) >= HTTPStatus.BAD_REQUEST:
            answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": _PLACE.format(model="Problem")}}}


def operation_of(request: Request) -> Operation:
    """Return what the operation of a request offers, by the description."""
    route = request.scope["route"]
    return _operations(request.app)[request.method, route.path_format]


def _operations(interface: FastAPI) -> Mapping[tuple[str, str], Operation]:
    """Return every operation by its method and path."""
    state = interface.state
    if not hasattr(state, "operations"):
        state.operations = {
            (method.upper(), path): Operation(_parameters(way), _formats(way))
            for path, ways in interface.openapi()["paths"].items()
            for method, way in ways.items()
        }
    operations: Mapping[tuple[str, str], Operation] = state.operations
    return operations


def _parameters(operation: Mapping[str, Any]) -> tuple[str, ...]:
    declared = operation.get("parameters", ())
    return tuple(sorted({one["name"] for one in declared if one["in"] == "query"}))


def _formats(operation: Mapping[str, Any]) -> tuple[str, ...]:
    answers = operation["responses"].items()
    return tuple(
        media_type
        for status, answer in answers
        if status.startswith("2")
        for media_type in answer.get("content", ())
    )
