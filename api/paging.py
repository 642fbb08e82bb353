"""Pages of a list: so many items from a place on, and a cursor that names where the next begins.

The place is the sort key of the last item that was given, not a number of items to pass over. So
nothing is given twice or left out when items come or go between two pages.
"""

from base64 import b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import Field

from api.answers import Model
from graph.errors import UnknownError

CONTEXT: Final = "/def/context.jsonld"

#: What an item is sorted by, in texts without NUL.
Key = tuple[str, ...]
T = TypeVar("T")

_GAP: Final = "\0"
#: Parameters that choose a part or a form of a list, and do not make it another list.
_SAME_LIST: Final = frozenset({"cursor", "limit", "fields"})


class PageModel(Model, Generic[T]):
    """A page of a list, which is JSON-LD too; `total` counts what all pages hold together.

    `next` is the cursor of the next page, null on the last one.
    """

    context: str = Field(default=CONTEXT, alias="@context")
    total: int
    items: list[T]
    next: str | None


def _read(text: str) -> Key:
    """Return what a cursor holds; nothing when it is none."""
    try:
        return tuple(b64decode(text + "=" * (-len(text) % 4), b"-_").decode().split(_GAP))
    except ValueError:
        return ()


def _write(key: Key) -> str:
    return urlsafe_b64encode(_GAP.join(key).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Paging:
    """Which page of a list is asked for: at most `limit` items, those behind the key `after`.

    `name` tells the list from every other: a cursor of one does not fit the other.
    """

    name: str
    limit: int
    after: Key | None = None

    def cut(self, items: Sequence[T], key: Callable[[T], Key]) -> tuple[Sequence[T], str | None]:
        """Return the page of items that are sorted by this key, and the cursor of the next."""
        start = 0 if self.after is None else bisect_right(items, self.after, key=key)
        page = items[start : start + self.limit]
        more = start + self.limit < len(items)
        return page, _write((self.name, *key(page[-1]))) if more else None


def name_of(request: Request) -> str:
    """Return what tells the list of a request from others: its path and filters, in short."""
    filters = sorted(
        pair for pair in request.query_params.multi_items() if pair[0] not in _SAME_LIST
    )
    return sha256(repr((request.url.path, filters)).encode(errors="replace")).hexdigest()[:12]


async def paging(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500, description="The most items of a page.")] = 50,
    cursor: Annotated[
        str | None,
        Query(
            description="Where to go on: `next` of the page before.", pattern=r"^[A-Za-z0-9_\-]+$"
        ),
    ] = None,
) -> Paging:
    """Return which page a request asks for; UnknownError when its cursor is not of this list."""
    name = name_of(request)
    if cursor is None:
        return Paging(name, limit)
    owner, *after = _read(cursor) or ("",)
    if owner != name:
        told = "This cursor is none of this list; take `next` of the page before, or begin anew."
        raise UnknownError(told, "cursor")
    return Paging(name, limit, tuple(after))


PagingDep = Annotated[Paging, Depends(paging)]


def next_address(request: Request, cursor: str) -> str:
    """Return the address of the next page, without the host."""
    url = request.url.include_query_params(cursor=cursor)
    return f"{url.path}?{url.query}"
