"""Evidence: quotations are found in their source, or it is told why not."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dataset import Dataset
from graph.errors import DataError, Finding
from graph.evidence import CONTEXT, anchor, anchor_all, locate, nearest
from graph.files import parse_file
from graph.oxigraph import OxigraphStore
from ontology import PREFIXES, ROOT, SAM

LETTER = "kamerbrief-gbvs-2018.txt"
TEXT = (
    "De strategie rust op drie pijlers.\n"
    "Zij is in lijn met het NAVO-\n"
    "bondgenootschap en de\n"
    "\n"
    "\x0chervormingen. De strategie rust ook op overleg- of\n"
    "besluitvorming.\n"
)


def normal(text: str) -> str:
    """Return the text without line ends, page breaks and breaks after hyphens."""
    return re.sub(r"-\s+", "-", " ".join(text.split()))


def found(quotation: str, prefix: str = "") -> list[str]:
    """Return what stands at each place of the quotation."""
    return [TEXT[place.start : place.end] for place in locate(TEXT, quotation, prefix)]


@pytest.mark.parametrize(
    ("quotation", "stands"),
    [
        ("drie pijlers.", "drie pijlers."),
        ("pijlers. Zij is", "pijlers.\nZij is"),
        ("het NAVO-bondgenootschap en", "het NAVO-\nbondgenootschap en"),
        ("en de hervormingen.", "en de\n\n\x0chervormingen."),
        ("overleg- of besluitvorming.", "overleg- of\nbesluitvorming."),
        ("  drie   pijlers. ", "drie pijlers."),
    ],
)
def test_line_ends_do_not_matter(quotation: str, stands: str) -> None:
    """Line ends, page breaks and breaks after a hyphen inside a quotation are of no account."""
    assert found(quotation) == [stands]


@pytest.mark.parametrize(
    "quotation",
    ["drie Pijlers.", "drie pijlers!", "NAVObondgenootschap", "driepijlers.", "drie.pijlers."],
)
def test_any_other_difference_does(quotation: str) -> None:
    """Another letter, sign or space is another quotation."""
    assert found(quotation) == []


def test_place_tells_what_surrounds_it() -> None:
    """A place has the words before and after it, up to a fixed length."""
    (place,) = locate(TEXT, "drie pijlers.")
    assert TEXT[place.start : place.end] == place.exact
    assert place.prefix == "De strategie rust op "
    assert TEXT[place.end :].startswith(place.suffix)
    assert len(place.suffix) == CONTEXT


def test_twice_needs_a_prefix() -> None:
    """A quotation that stands twice is told apart by the words before it."""
    assert len(found("De strategie rust")) == 2
    (place,) = locate(TEXT, "De strategie rust", "hervormingen.")
    assert TEXT[place.end :].startswith(" ook")
    assert found("De strategie rust", "nergens") == []


def test_nearest_sentence() -> None:
    """The sentence that is most like the quotation is named, with its line ends mended."""
    assert nearest(TEXT, "De strategie rust op vier pijlers.") == (
        "De strategie rust op drie pijlers."
    )
    assert nearest("", "iets") == ""


def source(folder: Path, passages: str, text: str | bytes | None = TEXT) -> Path:
    """Write a data file with passages, and the text that they quote."""
    if text is not None:
        (folder / "x.txt").write_bytes(text.encode() if isinstance(text, str) else text)
    head = f"@prefix sam: <{SAM}> . @prefix oa: <{PREFIXES['oa']}> . @prefix : <urn:p#> .\n"
    path = folder / "x.ttl"
    path.write_text(f"{head}:d sam:sourceText 'x.txt' .\n{passages}", encoding="utf-8")
    return path


def faults(folder: Path, passages: str) -> list[Finding]:
    """Return the faults of the passages of a file."""
    return anchor(parse_file(source(folder, passages)), folder)[1]


def test_wrong_quotation_names_the_nearest(tmp_path: Path) -> None:
    """A quotation that is not in the source is a fault of its line that names the nearest."""
    (fault,) = faults(tmp_path, "\n:p sam:quotation 'De strategie rust op vier pijlers.'@nl .")
    assert (fault.file, fault.line) == (f"{tmp_path}/x.ttl", 4)
    assert "is not in the source" in fault.what
    assert "“De strategie rust op drie pijlers.”" in fault.do


def test_repeated_quotation_asks_for_a_prefix(tmp_path: Path) -> None:
    """A quotation that stands twice is a fault that asks for a prefix; a prefix mends it."""
    (fault,) = faults(tmp_path, ":p sam:quotation 'De strategie'@nl .")
    assert "occurs 2 times" in fault.what
    assert "oa:prefix" in fault.do
    mended = ":p sam:quotation 'De strategie'@nl ; oa:prefix 'hervormingen.' ."
    assert faults(tmp_path, mended) == []


def test_empty_quotation_is_a_fault(tmp_path: Path) -> None:
    """A quotation without words is no evidence."""
    assert faults(tmp_path, ":p sam:quotation ''@nl .")


@pytest.mark.parametrize("name", ["y.txt", "../x.txt", "/etc/hostname", "sub/x.txt"])
def test_source_text_is_a_stored_one(tmp_path: Path, name: str) -> None:
    """The text that is quoted lies in the folder of sources, and nowhere else."""
    folder = tmp_path / "sources"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path, folder / "sub"):
        (place / "x.txt").write_text(TEXT, encoding="utf-8")
    path = source(folder, ":p sam:quotation 'drie pijlers'@nl .")
    text = path.read_text(encoding="utf-8").replace("x.txt", name)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="is missing"):
        anchor(parse_file(path), folder)


def test_quotation_needs_a_source(tmp_path: Path) -> None:
    """A file with quotations but without a source text is a fault, and stops no other file."""
    path = source(tmp_path, ":p sam:quotation 'drie pijlers'@nl .")
    text = path.read_text(encoding="utf-8").replace(":d sam:sourceText 'x.txt' .", "")
    path.write_text(text, encoding="utf-8")
    other = source(tmp_path, ":p sam:quotation 'drie pijlers'@nl .").rename(tmp_path / "good.ttl")
    path.write_text(text, encoding="utf-8")
    quads, findings = anchor_all([parse_file(path), parse_file(other)], tmp_path)
    assert [finding.file for finding in findings] == [str(path)]
    assert "sam:sourceText" in findings[0].do
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(parse_file(other).graph)}


def test_source_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    """A source text that is not UTF-8 is a fault that names the text."""
    path = source(tmp_path, ":p sam:quotation 'één'@nl .", "één".encode("latin-1"))
    with pytest.raises(DataError, match=r"x\.txt: .*UTF-8"):
        anchor(parse_file(path), tmp_path)


def test_positions_count_the_stored_text(tmp_path: Path) -> None:
    """Start and end count Unicode characters of the text as it is stored, line ends included."""
    path = source(tmp_path, ":p sam:quotation 'twee'@nl .", "één\r\n𝛼 twee\r\n")
    quads, _ = anchor(parse_file(path), tmp_path)
    values = {quad.predicate.value.rpartition("#")[2]: quad.object for quad in quads}
    assert [str(values[key]).split('"')[1] for key in ("start", "end")] == ["7", "11"]


def test_every_quoted_passage_is_in_its_source(store: OxigraphStore) -> None:
    """The text from start to end is the quotation, for every passage that quotes."""
    query = f"""PREFIX sam: <{SAM}> PREFIX oa: <{PREFIXES["oa"]}>
    SELECT ?passage ?quotation ?start ?end ?exact ?prefix ?suffix ?file {{
      ?passage sam:quotation ?quotation ; oa:hasSource/sam:sourceText ?file .
      ?passage oa:hasSelector [ a oa:TextPositionSelector ; oa:start ?start ; oa:end ?end ] .
      ?passage oa:hasSelector [ a oa:TextQuoteSelector ; oa:exact ?exact ; oa:prefix ?prefix ;
                                oa:suffix ?suffix ]
    }}"""
    rows = list(store.query(query).rows())
    for row in rows:
        text = (ROOT / "sources" / row["file"].value).read_bytes().decode()
        start, end = int(row["start"].value), int(row["end"].value)
        assert normal(text[start:end]) == normal(row["quotation"].value)
        assert text[start:end] == row["exact"].value
        assert text[:start].endswith(row["prefix"].value)
        assert text[end:].startswith(row["suffix"].value)
    count = next(store.query(f"SELECT (COUNT(*) AS ?n) {{ ?p <{SAM}quotation> ?q }}").rows())
    assert len(rows) == int(count["n"].value) > 0


def test_every_quoted_link_has_a_quoted_passage(dataset: Dataset, store: OxigraphStore) -> None:
    """A link is called quoted only when a passage that quotes its source is its evidence."""
    query = f"""PREFIX sam: <{SAM}> SELECT ?link {{
      ?link sam:level <{PREFIXES["level"]}quoted> .
      FILTER NOT EXISTS {{ ?link sam:evidence/sam:quotation ?quotation }}
    }}"""
    assert dataset.findings == []
    assert list(store.query(query).rows()) == []


WORDS = st.lists(st.sampled_from(["de", "één", "NAVO-", "(a)", "[b]", "c+", "*", "\\d", "1."]))
SPACES = st.sampled_from([" ", "\n", " \n", "\r\n", "\n\n\x0c", "\t"])


@given(WORDS.filter(bool), st.data())
def test_a_quotation_is_found_however_it_is_broken(words: list[str], data: st.DataObject) -> None:
    """Words with any white space between them are found in a text that holds them, whole."""
    broken = words[0] + "".join(data.draw(SPACES) + word for word in words[1:])
    text = f"Begin: {broken}; slot"
    (place,) = locate(text, " ".join(words), "Begin:")
    assert text[place.start : place.end] == broken


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_every_place_holds_the_quotation(quotation: str, before: str, after: str) -> None:
    """Wherever a quotation is said to stand, it stands there."""
    text = before + quotation + after
    places = locate(text, quotation)
    assert places
    for place in places:
        assert normal(text[place.start : place.end]) == normal(quotation)
        assert text[: place.start].endswith(place.prefix)
        assert text[place.end :].startswith(place.suffix)


def test_the_letter_is_unchanged() -> None:
    """The stored letter keeps its line ends, its page breaks and its last signature line."""
    text = (ROOT / "sources" / LETTER).read_bytes().decode()
    assert "\r" not in text
    assert "[Ondertekenaar 2]" in text
    assert "NAVO-\nbondgenootschap" in text
