"""Absences over HTTP: what was looked for in a document and not found there."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from ontology import ID

NAME = "defensienota-2018-en-d272-1"


def get(client: TestClient, address: str, **parameters: Any) -> Any:
    """Return the JSON of an answer."""
    answer = client.get(address, params=parameters or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_absence_by_itself(client: TestClient) -> None:
    """An absence says what was looked for, where, and what the text has instead."""
    found = get(client, f"/v1/absences/{NAME}")
    assert (found["type"], found["slug"]) == ("Absence", NAME)
    assert found["notFoundIn"] == f"{ID}document/defensienota-2018-en"
    assert found["soughtThing"] == [f"{ID}instrument/bhos-nota-2018"]
    assert found["note"]["en"].startswith("The Defence White Paper 2018 does not name the policy")


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({}, 75),
        ({"document": "document/defensienota-2018-en"}, 39),
        ({"document": "document/vkk-2023-en"}, 16),
        ({"document": "document/nothing"}, 0),
        ({"thing": "instrument/bhos-nota-2018", "document": "document/defensienota-2018-en"}, 1),
    ],
)
def test_absences_are_selected(client: TestClient, asked: dict[str, str], total: int) -> None:
    """Absences are selected by document and by thing; the counts are those of the files."""
    page = get(client, "/v1/absences", limit=500, **asked)
    assert (page["total"], len(page["items"])) == (total, total)
    for item in page["items"]:
        if "thing" in asked:
            assert ID + asked["thing"] in item["soughtThing"]
        if "document" in asked:
            assert item["notFoundIn"] == ID + asked["document"]


def test_unknown_absence(client: TestClient) -> None:
    """An absence that is not there is 404."""
    assert client.get("/v1/absences/nothing").status_code == 404
