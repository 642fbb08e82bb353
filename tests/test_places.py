"""The places: which template each goes by, and which methods it has."""

import pytest
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.places import Places


def nothing() -> None:
    """Answer."""


@pytest.fixture(scope="module")
def places() -> Places:
    """Give the places of an application with another one, and files, mounted."""
    inner, outer = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    inner.get("/things/{name}")(nothing)
    inner.post("/things")(nothing)
    inner.get("/things")(nothing)
    outer.get("/")(nothing)
    outer.get("/id/special/{name}")(nothing)
    outer.get("/id/{path:path}")(nothing)
    outer.options("/told")(nothing)
    outer.post("/told")(nothing)
    outer.mount("/v1", inner)
    outer.mount("/files", StaticFiles(directory="."))
    return Places(outer.routes)


@pytest.mark.parametrize(
    ("path", "template", "allow"),
    [
        ("/", "/", "GET, HEAD, OPTIONS"),
        ("/id/a/b/c", "/id/{path}", "GET, HEAD, OPTIONS"),
        ("/id/special/a", "/id/special/{name}", "GET, HEAD, OPTIONS"),
        ("/v1/things", "/v1/things", "GET, HEAD, OPTIONS, POST"),
        ("/v1/things/a", "/v1/things/{name}", "GET, HEAD, OPTIONS"),
        ("/files/a.css", "/files/{path}", "GET, HEAD, OPTIONS"),
        ("/told", "/told", "OPTIONS, POST"),
        ("/id/" + "x" * 10_000, "/id/{path}", "GET, HEAD, OPTIONS"),
    ],
)
def test_path_leads_to_a_place(places: Places, path: str, template: str, allow: str) -> None:
    """A path goes by the first template that it fits, and has the methods of all its routes."""
    place = places.find(path)
    assert place
    assert (place.template, place.allow) == (template, allow)


@pytest.mark.parametrize(
    "path", ["", "/x", "/v1", "/v1/", "/v1x/things", "/v1/things/a/b", "//", "*"]
)
def test_path_leads_nowhere(places: Places, path: str) -> None:
    """A path that no route fits leads nowhere."""
    assert places.find(path) is None


def test_long_paths_are_not_remembered(places: Places) -> None:
    """However many long places are asked for, none of them stays in memory."""
    before = places._remembered.cache_info().currsize
    for number in range(100):
        places.find(f"/id/{number}/{'x' * 300}")
    assert places._remembered.cache_info().currsize == before
