"""Cross-impact balances over HTTP: options, consistent scenarios and the row of a selection."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes.balances import draws_of
from api.settings import Settings
from graph.options import Choices, consistent_scenarios
from graph.oxigraph import OxigraphStore
from ontology import ID
from test_data import CAMEL, keys

X, Y = ([f"option/made-{d}{n}" for n in (1, 2)] for d in "xy")


@pytest.fixture(scope="module")
def scored(assessed: OxigraphStore) -> Iterator[TestClient]:
    """Give a client of the service on the made assessments."""
    with TestClient(create_app(Settings(client_seconds=0), assessed)) as opened:
        yield opened


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of balances."""
    answer = client.get("/v1/balances", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_options_come_by_descriptor(scored: TestClient) -> None:
    """Each descriptor has its options with their names; two of the eight pairs were assessed."""
    body = get(scored, edition="made")
    found = {d["descriptor"]["id"]: [o["id"] for o in d["options"]] for d in body["descriptors"]}
    assert found == {
        ID + "descriptor/made-x": [ID + name for name in X],
        ID + "descriptor/made-y": [ID + name for name in Y],
    }
    assert body["descriptors"][0]["options"][0]["label"] == {"en": "X goes up", "nl": "X stijgt"}
    share = body["assessedShare"]
    assert (share["numerator"], share["denominator"]) == (2, 8)


def test_scenarios_are_those_of_the_engine(scored: TestClient, assessed: OxigraphStore) -> None:
    """All combinations are looked at, and the consistent ones listed by their options."""
    found = consistent_scenarios(assessed, ID + "strategy/made").consistent
    body = get(scored, edition="made")["consistent"]
    assert body["scenarios"] == [list(scenario) for scenario in found.scenarios]
    assert (body["found"], body["combinations"], body["sampled"]) == (found.found, 4, False)


def test_sample_says_so(scored: TestClient) -> None:
    """Beyond `most` combinations a sample is looked at, which the answer says."""
    body = get(scored, edition="made", most=3)
    assert body["consistent"]["sampled"]
    assert body["consistent"]["seed"] == 0
    assert "sampled" in [caveat["code"] for caveat in body["caveats"]]


def test_sample_is_smaller_where_there_is_more_to_choose() -> None:
    """A thousand scenarios are drawn of few options; of many, so many that it takes no longer."""

    def draws(descriptors: int, options: int) -> int:
        return draws_of(Choices({str(d): ["x"] * options for d in range(descriptors)}, {}, 0))

    assert (draws(12, 3), draws(0, 0), draws(1000, 1000)) == (1000, 1000, 1)
    assert 1 < draws(40, 4) < draws(20, 4) < 1000


def test_row_of_a_selection(scored: TestClient) -> None:
    """X up gives Y up 2, Y up gives X nothing: balances 0, 0, 2, 0, and the two are consistent.

    With Y down X down gets 1, and Y up would get 2 of X up: neither is consistent.
    """
    body = get(scored, edition="made", option=[X[0], Y[0]])["selection"]
    rows = [o for d in body["descriptors"] for o in d["options"]]
    assert [row["balance"] for row in rows] == [0, 0, 2, 0]
    assert [row["chosen"] for row in rows] == [True, False, True, False]
    assert body["consistent"]
    body = get(scored, edition="made", option=[X[0], ID + Y[1]])["selection"]
    assert not body["consistent"]
    assert [d["better"] for d in body["descriptors"]] == [[ID + X[1]], [ID + Y[0]]]
    assert get(scored, edition="made")["selection"] is None


def test_nothing_to_choose(client: TestClient) -> None:
    """A strategy without descriptors has no scenarios."""
    body = get(client)
    assert (body["descriptors"], body["consistent"]["combinations"]) == ([], 0)
    assert body["assessedShare"]["reason"]["code"] == "empty_denominator"


@pytest.mark.parametrize(
    ("parameters", "wrong", "told"),
    [
        ({"edition": "nothing"}, "edition", "gbvs-2018"),
        ({"edition": "made", "most": 0}, "most", "1"),
        ({"edition": "made", "most": 100_001}, "most", "100000"),
        ({"edition": "made", "most": "all"}, "most", "integer"),
        ({"edition": "made", "option": [X[0]]}, "option", "exactly one"),
        ({"edition": "made", "option": X + Y}, "option", "exactly one"),
        ({"edition": "made", "option": ["option/z"]}, "option", "none of the options"),
        ({"option": [X[0]]}, "option", "none of the options"),
    ],
)
def test_bad_parameter_is_named(
    scored: TestClient, parameters: dict[str, Any], wrong: str, told: str
) -> None:
    """A parameter that is wrong is named, and what it may be."""
    answer = scored.get("/v1/balances", params=parameters)
    assert answer.status_code in (400, 404)
    assert answer.json()["parameter"] == wrong
    assert told in answer.json()["detail"]


def test_names_are_camel_case(scored: TestClient) -> None:
    """Every member has a name in camel case."""
    body = get(scored, edition="made", option=[X[0], Y[0]])
    assert [name for name in keys(body) if not CAMEL.fullmatch(name)] == []
