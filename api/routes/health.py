"""Health: is the service there, and does its store answer?"""

from fastapi import APIRouter

from api.library import LibraryDep

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def health(library: LibraryDep) -> dict[str, str | int]:
    """Answer with the number of statements, read from the store."""
    return {"status": "ok", "statements": len(library.store)}
