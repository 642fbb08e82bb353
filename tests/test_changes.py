"""Revisions and changes over HTTP: what each write changed, in statements and in links."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph import history
from graph.limits import Limits
from graph.oxigraph import in_memory, open_directory
from graph.snapshot import opened
from ontology import GRAPH, ID, PREFIXES

HEADERS: Final = {"Authorization": "Bearer secret"}
SETTINGS: Final = Settings(token="secret", client_seconds=0, client_errors=0)
LETTER: Final = GRAPH + "kamerbrief-gbvs-2018"
#: Of ontology/data/kamerbrief-gbvs-2018.ttl: its level, and the passage that states it.
LINK: Final = ID + "link/"
NEW: Final = LINK + "kamerbrief-gbvs-2018-new"
NOTES: Final = "urn:example:notes"
#: One update for each revision: a level, a quotation, a link that comes and one that goes, a note.
UPDATES: Final = (
    "DELETE { GRAPH ?g { l:vertrouwen-1 sam:level ?level } }"
    " INSERT { GRAPH ?g { l:vertrouwen-1 sam:level level:cited } }"
    " WHERE { GRAPH ?g { l:vertrouwen-1 sam:level ?level } }",
    "DELETE { GRAPH ?g { p:vertrouwen sam:quotation ?quotation } }"
    " INSERT { GRAPH ?g { p:vertrouwen sam:quotation 'We zien de toekomst.'@nl } }"
    " WHERE { GRAPH ?g { p:vertrouwen sam:quotation ?quotation } }",
    f"DELETE WHERE {{ GRAPH <{LETTER}> {{ l:hard-werken ?p ?o }} }} ;"
    f" INSERT DATA {{ GRAPH <{LETTER}> {{ l:new a sam:Link ; sam:level level:assessed ;"
    " rdf:subject document:kamerbrief-gbvs-2018 ; rdf:predicate sam:observes ;"
    " rdf:object topic:confidence-in-the-future } }",
    f"INSERT DATA {{ GRAPH <{NOTES}> {{ <urn:example:a> <urn:example:p> 1 , [] }} }}",
)
_PREFIXES: Final = "".join(
    f"PREFIX {name}: <{iri}>\n"
    for name, iri in {
        "l": LINK + "kamerbrief-gbvs-2018-",
        "p": ID + "passage/kamerbrief-gbvs-2018-",
        "document": ID + "document/",
        "topic": ID + "topic/",
        **{name: PREFIXES[name] for name in ("sam", "rdf", "level")},
    }.items()
)


def update(client: TestClient, text: str) -> None:
    """Make an update with the token."""
    answer = client.post("/update", data={"update": _PREFIXES + text}, headers=HEADERS)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Give a client of the shipped graph in memory, after four updates."""
    with (
        opened("memory:", Limits(), 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as made,
    ):
        for text in UPDATES:
            update(made, text)
        yield made


def get(client: TestClient, path: str, **asked: Any) -> Any:
    """Return the JSON of an answer; `from_` stands for from."""
    answer = client.get(path, params={key.rstrip("_"): value for key, value in asked.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_revisions_are_listed(client: TestClient) -> None:
    """Every revision is listed, the newest first, with its graphs and its counts."""
    page = get(client, "/v1/revisions")
    assert [one["number"] for one in page["items"]] == [4, 3, 2, 1, 0]
    assert (page["total"], page["oldest"]) == (5, 0)
    counts = [(one["removed"], one["added"], one["kept"]) for one in page["items"]]
    assert counts[0] == (0, 2, True)
    assert counts[2:] == [(1, 1, True), (1, 1, True), (None, None, False)]
    assert [one["graphs"] for one in page["items"]][:2] == [[NOTES], [LETTER]]


def test_link_tells_what_differs(client: TestClient) -> None:
    """A link whose level changed is told with what it was and what it became, and its sentence."""
    page = get(client, "/v1/changes", from_=0, to=1)
    assert (page["from"], page["to"], page["total"]) == (0, 1, 1)
    assert page["links"] == {"added": 0, "removed": 0, "changed": 1}
    assert page["statements"] == {"added": 1, "removed": 1}
    assert page["graphs"] == [{"graph": LETTER, "added": 1, "removed": 1}]
    (link,) = page["items"]
    assert (link["id"], link["change"]) == (LINK + "kamerbrief-gbvs-2018-vertrouwen-1", "changed")
    assert (link["before"]["level"], link["after"]["level"]) == ("quoted", "cited")
    assert link["differs"] == ["level"]
    assert "Kamerbrief bij de GBVS (2018)" in link["reads"]["nl"]
    assert link["before"]["evidence"][0]["quote"] == (
        "We gaan dan ook met vertrouwen de toekomst tegemoet."
    )


def test_passage_changes_its_links(client: TestClient) -> None:
    """When a passage changes, every link that it states does."""
    page = get(client, "/v1/changes", from_=1, to=2)
    names = [one["id"].rpartition("-2018-")[2] for one in page["items"]]
    assert names == ["vertrouwen-1", "vertrouwen-2"]
    for one in page["items"]:
        assert one["differs"] == ["passages"]
        quotes = {passage["quote"] for passage in one["after"]["evidence"]}
        assert "We zien de toekomst." in quotes


def test_links_come_and_go(client: TestClient) -> None:
    """A link that came has no before, one that went has no after; both have their sentence."""
    items = {one["id"]: one for one in get(client, "/v1/changes", from_=2, to=3)["items"]}
    gone = items.pop(LINK + "kamerbrief-gbvs-2018-hard-werken")
    new = items.pop(NEW)
    assert not items
    assert (gone["change"], gone["after"]) == ("removed", None)
    assert gone["before"]["object"] == ID + "topic/continuous-work-on-peace-and-security"
    assert gone["before"]["evidence"]
    assert (new["change"], new["before"], new["after"]["level"]) == ("added", None, "assessed")
    assert all(one["reads"]["en"] and one["reads"]["nl"] for one in (gone, new))


def test_statements_are_listed(client: TestClient) -> None:
    """Each statement that came or went is listed with its graph and its terms."""
    page = get(client, "/v1/changes/statements", from_=3)
    assert (page["from"], page["to"], page["total"]) == (3, 4, 2)
    number, blank = page["items"]
    assert blank["object"]["type"] == "bnode"
    assert number == {
        "change": "added",
        "graph": NOTES,
        "subject": {"type": "uri", "value": "urn:example:a", "language": None, "datatype": None},
        "predicate": "urn:example:p",
        "object": {
            "type": "literal",
            "value": "1",
            "language": None,
            "datatype": PREFIXES["xsd"] + "integer",
        },
    }
    letter = get(client, "/v1/changes/statements", from_=0, graph=LETTER)
    assert letter["total"] == get(client, "/v1/changes/statements", from_=0)["total"] - 2
    assert {one["graph"] for one in letter["items"]} == {LETTER}


def test_pages_hold_everything_once(client: TestClient) -> None:
    """Page by page, also by the header, every change is given once, in the same order."""
    for path in ("/v1/changes", "/v1/changes/statements", "/v1/revisions"):
        asked = {} if path.endswith("revisions") else {"from_": 0}
        whole = get(client, path, **asked)["items"]
        answer = client.get(path, params={"limit": 1} | ({"from": 0} if asked else {}))
        found = answer.json()["items"]
        while "next" in answer.links:
            answer = client.get(answer.links["next"]["url"])
            assert len(answer.json()["items"]) == 1
            found += answer.json()["items"]
        assert found == whole
        assert answer.json()["next"] is None


ODD: Final = f"""INSERT DATA {{ GRAPH <{NOTES}> {{
    <urn:odd:1> a sam:Link ; sam:level <urn:none> ; rdf:subject <urn:a> ; rdf:predicate <urn:b> ;
        rdf:object [] ; sam:evidence "none" , <urn:odd:1> .
    <urn:odd:2> a sam:Link . _:blank a sam:Link . <urn:odd:3> sam:evidence <urn:odd:3> .
    <urn:odd:4> a sam:Link ; sam:level level:cited ; rdf:subject "<script>" ; rdf:predicate 5 ;
        rdf:object "{{subject}}" }} }}"""


def test_odd_links_are_told() -> None:
    """What is only half a link, or says odd things, is told as far as it can be read."""
    with (
        opened("memory:", Limits(), 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as client,
    ):
        update(client, ODD)
        page = get(client, "/v1/changes")
        assert [one["id"] for one in page["items"]] == ["urn:odd:1", "urn:odd:2", "urn:odd:4"]
        assert [bool(one["after"]) for one in page["items"]] == [True, False, True]
        assert get(client, "/v1/changes/statements")["total"] == page["statements"]["added"]


def test_newest_change_is_the_default(client: TestClient) -> None:
    """Without revisions the newest is compared with the one before it."""
    page = get(client, "/v1/changes")
    assert (page["from"], page["to"], page["links"]["added"], page["items"]) == (3, 4, 0, [])
    assert page["graphs"] == [{"graph": NOTES, "added": 2, "removed": 0}]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("from=-1", "from"),
        ("from=one", "from"),
        ("from=1e99", "from"),
        ("to=99999999999999999999", "to"),
        ("limit=0", "limit"),
        ("since=1", "since"),
    ],
)
def test_wrong_parameter_is_named(client: TestClient, query: str, wrong: str) -> None:
    """What is no revision, or no parameter, is refused with its name."""
    for path in ("/v1/changes", "/v1/changes/statements"):
        answer = client.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["parameter"]) == (400, wrong), answer.text


@pytest.mark.parametrize(("query", "wrong"), [("from=9", "from"), ("from=2&to=9", "to")])
def test_no_revision_is_not_found(client: TestClient, query: str, wrong: str) -> None:
    """What could be a revision and is none is not there; it is said which there are."""
    answer = client.get(f"/v1/changes?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (404, wrong)
    assert answer.json()["allowed"][0].startswith("0 to ")


def test_difference_has_two_directions(client: TestClient) -> None:
    """From a later revision to an earlier one, a link that came is one that goes."""
    forth, back = (
        get(client, "/v1/changes", **pair)["items"]
        for pair in ({"from_": 2, "to": 3}, {"from_": 3, "to": 2})
    )
    other = {"added": "removed", "removed": "added"}
    assert [(one["id"], other[one["change"]]) for one in forth] == [
        (one["id"], one["change"]) for one in back
    ]
    assert [one["before"] for one in forth] == [one["after"] for one in back]


def test_cursor_of_other_revisions_is_refused(client: TestClient) -> None:
    """A cursor that was given before something was written does not go on in another list."""
    first = client.get("/v1/changes", params={"limit": 1, "from": 1}).json()["next"]
    assert client.get("/v1/changes", params={"limit": 1, "from": 1, "cursor": first}).is_success
    update(client, "INSERT DATA { GRAPH <urn:example:other> { <urn:s> <urn:p> 1 } }")
    answer = client.get("/v1/changes", params={"limit": 1, "from": 1, "cursor": first})
    assert (answer.status_code, answer.json()["parameter"]) == (404, "cursor")
    answer = client.get("/v1/changes", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["parameter"]) == (404, "cursor")


def test_what_is_not_kept_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """When a change is not kept any more that is told with what is, and it is still a revision."""
    monkeypatch.setattr(history, "KEPT", 2)
    open_directory(tmp_path / "store", create=True).disk.close()  # type: ignore[union-attr]
    with (
        opened(f"oxigraph:{tmp_path / 'store'}", Limits(), 1) as parts,
        TestClient(create_app(SETTINGS, *parts), base_url="http://localhost") as client,
    ):
        for number in range(4):
            update(client, f"INSERT DATA {{ GRAPH <{NOTES}> {{ <urn:s> <urn:p> {number} }} }}")
        answer = client.get("/v1/changes", params={"from": 1})
        assert (answer.status_code, answer.json()["title"]) == (410, "Gone")
        assert "from revision 2 to 4" in answer.json()["detail"]
        assert get(client, "/v1/changes", from_=2)["statements"] == {"added": 2, "removed": 0}
        kept = [(one["number"], one["kept"]) for one in get(client, "/v1/revisions")["items"]]
        assert kept == [(4, True), (3, True), (2, False), (1, False), (0, False)]


def test_revisions_of_another_engine_are_not_known() -> None:
    """Where nothing is written through the service, it knows of no revisions."""
    with TestClient(create_app(SETTINGS, in_memory({})), base_url="http://localhost") as client:
        for path in ("/v1/revisions", "/v1/changes"):
            assert client.get(path).status_code == 404
