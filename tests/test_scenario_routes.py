"""Scenarios over HTTP: what they do is told row by row, and the graph stays as it was."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.intake import JSON, LONGEST, Turns
from api.settings import Settings
from graph.errors import LimitError
from graph.inquiry import Inquiry
from graph.oxigraph import OxigraphStore
from graph.questions import list_questions
from graph.scenario import Scenario
from graph.whatif import compare
from ontology import ID
from test_data import CAMEL, keys

AGENDA = "instrument/nederlandse-cybersecurity-agenda"
#: The instruments that serve the issue of cyber threats of 2019 by the same text.
FOUR = [
    AGENDA,
    "instrument/public-private-testing-and-drill-programme",
    "instrument/cybersecurity-certification-framework",
    "instrument/eu-cyber-diplomacy-toolbox",
]


def try_(client: TestClient, **scenario: Any) -> Any:
    """Return the JSON of what a scenario does."""
    answer = client.post("/v1/scenarios", json={"name": "x", **scenario})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_scenario_does_what_the_engine_says(client: TestClient, store: OxigraphStore) -> None:
    """Of every question the counts before and after are those of the engine, and so the rows."""
    body = try_(client, things=[AGENDA])
    inquiry = Inquiry(store)
    found = compare(inquiry, Scenario("x", things=(AGENDA,)), [])
    assert [effect["id"] for effect in body["questions"]] == [q.slug for q in list_questions()]
    for given, effect in zip(body["questions"], found.effects, strict=True):
        for name, answer in (("before", effect.before), ("after", effect.after)):
            counts = (answer.verdict, answer.numerator, answer.denominator)
            assert tuple(given[name].values()) == counts
        assert given["difference"] == effect.difference
        for name in ("appeared", "closed", "gone"):
            rows = [row["entity"]["id"] for row in given[name]]
            assert rows == [finding.item for finding in getattr(effect, name)]
    shifts = [(s["before"]["value"], s["after"]["value"]) for s in body["profile"]]
    assert shifts == [(s.before.value, s.after.value) for s in found.shifts]


def test_gaps_that_open_are_told(client: TestClient) -> None:
    """Without the four instruments that serve it, the issue of cyber threats of 2019 is a gap."""
    body = try_(client, things=FOUR, questions=["Q01"], scope={"edition": "nvs-2019"})
    (effect,) = body["questions"]
    opened = {row["entity"]["id"].removeprefix(ID): row for row in effect["appeared"]}
    assert "issue/nvs-2019-cyber-threats" in opened
    assert effect["difference"] == len(opened) - len(effect["closed"]) - len(effect["gone"])
    row = opened["issue/nvs-2019-cyber-threats"]
    assert row["why"]["nl"]
    assert row["severity"]
    assert [thing["id"] for thing in body["scenario"]["things"]] == [ID + name for name in FOUR]
    assert "Cybersecurity Agenda" in body["scenario"]["things"][0]["label"]["nl"]


def test_links_that_go_are_listed(client: TestClient) -> None:
    """Seventeen links go with the Nederlandse Cybersecurity Agenda, each by its IRI."""
    removed = try_(client, things=[AGENDA], questions=["Q01"])["removed"]
    assert len(removed["links"]) == 17
    assert [thing["id"] for thing in removed["things"]] == [ID + AGENDA]


def test_nothing_is_written(client: TestClient) -> None:
    """The base has the same hash before and after, and answers as it did."""
    before = client.get("/v1/questions/Q01").json()
    base = try_(client, levels=["cited", "quoted"], questions=["Q01"])["base"]
    assert base["unchanged"]
    assert base["before"] == base["after"]
    assert len(base["before"]) == 64
    assert client.get("/v1/questions/Q01").json() == before


def gap_of(client: TestClient) -> str:
    """Return a goal of any edition that no instrument serves at any level, as class/slug."""
    asked = {"level": "assessed", "edition": "every"}
    rows = client.get("/v1/questions/Q01", params=asked).json()["rows"]
    return str(next(row["entity"]["id"] for row in rows if row["gap"])).removeprefix(ID)


def test_additions_count_as_hypothetical_only(client: TestClient) -> None:
    """Without a level an addition counts, as hypothetical; at a level of evidence it does not."""
    goal = gap_of(client)
    added = {"subject": AGENDA, "kind": "serves", "object": goal, "reason": "It could."}
    every = {"edition": "every"}
    body = try_(client, additions=[added], questions=["Q01"], scope=every)
    assert body["params"]["level"] == "hypothetical"
    (effect,) = body["questions"]
    assert effect["difference"] == -1
    assert [row["entity"]["id"] for row in effect["closed"]] == [ID + goal]
    body = try_(client, additions=[added], questions=["Q01"], scope={"level": "cited", **every})
    assert body["questions"][0]["difference"] == 0
    assert "additions_not_counted" in [caveat["code"] for caveat in body["caveats"]]


def test_a_score_is_supposed(assessed: OxigraphStore) -> None:
    """Another score takes the place of that of an assessment, with its full name and reason."""
    made = "assessment/made-ab"
    other = {"assessment": made, "score": -2, "reason": "It clashes."}
    with TestClient(create_app(Settings(client_seconds=0), assessed)) as scored:
        body = try_(scored, scores=[other], questions=["Q28"], scope={"edition": "every"})
        assert body["scenario"]["scores"] == [{**other, "assessment": ID + made}]
        (effect,) = body["questions"]
        assert effect["before"]["numerator"] == effect["after"]["numerator"] + 1


def test_names_are_camel_case(client: TestClient) -> None:
    """Every member of the answer has a name in camel case."""
    body = try_(client, things=FOUR, scope={"edition": "every"})
    assert [name for name in keys(body) if not CAMEL.fullmatch(name)] == []


LINK = {"subject": AGENDA, "kind": "serves", "object": "goal/gbvs-2018-cyber-norms", "reason": "X"}

SCORE = {"assessment": "assessment/x", "score": 1, "reason": "X"}


@pytest.mark.parametrize(
    ("scenario", "wrong", "told"),
    [
        ({"name": " "}, "name", "any text"),
        ({"name": 1}, "name", "string"),
        ({"drop": []}, "drop", "not permitted"),
        ({"things": ["instrument/x"]}, "things", AGENDA),
        ({"links": ["x"]}, "links", "no link"),
        ({"sources": ["nowhere"]}, "sources", "kamerbrief-gbvs-2018"),
        ({"levels": ["certain"]}, "levels", "quoted"),
        ({"mode": "hard"}, "mode", "cascade"),
        ({"additions": [LINK | {"reason": " "}]}, "additions.reason", "any text"),
        ({"additions": [LINK | {"kind": "helps"}]}, "additions.kind", "serves"),
        ({"additions": [LINK | {"subject": "goal/x"}]}, "additions.subject", "goal/"),
        ({"additions": [{"subject": AGENDA}]}, "additions.kind", "required"),
        ({"additions": [LINK, LINK]}, "additions", "already"),
        ({"scores": [SCORE]}, "scores.assessment", "none"),
        ({"scores": [SCORE | {"score": "1"}]}, "scores.score", "integer"),
        ({"links": ["x"] * 60, "sources": ["x"] * 60}, "changes", "100"),
        ({"things": ["x"] * 101}, "things", "100"),
        ({"note": "x" * 2001}, "note", "2000"),
        ({"scope": {"level": "certain"}}, "scope.level", "quoted"),
        ({"scope": {"sources": ["nowhere"]}}, "source", "kamerbrief-gbvs-2018"),
        ({"scope": {"edition": "gbvs-1918"}}, "edition", "gbvs-2018"),
    ],
)
def test_bad_scenario_is_named(
    client: TestClient, scenario: dict[str, Any], wrong: str, told: str
) -> None:
    """What a scenario may not hold is named, with what it may be."""
    answer = client.post("/v1/scenarios", json={"name": "x", **scenario})
    assert answer.status_code in (400, 404)
    assert answer.json()["parameter"] == wrong, answer.text
    assert told in answer.json()["detail"]


def test_unknown_question(client: TestClient) -> None:
    """A question that nobody asked yet is told."""
    answer = client.post("/v1/scenarios", json={"name": "x", "questions": ["Q99"]})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000], ids=lambda body: body[:3].hex()
)
def test_no_scenario(client: TestClient, body: bytes) -> None:
    """A body that is no scenario is a problem document."""
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/scenarios", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_long_body_is_refused(client: TestClient) -> None:
    """A body of more than 1 MB is refused, before it is read as JSON."""
    body = json.dumps({"name": "x" * LONGEST})
    answer = client.post("/v1/scenarios", content=body, headers={"Content-Type": JSON})
    assert answer.status_code == 413


def test_nobody_waits_for_ever() -> None:
    """While others are worked out the next is refused after a while, and told when to come back."""

    async def both() -> int | None:
        turns = Turns(0.01)
        async with turns.take():
            with pytest.raises(LimitError) as caught:
                async with turns.take():
                    pass
        async with turns.take():
            return caught.value.retry_after

    assert asyncio.run(both())


def test_turn_ends_with_the_work() -> None:
    """A piece of work that fails gives its turn back."""

    async def fail() -> bool:
        turns = Turns(1)
        with pytest.raises(ValueError, match="x"):
            async with turns.take():
                raise ValueError("x")
        async with turns.take():
            return True

    assert asyncio.run(fail())


def test_others_are_answered_meanwhile(
    store: OxigraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a scenario is worked out other routes answer, and a second scenario gets 503."""
    begun, go_on = Event(), Event()

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return compare(*arguments)

    monkeypatch.setattr("api.routes.scenarios.compare", slow)
    body = {"name": "x", "things": [AGENDA], "questions": ["Q01"]}
    served = create_app(Settings(client_seconds=0, queue_seconds=0.05), store)
    with TestClient(served) as client, ThreadPoolExecutor(1) as other:
        first = other.submit(client.post, "/v1/scenarios", json=body)
        try:
            assert begun.wait(60)
            busy = client.post("/v1/scenarios", json=body)
            assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
            assert client.get("/healthz").status_code == 200
        finally:
            go_on.set()
        assert first.result(60).status_code == 200


def test_scenarios_have_a_budget(store: OxigraphStore) -> None:
    """A client whose scenarios took its time is told when to come back; health is free."""
    with TestClient(create_app(Settings(client_seconds=0.001), store)) as client:
        answers = [
            client.post("/v1/scenarios", json={"name": "x", "questions": ["Q01"]}).status_code
            for _ in range(2)
        ]
        assert answers == [200, 429]
        assert client.get("/healthz").status_code == 200
