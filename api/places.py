"""The paths of the service: the template that each goes by, and the methods it has."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

#: How many paths are remembered, and how long they are at most, in characters.
_KEPT: Final = 4096
_LONGEST: Final = 256


class Place(NamedTuple):
    """What a path leads to: its template, such as `/doc/{path}`, and the methods of its routes."""

    template: str
    methods: frozenset[str]

    @property
    def allow(self) -> str:
        """The header Allow (RFC 9110, section 10.2.1): HEAD comes with GET, OPTIONS with all."""
        also = {"OPTIONS", "HEAD"} if "GET" in self.methods else {"OPTIONS"}
        return ", ".join(sorted(self.methods | also))


class _Route(NamedTuple):
    prefix: str
    pattern: re.Pattern[str]
    place: Place


class Places:
    """The paths of routes, also of applications that are mounted among them."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Take the routes of an application, when all are there."""
        self._routes = list(_flat(routes, ""))
        self._remembered = lru_cache(_KEPT)(self._look_up)

    @property
    def templates(self) -> list[str]:
        """The templates, in the order in which they are tried."""
        return [route.place.template for route in self._routes]

    def find(self, path: str) -> Place | None:
        """Return what a path leads to: the first template that it fits, with all its methods.

        None when it leads nowhere. Long paths are looked up each time: they would fill the memory.
        """
        return self._remembered(path) if len(path) <= _LONGEST else self._look_up(path)

    def _look_up(self, path: str) -> Place | None:
        fitting = [
            route.place
            for route in self._routes
            if path.startswith(route.prefix) and route.pattern.match(path[len(route.prefix) :])
        ]
        if not fitting:
            return None
        return Place(fitting[0].template, frozenset().union(*(place.methods for place in fitting)))


def _flat(routes: Iterable[BaseRoute], prefix: str) -> Iterator[_Route]:
    """Yield every route in the order in which it is tried; what is mounted serves files else."""
    for route in iter_route_contexts(list(routes)):
        if mounted := getattr(route, "routes", None):
            yield from _flat(mounted, f"{prefix}{route.path}")
            continue
        methods = frozenset(route.methods or {"GET"})
        place = Place(f"{prefix}{route.path_format}", methods)
        yield _Route(prefix, route.path_regex, place)
