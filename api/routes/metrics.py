"""The figures of the service over HTTP, for those whom a setting names."""

from contextlib import suppress
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request, Response

from api.clients import is_among, read_networks
from api.library import LibraryDep
from api.settings import PREFIX, Settings
from graph.errors import StoreError

router = APIRouter(include_in_schema=False)

_REFUSED: Final = f"These figures are for the operator: {PREFIX}METRICS says who may read them."
#: What a proxy adds to the requests that it passes on.
_PASSED_ON: Final = ("forwarded", "x-forwarded-for")


@router.get("/metrics")
async def metrics(request: Request, library: LibraryDep) -> Response:
    """Give the figures in the format of Prometheus or OpenMetrics; 403 to who may not read them."""
    if not _may_read(request, library.settings):
        raise HTTPException(403, _REFUSED)
    statements, accept = None, request.headers.get("accept", "")
    with suppress(StoreError):  # an engine elsewhere may be out of reach: all else is told
        statements = await to_thread.run_sync(lambda: library.size)
    body, media_type = request.app.state.metrics.text(library, statements, accept)
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def _may_read(request: Request, settings: Settings) -> bool:
    """Tell whether a client may read the figures.

    Behind a proxy that was not named, everybody comes from the address of the proxy, so nobody may.
    """
    if not settings.proxy and any(name in request.headers for name in _PASSED_ON):
        return False
    address = request.client.host if request.client else ""
    return is_among(address, read_networks(settings, "metrics"))
