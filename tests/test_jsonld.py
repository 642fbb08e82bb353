"""JSON, JSON-LD and Turtle say the same, and nothing that the store does not say."""

import json
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from starlette.testclient import TestClient

from api.members import COLLECTIONS
from graph.oxigraph import OxigraphStore
from ontology import ID, PREFIXES, SAM

LETTER = "kamerbrief-gbvs-2018"
#: Every list of facts, and one of each that is by itself.
LISTS = (*COLLECTIONS, "links", "passages", "absences", "goals/gbvs-2018-cyber-norms/links")
SINGLE = (
    "strategies/gbvs-2018",
    "pillars/gbvs-2018-prevent",
    "goals/gbvs-2018-cyber-norms",
    "goals/vkk-2023-climate",
    "departments/foreign-affairs",
    f"documents/{LETTER}",
    "instruments/defensienota-2018",
    f"links/{LETTER}-situatie-verslechterd-1",
    "links/tooi-identifiers-in-public-code-f123-2",
    f"passages/{LETTER}-aanhef",
    "absences/defensienota-2018-en-d272-1",
)
#: The shapes of what they give.
SHAPES = ("MemberModel", "DocumentModel", "LinkDetailModel", "ExcerptModel", "AbsenceModel")

Triples = set[ox.Triple]


@pytest.fixture(scope="module")
def held(store: OxigraphStore) -> Triples:
    """Give what the store says, in the merge of its graphs."""
    return {quad.triple for quad in store.quads()}


def turtle(client: TestClient, address: str) -> Triples:
    """Return the triples of an answer in Turtle."""
    answer = client.get(address, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/turtle")
    return {quad.triple for quad in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)}


def linked(client: TestClient, address: str) -> Triples:
    """Return the triples of an answer in JSON-LD, as another program reads it by its context."""
    answer = client.get(address, headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/ld+json"
    body: dict[str, Any] = answer.json()
    context = client.get(body["@context"]).json()["@context"]
    graph = rdflib.Graph().parse(data=json.dumps({**body, "@context": context}), format="json-ld")
    plain = graph.serialize(format="nt", encoding="utf-8")
    return {quad.triple for quad in ox.parse(plain, format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("list_", LISTS)
def test_lists_say_what_the_store_says(client: TestClient, held: Triples, list_: str) -> None:
    """Every triple of every page of a list is in the store, term by term."""
    page = client.get(f"/v1/{list_}?limit=500")
    read = turtle(client, f"/v1/{list_}?limit=500")
    total = page.json()["total"]
    assert bool(read) == bool(total)
    while "next" in page.links:
        address = page.links["next"]["url"]
        page = client.get(address)
        read |= turtle(client, address)
    assert read - held == set()


@pytest.mark.parametrize("list_", LISTS)
def test_formats_of_lists_agree(client: TestClient, list_: str) -> None:
    """JSON, JSON-LD and Turtle are one text in three forms."""
    address = f"/v1/{list_}?limit=40"
    plain = client.get(address)
    assert plain.headers["content-type"] == "application/json"
    named = client.get(address, headers={"Accept": "application/ld+json"})
    assert plain.content == named.content
    assert linked(client, address) == turtle(client, address)


@pytest.mark.parametrize("address", [f"/v1/{address}" for address in SINGLE])
def test_what_is_by_itself(client: TestClient, held: Triples, address: str) -> None:
    """A thing, link or passage by itself says in each format the same, and only what is held."""
    read = turtle(client, address)
    assert read
    assert read - held == set()
    assert linked(client, address) == read


@pytest.mark.parametrize("address", [f"/v1/{address}" for address in SINGLE])
def test_less_is_said_in_one_language(client: TestClient, held: Triples, address: str) -> None:
    """With Accept-Language or with fields an answer says less, and nothing else."""
    english = {"Accept": "text/turtle", "Accept-Language": "en"}
    content = client.get(address, headers=english).content
    read = {quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)}
    assert read
    assert read - held == set()
    chosen = turtle(client, f"{address}?fields=slug")
    assert chosen < turtle(client, address)


def test_link_says_all_in_turtle(client: TestClient, held: Triples) -> None:
    """Of a link all is said but its strength and the number of the fact, which are ours."""
    iri = ox.NamedNode(f"{ID}link/{LETTER}-situatie-verslechterd-1")
    read = turtle(client, f"/v1/links/{LETTER}-situatie-verslechterd-1")
    missing = {t.predicate.value for t in held - read if t.subject == iri}
    assert missing <= {SAM + "strength", SAM + "fact"}


def test_denial_survives(client: TestClient) -> None:
    """A denied link is not read as a stated one."""
    read = turtle(client, f"/v1/links?kind=sam:creates&source={LETTER}")
    denied = ox.NamedNode(PREFIXES["polarity"] + "denied")
    assert len([t for t in read if t.object == denied]) == 2


@pytest.mark.parametrize(
    "accept", ["*/*", "", "application/*", "application/json;q=0.9, text/turtle;q=0.5"]
)
def test_json_is_what_comes_first(client: TestClient, accept: str) -> None:
    """Who does not choose gets JSON."""
    answer = client.get("/v1/goals", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("address", ["/v1/goals", "/v1/goals/gbvs-2018-cyber-norms", "/v1/links"])
def test_other_formats_are_refused(client: TestClient, address: str) -> None:
    """A format that there is none of is 406, and the problem names those there are."""
    answer = client.get(address, headers={"Accept": "text/csv"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["detail"]
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 406


def test_every_member_is_a_fact_or_is_known_to_be_none(client: TestClient) -> None:
    """A member is in the context, or is one of the few that are counts, addresses and readings."""
    context = client.get("/def/context.jsonld").json()["@context"]
    shapes = client.get("/v1/openapi.json").json()["components"]["schemas"]
    names = {name for shape in SHAPES for name in shapes[shape]["properties"]}
    assert names - set(context) == {
        *("@context", "slug", "addresses", "levels", "strategy", "pillar"),
        *("read", "source", "statedLinks", "passages"),
        *("reads", "links", "start", "end"),
    }


def test_turtle_declares_what_it_uses(client: TestClient) -> None:
    """Turtle names the prefixes that it uses and no other."""
    text = client.get("/v1/goals?limit=1", headers={"Accept": "text/turtle"}).text
    declared = {line.split()[1] for line in text.splitlines() if line.startswith("@prefix")}
    assert {"sam:", "rdfs:"} <= declared
    assert "oa:" not in declared


@pytest.mark.parametrize("shape", SHAPES)
def test_description_leaves_members_to_choice(client: TestClient, shape: str) -> None:
    """The description requires no member that `fields` may leave out."""
    described = client.get("/v1/openapi.json").json()["components"]["schemas"][shape]
    assert set(described["required"]) <= {"id", "type", "label"}
