"""Links and passages over HTTP: what they say, how they are selected, and page by page."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graph.links import LEVELS, STRENGTH, Link
from graph.names import shorten
from graph.oxigraph import OxigraphStore
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

LETTER = "kamerbrief-gbvs-2018"


def get(client: TestClient, address: str, **parameters: Any) -> Any:
    """Return the JSON of an answer."""
    answer = client.get(address, params=parameters or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
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


def count(store: OxigraphStore, pattern: str) -> int:
    """Count the links that fit a pattern, straight from the graph."""
    query = f"""PREFIX sam: <{SAM}> PREFIX rdf: <{PREFIXES["rdf"]}>
        SELECT (COUNT(DISTINCT ?link) AS ?n) {{ GRAPH ?g {{ ?link a sam:Link . {pattern} }} }}"""
    return int(next(iter(store.query(query).rows()))["n"].value)


def test_all_links(client: TestClient, store: OxigraphStore) -> None:
    """Without a filter the total counts every link of the graph, and the first page has fifty."""
    page = get(client, "/v1/links")
    assert page["total"] == count(store, "") > 0
    assert len(page["items"]) == 50


def test_pages_join_to_the_whole(client: TestClient, links: dict[str, Link]) -> None:
    """The pages together are every link once, strongest first."""
    assert [item["id"] for item in every(client, "/v1/links")] == list(links)


@pytest.mark.parametrize("level", STRENGTH)
def test_filter_by_level(client: TestClient, store: OxigraphStore, level: str) -> None:
    """A level gives the links of that level and no other."""
    page = get(client, "/v1/links", level=level, limit=500)
    assert page["total"] == count(store, f"?link sam:level <{PREFIXES['level']}{level}>")
    assert {item["level"] for item in page["items"]} <= {level}


@pytest.mark.parametrize("weakest", STRENGTH)
def test_filter_by_weakest_level(client: TestClient, weakest: str) -> None:
    """A weakest level gives its links and those of every stronger level."""
    totals = {level: get(client, "/v1/links", level=level)["total"] for level in LEVELS}
    stronger = LEVELS[: LEVELS.index(weakest) + 1]
    found = get(client, "/v1/links", weakest=weakest)["total"]
    assert found == sum(totals[level] for level in stronger)


@pytest.mark.parametrize("kind", ["sam:hasGoal", SAM + "hasGoal"])
def test_filter_by_kind(client: TestClient, store: OxigraphStore, kind: str) -> None:
    """A kind, by its short or its full name, gives the links of that kind and no other."""
    page = get(client, "/v1/links", kind=kind, limit=500)
    assert page["total"] == count(store, "?link rdf:predicate sam:hasGoal") > 0
    assert {item["predicate"] for item in page["items"]} == {"sam:hasGoal"}


@pytest.mark.parametrize("end", ["subject", "object"])
def test_filter_by_end(client: TestClient, store: OxigraphStore, end: str) -> None:
    """A thing, as class/slug or as its IRI, gives the links that begin or end at it."""
    iri = get(client, "/v1/links", kind="sam:hasGoal", limit=1)["items"][0][end]
    short, full = (every(client, "/v1/links", **{end: n}) for n in (iri.removeprefix(ID), iri))
    assert short == full
    assert len(short) == count(store, f"?link rdf:{end} <{iri}>") > 0
    assert {item[end] for item in short} == {iri}


def test_filter_by_thing(client: TestClient) -> None:
    """A thing gives the links at either end of it, each once."""
    name = "pillar/gbvs-2018-prevent"
    begin, end, both = (
        {item["id"] for item in every(client, "/v1/links", **{at: name})}
        for at in ("subject", "object", "thing")
    )
    assert begin
    assert end
    assert both == begin | end


def test_filter_by_source(client: TestClient, store: OxigraphStore) -> None:
    """A source gives the links that stand in it and no other."""
    page = get(client, "/v1/links", source=LETTER, limit=500)
    assert page["total"] == count(store, f"FILTER(?g = <{GRAPH}{LETTER}>)") > 0
    assert {item["source"] for item in page["items"]} == {LETTER}


def test_filter_by_polarity(client: TestClient, store: OxigraphStore) -> None:
    """Links that a source denies are told from those that are stated."""
    denied = every(client, "/v1/links", polarity="denied")
    assert len(denied) == count(store, f"?link sam:polarity <{PREFIXES['polarity']}denied>") == 6
    assert {item["polarity"] for item in denied} == {"denied"}
    stated = get(client, "/v1/links", polarity="stated")
    assert stated["total"] == count(store, "") - 6
    assert not any("polarity" in item for item in stated["items"])


@pytest.mark.parametrize(("name", "member"), [("hedged", "hedge"), ("openList", "openList")])
def test_filter_by_how_it_is_said(
    client: TestClient, store: OxigraphStore, name: str, member: str
) -> None:
    """Links with a hedge, or in a list that is left open, are told from those without."""
    said = every(client, "/v1/links", **{name: "true"})
    assert len(said) == count(store, f"?link sam:{member} ?said") > 0
    assert all(member in item for item in said)
    others = get(client, "/v1/links", **{name: "false"})
    assert others["total"] == count(store, "") - len(said)
    assert not any(member in item for item in others["items"])


def holds(item: dict[str, Any], day: str) -> bool:
    """Tell whether a link says that it holds on a day, as people read days, months and years."""
    first, last = (item.get(name, {}).get("value", "") for name in ("validFrom", "validUntil"))
    begins = first + "-01-01"[len(first) - 4 :] if first else "0000-01-01"
    ends = last + "-12-31"[len(last) - 4 :] if last else "9999-12-31"
    return begins <= day <= ends


@pytest.mark.parametrize("day", ["2018-01-01", "2018-12-31", "2019-01-01", "2021-06-30"])
def test_filter_by_day(client: TestClient, day: str) -> None:
    """A day gives the links that hold on it: years as a whole, and those that say nothing."""
    found = {item["id"] for item in every(client, "/v1/links", validOn=day)}
    links = every(client, "/v1/links")
    assert found == {item["id"] for item in links if holds(item, day)}
    assert 0 < len(found) < len(links)


def test_filters_together(client: TestClient, links: dict[str, Link]) -> None:
    """Filters narrow each other."""
    page = get(client, "/v1/links", source=LETTER, level="quoted", kind="sam:hasGoal")
    wanted = [
        iri
        for iri, link in links.items()
        if (link.graph, link.level, link.kind) == (LETTER, "quoted", SAM + "hasGoal")
    ]
    assert [item["id"] for item in page["items"]] == wanted
    assert page["total"] == len(wanted) > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "goal/nothing"),
        ("object", "nothing"),
        ("thing", "urn:example:nothing"),
        ("kind", "sam:nothing"),
        ("kind", "nothing:goal"),
        ("kind", "<"),
        ("subject", "goal/a b"),
        ("thing", ""),
        ("source", "nothing"),
    ],
)
def test_unknown_names(client: TestClient, name: str, value: str) -> None:
    """A name that nothing has gives no links, and no error."""
    page = get(client, "/v1/links", **{name: value})
    assert page == {"@context": "/def/context.jsonld", "total": 0, "items": [], "next": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "certain"),
        ("weakest", "5"),
        ("validOn", "2018-02-30"),
        ("validOn", "2018"),
        ("validOn", "1521417600"),
        ("polarity", "unknown"),
        ("hedged", "yes"),
        ("openList", "1"),
        ("fields", "said"),
        ("offset", "3"),
    ],
)
def test_bad_values(client: TestClient, name: str, value: str) -> None:
    """A value that cannot be is refused, by the name of its parameter."""
    answer = client.get("/v1/links", params={name: value})
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


def test_faults_are_listed_together(client: TestClient) -> None:
    """Everything that is wrong with a request is said at once."""
    asked = {
        "validOn": "x",
        "hedged": "x",
        "level": "x",
        "limit": "x",
        "cursor": "?",
        "fields": "x",
    }
    errors = client.get("/v1/links", params=asked).json()["errors"]
    assert {fault["where"] for fault in errors} == {f"query.{name}" for name in asked}


@settings(max_examples=20, deadline=None)
@given(value=st.text(), name=st.sampled_from(["subject", "object", "thing", "kind", "source"]))
def test_any_name(client: TestClient, name: str, value: str) -> None:
    """Whatever is asked for, the answer is a page of links."""
    answer = client.get("/v1/links", params={name: value.encode(errors="replace"), "limit": 1})
    assert answer.status_code == 200


def test_link_says_what_the_graph_says(client: TestClient, links: dict[str, Link]) -> None:
    """A link carries its ends, level, source, sentence and passages as they are in the graph."""
    for item in every(client, "/v1/links"):
        link = links[item["id"]]
        assert item["subject"] == link.subject
        assert (item["value"]["value"] if link.is_value else item["object"]) == link.object
        assert ("value" in item) is link.is_value is ("object" not in item)
        assert item["predicate"] == shorten(link.kind)
        assert item["level"] == link.level
        assert (item.get("polarity") == "denied", item.get("openList", False)) == (
            link.denied,
            link.open_list,
        )
        assert all(item["reads"][lang] for lang in ("nl", "en"))
        assert [e["id"] for e in item["evidence"]] == [p.iri for p in link.passages]
        assert item.get("followsFrom", []) == list(link.follows_from)


def test_link_by_itself(client: TestClient) -> None:
    """A link has an address, with its evidence, and who made it and when."""
    found = get(client, f"/v1/links/{LETTER}-situatie-verslechterd-1")
    assert found["subject"] == f"{ID}document/{LETTER}"
    assert found["predicate"] == "sam:observes"
    assert found["object"] == f"{ID}topic/worsened-security-situation"
    assert (found["level"], found["source"]) == ("quoted", LETTER)
    assert found["hedge"] == {"nl": "Op een aantal punten"}
    assert found["by"] == f"{ID}organization/samenhang"
    assert found["date"] == "2026-11-23"
    (passage,) = found["evidence"]
    assert passage["quotation"]["nl"].startswith("Op een aantal punten is deze verslechterd en")
    assert "premises" not in found


def test_value_has_its_datatype(client: TestClient) -> None:
    """A value says what it is: a text of a language, or a number, day or year."""
    name = get(client, "/v1/links/tooi-identifiers-in-public-code-f123-2")
    assert name["value"] == {"value": "Def", "language": "nl"}
    numbers = every(client, "/v1/links", kind="sam:number", thing="goal/gbvs-2018-cyber-norms")
    assert {item["value"]["datatype"] for item in numbers} == {"xsd:integer"}
    years = every(client, "/v1/links", kind="sam:amount")
    assert {item["validFrom"]["datatype"] for item in years if "validFrom" in item} <= {
        "xsd:gYear",
        "xsd:date",
    }


def test_derived_link_shows_its_premises(client: TestClient) -> None:
    """A derived link names its rule, and gives the links that it follows from."""
    derived = every(client, "/v1/links", level="derived")
    assert derived
    for item in derived[:5]:
        found = get(client, item["addresses"]["self"])
        assert found["rule"].startswith(f"{ID}rule/")
        assert [premise["id"] for premise in found["premises"]] == found["followsFrom"]
        assert all("evidence" in premise for premise in found["premises"])


def test_every_link_has_an_address(client: TestClient, links: dict[str, Link]) -> None:
    """The slugs of all links differ, and each leads to its link."""
    items = every(client, "/v1/links", fields="slug,addresses")
    assert len({item["slug"] for item in items}) == len(links)
    for item in items[::400]:
        assert get(client, item["addresses"]["self"])["id"] == item["id"]


@pytest.mark.parametrize("address", ["/v1/links", "/v1/links/" + LETTER + "-veilig-land"])
def test_fields_of_links(client: TestClient, address: str) -> None:
    """With `fields` a link has these members and those that say what it is."""
    found = get(client, address, fields="level,reads")
    for item in found.get("items", [found]):
        assert set(item) - {"@context"} == {"id", "type", "level", "reads"}


@pytest.mark.parametrize("slug", ["nothing", "%3C", "..", "%00", "x" * 3000])
@pytest.mark.parametrize("list_", ["links", "passages"])
def test_unknown_addresses(client: TestClient, list_: str, slug: str) -> None:
    """What is not there is 404, with a problem that says so."""
    answer = client.get(f"/v1/{list_}/{slug}")
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_quotations_stand_in_the_text(client: TestClient) -> None:
    """The quotation of a passage is what the stored text has between its start and end."""
    text = (ROOT / "sources" / f"{LETTER}.txt").read_text(encoding="utf-8")
    page = get(client, "/v1/links", source=LETTER, level="quoted", limit=500)
    passages = [e for item in page["items"] for e in item["evidence"]]
    assert passages
    for passage in passages:
        stored = text[passage["start"] : passage["end"]]
        assert "".join(stored.split()) == "".join(passage["quotation"]["nl"].split())


def test_passages_are_found_back(client: TestClient) -> None:
    """A passage has the selectors of Web Annotation, which fit the stored text to the character."""
    text = (ROOT / "sources" / f"{LETTER}.txt").read_bytes().decode()
    passages = every(client, "/v1/passages", document=f"document/{LETTER}")
    assert len(passages) == 51
    for passage in passages:
        quote, position = passage["selector"]
        assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
        start, end = position["start"], position["end"]
        assert (start, end) == (passage["start"], passage["end"])
        assert text[start:end] == quote["exact"]
        assert text[:start].endswith(quote["prefix"])
        assert text[end:].startswith(quote["suffix"])


def test_passages_say_what_rests_on_them(client: TestClient, links: dict[str, Link]) -> None:
    """A passage names its links; one that was read and yields none says why."""
    passages = every(client, "/v1/passages")
    stated = {(passage["id"], link) for passage in passages for link in passage["links"]}
    assert stated == {(p.iri, iri) for iri, link in links.items() for p in link.passages}
    opening = get(client, f"/v1/passages/{LETTER}-aanhef")
    assert (opening["links"], opening["unlinked"]) == ([], {"nl": "aanhef"})


def test_passages_of_a_document(client: TestClient) -> None:
    """A document gives its passages and no other; one that was not read gives none."""
    passages = every(client, "/v1/passages", document="document/kst-33694-19")
    assert {p["document"] for p in passages} == {f"{ID}document/kst-33694-19"}
    assert every(client, "/v1/passages", document="document/nothing") == []
