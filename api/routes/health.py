"""Health: is the service there, and does its store answer?"""

from fastapi import APIRouter

from api.library import LibraryDep

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def health(library: LibraryDep) -> dict[str, str | int]:
    """Ask the store something, and say how many statements it held at the start."""
    library.store.query("ASK {}").truth()
    return {"status": "ok", "statements": library.size}
