"""Assessments over HTTP: who scored what and why, what it adds up to, and scores that are sent."""

import json
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.assessments import Assessment, find_assessments, influence_of
from graph.dataset import Dataset
from graph.oxigraph import OxigraphStore
from graph.validate import Violation, run_shapes
from ontology import GRAPH, ID
from services import TURTLE, Service, serving
from test_data import CAMEL, keys

MADE = ID + "strategy/made"
JSON = "application/json"
NORMS, TERROR = "goal/gbvs-2018-cyber-norms", "goal/gbvs-2018-counterterrorism"
SCORE = {
    "from": NORMS,
    "to": TERROR,
    "score": 2,
    "within": "strategy/gbvs-2018",
    "by": "organization/samenhang",
    "role": "analyst",
    "guidingQuestion": "If A makes progress, what does that do to B?",
    "reason": 'It "helps",\nas an example.',
    "date": "2026-11-23",
}
PASSAGE = "passage/alignment-of-editions-gbvs-2018-en-1003-1005"
PASSED = ox.NamedNode(ID + PASSAGE)
FULL = {
    **SCORE,
    "from": "goal/gbvs-2018-economic-security",
    "reason": "Zo is het.",
    "context": "Nederland, tot 2030",
    "language": "nl",
    "confidence": "low",
    "evidence": [PASSAGE],
}
BACK = {**SCORE, "from": TERROR, "to": NORMS, "score": 0, "reason": ""}


@pytest.fixture(scope="module")
def scored(assessed: OxigraphStore) -> Iterator[TestClient]:
    """Give a client of the service on the made assessments."""
    with TestClient(create_app(Settings(client_seconds=0), assessed)) as opened:
        yield opened


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Serve the shipped graph from memory, for who has the token."""
    with serving("memory:", shipped=True) as running:
        yield running


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of assessments."""
    answer = client.get("/v1/assessments", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def record(body: dict[str, Any]) -> tuple[Any, ...]:
    """Return what an answer says of one score, as the engine has it."""
    texts = [body[name] and body[name]["text"] for name in ("guidingQuestion", "role", "reason")]
    return (body["id"], body["score"], body["by"]["id"], body["date"], *texts, body["evidence"])


def kept(found: Assessment) -> tuple[Any, ...]:
    """Return the same of an assessment."""
    texts = [text and text.value for text in (found.guiding_question, found.role, found.reason)]
    return (found.iri, found.score, found.by, found.date, *texts, list(found.evidence))


def test_pairs_are_those_of_the_engine(scored: TestClient, assessed: OxigraphStore) -> None:
    """Each pair has its scores with scorer, date, question, role, reason and evidence."""
    body = get(scored, edition="made")
    found = influence_of(assessed, MADE)
    assert [(p["from"]["id"], p["to"]["id"]) for p in body["pairs"]] == [
        (pair.from_, pair.to) for pair in found.pairs
    ]
    for given, pair in zip(body["pairs"], found.pairs, strict=True):
        assert list(map(record, given["assessments"])) == list(map(kept, pair.assessments))
        summary = pair.summary
        wanted = (summary.median, summary.low, summary.high, summary.n)
        assert tuple(given["summary"][name] for name in ("median", "low", "high", "n")) == wanted
    assert [one["id"] for one in body["scorers"]] == list(found.scorers)


def test_two_scorers_disagree(scored: TestClient) -> None:
    """Of the two scores of A on B, 2 and -1, the median is 0.5, and the pair is contested."""
    body = get(scored, edition="made")
    pair = next(p for p in body["pairs"] if p["summary"]["n"] == 2)
    assert pair["summary"] == {
        "median": 0.5,
        "low": -1,
        "high": 2,
        "n": 2,
        "spread": 3,
        "contested": True,
    }
    assert body["contested"] == [{"from": ID + "goal/made-a", "to": ID + "goal/made-b"}]
    item = next(i for i in body["items"] if i["item"]["id"] == ID + "goal/made-a")
    assert item["direct"] == {"value": 0.5, "low": -1, "high": 2}
    assert item["incoming"] == {"value": 0, "low": 0, "high": 0}
    assert "several_questions" in [caveat["code"] for caveat in body["caveats"]]


def test_assessed_share_comes_first(scored: TestClient) -> None:
    """Two of the six ordered pairs were assessed; this is the first that the answer says."""
    body = get(scored, edition="made")
    assert next(iter(body)) == "assessedShare"
    share = body["assessedShare"]
    assert (share["numerator"], share["denominator"]) == (2, 6)
    assert {"ordinal_sums", "unscored"} <= {caveat["code"] for caveat in body["caveats"]}


def test_nothing_assessed_is_no_zero(client: TestClient) -> None:
    """Where nobody scored, sums have no value, and tension says why."""
    body = get(client)
    assert body["strategy"]["id"] == ID + "strategy/gbvs-2018"
    assert body["pairs"] == []
    assert len(body["items"]) == 13
    assert all(item["total"] is None and item["scoredOut"] == 0 for item in body["items"])
    assert body["tension"]["reason"]["code"] == "nothing_scored"


def test_unknown_strategy(client: TestClient) -> None:
    """A strategy that is not there is told, with those there are."""
    answer = client.get("/v1/assessments", params={"edition": "gbvs-1918"})
    assert (answer.status_code, answer.json()["parameter"]) == (404, "edition")
    assert "gbvs-2018" in answer.json()["allowed"]


def test_names_are_camel_case(scored: TestClient) -> None:
    """Every member has a name in camel case."""
    body = get(scored, edition="made")
    assert [name for name in keys(body) if not CAMEL.fullmatch(name)] == []


# Writing


def post(service: Service, given: object, **headers: str) -> Any:
    """Send assessments."""
    return service.call("POST", "/v1/assessments", json.dumps(given), JSON, **headers)


def written(service: Service) -> list[ox.Quad]:
    """Return what stands in the graph of the scorer."""
    graph = f"{GRAPH}assessments-organization-samenhang"
    answer = service.call("GET", f"/store?graph={graph}", accept=TURTLE)
    if answer.status_code == 404:
        return []
    return list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))


def faults(service: Service, dataset: Dataset) -> list[Violation]:
    """Return what the shapes find wrong with what was written, beside what it speaks of."""
    stated = written(service)
    graphs = (dataset.graphs[GRAPH + name] for name in ("vocabulary", "things"))
    passage = [q for q in dataset.graphs[GRAPH + "alignment-of-editions"] if q.subject == PASSED]
    found = run_shapes([*(q for graph in graphs for q in graph), *passage, *stated])
    ours = {quad.subject.value for quad in stated if isinstance(quad.subject, ox.NamedNode)}
    return [violation for violation in found if violation.focus in ours]


def test_scores_are_recorded(service: Service, dataset: Dataset) -> None:
    """What is sent comes back with its IRI and every part; it passes the shapes, and is no link."""
    before = len(service.rows("SELECT ?l { ?l a <https://w3id.org/samenhang/def#Link> }"))
    answer = post(service, [SCORE, BACK])
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["graph"] == f"{GRAPH}assessments-organization-samenhang"
    assert len(set(body["assessments"])) == 2
    found = service.call("GET", "/v1/assessments").json()
    sent = {(SCORE["from"], 2), (BACK["from"], 0)}
    assert {(p["from"]["id"].removeprefix(ID), p["summary"]["median"]) for p in found["pairs"]} == (
        sent
    )
    one = next(p for p in found["pairs"] if p["summary"]["median"] == 2)["assessments"][0]
    assert one["id"] == body["assessments"][0]
    assert one["reason"] == {"text": SCORE["reason"], "language": "en"}
    assert one["date"].startswith("2026-11-23")
    assert faults(service, dataset) == []
    after = len(service.rows("SELECT ?l { ?l a <https://w3id.org/samenhang/def#Link> }"))
    assert after == before


def test_every_member_is_kept(service: Service, dataset: Dataset) -> None:
    """One record is enough; context, language, confidence and evidence come back, and are sound."""
    assert post(service, FULL).status_code == 201
    found = service.call("GET", "/v1/assessments").json()["pairs"]
    (one,) = [p for p in found if p["from"]["id"] == ID + str(FULL["from"])]
    (score,) = one["assessments"]
    assert score["context"] == {"text": FULL["context"], "language": "nl"}
    assert (score["confidence"], score["evidence"]) == ("low", [ID + PASSAGE])
    assert score["by"]["id"] == ID + str(FULL["by"])
    assert faults(service, dataset) == []


def test_newest_score_counts(service: Service) -> None:
    """Of two scores of one scorer on the same date the later one counts, and both stay."""
    goal = "goal/gbvs-2018-border-management"
    pair = {**SCORE, "from": goal}
    for score in (3, -1):
        assert post(service, {**pair, "score": score}).status_code == 201
    found = service.call("GET", "/v1/assessments").json()["pairs"]
    (one,) = [p for p in found if p["from"]["id"] == ID + goal]
    assert one["summary"]["median"] == -1
    stated = [q for q in written(service) if q.predicate.value.endswith("#from")]
    assert sum(q.object == ox.NamedNode(ID + goal) for q in stated) == 2


@pytest.mark.parametrize(
    ("change", "wrong", "allowed"),
    [
        ({"score": 4}, "score", "3"),
        ({"score": "2"}, "score", None),
        ({"score": True}, "score", None),
        ({"score": 1.5}, "score", None),
        ({"to": TERROR}, "to", "another than from"),
        ({"reason": " "}, "reason", "any text"),
        ({"from": "goal/gbvs-2018-nothing"}, "from", NORMS),
        ({"to": "nothing"}, "to", "goal/..."),
        ({"from": PASSAGE}, "from", "goal/..."),
        ({"to": "goal/a> <b"}, "to", NORMS),
        ({"within": "strategy/gbvs-1918"}, "within", "strategy/gbvs-2018"),
        ({"by": "person/nobody-at-all"}, "by", None),
        ({"by": NORMS}, "by", "organization/..."),
        ({"role": ""}, "role", "any text"),
        ({"guidingQuestion": ""}, "guidingQuestion", "any text"),
        ({"date": "yesterday"}, "date", "a date, as 2026-11-23"),
        ({"language": "fr"}, "language", "nl"),
        ({"confidence": "sure"}, "confidence", "high"),
        ({"evidence": ["passage/nothing"]}, "evidence", None),
        ({"strength": 2}, "strength", None),
        ({"role": "x" * 2001}, "role", None),
    ],
)
def test_one_wrong_record_writes_nothing(
    service: Service, change: dict[str, Any], wrong: str, allowed: str | None
) -> None:
    """What is wrong with the second of two is named, and the first is not written either."""
    before = written(service)
    answer = post(service, [SCORE, {**BACK, "reason": "X", "score": 1, **change}])
    body = answer.json()
    assert (answer.status_code, body["parameter"]) == (400, wrong), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if allowed:
        assert allowed in body["allowed"]
        assert body["detail"].startswith("Record 2 of 2")
    assert written(service) == before


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ([SCORE, SCORE], "to"),
        ([SCORE, {**BACK, "by": "department/bz"}], "by"),
        ([], "body"),
        ([SCORE] * 2001, "body"),
        ({}, "from"),
        ("x", "body"),
    ],
)
def test_wrong_list_writes_nothing(service: Service, given: object, wrong: str) -> None:
    """A pair scored twice, two scorers, nothing, too many and no records at all are refused."""
    before = written(service)
    answer = post(service, given)
    assert (answer.status_code, answer.json()["parameter"]) == (400, wrong), answer.text
    assert written(service) == before


def test_writing_needs_the_token(service: Service, client: TestClient) -> None:
    """Without the token the answer is 401, before the body is looked at; a reader's service 403."""
    for given in (SCORE, "x"):
        answer = post(service, given, authorization="")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert client.post("/v1/assessments", json=given).status_code == 403


def test_long_body_is_refused(service: Service) -> None:
    """A body of more than 1 MB is refused."""
    assert post(service, {**SCORE, "reason": "x" * (1 << 20)}).status_code == 413


def test_scorer_without_scores_has_no_graph(assessed: OxigraphStore) -> None:
    """The store of the tests still has what it was made with: writing goes to another."""
    assert not find_assessments(assessed, by=ID + "organization/samenhang")
