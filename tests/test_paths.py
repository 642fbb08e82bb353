"""Paths: the shortest and best evidenced ways between two things, over what counts."""

from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graph import paths
from graph.links import STRENGTH, Link, find_links
from graph.neighbours import Surroundings, surroundings_of
from graph.paths import Found, Path, Ways, find_paths
from ontology import ID, SAM
from sketch import sketch

DEFENCE, SECURITY = "department/defence", "goal/gbvs-2018-economic-security"


def class_of(iri: str) -> str:
    """Return the class of a thing of a small strategy."""
    return iri.removeprefix(ID).partition("/")[0].capitalize()


def around(*lines: str) -> Surroundings:
    """Return what is linked with what in a small strategy."""
    return surroundings_of(find_links(sketch(*lines)))


def ways(source: str, target: str, **more: Any) -> Ways:
    """Return what to look for between two things, named as class/slug."""
    return Ways(ID + source, ID + target, **more)


def found(lines: list[str], limit: int = 10, **more: Any) -> list[str]:
    """Return the paths from goal:a to goal:z in a small strategy, as the names of their things."""
    asked = ways("goal/a", "goal/z", **more)
    return [named(path) for path in find_paths(around(*lines), class_of, asked, limit).paths]


def named(path: Path) -> str:
    """Return the slugs of the things of a path."""
    things = [path.steps[0].source, *(step.target for step in path.steps)]
    return " ".join(thing.rpartition("/")[2] for thing in things)


def test_shortest_come_first() -> None:
    """Shorter paths come first, up to the longest that is allowed."""
    lines = [
        "goal:a touches goal:z",
        "goal:a touches goal:b",
        "goal:b touches goal:z",
        "goal:b touches goal:c",
        "goal:c touches goal:z",
    ]
    assert found(lines) == ["a z", "a b z", "a b c z"]
    assert found(lines, longest=2) == ["a z", "a b z"]
    assert found(lines, limit=1) == ["a z"]


def test_better_evidence_comes_first() -> None:
    """Of paths of one length those with fewer weak links come first, the weakest link deciding."""
    lines = [
        *("goal:a touches goal:b quoted", "goal:b touches goal:z assessed"),
        *("goal:a touches goal:c derived", "goal:c touches goal:z derived"),
        *("goal:a touches goal:d cited", "goal:d touches goal:z cited"),
        *("goal:a touches goal:e quoted", "goal:e touches goal:z cited"),
        *("goal:a touches goal:f assessed", "goal:f touches goal:z assessed"),
    ]
    assert found(lines) == ["a e z", "a d z", "a c z", "a b z", "a f z"]


def test_path_is_as_strong_as_its_weakest_step() -> None:
    """The level of a path is that of its weakest step; a step counts by its strongest link."""
    lines = [
        "goal:a touches goal:b assessed",
        "goal:b overlapsWith goal:a quoted",
        "goal:b touches goal:z derived",
    ]
    (path,) = find_paths(around(*lines), class_of, ways("goal/a", "goal/z")).paths
    assert [step.level for step in path.steps] == ["quoted", "derived"]
    assert [link.level for link in path.steps[0].links] == ["quoted", "assessed"]
    assert path.level == "derived"


def test_what_joins_much_comes_last() -> None:
    """Of paths with equal evidence the one through what is linked with little comes first."""
    lines = [
        *("goal:a touches topic:b", "topic:b touches goal:z"),
        *(f"topic:b touches topic:t{n}" for n in range(5)),
        *("goal:a touches topic:c", "topic:c touches goal:z"),
    ]
    assert found(lines) == ["a c z", "a b z"]


def test_links_are_followed_both_ways() -> None:
    """A link is followed against its direction too."""
    assert found(["goal:b touches goal:a", "goal:b touches goal:z"]) == ["a b z"]


@pytest.mark.parametrize("line", ["quoted denied", "hypothetical"])
def test_what_does_not_count_is_never_followed(line: str) -> None:
    """A denied link joins nothing, nor does a hypothetical one."""
    assert found([f"goal:a touches goal:z {line}"]) == []


def test_weaker_links_are_not_followed() -> None:
    """Links below the level that is asked for join nothing."""
    lines = ["goal:a touches goal:b cited", "goal:b touches goal:z derived"]
    assert found(lines, level="derived") == ["a b z"]
    assert found(lines, level="cited") == []


def test_hubs_are_not_passed_through() -> None:
    """A strategy, pillar or document is not passed through unless that is asked for."""
    lines = [
        *("strategy:s hasGoal goal:a", "strategy:s hasGoal goal:z"),
        *("pillar:p hasGoal goal:a", "pillar:p hasGoal goal:z"),
        *("document:d concerns goal:a", "document:d concerns goal:z"),
    ]
    assert found(lines) == []
    assert found(lines, avoid=("Strategy", "Document")) == ["a p z"]
    assert found(lines, avoid=()) == ["a d z", "a p z", "a s z"]


def test_hub_may_stand_at_an_end() -> None:
    """A path may begin or end at a thing of a class that is not passed through."""
    lines = ["strategy:s hasGoal goal:a", "strategy:s hasPillar pillar:p"]
    asked = ways("strategy/s", "goal/a")
    assert len(find_paths(around(*lines), class_of, asked).paths) == 1
    assert find_paths(around(*lines), class_of, ways("pillar/p", "goal/a")).paths == ()


def test_idle_kinds_are_not_followed() -> None:
    """That both name a region joins nothing unless that is asked for."""
    lines = ["goal:a mentions region:r", "goal:z mentions region:r"]
    assert found(lines) == []
    assert found(lines, without=()) == ["a r z"]


levels = st.sampled_from(["quoted", "cited", "derived", "assessed"])
edges = st.lists(st.tuples(st.sampled_from("abcz"), st.sampled_from("bcdz"), levels), max_size=9)


@given(edges, st.integers(1, 4))
def test_order_is_that_of_all_paths(drawn: list[tuple[str, str, str]], longest: int) -> None:
    """The paths are those that looking at every simple path gives, in the same order."""
    near = surroundings_of(
        Link(f"l{n}", "g", ID + "goal/" + one, "k", ID + "goal/" + other, False, level, False,
             False, {}, ())
        for n, (one, other, level) in enumerate(drawn)
    )  # fmt: skip
    asked = ways("goal/a", "goal/z", longest=longest)
    graph: nx.Graph[str] = nx.Graph(
        (one, other) for one, about in near.by_thing.items() for other in about
    )
    graph.add_nodes_from([asked.source, asked.target])

    def rank(things: list[str]) -> tuple[Any, ...]:
        steps = [near.by_thing[one][other][0].level for one, other in pairwise(things)]
        weak = [steps.count(level) for level in ("assessed", "derived", "cited")]
        return len(steps), *weak, sum(graph.degree(thing) for thing in things[1:-1]), things

    every = nx.all_simple_paths(graph, asked.source, asked.target, cutoff=longest)
    wanted = sorted(map(list, every), key=rank)
    answer = find_paths(near, class_of, asked, limit=1000)
    got = [[p.steps[0].source, *(s.target for s in p.steps)] for p in answer.paths]
    assert got == wanted
    assert not answer.more


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are very many beginnings, what was found comes, and that there may be more."""
    dense = [f"goal:{a} touches goal:{b}" for a in "abcdefgz" for b in "abcdefgz" if a < b]
    whole = find_paths(around(*dense), class_of, ways("goal/a", "goal/z"), 1000)
    assert not whole.more
    monkeypatch.setattr(paths, "MOST", 20)
    part = find_paths(around(*dense), class_of, ways("goal/a", "goal/z"), 1000)
    assert part.more
    assert 0 < len(part.paths) < len(whole.paths)
    assert part.paths == whole.paths[: len(part.paths)]


def test_default_is_the_same_each_time(links: dict[str, Link]) -> None:
    """The links in another order give the same paths."""
    asked = ways(DEFENCE, "threat/cyberthreats", avoid=(), without=())

    def run(given: list[Link]) -> Found:
        return find_paths(surroundings_of(given), class_of, asked, 50)

    assert run(list(links.values())) == run(list(reversed(links.values())))


def get(client: TestClient, **parameters: Any) -> Any:
    """Return the JSON of paths."""
    answer = client.get("/v1/paths", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_defence_and_economic_security(client: TestClient, links: dict[str, Link]) -> None:
    """The ministry and the goal both work with business, as two documents say (cited)."""
    body = get(client, **{"from": DEFENCE, "to": SECURITY})
    first = body["items"][0]
    assert (first["length"], first["level"]) == (2, "cited")
    there, back = first["steps"]
    assert there["to"]["id"] == back["from"]["id"] == ID + "organization/business-community"
    assert (there["links"][0]["direction"], back["links"][0]["direction"]) == ("out", "in")
    assert {links[step["links"][0]["id"]].graph for step in (there, back)} == {
        "defensienota-2018-en",
        "gbvs-2018-en",
    }
    assert [item["length"] for item in body["items"]] == sorted(i["length"] for i in body["items"])


def test_steps_carry_their_evidence(client: TestClient, links: dict[str, Link]) -> None:
    """Steps join, their links stand between their ends, and each link has its passages."""
    topic = "topic/economic-security"
    body = get(client, **{"from": DEFENCE, "to": topic, "limit": 50})
    assert body["items"]
    for item in body["items"]:
        steps = item["steps"]
        assert steps[0]["from"]["id"] == ID + DEFENCE
        assert steps[-1]["to"]["id"] == ID + topic
        assert all(one["to"] == other["from"] for one, other in pairwise(steps))
        assert item["level"] == min((s["level"] for s in steps), key=STRENGTH.__getitem__)
        for step in steps:
            for shown in step["links"]:
                link = links[shown["id"]]
                assert {link.subject, link.object} == {step["from"]["id"], step["to"]["id"]}
                assert [e["document"] for e in shown["evidence"]][: len(link.passages)] == [
                    passage.document for passage in link.passages
                ]
    last = body["items"][0]["steps"][-1]["links"][0]
    assert last["level"] == "quoted"
    assert "economische veiligheid" in last["evidence"][0]["quote"]


def test_derived_links_carry_the_evidence_of_their_premises(
    client: TestClient, links: dict[str, Link]
) -> None:
    """A derived link has no passage of its own: those of what it follows from are shown."""
    derived = next(link for link in links.values() if link.level == "derived")
    ends = {"from": derived.subject.removeprefix(ID), "to": derived.object.removeprefix(ID)}
    body = get(client, **ends, level="derived")
    shown = {one["id"]: one for one in body["items"][0]["steps"][0]["links"]}
    assert {e["link"] for e in shown[derived.iri]["evidence"]} == set(derived.follows_from)


def test_answer_says_what_was_searched(client: TestClient) -> None:
    """What is left out by default is said in parameters and in a sentence of each language."""
    body = get(client, **{"from": DEFENCE, "to": SECURITY, "level": "quoted"})
    assert body["items"] == []
    assert body["more"] is False
    assert body["params"]["avoid"] == ["Strategy", "Pillar", "Document"]
    assert "sam:mentions" in body["params"]["without"]
    assert "Strategie, Pijler en Document" in body["searched"]["nl"]
    assert body["searched"]["nl"].endswith("Er is geen gevonden.")
    assert body["searched"]["en"].endswith("None was found.")


def test_all_may_be_passed_through(client: TestClient) -> None:
    """An empty class and an empty kind leave nothing out: the pillars of one strategy are near."""
    ends = {"from": "pillar/gbvs-2018-prevent", "to": "pillar/gbvs-2018-strengthen"}
    body = get(client, **ends, avoid="", without="", maxLength=2, limit=50)
    assert body["params"]["avoid"] == body["params"]["without"] == []
    between = {item["steps"][0]["to"]["id"] for item in body["items"] if item["length"] == 2}
    assert ID + "strategy/gbvs-2018" in between


@pytest.mark.parametrize(
    ("parameter", "value", "status"),
    [
        ("from", "goal/nothing", 404),
        ("to", "nothing", 404),
        ("to", DEFENCE, 400),
        ("level", "hypothetical", 400),
        ("avoid", "Nothing", 404),
        ("without", "sam:nothing", 404),
        ("maxLength", "7", 400),
        ("limit", "0", 400),
    ],
)
def test_bad_values_are_named(client: TestClient, parameter: str, value: str, status: int) -> None:
    """A value that cannot be is a problem that names its parameter, also twice the same thing."""
    asked = {"from": DEFENCE, "to": SECURITY, parameter: value}
    answer = client.get("/v1/paths", params=asked)
    assert (answer.status_code, answer.json()["parameter"]) == (status, parameter)


def test_idle_kinds_are_declared(links: dict[str, Link]) -> None:
    """Each kind that is left out by default is a kind of some link."""
    assert {link.kind for link in links.values()} >= set(paths.IDLE)
    assert all(kind.startswith(SAM) for kind in paths.IDLE)
