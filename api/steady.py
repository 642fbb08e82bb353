"""Work that must see one revision: it is done again when something was written meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from fastapi import Request

from api.library import Library, library_of
from graph.errors import LimitError

_TRIES: Final = 5
_PAUSE: Final = 0.1  # seconds

T = TypeVar("T")


async def steadily(request: Request, work: Callable[[Library], Awaitable[T]]) -> T:
    """Return what work makes of one revision; LimitError when it never saw only one."""
    for _ in range(_TRIES):
        library = library_of(request.app)
        writer = library.writer
        if writer is None:
            return await work(library)
        if writer.settled and writer.revision == library.revision:
            made = await work(library)
            if writer.settled and writer.revision == library.revision:
                return made
        await asyncio.sleep(_PAUSE)
    raise LimitError("Something is being written. Ask again in 1 s.", "busy", retry_after=1)
