"""Neighbours: everything that is linked with a thing, by class, and nothing that is not."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.links import LEVELS, Link, find_links
from graph.names import Names
from graph.neighbours import Surroundings, choose, group_neighbours, surroundings_of
from ontology import ID, SAM
from sketch import sketch

NORMS = "goal/gbvs-2018-cyber-norms"
#: What the Turtle links with that goal, by class.
AROUND_NORMS = {
    "Department": 0,
    "Focus": 2,
    "Framework": 2,
    "Goal": 1,
    "Instrument": 5,
    "Interest": 1,
    "Line": 2,
    "Organization": 5,
    "Pillar": 1,
    "Principle": 1,
    "Strategy": 1,
    "Threat": 4,
    "Topic": 1,
}


@pytest.fixture(scope="module")
def surroundings(links: dict[str, Link]) -> Surroundings:
    """Give what is linked with what in the shipped graph."""
    return surroundings_of(links.values())


def around(*lines: str) -> Surroundings:
    """Return what is linked with what in a small strategy."""
    return surroundings_of(find_links(sketch(*lines)))


def class_of(iri: str) -> str:
    """Return the class of a thing of a small strategy."""
    return iri.removeprefix(ID).partition("/")[0]


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of what is around a thing."""
    answer = client.get("/v1/things/neighbours", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_neighbours_are_the_ends_of_links(
    surroundings: Surroundings, links: dict[str, Link]
) -> None:
    """Around each thing stand the other ends of its links, and no link is lost."""
    stated = [link for link in links.values() if not (link.is_value or link.denied)]
    assert set(surroundings.by_thing) == {
        end for one in stated for end in (one.subject, one.object)
    }
    for thing, near in surroundings.by_thing.items():
        for other, between in near.items():
            assert {thing, other} <= {between[0].subject, between[0].object}
            assert surroundings.by_thing[other][thing] == between
    held = sum(len(between) for near in surroundings.by_thing.values() for between in near.values())
    assert held == 2 * len(stated)


def test_groups_of_a_goal(surroundings: Surroundings, names: Names) -> None:
    """Around the goal of cyber norms stands what the sources link with it."""
    found = group_neighbours(
        surroundings,
        ID + NORMS,
        choose("assessed"),
        lambda iri: names.of(iri).class_.removeprefix(SAM),
        limit=100,
    )
    assert {group.class_: group.total for group in found} == {
        name: number for name, number in AROUND_NORMS.items() if number
    }
    assert [group.total for group in found] == sorted((g.total for g in found), reverse=True)


def test_limit_counts_what_is_left() -> None:
    """Of each class come the first; the number of the others is told."""
    found = around(*(f"instrument:i{n} serves goal:a" for n in range(5)), "goal:a touches goal:b")
    groups = group_neighbours(found, ID + "goal/a", choose("cited"), class_of, 2)
    assert [(g.class_, len(g.neighbours), g.more) for g in groups] == [
        ("instrument", 2, 3),
        ("goal", 1, 0),
    ]


def test_firmest_come_first() -> None:
    """Neighbours with a firmer link come first, then those with more links, then by name."""
    found = around(
        "instrument:a serves goal:g cited",
        "instrument:b touches goal:g quoted",
        "instrument:c serves goal:g cited",
        "instrument:c touches goal:g cited",
        "instrument:d serves goal:g assessed",
        "instrument:d touches goal:g quoted",
    )
    (group,) = group_neighbours(found, ID + "goal/g", choose("assessed"), class_of, 9)
    assert [one.thing[-1] for one in group.neighbours] == ["d", "b", "c", "a"]
    assert [link.level for link in group.neighbours[0].links] == ["quoted", "assessed"]


@pytest.mark.parametrize("level", LEVELS)
def test_weaker_links_do_not_count(level: str) -> None:
    """Only links of the level or stronger count, and denied ones never do."""
    found = around(
        *(f"goal:{name} touches goal:hub {name}" for name in LEVELS),
        "goal:denied touches goal:hub quoted denied",
        "goal:hub touches goal:hub quoted",
    )
    near = found.near(ID + "goal/hub", choose(level))
    wanted = LEVELS[: LEVELS.index(level) + 1]
    assert {one.thing.removeprefix(ID + "goal/") for one in near} == set(wanted)


def test_kinds_narrow(client: TestClient) -> None:
    """With kinds only links of these kinds count: four threats are addressed, nothing else."""
    body = get(client, thing=NORMS, kind="sam:addresses")
    assert [(g["type"], g["total"]) for g in body["groups"]] == [("Threat", 4)]
    kinds = {tie["kind"] for one in body["groups"][0]["items"] for tie in one["links"]}
    assert kinds == {"sam:addresses"}


def test_answer_is_ready_to_draw(client: TestClient, links: dict[str, Link]) -> None:
    """Each neighbour has its name, class and page; each link its level, direction and sentence."""
    body = get(client, thing=NORMS, limit=100)
    assert body["thing"]["id"] == ID + NORMS
    assert body["total"] == sum(AROUND_NORMS.values())
    for group in body["groups"]:
        assert group["total"] == len(group["items"]) == AROUND_NORMS[group["type"]]
        for one in group["items"]:
            assert one["type"] == group["type"]
            assert one["label"]["nl"]
            assert one["page"] == "/doc/" + one["id"].removeprefix(ID)
            for tie in one["links"]:
                link = links[tie["id"]]
                ends = (ID + NORMS, one["id"])
                assert (link.subject, link.object) == (
                    ends if tie["direction"] == "out" else ends[::-1]
                )
                assert (tie["level"], bool(tie["reads"]["en"])) == (link.level, True)


def test_more_of_a_class(client: TestClient) -> None:
    """What a first answer leaves out comes when the class is asked for with a higher limit."""
    first = get(client, thing=NORMS, limit=1)
    assert {g["type"]: g["more"] for g in first["groups"]}["Instrument"] == 4
    rest = get(client, thing=NORMS, limit=5, type="Instrument")
    assert [(g["type"], g["more"], len(g["items"])) for g in rest["groups"]] == [
        ("Instrument", 0, 5)
    ]


@pytest.mark.parametrize(
    ("parameter", "value", "status"),
    [
        ("thing", "goal/nothing", 404),
        ("thing", "goal/a b", 404),
        ("thing", '"><script>', 404),
        ("type", "Nothing", 404),
        ("kind", "sam:nothing", 404),
        ("level", "hypothetical", 400),
        ("limit", "0", 400),
        ("limit", "501", 400),
    ],
)
def test_bad_values_are_named(client: TestClient, parameter: str, value: str, status: int) -> None:
    """A value that cannot be is a problem that names its parameter."""
    asked = {"thing": NORMS, parameter: value}
    answer = client.get("/v1/things/neighbours", params=asked)
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)
