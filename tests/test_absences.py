"""Absences: what was looked for and not found is shown as such, and is never a link."""

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from graph.absences import find_absences
from graph.links import Link
from graph.oxigraph import OxigraphStore
from ontology import ID

DEFENSIENOTA = ID + "document/defensienota-2018-en"
DIPLOMACY = ID + "instrument/strengthening-of-diplomacy"


def page(client: TestClient, path: str, language: str) -> BeautifulSoup:
    """Return a page in a language."""
    answer = client.get(f"{path}?lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def test_absences_name_their_document(store: OxigraphStore) -> None:
    """Every absence names the document that was searched and says what was done."""
    absences = find_absences(store)
    assert len(absences) > 50
    assert all(a.document.startswith(ID + "document/") and a.note for a in absences)
    assert any(not absence.things for absence in absences)
    assert any(len(absence.things) > 1 for absence in absences)


def test_absences_are_no_links(store: OxigraphStore, links: dict[str, Link]) -> None:
    """No absence is a link, and none joins two things as a triple."""
    names = {absence.iri for absence in find_absences(store)}
    assert not names & links.keys()
    query = f"ASK {{ <{DIPLOMACY}> ?kind <{DEFENSIENOTA}> }}"
    assert not store.query(query).truth()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_thing_says_where_it_was_not_found(client: TestClient, language: str) -> None:
    """The page of a thing says in which text it was looked for, and what was found instead."""
    found = page(client, DIPLOMACY.replace(ID, "/doc/"), language).select_one("#not-found")
    assert found
    assert found.select_one(f"a[href*='{DEFENSIENOTA.rpartition('/')[2]}']")
    note = found.select_one("p.note[lang=en]")
    assert note
    assert "diplomacy" in note.get_text()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_document_says_what_was_not_found(client: TestClient, language: str) -> None:
    """The page of a document lists what was looked for in it, and what was read and left out."""
    here = page(client, DEFENSIENOTA.replace(ID, "/doc/"), language)
    searched, left_out = here.select_one("#searched"), here.select_one("#left-out")
    assert searched
    assert searched.select_one("a[href*='strengthening-of-diplomacy']")
    assert left_out
    total = sum(int(item.get_text().partition(":")[0]) for item in left_out.select("li"))
    count = left_out.select_one("h2 .count")
    assert count
    assert count.get_text() == str(total)
