"""Network views over HTTP: what they show and where, narrowed to a pillar or a level."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph import network
from graph.links import LEVELS, Link
from graph.names import Names, shorten
from ontology import ID, SAM

PREVENT = "pillar/gbvs-2018-prevent"
#: The goals of that pillar, as the letter lists them.
GOALS = {
    "goal/gbvs-2018-conflict-prevention",
    "goal/gbvs-2018-root-causes-of-terrorism",
    "goal/gbvs-2018-disarmament-and-non-proliferation",
    "goal/gbvs-2018-cyber-norms",
}


def get(client: TestClient, path: str, **parameters: Any) -> Any:
    """Return the JSON of a view."""
    answer = client.get(f"/v1/views{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def of_class(body: Any, class_: str) -> set[str]:
    """Return the things of a class in a view, as class/slug."""
    return {shorten(node["id"]) for node in body["nodes"] if node["type"] == class_}


def test_views_say_what_they_take(client: TestClient) -> None:
    """The list of views names each with a title and what it shows, and the parameters it takes."""
    body = get(client, "")
    views = {view["id"]: view for view in body["items"]}
    assert set(views) == {view.slug for view in network.list_views()}
    assert body["total"] == len(views)
    assert views["around"]["parameters"] == ["level", "thing"]
    assert views["chain"]["parameters"] == ["level", "pillar"]
    assert all(view["title"]["nl"] and view["explains"]["en"] for view in views.values())


def test_view_shows_things_and_links(
    client: TestClient, links: dict[str, Link], names: Names
) -> None:
    """A view gives things with name, class, page and place, and lines that are links."""
    body = get(client, "/chain")
    assert body["view"]["id"] == "chain"
    nodes = {node["id"]: node for node in body["nodes"]}
    assert len(nodes) == len(body["nodes"]) > 0
    for iri, node in nodes.items():
        assert node["label"]["en"] == names.of(iri).in_language("en")
        assert SAM + node["type"] == names.of(iri).class_
        assert node["page"] == "/doc/" + shorten(iri)
        assert all(isinstance(node[name], int | float) for name in ("x", "y", "height"))
    assert body["edges"]
    for edge in body["edges"]:
        assert {edge["from"], edge["to"]} <= set(nodes)
        drawn = [links[shown["id"]] for shown in edge["links"]]
        assert {(link.subject, link.object) for link in drawn} == {(edge["from"], edge["to"])}
        levels = [LEVELS.index(shown["level"]) for shown in edge["links"]]
        assert levels == sorted(levels)
    firsts = [LEVELS.index(edge["links"][0]["level"]) for edge in body["edges"]]
    assert firsts == sorted(firsts)


def test_every_link_of_a_view_is_drawn_once(client: TestClient, links: dict[str, Link]) -> None:
    """The lines of a view around a thing hold each of its links once."""
    body = get(client, "/around", thing=PREVENT)
    drawn = [link["id"] for edge in body["edges"] for link in edge["links"]]
    ends = ID + PREVENT
    stated = {
        iri
        for iri, link in links.items()
        if ends in (link.subject, link.object) and not link.is_value and not link.denied
    }
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == stated
    assert body["hidden"] == 0
    assert body["headings"]


def test_chain_holds_parts_of_what_is_coupled(client: TestClient) -> None:
    """The strategy is coupled to the Defensienota, and a unit of that paper serves a goal."""
    body = get(client, "/chain")
    unit = ID + "instrument/defensienota-2018-passenger-information-unit"
    served = {edge["to"] for edge in body["edges"] if edge["from"] == unit}
    assert served == {
        ID + "goal/gbvs-2018-counterterrorism",
        ID + "goal/gbvs-2018-cross-border-crime",
    }
    owners = {edge["from"] for edge in body["edges"] if edge["to"] == unit}
    assert owners == {ID + "department/justice-and-security"}


def test_chain_holds_only_what_hangs_from_the_strategy(client: TestClient) -> None:
    """An instrument that serves a goal, of which no paper couples it, is not in the chain."""
    instruments = of_class(get(client, "/chain"), "Instrument")
    assert "instrument/international-policing-strategy" in instruments
    assert "instrument/early-warning" not in instruments


def test_chain_of_a_pillar(client: TestClient, links: dict[str, Link]) -> None:
    """Narrowed to a pillar the chain has its goals, and only what is linked with these."""
    body = get(client, "/chain", pillar=PREVENT.removeprefix("pillar/"))
    assert of_class(body, "Pillar") == {PREVENT}
    assert of_class(body, "Goal") == GOALS
    served = {
        shorten(link.subject)
        for link in links.values()
        if link.kind == SAM + "serves" and shorten(link.object) in GOALS
    }
    assert of_class(body, "Instrument")
    assert of_class(body, "Instrument") <= served


def test_pillars_together_are_the_chain(client: TestClient) -> None:
    """The chains of the three pillars hold all goals once, and the whole chain holds them all."""
    whole = get(client, "/chain")
    parts = [get(client, "/chain", pillar=pillar) for pillar in of_class(whole, "Pillar")]
    assert len(parts) == 3
    goals = [goal for part in parts for goal in of_class(part, "Goal")]
    assert sorted(goals) == sorted(of_class(whole, "Goal"))
    assert len(goals) == 13
    for part in parts:
        assert {node["id"] for node in part["nodes"]} <= {node["id"] for node in whole["nodes"]}


@pytest.mark.parametrize("level", ["quoted", "cited", "assessed"])
def test_level_narrows(client: TestClient, level: str) -> None:
    """At a level only links of that level and stronger are shown."""
    shown = {
        link["level"]
        for edge in get(client, "/chain", level=level)["edges"]
        for link in edge["links"]
    }
    assert level in shown
    assert shown <= set(LEVELS[: LEVELS.index(level) + 1])


def test_view_is_the_same_each_time(client: TestClient) -> None:
    """The same view has the same picture, to the pixel."""
    first, second = (
        client.get("/v1/views/chain", headers={"Accept": accept}).content
        for accept in ("application/json", "*/*")
    )
    assert first == second


@pytest.mark.parametrize(
    ("path", "parameter", "value", "status"),
    [
        ("chain", "thing", PREVENT, 400),
        ("chain", "pillar", "nothing", 404),
        ("chain", "level", "hypothetical", 400),
        ("around", "thing", "", 400),
        ("around", "thing", "goal/nothing", 404),
        ("around", "pillar", PREVENT, 400),
    ],
)
def test_bad_values_are_named(
    client: TestClient, path: str, parameter: str, value: str, status: int
) -> None:
    """A value that cannot be, or that the view does not take, is a problem that names it."""
    answer = client.get(f"/v1/views/{path}", params={parameter: value})
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)


def test_crowded_view_counts_what_is_hidden(client: TestClient, links: dict[str, Link]) -> None:
    """Of a thing with very many neighbours the nearest are shown, and the others counted."""
    thing = ID + "strategy/gbvs-2018"
    body = get(client, "/around", thing=shorten(thing))
    near = {
        end
        for link in links.values()
        if thing in (link.subject, link.object) and not link.is_value and not link.denied
        for end in (link.subject, link.object)
    }
    assert {node["id"] for node in body["nodes"]} <= near
    assert len(body["nodes"]) == network.MAX_NODES
    assert body["hidden"] == len(near) - network.MAX_NODES > 0
