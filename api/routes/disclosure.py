"""Whom to tell of a weakness in this service (RFC 9116)."""

from fastapi import APIRouter, Response

from api.disclosure import read_disclosure
from api.library import LibraryDep
from graph.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/.well-known/security.txt")
async def disclosure(library: LibraryDep) -> Response:
    """Name the contact that the operator has given; 404 when there is none."""
    found = read_disclosure(library.settings)
    if not found:
        raise NotFoundError("Nobody has said yet whom to tell of a weakness in this service.")
    return Response(found.text, media_type="text/plain")
