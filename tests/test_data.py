"""The JSON interface: links with their evidence, questions, and its own description."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from starlette.testclient import TestClient

from graph import questions
from graph.links import STRENGTH, Link
from graph.names import shorten
from graph.oxigraph import OxigraphStore
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

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


def count(store: OxigraphStore, pattern: str) -> int:
    """Count the links that fit a pattern, straight from the graph."""
    query = f"""PREFIX sam: <{SAM}> PREFIX rdf: <{PREFIXES["rdf"]}>
        SELECT (COUNT(DISTINCT ?link) AS ?n) {{ GRAPH ?g {{ ?link a sam:Link . {pattern} }} }}"""
    return int(next(iter(store.query(query).rows()))["n"].value)


def test_all_links(client: TestClient, store: OxigraphStore) -> None:
    """Without a filter the total counts every link of the graph, and the first page has fifty."""
    page = get(client, "/v1/links")
    assert page["total"] == count(store, "") > 0
    assert (page["offset"], len(page["items"])) == (0, 50)


@pytest.mark.parametrize("level", STRENGTH)
def test_filter_by_level(client: TestClient, store: OxigraphStore, level: str) -> None:
    """A level gives the links of that level and no other."""
    page = get(client, "/v1/links", level=level, limit=500)
    assert page["total"] == count(store, f"?link sam:level <{PREFIXES['level']}{level}>")
    assert {item["level"] for item in page["items"]} <= {level}


@pytest.mark.parametrize("kind", ["sam:hasGoal", SAM + "hasGoal"])
def test_filter_by_kind(client: TestClient, store: OxigraphStore, kind: str) -> None:
    """A kind, by its short or its full name, gives the links of that kind and no other."""
    page = get(client, "/v1/links", kind=kind, limit=500)
    assert page["total"] == count(store, "?link rdf:predicate sam:hasGoal") > 0
    assert {item["predicate"] for item in page["items"]} == {"sam:hasGoal"}


@pytest.mark.parametrize("end", ["subject", "object"])
def test_filter_by_thing(client: TestClient, store: OxigraphStore, end: str) -> None:
    """A thing, as class/slug or as its IRI, gives the links that begin or end at it."""
    iri = get(client, "/v1/links", kind="sam:hasGoal", limit=1)["items"][0][end]
    short, full = (
        get(client, "/v1/links", **{end: name, "limit": 500})
        for name in (iri.removeprefix(ID), iri)
    )
    assert short == full
    assert short["total"] == count(store, f"?link rdf:{end} <{iri}>") > 0
    assert {item[end] for item in short["items"]} == {iri}


def test_filter_by_source(client: TestClient, store: OxigraphStore) -> None:
    """A source gives the links that stand in it and no other."""
    page = get(client, "/v1/links", source=LETTER, limit=500)
    assert page["total"] == count(store, f"FILTER(?g = <{GRAPH}{LETTER}>)") > 0
    assert {item["source"] for item in page["items"]} == {LETTER}


def test_filters_together(client: TestClient, links: dict[str, Link]) -> None:
    """Filters narrow each other."""
    page = get(client, "/v1/links", source=LETTER, level="quoted", kind="sam:hasGoal")
    wanted = [
        iri
        for iri, link in links.items()
        if (link.graph, link.level, link.kind) == (LETTER, "quoted", SAM + "hasGoal")
    ]
    assert [item["id"] for item in page["items"]] == wanted[:50]
    assert page["total"] == len(wanted) > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "goal/nothing"),
        ("object", "nothing"),
        ("kind", "sam:nothing"),
        ("kind", "nothing:goal"),
        ("source", "nothing"),
    ],
)
def test_unknown_names(client: TestClient, name: str, value: str) -> None:
    """A name that nothing has gives no links, and no error."""
    assert get(client, "/v1/links", **{name: value}) == {
        "@context": "/def/context.jsonld",
        "total": 0,
        "offset": 0,
        "items": [],
    }


@settings(max_examples=20, deadline=None)
@given(value=st.text(min_size=1), name=st.sampled_from(["subject", "object", "kind", "source"]))
def test_any_name(client: TestClient, name: str, value: str) -> None:
    """Whatever is asked for, the answer is a page of links or the word that nothing is so named."""
    answer = client.get("/v1/links", params={name: value.encode(errors="replace"), "limit": 1})
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_join_to_the_whole(client: TestClient, links: dict[str, Link], limit: int) -> None:
    """Pages of any size follow each other without a gap or an overlap, in the same order."""
    wanted = [iri for iri, link in links.items() if link.kind == SAM + "hasGoal"]
    found: list[str] = []
    while len(found) < len(wanted):
        page = get(client, "/v1/links", kind="sam:hasGoal", offset=len(found), limit=limit)
        assert page["total"] == len(wanted)
        assert page["offset"] == len(found)
        assert 0 < len(page["items"]) <= limit
        found += [item["id"] for item in page["items"]]
    assert found == wanted


def test_beyond_the_last_page(client: TestClient) -> None:
    """A page beyond the last is empty and still says how many there are."""
    page = get(client, "/v1/links", kind="sam:hasGoal", offset=10**9)
    assert page["items"] == []
    assert page["total"] > 0


def test_link_says_what_the_graph_says(client: TestClient, links: dict[str, Link]) -> None:
    """A link carries its ends, level, source, sentence and passages as they are in the graph."""
    page = get(client, "/v1/links", source=LETTER, limit=500)
    assert page["items"]
    for item in page["items"]:
        link = links[item["id"]]
        assert item["subject"] == link.subject
        assert (item["value"] or item["object"]) == link.object
        assert (item["object"] is None) is link.is_value
        assert item["predicate"] == shorten(link.kind)
        assert (item["polarity"] == "denied", item["openList"]) == (link.denied, link.open_list)
        assert all(item["reads"][lang] for lang in ("nl", "en"))
        assert [e["id"] for e in item["evidence"]] == [p.iri for p in link.passages]


def test_quotations_stand_in_the_text(client: TestClient) -> None:
    """The quotation of a passage is what the stored text has between its start and end."""
    text = (ROOT / "sources" / f"{LETTER}.txt").read_text(encoding="utf-8")
    page = get(client, "/v1/links", source=LETTER, level="quoted", limit=500)
    passages = [e for item in page["items"] for e in item["evidence"]]
    assert passages
    for passage in passages:
        stored = text[passage["start"] : passage["end"]]
        assert "".join(stored.split()) == "".join(passage["quotation"].split())


@pytest.mark.parametrize(
    "address",
    [
        "/v1/links?limit=500",
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


def test_links_are_json_ld(client: TestClient) -> None:
    """With its context a page of links reads as RDF that says the same as the graph."""
    page = get(client, "/v1/links", source=LETTER, kind="sam:hasGoal")
    context = client.get(page["@context"]).json()["@context"]
    graph = Graph().parse(data=json.dumps({**page, "@context": context}), format="json-ld")
    query = f"""PREFIX rdf: <{PREFIXES["rdf"]}>
        SELECT ?link ?s ?o {{ ?link rdf:subject ?s ; rdf:object ?o ; <{SAM}level> ?level }}"""
    read = {tuple(map(str, row)) for row in graph.query(query)}  # type: ignore[arg-type]
    assert read == {(item["id"], item["subject"], item["object"]) for item in page["items"]}
    assert read


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
