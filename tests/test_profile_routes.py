"""The profile over HTTP: each figure with fraction, rows and interval, and no single number."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.inquiry import Inquiry
from graph.library import LANGUAGES
from graph.oxigraph import OxigraphStore
from graph.profile import DIMENSIONS, Profile, take_profile
from ontology import ID

WEIGHTS = "goals_with_instrument:0.25,links_at_level:0.75"


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of a profile."""
    answer = client.get("/v1/profile", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def profile(store: OxigraphStore, level: str) -> Profile:
    """Return the profile as the engine takes it."""
    inquiry = Inquiry(store)
    return take_profile(inquiry, inquiry.ground.statements, inquiry.scope(level))


@pytest.mark.parametrize("level", ["quoted", "cited", "assessed"])
def test_profile_is_that_of_the_engine(
    client: TestClient, store: OxigraphStore, level: str
) -> None:
    """Each figure, of the whole and by pillar, has the value, fraction and rows of the engine."""
    body = get(client, level=level)
    assert [d["dimension"]["code"] for d in body["dimensions"]] == list(DIMENSIONS)
    found = {
        (figure["name"], figure["pillar"] and figure["pillar"]["id"]): figure
        for dimension in body["dimensions"]
        for figure in (*dimension["whole"], *dimension["pillars"])
    }
    figures = profile(store, level).figures
    assert len(found) == len(figures) > 0
    for wanted in figures:
        figure = found[wanted.declared.name, wanted.pillar or None]
        reading = wanted.reading
        assert figure["value"] == reading.figure.value
        assert figure["numerator"] == reading.figure.numerator
        assert figure["denominator"] == reading.figure.denominator
        assert (figure["reason"] or {"code": ""})["code"] == reading.figure.reason
        assert figure["interval"] == {"quoted": wanted.quoted, "assessed": wanted.assessed}
        rows = [thing["id"] for thing in figure["rows"]] + figure["links"]
        others = [thing["id"] for thing in figure["others"]] + figure["otherLinks"]
        assert (rows, others) == (list(reading.rows), list(reading.others))
        assert all(figure["label"][language] for language in LANGUAGES)


def test_things_and_links_are_told_apart(client: TestClient) -> None:
    """Goals stand among the rows with their names; what counts links gives these by IRI."""
    figures = {f["name"]: f for d in get(client)["dimensions"] for f in d["whole"]}
    goals = figures["goals_with_instrument"]
    things = [*goals["rows"], *goals["others"]]
    assert len(things) == goals["denominator"] == 13
    assert all(thing["label"]["nl"] and not goals["links"] for thing in things)
    counted = figures["links_at_level"]
    assert len(counted["links"]) == counted["numerator"]
    assert all(iri.startswith(ID + "link/") for iri in counted["links"])


def test_scope_is_said(client: TestClient) -> None:
    """The profile says in which scope it was taken, and what to bear in mind."""
    body = get(client, level="quoted", source="kamerbrief-gbvs-2018", edition="gbvs-2018")
    assert body["params"]["level"] == "quoted"
    assert body["params"]["sources"] == ["kamerbrief-gbvs-2018"]
    assert body["params"]["edition"] == ID + "strategy/gbvs-2018"
    assert [caveat["code"] for caveat in body["caveats"]] == ["no_single_number", "effects"]


def test_composite_only_by_weights(client: TestClient) -> None:
    """Without weights there is no composite; with them both means, the range and the parts."""
    assert get(client)["composite"] is None
    body = get(client, weights=WEIGHTS)
    composite = body["composite"]
    parts = {part["name"]: (part["value"], part["weight"]) for part in composite["parts"]}
    mean = sum(value * weight for value, weight in parts.values())
    assert composite["arithmetic"]["value"] == pytest.approx(mean)
    for name in ("arithmetic", "geometric"):
        assert composite[name]["least"] <= composite[name]["value"] <= composite[name]["most"]
    assert "composite" in [caveat["code"] for caveat in body["caveats"]]


@pytest.mark.parametrize(
    ("parameters", "wrong", "told"),
    [
        ({"weights": "goals_with_instrument"}, "weights", "name:0.4"),
        ({"weights": "goals_with_instrument:much"}, "weights", "name:0.4"),
        ({"weights": "goals_with_instrument:0.4"}, "weights", "add up to 1"),
        ({"weights": "goals_with_instrument:nan"}, "weights", "above 0"),
        ({"weights": "goals_with_instrument:0.5,goals_with_instrument:0.5"}, "weights", "twice"),
        ({"weights": "coherence:1"}, "weights", "goals_with_instrument"),
        ({"level": "certain"}, "level", "quoted"),
        ({"source": "nowhere"}, "source", "kamerbrief-gbvs-2018"),
        ({"edition": "gbvs-1918"}, "edition", "gbvs-2018"),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient, parameters: dict[str, str], wrong: str, told: str
) -> None:
    """A parameter that is wrong is named, with what it may be."""
    answer = client.get("/v1/profile", params=parameters)
    assert answer.status_code in (400, 404)
    assert answer.json()["parameter"] == wrong
    assert told in answer.json()["detail"]


def test_missing_parts_are_named(client: TestClient) -> None:
    """A composite of what has no value is refused; the problem names the missing parts."""
    weights = "goals_with_instrument:0.5,links_at_level:0.5"
    answer = client.get("/v1/profile", params={"weights": weights, "source": "things"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "weights")
    assert "links_at_level" in answer.json()["detail"]
