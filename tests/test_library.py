"""Stored queries: their heads are read, and values are bound without touching their text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import DataError, NotFoundError
from graph.library import Query, find, read_folder, read_query
from graph.oxigraph import OxigraphStore
from ontology import ID, ROOT, SAM

TITLES = "#+ title@nl: Vraag\n#+ title@en: Question\n"
SELECT = "SELECT ?s ?p ?o { ?s ?p ?o }"


def put(folder: Path, text: str, name: str = "a.rq") -> Path:
    """Write a query."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_head_is_read(tmp_path: Path) -> None:
    """A head line gives a key a value, in a language or in none."""
    head = "#+ rule@nl: een regel: met dubbelepunt\n#+ layer: L1  \n# an ordinary comment\n"
    query = read_query(put(tmp_path, TITLES + head + SELECT))
    assert query.slug == "a"
    assert query.title == {"nl": "Vraag", "en": "Question"}
    assert query.says("rule", "nl") == "een regel: met dubbelepunt"
    assert query.says("rule", "en") == ""
    assert query.says("layer") == query.says("layer", "nl") == "L1"
    assert query.says("nothing") == ""


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("", "#+ title@nl: ...`, `#+ title@en"),
        ("#+ title@nl: Vraag\n", "#+ title@en"),
        ("#+ title@en: Question\n", "#+ title@nl"),
        ("#+ title: Question\n", "#+ title@nl"),
    ],
)
def test_title_is_needed_in_both_languages(tmp_path: Path, head: str, wanted: str) -> None:
    """A query without a full title is refused with its file and the line to add."""
    path = put(tmp_path, head + SELECT)
    with pytest.raises(DataError) as caught:
        read_query(path)
    assert caught.value.findings[0].file == str(path)
    assert wanted in caught.value.findings[0].do


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    """The queries of a folder come in the order of their names, and other files are left alone."""
    for name in ("b.rq", "a.rq", "notes.md"):
        put(tmp_path, TITLES + SELECT, name)
    assert [query.slug for query in read_folder(tmp_path)] == ["a", "b"]


def test_unknown_name_lists_the_known(tmp_path: Path) -> None:
    """A name that no query has gives NotFoundError with the names there are."""
    put(tmp_path, TITLES + SELECT)
    assert find(tmp_path, "a").text.endswith(SELECT)
    with pytest.raises(NotFoundError, match="there are: a"):
        find(tmp_path, "../a")


def query(text: str) -> Query:
    """Return a query without a head."""
    return Query("x", text, {})


def test_values_are_bound_together(store: OxigraphStore) -> None:
    """Several variables are bound at once, also where the query groups or orders."""
    pillars = find(ROOT / "queries", "links").bound(
        subject=f"{ID}strategy/gbvs-2018", kind=f"{SAM}hasPillar", graph=f"{ID}graph/derived"
    )
    assert list(store.query(pillars).rows()) == []
    grouped = query("SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY ?n")
    (row,) = store.query(grouped.bound(**{"class": SAM + "Pillar"})).rows()
    assert int(row["n"].value) >= 3


def test_nothing_to_bind_leaves_the_text() -> None:
    """Without values the text is given as it is."""
    assert query(SELECT).bound() == SELECT


@given(st.text())
def test_no_value_breaks_out(store: OxigraphStore, value: str) -> None:
    """Whatever is bound, it stays a value: an IRI, or it is refused."""
    asked = query("SELECT ?s { VALUES ?s { <urn:a> } }")
    try:
        bound = asked.bound(s=value)
    except NotFoundError:
        return
    assert [row["s"].value for row in store.query(bound).rows()] == ["urn:a"] * (value == "urn:a")


@pytest.mark.parametrize("value", ["urn:a> } #", "a b", "", "no iri", "<urn:a>"])
def test_no_iri_is_refused(value: str) -> None:
    """A value that is no IRI is a name that nothing goes by."""
    with pytest.raises(NotFoundError):
        query(SELECT).bound(s=value)
