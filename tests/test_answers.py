"""The questions over HTTP: each answer says what was asked, what was found, and where it stands."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.inquiry import Inquiry
from graph.library import LANGUAGES, Query
from graph.links import Link
from graph.names import Names
from graph.oxigraph import OxigraphStore
from graph.questions import list_questions, number
from graph.severity import SEVERITIES

LETTER = "kamerbrief-gbvs-2018"
every_question = pytest.mark.parametrize("question", list_questions(), ids=lambda q: q.slug)


def get(client: TestClient, address: str, **parameters: Any) -> Any:
    """Return the JSON of an answer."""
    answer = client.get(address, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_questions_are_listed(client: TestClient) -> None:
    """The list has every question with title, wording and rule in both languages."""
    listed = get(client, "/v1/questions")
    assert [q["id"] for q in listed] == [q.slug for q in list_questions()]
    for question in listed:
        for key in ("title", "question", "rule"):
            assert all(question[key][language] for language in LANGUAGES)


@every_question
@pytest.mark.parametrize("level", ["quoted", "assessed"])
def test_answer_is_that_of_the_engine(
    client: TestClient, store: OxigraphStore, question: Query, level: str
) -> None:
    """By number and by name the answer counts as the engine does, row by row."""
    body = get(client, f"/v1/questions/{question.slug}", level=level)
    assert body == get(client, f"/v1/questions/{number(question)}", level=level)
    inquiry = Inquiry(store)
    answer = inquiry.ask(question.slug, inquiry.scope(level))
    found = (body["verdict"], body["numerator"], body["denominator"], body["documents"])
    assert found == (answer.verdict, answer.numerator, answer.denominator, answer.read)
    assert body["params"]["level"] == level
    rows = [(row["entity"]["id"], row["gap"], row["links"]) for row in body["rows"]]
    assert rows == [(f.item, f.gap, list(f.links)) for f in answer.findings]


@every_question
def test_rows_carry_their_evidence(
    client: TestClient, links: dict[str, Link], names: Names, question: Query
) -> None:
    """Each row names its thing, why it is there, and every passage of the links it rests on."""
    for row in get(client, f"/v1/questions/{question.slug}", level="assessed")["rows"]:
        named = [links[iri] for iri in (*row["links"], *row["cover"])]
        stated = [(link.iri, passage.document) for link in named for passage in link.passages]
        assert [(p["link"], p["document"]) for p in row["evidence"]] == stated
        for language in LANGUAGES:
            label = names.of(row["entity"]["id"]).in_language(language)
            assert row["entity"]["label"][language] == label
            assert row["why"][language]
            assert "{" not in row["why"][language]
        if row["gap"]:
            assert row["severity"] in SEVERITIES
            assert all(reason["text"]["nl"] for reason in row["severityReason"])


def test_quotation_has_its_place(client: TestClient, store: OxigraphStore) -> None:
    """A quotation in an answer comes with the characters of the stored text that it occupies."""
    body = get(client, "/v1/questions/Q01", level="quoted", source=LETTER)
    quoted = [passage for row in body["rows"] for passage in row["evidence"]]
    assert quoted
    assert all(p["quote"] and 0 <= p["start"] < p["end"] for p in quoted)


def test_only_the_sources_that_are_named_count(client: TestClient, links: dict[str, Link]) -> None:
    """An answer from one source rests on the links of that source alone, and says so."""
    body = get(client, "/v1/questions/Q01", source=LETTER)
    named = {iri for row in body["rows"] for iri in (*row["links"], *row["cover"])}
    assert (body["params"]["sources"], body["documents"]) == ([LETTER], 1)
    assert {links[iri].graph for iri in named} <= {LETTER, "derived"}


def test_editions_have_answers_of_their_own(client: TestClient) -> None:
    """The goals of an edition are its own; of every edition together they are all of them."""

    def asked(edition: str) -> set[str]:
        rows = get(client, "/v1/questions/Q01", edition=edition)["rows"]
        return {row["entity"]["id"] for row in rows}

    found = {name: asked(name) for name in ("gbvs-2018", "ivs-2013", "nvs-2019", "vkk-2023")}
    assert {name: len(goals) for name, goals in found.items()} == {
        "gbvs-2018": 13,
        "ivs-2013": 6,
        "nvs-2019": 11,
        "vkk-2023": 12,
    }
    assert asked("every") == set().union(*found.values())
    assert asked("") == found["gbvs-2018"]


def test_caveats_say_how_many_documents_were_read(client: TestClient) -> None:
    """Where something is missing, the answer says in how many documents it was not found."""
    body = get(client, "/v1/questions/Q04")
    caveats = {caveat["code"]: caveat["text"] for caveat in body["caveats"]}
    assert str(body["documents"]) in caveats["not_found"]["nl"]
    assert "effects" in caveats


@pytest.mark.parametrize(
    ("address", "wrong", "status"),
    [
        ("Q01?level=certain", "level", 400),
        ("Q01?source=nowhere", "source", 404),
        ("Q01?edition=gbvs-1918", "edition", 404),
        ("Q01?theta=1", "parameter", 404),
        ("Q99", None, 404),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient, address: str, wrong: str | None, status: int
) -> None:
    """A value that there is not gives a problem document with the parameter and what is allowed."""
    answer = client.get(f"/v1/questions/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    if wrong:
        assert problem["parameter"] == wrong
        assert problem["allowed"]
    else:
        assert "Q01" in problem["detail"]
