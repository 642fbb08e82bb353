"""Search over HTTP: hits that a page can show as they are, counts, and bad questions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graph.names import Names
from graph.search import LENGTH
from ontology import ID


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of a search."""
    answer = client.get("/v1/_search", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("asked", ["NCSA", "veilig nederland", "33 694", "terrorisme"])
def test_hits_are_ready_to_show(client: TestClient, names: Names, asked: str) -> None:
    """Each hit has an IRI, its names, class and page, and a text with the places that fit."""
    body = get(client, q=asked, limit=100)
    assert body["total"] == len(body["items"]) == sum(one["total"] for one in body["types"]) > 0
    for hit in body["items"]:
        named = hit["document"] or hit["id"]
        assert hit["label"] == {lang: names.of(named).in_language(lang) for lang in ("nl", "en")}
        assert hit["page"] == "/doc/" + hit["id"].removeprefix(ID)
        matched = hit["matched"]
        starts = [matched["text"][one["start"]] for one in matched["places"]]
        assert {char.casefold() for char in starts} <= {
            word[0].casefold() for word in asked.split()
        }


def test_pages_of_hits_are_there(client: TestClient) -> None:
    """The page of a thing and of a passage is there; that of a passage is in its document."""
    body = get(client, q="veilig nederland", limit=100)
    by_type = {hit["type"]: hit for hit in body["items"]}
    thing = client.get(by_type["Topic"]["page"], headers={"Accept": "text/html"})
    assert thing.status_code == 200
    hit = by_type["Passage"]
    page = client.get(hit["page"], headers={"Accept": "text/html"}, follow_redirects=False)
    assert page.status_code == 303
    path = page.headers["location"].partition("?")[0]
    assert path == "/doc/" + hit["document"].removeprefix(ID)


def test_class_narrows(client: TestClient) -> None:
    """With a class only its things come, and the counts of the other classes stay."""
    whole, goals = get(client, q="cyber"), get(client, q="cyber", type="Goal")
    assert {hit["type"] for hit in goals["items"]} == {"Goal"}
    assert goals["types"] == whole["types"]
    assert {"type": "Goal", "total": goals["total"]} in goals["types"]


def test_signs_alone_find_nothing(client: TestClient) -> None:
    """A question without a word is answered: with nothing."""
    assert get(client, q='"*"') == {"total": 0, "types": [], "items": []}


@pytest.mark.parametrize(
    ("parameter", "value", "status"),
    [
        ("q", "", 400),
        ("q", "x" * (LENGTH + 1), 400),
        ("q", "%" * 10_000, 400),
        ("type", "Nothing", 404),
        ("limit", "0", 400),
        ("limit", "101", 400),
        ("limit", "many", 400),
        ("offset", "1", 400),
    ],
)
def test_bad_values_are_named(client: TestClient, parameter: str, value: str, status: int) -> None:
    """A value that cannot be is a problem that names its parameter."""
    answer = client.get("/v1/_search", params={"q": "cyber", parameter: value})
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)


@pytest.mark.parametrize("query", ["q=%00", "q=%ff%fe", "q=%ed%a0%80", "q=a&q=b", "q=%F0%9F%98%80"])
def test_bytes_that_are_no_text(client: TestClient, query: str) -> None:
    """Bytes that are no text, a NUL, or a question asked twice are no fault of the service."""
    assert client.get(f"/v1/_search?{query}").status_code in (200, 400)


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=LENGTH))
def test_any_question(client: TestClient, asked: str) -> None:
    """Whatever is asked, the answer is a list of hits."""
    text = asked.encode(errors="replace").decode()
    assert client.get("/v1/_search", params={"q": text}).status_code == 200


def test_all_faults_are_told_at_once(client: TestClient) -> None:
    """A request with several faults is one problem that lists each of them."""
    problem = client.get("/v1/_search?limit=0&offset=1").json()
    assert {fault["where"] for fault in problem["errors"]} == {
        "query.q",
        "query.limit",
        "query.offset",
    }
