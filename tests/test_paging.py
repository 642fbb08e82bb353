"""Pages of lists: cursors that go on where the last page ended, whatever happens in between."""

from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api import problems
from api.paging import PageModel, PagingDep, next_address

words = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8
)


HELD: list[str] = []


@cache
def application() -> TestClient:
    """Return a client of a service with two lists of what is held."""
    app = FastAPI()
    problems.install(app)

    @app.get("/words")
    @app.get("/others")
    def give(request: Request, paging: PagingDep, response: Response, first: str = "") -> Any:
        found = sorted(item for item in HELD if item.startswith(first))
        page, more = paging.cut(found, lambda item: (item,))
        if more:
            response.headers["Link"] = f'<{next_address(request, more)}>; rel="next"'
        return PageModel[str](total=len(found), items=list(page), next=more)

    return TestClient(app)


def service(items: list[str]) -> TestClient:
    """Return a client of the service that holds these items."""
    HELD[:] = items
    return application()


def pages(client: TestClient, address: str, **asked: Any) -> list[dict[str, Any]]:
    """Return all pages of a list, as a client reads them."""
    found = [client.get(address, params=asked).json()]
    while found[-1]["next"]:
        assert len(found) < 50, "the pages have no end"
        found.append(client.get(address, params={**asked, "cursor": found[-1]["next"]}).json())
    return found


@given(items=st.lists(words, unique=True, max_size=12), limit=st.integers(1, 20))
def test_pages_join_to_the_whole(items: list[str], limit: int) -> None:
    """Pages of any size follow each other without a gap or an overlap, each full but the last."""
    found = pages(service(items), "/words", limit=limit)
    assert [item for page in found for item in page["items"]] == sorted(items)
    assert all(len(page["items"]) == limit for page in found[:-1])
    assert {page["total"] for page in found} == {len(items)}


def test_page_says_what_it_is() -> None:
    """A page has the context, the total, the items and the cursor, null on the last page."""
    client = service(["a", "b", "c"])
    assert client.get("/words?limit=3").json() == {
        "@context": "/def/context.jsonld",
        "total": 3,
        "items": ["a", "b", "c"],
        "next": None,
    }


def test_cursor_outlives_writes() -> None:
    """Between two pages items come and go; what was there all along is given exactly once."""
    client = service(list("bdfhjl"))
    first = client.get("/words?limit=3").json()
    assert first["items"] == ["b", "d", "f"]
    service(list("abcdghjl"))
    rest = pages(client, "/words", limit=3, cursor=first["next"])
    assert [item for page in rest for item in page["items"]] == ["g", "h", "j", "l"]


@pytest.mark.parametrize("address", ["/others", "/words?first=a", "/words?first=&first=b"])
def test_cursor_of_another_list_is_refused(address: str) -> None:
    """A cursor fits only the list that gave it: the same path with the same filters."""
    client = service(["a", "b"])
    cursor = client.get("/words?limit=1").json()["next"]
    answer = client.get(address, params={"cursor": cursor} | dict(client.get(address).url.params))
    assert answer.status_code == 404
    assert answer.json()["parameter"] == "cursor"


def test_page_may_change_its_size_and_fields() -> None:
    """The number of items and the choice of fields may differ from page to page."""
    client = service(["a", "b", "c"])
    cursor = client.get("/words?limit=1").json()["next"]
    answer = client.get("/words", params={"limit": 5, "fields": "label", "cursor": cursor})
    assert answer.json()["items"] == ["b", "c"]


def test_next_page_is_linked() -> None:
    """The address of the next page stands in the Link header (RFC 8288), and is a page."""
    client = service(["a", "b", "ab"])
    answer = client.get("/words", params={"limit": 1, "first": "a"})
    linked = answer.links["next"]["url"]
    assert client.get(linked).json()["items"] == ["ab"]
    assert "next" not in client.get(linked).links


@pytest.mark.parametrize("cursor", ["", "%00", "é", "=", "////", "a b", "a\n"])
def test_what_can_be_no_cursor_is_refused(cursor: str) -> None:
    """What is not written as a cursor is against the description, by the name of the parameter."""
    answer = service(["a", "b"]).get("/words", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")


@pytest.mark.parametrize(
    "cursor", ["x", "-", "x" * 5000, urlsafe_b64encode(b"\xff\xfe\xfd").decode()]
)
def test_what_is_no_cursor_is_not_found(cursor: str) -> None:
    """What is written as a cursor and is none is not here, by the name of the parameter."""
    answer = service(["a", "b"]).get("/words", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["parameter"]) == (404, "cursor")


@given(cursor=st.text(max_size=40))
def test_any_cursor(cursor: str) -> None:
    """No text given as a cursor breaks the list."""
    asked = {"cursor": cursor.encode(errors="surrogatepass")}
    assert service(["a", "b"]).get("/words", params=asked).status_code in (400, 404)


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", "", "1e3"])
def test_limit_is_checked_with_the_cursor(limit: str) -> None:
    """A limit is from 1 to 500; what is wrong with it and with the cursor is said at once."""
    answer = service(["a"]).get("/words", params={"limit": limit, "cursor": "?"})
    assert answer.status_code == 400
    where = {fault["where"] for fault in answer.json()["errors"]}
    assert where == {"query.limit", "query.cursor"}
