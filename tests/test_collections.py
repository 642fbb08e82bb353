"""Collections over HTTP: which there are, what they hold, and what is stated of each thing."""

from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.members import COLLECTIONS
from api.settings import Settings
from graph.links import Link
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH, ID, PREFIXES, SAM

GOAL = "gbvs-2018-cyber-norms"


def get(client: TestClient, address: str, **parameters: Any) -> Any:
    """Return the JSON of an answer."""
    answer = client.get(address, params=parameters or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def every(client: TestClient, address: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the items of all pages of a list."""
    page = get(client, address, limit=500, **parameters)
    items: list[dict[str, Any]] = page["items"]
    while page["next"]:
        page = get(client, address, limit=500, cursor=page["next"], **parameters)
        items += page["items"]
    assert len(items) == page["total"]
    return items


def slugs(items: list[dict[str, Any]]) -> list[str]:
    """Return the slugs of things."""
    return [item["slug"] for item in items]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_collection_holds_its_class(client: TestClient, store: OxigraphStore, name: str) -> None:
    """A collection gives each thing of its class and the classes below it once, in order."""
    query = f"""PREFIX rdfs: <{PREFIXES["rdfs"]}>
        SELECT DISTINCT ?thing {{ ?class rdfs:subClassOf* <{SAM}{COLLECTIONS[name].class_}> .
        ?thing a ?class }} ORDER BY STR(?thing)"""
    wanted = [row["thing"].value for row in store.query(query).rows()]
    items = every(client, f"/v1/{name}")
    assert [item["id"] for item in items] == sorted(wanted)
    assert len(set(slugs(items))) == len(items)


def test_every_thing_is_in_a_collection(client: TestClient, store: OxigraphStore) -> None:
    """Whatever a link can speak of is a member of some collection."""
    query = f"""PREFIX rdfs: <{PREFIXES["rdfs"]}>
        SELECT DISTINCT ?thing {{ ?class rdfs:subClassOf* <{SAM}Thing> . ?thing a ?class }}"""
    found = {item["id"] for name in COLLECTIONS for item in every(client, f"/v1/{name}")}
    assert {row["thing"].value for row in store.query(query).rows()} <= found


def test_collections_are_listed(client: TestClient) -> None:
    """The list of collections names each with its address, titles and the number of its things."""
    listed = get(client, "/v1/collections")
    assert [one["name"] for one in listed] == list(COLLECTIONS)
    for one in listed:
        assert one["total"] == get(client, one["address"])["total"]
        assert all(one["title"][language] for language in ("nl", "en"))


@pytest.mark.parametrize(
    ("name", "total"),
    [("strategies", 5), ("pillars", 9), ("goals", 42), ("departments", 10), ("documents", 146)],
)
def test_totals(client: TestClient, name: str, total: int) -> None:
    """The collections are as large as the files of things say, with the classes below."""
    assert get(client, f"/v1/{name}")["total"] == total


def test_thing_by_itself(client: TestClient) -> None:
    """A goal says what it is and is called, its number, strategy and pillar, and where it is."""
    found = get(client, f"/v1/goals/{GOAL}")
    assert found["@context"] == "/def/context.jsonld"
    assert found["id"] == f"{ID}goal/{GOAL}"
    assert (found["type"], found["slug"], found["number"]) == ("Goal", GOAL, 4)
    assert found["label"] == {
        "en": "Clear international norms for cyber activities",
        "nl": "het bevorderen van een normatief internationaal kader voor cyberactiviteiten",
    }
    assert found["strategy"] == [f"{ID}strategy/gbvs-2018"]
    assert found["pillar"] == [f"{ID}pillar/gbvs-2018-prevent"]
    assert found["addresses"] == {
        "self": f"/v1/goals/{GOAL}",
        "doc": f"/doc/goal/{GOAL}",
        "links": f"/v1/goals/{GOAL}/links",
        "neighbours": f"/v1/goals/{GOAL}/neighbours",
    }


def test_class_is_the_most_special_one(client: TestClient) -> None:
    """A line of action is among the goals, as a line; a paper that was read is an instrument."""
    assert get(client, "/v1/goals/vkk-2023-climate")["type"] == "Line"
    types = {item["type"] for item in every(client, "/v1/goals")}
    assert types == {"Goal", "Focus", "Issue", "Line"}
    for name in ("instruments", "documents"):
        assert get(client, f"/v1/{name}/defensienota-2018")["type"] == "Instrument"


def test_other_names(client: TestClient) -> None:
    """A thing has its other names by language, and the identifier of the register."""
    found = get(client, "/v1/departments/foreign-affairs")
    assert found["altLabel"] == {"nl": ["BZ"]}
    assert found["registerIdentifier"] == [
        "https://identifier.overheid.nl/tooi/id/ministerie/mnre1013"
    ]
    economic = get(client, "/v1/departments/economic-affairs-and-climate")
    assert economic["altLabel"] == {
        "en": ["Ministry of Economic Affairs"],
        "nl": ["EZK", "ministerie van Economische Zaken"],
    }


def test_read_document(client: TestClient) -> None:
    """A document that was read says its source, and how much was read from it."""
    found = get(client, "/v1/documents/kamerbrief-gbvs-2018")
    assert (found["read"], found["source"]) == (True, "kamerbrief-gbvs-2018")
    assert found["page"] == ["https://zoek.officielebekendmakingen.nl/dossier/kst-33694-U.html"]
    assert found["identifier"] == ["Kamerstukken II 2017/18, 33 694, nr. 12"]
    assert found["statedLinks"] == get(client, "/v1/links", source=found["source"])["total"]
    assert found["passages"] == 51


def test_document_that_was_not_read(client: TestClient) -> None:
    """A document that is only named says that it was not read."""
    found = get(client, "/v1/documents/assessment-framework-article-100")
    assert (found["read"], found["statedLinks"], found["passages"]) == (False, 0, 0)
    assert "source" not in found


def test_documents_that_were_read_are_those_of_the_graphs(client: TestClient) -> None:
    """As many documents were read as graphs name a source."""
    found = every(client, "/v1/documents")
    assert sum(item["read"] for item in found) == 71
    assert sum(item["passages"] for item in found) == get(client, "/v1/passages")["total"]


def test_levels_count_links(client: TestClient, links: dict[str, Link]) -> None:
    """The levels of a thing count the links at either end of it."""
    for name in ("goals", "regions"):
        for item in every(client, f"/v1/{name}"):
            ends = [link for link in links.values() if item["id"] in (link.subject, link.object)]
            counted = {level: sum(k.level == level for k in ends) for level in item["levels"]}
            assert counted == item["levels"]
            assert sum(counted.values()) == len(ends)


def test_links_of_a_thing(client: TestClient) -> None:
    """The links of a thing are those that begin or end at it, and can be selected as any."""
    address = f"/v1/goals/{GOAL}/links"
    assert every(client, address) == every(client, "/v1/links", thing=f"goal/{GOAL}")
    quoted = every(client, address, weakest="cited", kind="sam:hasGoal")
    assert quoted == every(
        client, "/v1/links", thing=f"goal/{GOAL}", weakest="cited", kind="sam:hasGoal"
    )
    assert quoted


def test_neighbours_of_a_thing(client: TestClient) -> None:
    """What is one step around a thing is had at its own address too."""
    found = get(client, f"/v1/goals/{GOAL}/neighbours", level="cited")
    asked = {"thing": f"goal/{GOAL}", "level": "cited"}
    assert found == get(client, "/v1/things/neighbours", **asked)
    assert client.get("/v1/goals/nothing/neighbours").status_code == 404


def test_things_of_a_strategy(client: TestClient) -> None:
    """A strategy has its own goals, and the threats that it or its parts are linked with."""
    assert len(every(client, "/v1/goals", strategy="gbvs-2018")) == 13
    lines = every(client, "/v1/goals", strategy="vkk-2023")
    assert {(item["type"], *item["strategy"]) for item in lines} == {
        ("Line", f"{ID}strategy/vkk-2023")
    }
    threats = every(client, "/v1/threats", strategy="gbvs-2018")
    assert 0 < len(threats) < get(client, "/v1/threats")["total"]


def test_things_of_a_pillar(client: TestClient) -> None:
    """The goals of a pillar are those that the letter and the strategy put under it."""
    names = [f"gbvs-2018-{name}" for name in ("prevent", "defend", "strengthen")]
    found = {name: slugs(every(client, "/v1/goals", pillar=name)) for name in names}
    assert sorted(slug for held in found.values() for slug in held) == slugs(
        every(client, "/v1/goals", strategy="gbvs-2018")
    )
    for name in names:
        held = every(client, "/v1/links", subject=f"pillar/{name}", kind="sam:hasGoal")
        assert {f"{ID}goal/{slug}" for slug in found[name]} == {item["object"] for item in held}


def test_things_of_a_class(client: TestClient) -> None:
    """A class gives the things of exactly that class."""
    assert len(every(client, "/v1/goals", type="Line")) == 12
    assert {item["type"] for item in every(client, "/v1/threats", type="Theme")} == {"Theme"}


@pytest.mark.parametrize(
    ("name", "value", "told", "status"),
    [
        ("strategy", "gbvs-1918", "gbvs-2018", 404),
        ("pillar", "gbvs-2018", "gbvs-2018-prevent", 404),
        ("type", "Threat", "Line", 404),
        ("fields", "label,nothing", "altLabel", 400),
        ("fields", "levels,context", "altLabel", 400),
        ("fields", "levels,", "altLabel", 400),
        ("level", "quoted", "strategy", 400),
        ("limit", "0", "limit", 400),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient, name: str, value: str, told: str, status: int
) -> None:
    """A parameter that is wrong, or names what is not here, is named, and what it may be."""
    answer = client.get("/v1/goals", params={name: value})
    assert (answer.status_code, answer.json()["parameter"]) == (status, name)
    assert told in answer.text


def test_fields_of_a_thing(client: TestClient) -> None:
    """With `fields` a thing has these members, if it has them, and those that say what it is."""
    always = {"id", "type", "label"}
    found = get(client, f"/v1/goals/{GOAL}", fields="number,altLabel,levels")
    assert set(found) == {"@context", *always, "number", "levels"}
    for item in get(client, "/v1/goals", fields="number")["items"]:
        assert set(item) == {*always, "number"}


@pytest.mark.parametrize(
    "address",
    [
        "/v1/goals/nothing",
        "/v1/goals/gbvs-2018",
        "/v1/goals/nothing/links",
        "/v1/goals/%3Cx%3E",
        "/v1/goals/%00",
        "/v1/goals/goal%2Fx",
        "/v1/pillars/gbvs-2018-cyber-norms",
        "/v1/goals/",
        "/v1/nothing",
    ],
)
def test_unknown_things(client: TestClient, address: str) -> None:
    """What is not in a collection is 404, also when it is in another."""
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@given(slug=st.text(min_size=1, max_size=20), name=st.sampled_from(sorted(COLLECTIONS)))
def test_any_slug(client: TestClient, name: str, slug: str) -> None:
    """No name of a thing breaks a collection."""
    answer = client.get(f"/v1/{name}/{quote(slug, safe='', errors='replace')}")
    assert answer.status_code in (200, 404)


def test_operations_have_names_of_their_own(client: TestClient) -> None:
    """Each collection has operations of its own in the description, for clients that are made."""
    paths = get(client, "/v1/openapi.json")["paths"]
    names = [way["operationId"] for path in paths.values() for way in path.values()]
    assert len(set(names)) == len(names)
    assert {"listGoals", "getGoal", "listGoalLinks", "listLinks", "getLink", "getPassage"} <= {
        *names
    }
    assert {f"list{name.capitalize()}" for name in COLLECTIONS} <= {*names}
    assert set(paths["/goals"]["get"]["responses"]["200"]["content"]) == {
        *("application/json", "application/ld+json", "text/turtle"),
    }


# Things that nobody would expect

ODD = [
    "http://example.org/a%20thing",
    "urn:example:thing",
    "javascript:alert(1)",
    f"{ID}goal/UPPER",
    f"{ID}goal/x",
    f"{ID}line/x",
    f"{ID}focus/x",
    f"{ID}goal/x/y",
    f"{ID}goal/",
    f"{ID}goal/é#ü?q=1",
    "https://example.org/" + "long" * 500,
]


@pytest.fixture(scope="module")
def strange(store: OxigraphStore) -> OxigraphStore:
    """Give a store with the vocabulary, and goals with unusual IRIs and texts."""
    graph = ox.NamedNode(GRAPH + "odd")
    label, number = (ox.NamedNode(i) for i in (PREFIXES["rdfs"] + "label", SAM + "number"))
    quads = []
    for place, iri in enumerate(ODD):
        goal = ox.NamedNode(iri)
        kind = "Line" if place % 2 else "Goal"
        quads.append(
            ox.Quad(goal, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(SAM + kind), graph)
        )
        for text in (
            ox.Literal('<script>alert("1")</script> \u202e \u0000 \U0001f600', language="nl"),
            ox.Literal("first", language="en-GB-oed"),
            ox.Literal("no language"),
            ox.Literal("2018", datatype=ox.NamedNode(PREFIXES["xsd"] + "gYear")),
        )[: place % 5]:
            quads.append(ox.Quad(goal, label, text, graph))
        for value in (ox.Literal("many"), ox.Literal(7), ox.NamedNode(SAM + "seven"), goal):
            quads.append(ox.Quad(goal, number, value, graph))
    quads.append(
        ox.Quad(
            ox.BlankNode("b"),
            ox.NamedNode(PREFIXES["rdf"] + "type"),
            ox.NamedNode(SAM + "Goal"),
            graph,
        )
    )
    vocabulary = list(store.quads_of(GRAPH + "vocabulary"))
    return in_memory({GRAPH + "vocabulary": vocabulary, graph.value: quads})


@pytest.fixture(scope="module")
def odd(strange: OxigraphStore) -> TestClient:
    """Give a client of a service on that store."""
    return TestClient(create_app(Settings(client_seconds=0, client_errors=0), strange))


def test_odd_things_have_addresses(odd: TestClient) -> None:
    """Whatever the IRI of a thing is, the thing is listed and has an address that leads to it."""
    items = every(odd, "/v1/goals")
    assert [item["id"] for item in items] == sorted(ODD)
    assert len(set(slugs(items))) == len(ODD)
    assert {"x"} <= set(slugs(items))
    for item in items:
        found = get(odd, item["addresses"]["self"])
        assert (found["id"], found["label"]) == (item["id"], item["label"])
        assert get(odd, item["addresses"]["links"])["total"] == 0
        assert get(odd, item["addresses"]["neighbours"])
        assert item["number"] == 7
    assert {item["id"] for item in items if item["slug"] == "x"} == {f"{ID}goal/x"}


def test_odd_things_in_turtle(odd: TestClient, strange: OxigraphStore) -> None:
    """Of things with unusual IRIs and texts Turtle says only what is held."""
    turtle = odd.get("/v1/goals", headers={"Accept": "text/turtle"})
    assert turtle.status_code == 200
    read = {quad.triple for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
    assert {triple.subject.value for triple in read} == set(ODD)
    assert read <= {quad.triple for quad in strange.quads()}


def test_pages_of_odd_things(odd: TestClient) -> None:
    """Things with unusual IRIs are paged as any."""
    found, cursor = [], None
    while True:
        asked = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = get(odd, "/v1/goals", **asked)
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(ODD)


def test_collections_of_an_empty_store() -> None:
    """A store that holds nothing yet has empty collections."""
    client = TestClient(create_app(Settings(), OxigraphStore(ox.Store())))
    for name in (*COLLECTIONS, "links", "passages"):
        assert get(client, f"/v1/{name}")["total"] == 0
