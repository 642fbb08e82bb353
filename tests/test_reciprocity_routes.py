"""Reciprocity over HTTP: what two texts say of each other, with the links of both sides."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.ground import read_ground
from graph.links import Link
from graph.oxigraph import OxigraphStore
from graph.reciprocity import reciprocity
from ontology import ID

GBVS, PAPER = "strategy/gbvs-2018", "instrument/defensienota-2018"
LETTER = "document/kamerbrief-gbvs-2018"


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of what two texts say."""
    answer = client.get("/v1/reciprocity", params={"one": GBVS, "other": PAPER, **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_both_sides_come_with_their_links(
    client: TestClient, store: OxigraphStore, links: dict[str, Link]
) -> None:
    """Each claim has its state, the links of either side, and their passages."""
    body = get(client)
    found = reciprocity(read_ground(store).statements, ID + GBVS, ID + PAPER)
    assert [(one["thing"]["id"], one["state"]["code"]) for one in body["claims"]] == [
        (claim.thing, claim.state) for claim in found.claims
    ]
    for one, claim in zip(body["claims"], found.claims, strict=True):
        sides = (one["one"], one["other"], one["denials"])
        assert sides == (list(claim.one), list(claim.other), list(claim.denials))
        named = {*claim.one, *claim.other, *claim.denials}
        stated = {(iri, p.document) for iri in named for p in links[iri].passages}
        assert {(p["link"], p["document"]) for p in one["evidence"]} == stated
        assert one["state"]["text"]["nl"]
    for side, documents in (("one", found.documents[0]), ("other", found.documents[1])):
        assert [d["id"] for d in body[side]["documents"]] == list(documents)


def test_states_are_counted(client: TestClient) -> None:
    """They tie each other as wholes; eight things only the one claims, four only the other."""
    assert get(client)["counts"] == {
        "both": 1,
        "oneOnly": 8,
        "otherOnly": 4,
        "contradiction": 0,
        "notAssessable": 0,
        "total": 13,
    }


def test_another_document_may_speak(client: TestClient) -> None:
    """With the letter as its word, the strategy says one quoted thing, which nothing answers."""
    body = get(client, level="quoted", oneDocument=LETTER)
    assert (body["counts"]["oneOnly"], body["counts"]["total"]) == (1, 1)
    assert ID + LETTER in [document["id"] for document in body["one"]["documents"]]
    (claim,) = body["claims"]
    assert claim["evidence"][0]["quote"]
    assert get(client, level="quoted")["counts"]["total"] == 0


def test_unread_text_is_no_silence(client: TestClient) -> None:
    """Whether a paper whose text was not read answers the strategy cannot be told."""
    agenda = "instrument/nederlandse-cybersecurity-agenda"
    counts = get(client, other=agenda, level="quoted", oneDocument=LETTER)["counts"]
    assert counts["notAssessable"] == counts["total"] > 0


@pytest.mark.parametrize(
    ("change", "wrong", "told"),
    [
        ({"one": "strategy/z"}, "one", GBVS),
        ({"other": "instrument/z"}, "other", GBVS),
        ({"other": GBVS}, "other", "not with itself"),
        ({"level": "certain"}, "level", "quoted"),
        ({"oneDocument": "document/z"}, "oneDocument", LETTER),
        ({"otherDocument": ["document/z"]}, "otherDocument", LETTER),
        ({"one": None}, "one", "required"),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient, change: dict[str, Any], wrong: str, told: str
) -> None:
    """A parameter that is wrong or missing is named, and what it may be."""
    asked = {"one": GBVS, "other": PAPER, **change}
    answer = client.get("/v1/reciprocity", params={k: v for k, v in asked.items() if v})
    assert answer.status_code in (400, 404)
    assert answer.json()["parameter"] == wrong
    assert told in answer.json()["detail"]
