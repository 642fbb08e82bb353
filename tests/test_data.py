"""The JSON interface: links with their evidence, questions, and its own description."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph import questions
from graph.oxigraph import OxigraphStore

LETTER = "kamerbrief-gbvs-2018"
CAMEL = re.compile(r"@?[a-z][a-zA-Z0-9]*")


def get(client: TestClient, address: str, **parameters: Any) -> Any:
    """Return the JSON of an answer."""
    answer = client.get(address, params=parameters or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def keys(value: Any) -> Iterator[str]:
    """Yield every key at any depth."""
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from keys(one)
    elif isinstance(value, list):
        for one in value:
            yield from keys(one)


@pytest.mark.parametrize(
    "address",
    [
        "/v1/links?limit=500",
        "/v1/documents?limit=500",
        "/v1/passages?limit=500",
        "/v1/collections",
        "/v1/questions",
        *(f"/v1/questions/{q.slug}" for q in questions.list_questions()),
        "/v1/views",
        "/v1/views/chain",
        "/v1/_search?q=veilig",
        "/v1/things/neighbours?thing=goal/gbvs-2018-cyber-norms",
        "/v1/paths?from=department/defence&to=goal/gbvs-2018-economic-security",
        "/v1/assessments",
        "/v1/balances",
        "/v1/comparisons?earlier=gbvs-2018&later=vkk-2023",
        "/v1/reciprocity?one=strategy/gbvs-2018&other=instrument/defensienota-2018",
        "/v1/profile?weights=goals_with_instrument:1",
        "/v1/openapi.json",
    ],
)
def test_names_are_camel_case(client: TestClient, address: str) -> None:
    """Every member of every JSON shape has a name in camel case."""
    body = get(client, address)
    if "openapi" in body:
        shapes = body["components"]["schemas"].values()
        ways = [way for path in body["paths"].values() for way in path.values()]
        found = {name for shape in shapes for name in shape.get("properties", {})}
        found |= {one["name"] for way in ways for one in way.get("parameters", [])}
    else:
        found = set(keys(body))
    assert found
    assert [name for name in found if not CAMEL.fullmatch(name)] == []


def test_description_is_complete(client: TestClient) -> None:
    """The OpenAPI document names every route of the interface, and all its references lead on."""
    document = get(client, "/v1/openapi.json")
    assert {
        "/_search",
        "/assessments",
        "/balances",
        "/comparisons",
        "/links",
        "/paths",
        "/profile",
        "/questions",
        "/questions/{name}",
        "/reciprocity",
        "/scenarios",
        "/things/neighbours",
        "/views",
        "/views/{name}",
    } <= set(document["paths"])
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document)):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_description_names_the_errors(client: TestClient) -> None:
    """Every operation says which errors it may give, as problem documents, and never 422."""
    document = get(client, "/v1/openapi.json")
    for ways in document["paths"].values():
        for answers in (way["responses"] for way in ways.values()):
            errors = {status for status in answers if status >= "400"}
            assert {"404", "406", "429", "500", "503"} <= errors
            assert "422" not in errors
            assert all(
                set(answers[error]["content"]) == {"application/problem+json"} for error in errors
            )


def test_description_is_valid(client: TestClient) -> None:
    """The OpenAPI document is valid by the specification's own schema."""
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(get(client, "/v1/openapi.json"))


def test_health(client: TestClient, store: OxigraphStore) -> None:
    """The service says that it is there; ready, with the number of statements in the store."""
    assert get(client, "/healthz") == {"status": "ok"}
    assert get(client, "/readyz") == {"status": "ready", "statements": len(store)}
    for path in ("/healthz", "/readyz"):
        assert client.get(path).headers["cache-control"] == "no-store"
