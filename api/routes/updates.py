"""The update operation of the SPARQL 1.1 Protocol (section 2.2)."""

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse

from api.authorise import writer_for
from api.library import Library


async def update(
    request: Request, library: Library, text: str, parameters: dict[str, list[str]]
) -> Response:
    """Make an update; the answer counts what came and what went, quad by quad."""
    writer = writer_for(request, library)
    if not text.strip():
        raise HTTPException(400, "The update is empty.")
    using = [parameters.get(f"using-{kind}graph-uri", []) for kind in ("", "named-")]
    change = await writer.update(text, *using)
    return JSONResponse(
        {
            "revision": writer.revision,
            "inserted": len(change.added),
            "deleted": len(change.removed),
        }
    )
