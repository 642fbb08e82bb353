"""Search: the right things come first, whatever is typed, and the places say why."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import search
from graph.errors import ParameterError, StoreError
from graph.names import Names
from graph.oxigraph import OxigraphStore
from graph.search import LENGTH, Entry, Search, read_search, words_of
from ontology import ID

few = st.text(st.sampled_from("aäbB -'ij\u0133ß\u0301"), max_size=12)


@pytest.fixture(scope="module")
def shipped(store: OxigraphStore, names: Names) -> Search:
    """Give the index of the shipped graph."""
    return read_search(store, names)


def things(found: search.Found) -> list[str]:
    """Return what was found, in order, as class/slug."""
    return [hit.entry.thing.removeprefix(ID) for hit in found.hits]


def marked(found: search.Found) -> list[str]:
    """Return the stretches of the text of the first hit that are marked."""
    hit = found.hits[0]
    return [hit.entry.text[start:end] for start, end in hit.places]


def test_abbreviation_is_a_name(shipped: Search) -> None:
    """An abbreviation finds first what it stands for: nvs-2019-en.ttl says what NCSA is."""
    found = shipped.find("ncsa")
    assert things(found)[0] == "instrument/nederlandse-cybersecurity-agenda"
    assert (found.hits[0].entry.field, found.hits[0].entry.text) == ("altLabel", "NCSA")


@pytest.mark.parametrize(
    "asked", ["oekraine", "OEKRAÏNE", "oekrai\u0308ne", "Ｏekraïne", "ukraine"]
)
def test_accents_and_case_make_no_difference(shipped: Search, asked: str) -> None:
    """A name is found without its accents, in capitals, decomposed, and in the other language."""
    found = shipped.find(asked)
    assert things(found)[0] == "region/ukraine"
    assert found.hits[0].places == ((0, len(found.hits[0].entry.text)),)


def test_beginning_of_a_word_is_enough(shipped: Search) -> None:
    """A beginning finds the word, and only the beginning is marked."""
    found = shipped.find("geint", limit=100)
    assert "strategy/gbvs-2018" in things(found)
    assert marked(found) == ["geïnt"]


def test_quotation_is_found_in_its_document(shipped: Search) -> None:
    """A word of the letter finds the passage, its document, and where the word stands."""
    (hit,) = shipped.find("welvarend land").hits
    assert hit.entry.thing == ID + "passage/kamerbrief-gbvs-2018-veilig-land"
    assert hit.entry.document == ID + "document/kamerbrief-gbvs-2018"
    assert hit.entry.class_ == "Passage"
    assert hit.entry.text == "Nederland is een veilig en welvarend land."
    assert [hit.entry.text[slice(*place)] for place in hit.places] == ["welvarend", "land"]


@pytest.mark.parametrize("asked", ["33 694 nr 12", "33694, nr. 12", "33694 12"])
def test_number_of_a_parliamentary_paper(shipped: Search, asked: str) -> None:
    """A file of the parliament is found by its number, with and without the space in it."""
    assert set(things(shipped.find(asked))) == {
        "strategy/gbvs-2018",
        "document/kamerbrief-gbvs-2018",
    }


def test_terms_of_the_glossary_are_found(shipped: Search) -> None:
    """A term of the glossary is found by its other form too."""
    found = shipped.find("Chemische, biologische, nucleaire en radiologische dreigingen")
    assert found.hits[0].entry.thing == ID + "term/cbrn-threats"
    assert found.hits[0].entry.class_ == "Term"


def test_best_comes_first() -> None:
    """A full label, a full other name, a label that begins so, one that holds it, and the rest."""
    texts = [
        ("g:quoted", "quotation", "defence"),
        ("f:other", "altLabel", "the defence"),
        ("e:number", "identifier", "1 defence"),
        ("d:longer", "label", "the very best defence"),
        ("c:holds", "label", "the defence"),
        ("b:begins", "label", "defences"),
        ("a:name", "altLabel", "Defence"),
        ("z:label", "label", "defence"),
    ]
    index = Search(Entry(t, "Topic", f, text) for t, f, text in texts)  # type: ignore[arg-type]
    found = " ".join(hit.entry.thing for hit in index.find("defence").hits)
    assert found == "z:label a:name b:begins c:holds d:longer f:other e:number g:quoted"


def test_thing_is_found_once_by_its_best_text() -> None:
    """Of the texts of one thing the best is shown."""
    texts = ("minister of defence", "defence", "defence and more")
    index = Search(Entry("t:a", "Topic", "label", text) for text in texts)
    (hit,) = index.find("defence").hits
    assert hit.entry.text == "defence"


def test_all_words_must_stand_in_one_text() -> None:
    """Words in two texts of a thing find nothing; in one text they may stand in any order."""
    index = Search(Entry("t:a", "Topic", "label", text) for text in ("north sea", "deep ocean"))
    assert index.find("sea north").total == 1
    assert index.find("sea ocean").total == 0


def test_class_narrows_and_counts_stay(shipped: Search) -> None:
    """With a class only its things are found, and every class keeps its number."""
    everything, goals = shipped.find("cyber", limit=500), shipped.find("cyber", "Goal", limit=500)
    assert {hit.entry.class_ for hit in goals.hits} == {"Goal"}
    assert goals.total == len(goals.hits) == everything.classes["Goal"]
    assert goals.classes == everything.classes
    assert sum(everything.classes.values()) == everything.total == len(everything.hits)


def test_limit_takes_the_first(shipped: Search) -> None:
    """A limit cuts the list, and not the numbers."""
    whole, part = shipped.find("terror", limit=500), shipped.find("terror", limit=3)
    assert part.hits == whole.hits[:3]
    assert part.total == whole.total > 3


@pytest.mark.parametrize(
    "asked",
    ["", " ", "*", '"', "()", "\0", "\ud800", "-", "' OR 1=1 --", "NEAR(cyber terror)",
     "text:cyber", "cyber NOT terror", "cyber OR xyzzy", "^cyber*", '"cyber', "{cyber} : terror",
     "_"],
)  # fmt: skip
def test_no_sign_is_an_operator(shipped: Search, asked: str) -> None:
    """Signs and words of query languages are left out or are words like any other."""
    found = shipped.find(asked, limit=500)
    words = words_of(asked)
    assert bool(found.hits) <= bool(words)
    for hit in found.hits:
        held = words_of(hit.entry.text)
        assert all(any(word.startswith(start) for word in held) for start in words)


def test_too_long_is_refused(shipped: Search) -> None:
    """As many different words as fit are searched for; a longer text is an error that says so."""
    most = " ".join(chr(0x4E00 + n) for n in range(LENGTH // 2))
    assert shipped.find(most).total == 0
    with pytest.raises(ParameterError, match="200") as raised:
        shipped.find("x" * 10_000)
    assert raised.value.parameter == "q"


@given(st.text(max_size=LENGTH))
def test_whatever_is_asked(shipped: Search, asked: str) -> None:
    """Any text is answered, and every place is a stretch of its text, in order."""
    for hit in shipped.find(asked).hits:
        edges = [edge for place in hit.places for edge in place]
        assert edges == sorted(edges)
        assert all(start < end for start, end in hit.places)
        assert edges[0] >= 0
        assert edges[-1] <= len(hit.entry.text)


@given(st.lists(few, max_size=8), few)
def test_index_finds_what_looking_through_all_finds(texts: list[str], asked: str) -> None:
    """The index finds what hold all words, each as the beginning of a word; no more, no less."""
    index = Search(Entry(f"t:{n}", "Topic", "label", text) for n, text in enumerate(texts))
    words = words_of(asked)
    wanted = {
        f"t:{n}"
        for n, text in enumerate(texts)
        if words and all(any(w.startswith(s) for w in words_of(text)) for s in words)
    }
    assert {hit.entry.thing for hit in index.find(asked).hits} == wanted


@pytest.mark.parametrize(
    ("text", "asked", "place"),
    [
        ("Op \u0132sland", "ijs", (3, 5)),
        ("cafe\u0301s", "café", (0, 5)),
        ("de strasse, Straße", "strass", (3, 9)),
        ("vei\u00adlig", "veilig", (0, 7)),
        ("regio’s", "regio", (0, 5)),
        ("𝔅undeswehr 😀 land", "bundes", (0, 6)),
        ("😀 land", "land", (2, 6)),
    ],
)
def test_places_count_characters_of_the_text(text: str, asked: str, place: tuple[int, int]) -> None:
    """A place counts characters of the text as it is, though words are compared otherwise."""
    (hit,) = Search([Entry("t:a", "Topic", "label", text)]).find(asked).hits
    assert hit.places[0] == place


def test_order_does_not_depend_on_the_order_of_entries() -> None:
    """The same texts in another order give the same hits."""
    entries = [Entry(f"t:{n % 5}", "Topic", "label", f"sea {n % 3} {n % 4}") for n in range(30)]
    one, other = Search(entries).find("sea"), Search(reversed(entries)).find("sea")
    assert one == other


def test_threads_share_an_index(shipped: Search) -> None:
    """Several threads may ask at once, and each gets its own answer."""
    asked = ["cyber", "terror", "oekraine", "ncsa"] * 25
    alone = {text: shipped.find(text) for text in set(asked)}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shipped.find, asked)) == [alone[text] for text in asked]


def test_sqlite_without_full_text_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SQLite has no full-text search, the error says what is missing and what to do."""
    monkeypatch.setattr(search, "_TABLE", search._TABLE.replace("fts5(", "missing("))
    with pytest.raises(StoreError, match=r"no such module.*FTS5"):
        search.require_engine()
