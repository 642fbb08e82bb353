"""Dumps: all the data as files, for who wants them whole."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.conditional import unless_known
from api.library import LibraryDep
from api.negotiate import accepts_gzip
from graph.dumps import MOST
from graph.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/data/{name}")
def give(name: str, request: Request, library: LibraryDep) -> Response:
    """Give a dump; in gzip when the client accepts that."""
    dumps = library.dumps
    if not dumps:
        raise NotFoundError(
            f"There are no dumps of more than {MOST:,} statements; use samenhang export."
        )
    if name not in dumps:
        raise NotFoundError(f"No dump {name!r}; there are: {', '.join(dumps)}.")
    dump, media_type = dumps[name], dumps[name].format.media_type
    headers = {"Link": '</catalog>; rel="describedby"', "Vary": "Accept-Encoding"}
    if accepts_gzip(request):
        headers |= {"ETag": f'"{dump.hash}-gzip"', "Content-Encoding": "gzip"}
        return unless_known(request, Response(dump.packed, media_type=media_type, headers=headers))
    headers |= {"ETag": f'"{dump.hash}"', "Content-Length": str(dump.size)}
    whole = StreamingResponse(dump.unpack(), media_type=media_type, headers=headers)
    return unless_known(request, whole)
