"""The JSON interface: an application of its own below /v1, with its description (OpenAPI 3.1).

It follows the Dutch API Design Rules, 2.2.
"""

from contextvars import ContextVar
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, model_validator
from pydantic.alias_generators import to_camel

from api import problems
from api.description import describe, operation_of
from api.headers import API_VERSION
from api.negotiate import best
from api.routes import (
    absences,
    assessments,
    balances,
    changes,
    collections,
    comparisons,
    links,
    neighbours,
    paths,
    profile,
    questions,
    reciprocity,
    scenarios,
    seals,
    search,
    views,
)
from api.settings import Settings

#: The modules with routes of the interface.
MODULES: Final = (
    collections,
    links,
    absences,
    questions,
    profile,
    scenarios,
    assessments,
    balances,
    comparisons,
    reciprocity,
    search,
    neighbours,
    paths,
    views,
    changes,
    seals,
)

_DESCRIPTION: Final = """\
A government strategy as a graph of links, each of which can be read back to the passage that
states it, and questions on whether the strategy hangs together.

Texts come in Dutch and English (`{"nl": ..., "en": ...}`); with Accept-Language only in the one
that is asked for. An answer is the same until the data change: send its ETag as If-None-Match.
Errors are problem documents (RFC 9457)."""

#: The parameters that the operation at hand has.
_ALLOWED: Final[ContextVar[tuple[str, ...]]] = ContextVar("allowed")


class _NoSuchParameter(ValueError):
    """A parameter that the operation does not have; `allowed` are those that it has."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"no such parameter; there are: {', '.join(allowed) or 'none'}")
        self.allowed = list(allowed)


def _refuse(_: object) -> None:
    raise _NoSuchParameter(_ALLOWED.get())


class _Others(BaseModel):
    """The parameters of a request that its operation does not have: each is a fault."""

    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(_refuse)]]
    model_config = {"extra": "allow"}

    @model_validator(mode="before")
    @classmethod
    def _leave_known(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name not in _ALLOWED.get()}


async def _offered(request: Request) -> None:
    """See what the operation offers; HTTPException 406 when it has no format that is accepted."""
    operation = operation_of(request)
    _ALLOWED.set(operation.parameters)
    best(request, operation.formats)


async def _known(_: Annotated[_Others, Query()]) -> None:
    """Find the parameters that the operation does not have, together with all other faults."""


def _operation_id(route: APIRoute) -> str:
    return to_camel(route.name)


def create_interface(settings: Settings) -> FastAPI:
    """Return the interface; it shares the state of the application that it becomes part of."""
    interface = FastAPI(
        title="Samenhang",
        version=API_VERSION,
        summary="Links of a government strategy, each with the passage that states it.",
        description=_DESCRIPTION,
        contact={"name": "Samenhang", "url": settings.base_url, "email": settings.contact},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": f"{settings.base_url.rstrip('/')}/v1"}],
        root_path_in_servers=False,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        dependencies=[Depends(_offered), Depends(_known)],
    )
    problems.install(interface)
    for module in MODULES:
        interface.include_router(module.router)
    interface.openapi = partial(describe, interface)  # type: ignore[method-assign]
    return interface
