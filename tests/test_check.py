"""The check: nothing to say about the shipped data, and a clear word about each fault."""

from collections import Counter
from pathlib import Path

import pytest

from graph.check import Report, check
from graph.dataset import Dataset, collect, load_dataset
from graph.errors import DataError, Finding
from graph.files import parse_file
from graph.language import swapped
from graph.library import LANGUAGES
from graph.tally import tally_graphs
from ontology import ID, ROOT, SAM

LETTER, OTHER = "data/kamerbrief-gbvs-2018.ttl", "data/other.ttl"
SCORES = "data/scores.ttl"
THINGS, VOCABULARY, GLOSSARY = "things/broken.ttl", "vocabulary.ttl", "glossary.ttl"
#: Each fault of tests/data/broken: file, subject, what is wrong, what to do about it.
FAULTS = [
    (
        LETTER,
        "passage/wrong",
        "veilig en welvarend eiland.” is not in",
        "veilig en welvarend land.",
    ),
    (LETTER, "passage/twice", "“de GBVS” occurs", "oa:prefix"),
    (LETTER, "passage/without-words", "needs a sam:quotation or a sam:locator", ""),
    (LETTER, "passage/without-language", "at most one sam:quotation, with its language", ""),
    (LETTER, "passage/unused", "No link uses this passage", "sam:unlinked"),
    (LETTER, "link/unknown-kind", "must be one kind of link", "declare this one"),
    (
        LETTER,
        "link/dangling",
        "described nowhere: https://w3id.org/samenhang/id/goal/no",
        "things/",
    ),
    (LETTER, "link/dangling-source", "described nowhere", "mend its name"),
    (LETTER, "link/wrong-subject", "does not allow its subject", "the class of the subject"),
    (LETTER, "link/wrong-object", "does not allow its object", "the class of the object"),
    (
        LETTER,
        "link/value-for-a-thing",
        "the other of the two: voorkomen",
        "as an IRI or as a value",
    ),
    (LETTER, "link/thing-for-a-value", "the other of the two", "as an IRI or as a value"),
    (LETTER, "link/without-subject", "exactly one rdf:subject", ""),
    (LETTER, "link/two-objects", "exactly one rdf:object", "one link for each object"),
    (LETTER, "link/without-level", "exactly one sam:level", ""),
    (LETTER, "link/unknown-level", "exactly one sam:level", ""),
    (LETTER, "link/unknown-polarity", "polarity:stated or polarity:denied", ""),
    (LETTER, "link/unknown-passage", "a passage that exists", ""),
    (LETTER, "link/open-perhaps", "sam:openList is true or false", ""),
    (LETTER, "link/open-without-marker", "does not name the word", "sam:openListMarker"),
    (LETTER, "link/from-some-day", "sam:validFrom is a day", ""),
    (LETTER, "link/until-some-day", "sam:validUntil is a day", ""),
    (LETTER, "link/hedge-without-language", "sam:hedge needs a language", ""),
    (LETTER, "link/hedge-not-quoted", "not stand in the quotation: misschien", "as the source has"),
    (LETTER, "link/quoted-without-quotation", "A quoted link needs a passage", ""),
    (LETTER, "link/cited-without-locator", "A cited link needs a passage", ""),
    (LETTER, "link/derived-without-rule", "A derived link needs its sam:rule", ""),
    (LETTER, "link/assessed-without-reason", "An assessed link needs a sam:reason", ""),
    (LETTER, "link/denied-and", "states and denies it", "Remove one"),
    (OTHER, "graph/other", "the reading of one document", ""),
    (OTHER, "graph/other", "The reader of the document is not named", ""),
    (OTHER, "graph/other", "Not every fact that was read became a link", "sam:factsRead"),
    (OTHER, "graph/other", "Facts that are left out are named", ""),
    (OTHER, "absence/other", "the one document that was searched", ""),
    (OTHER, "absence/other", "what was looked for", ""),
    (OTHER, "absence/other", "Nobody is named as the one who searched", "prov:wasAttributedTo"),
    (OTHER, "graph/other", "The date of the reading is missing", ""),
    (OTHER, "document/lost", "an address (foaf:page), an identifier", ""),
    (OTHER, "passage/other", "exactly one document", "dcterms:source"),
    (OTHER, "link/other", "Nobody is named as the maker", "prov:wasAttributedTo"),
    (OTHER, "link/other", "The link has no date", "prov:generatedAtTime"),
    (OTHER, "passage/two-texts", "at most one sam:quotation", ""),
    (OTHER, "assessment/other", "names one scorer", "prov:wasAttributedTo"),
    (OTHER, "assessment/other", "has one date", "prov:generatedAtTime"),
    (SCORES, "assessment/from-nowhere", "exactly one sam:from", ""),
    (SCORES, "assessment/to-nowhere", "exactly one sam:to", ""),
    (SCORES, "assessment/itself", "Nothing is scored on itself", "another sam:to"),
    (SCORES, "assessment/four", "from -3 to 3 (it has: 4)", "What was not assessed has no record"),
    (SCORES, "assessment/without-strategy", "exactly one sam:within", ""),
    (SCORES, "assessment/without-question", "one sam:guidingQuestion", ""),
    (SCORES, "assessment/without-role", "one sam:role", ""),
    (SCORES, "assessment/without-reason", "A score other than 0 needs a sam:reason", "Say why"),
    (SCORES, "assessment/untagged", "at most one sam:reason, with its language", ""),
    (SCORES, "assessment/untagged", "at most one sam:context, with its language", ""),
    (SCORES, "assessment/unfounded", "must name a passage that exists", ""),
    (SCORES, "assessment/unfounded", "sam:confidence is confidence:high", ""),
    (SCORES, "assessment/again", "twice on one day", "a later score has a later date"),
    (THINGS, "topic/without-dutch", "A label is missing", ""),
    (THINGS, "topic/two-labels", "one rdfs:label for each language", "skos:altLabel"),
    (THINGS, "topic/swapped", "seem to be swapped", "Exchange @nl and @en"),
    (THINGS, "topic/same-label", "the same label: Weather", "tell them apart"),
    (THINGS, "topic/translated", "sam:translatedLabel", ""),
    (THINGS, "topic/unused", "No link speaks of this thing", "remove it"),
    (VOCABULARY, "withoutReading", "needs a sam:reading", ""),
    (VOCABULARY, "withoutRange", "needs a domain and a range", ""),
    (VOCABULARY, "withoutLabel", "needs an rdfs:label", ""),
    (VOCABULARY, "withoutDefinition", "needs a skos:definition", ""),
    (GLOSSARY, "term/unreviewed", "Nobody reviewed this term", "sam:reviewedBy"),
    (GLOSSARY, "term/unreviewed", "one day of review", ""),
    (GLOSSARY, "term/unused", "stands in no label of a goal or threat: ongehoord", "editorialNote"),
    (GLOSSARY, "term/twice", "the same form: Terrorism.", "one of them"),
    (GLOSSARY, "term/unexplained", "what it is about", ""),
    (GLOSSARY, "term/unexplained", "why it is safe", ""),
    (GLOSSARY, "term/one-language", "one skos:prefLabel in Dutch", ""),
    (GLOSSARY, "term/one-language", "begins and ends with a letter", "Remove the other signs"),
    (GLOSSARY, "term/one-language", "one day of review", ""),
]


def full(file: str, subject: str) -> str:
    """Return the IRI of a subject of the broken files."""
    if file == VOCABULARY:
        return SAM + subject
    class_, _, slug = subject.partition("/")
    return f"{ID}{class_}/" + (f"kamerbrief-gbvs-2018-{slug}" if file == LETTER else slug)


def test_shipped_data_have_no_faults(report: Report) -> None:
    """Everything that is shipped passes its own shapes and checks, quotations included."""
    assert report.findings == []
    assert sum((t.levels for t in report.tallies.values()), Counter())["quoted"] > 0


def test_letter_alone_has_no_faults(letter: Path) -> None:
    """The letter alone, with what it speaks of, is a folder without faults."""
    report = check(letter)
    assert report.findings == []
    assert set(report.tallies) == {"kamerbrief-gbvs-2018", "derived"}


@pytest.mark.parametrize(
    ("file", "subject", "what", "do"), FAULTS, ids=[f"{f[1]} {f[2][:20]}" for f in FAULTS]
)
def test_fault_is_found(
    broken: Path, faults: list[Finding], file: str, subject: str, what: str, do: str
) -> None:
    """Each fault is found with its file, its line, what is wrong and what to do about it."""
    path = broken / file
    line = parse_file(path).line_of(full(file, subject))
    assert line
    here = [fault for fault in faults if (fault.file, fault.line) == (str(path), line)]
    assert any(what in fault.what and do in fault.do for fault in here), here


def test_every_fault_has_its_place(broken: Path, faults: list[Finding]) -> None:
    """No fault is without a place, and its text is one line that begins with that place."""
    stated = [fault for fault in faults if not fault.file.startswith(ID)]
    for fault in stated:
        assert Path(fault.file).is_file()
        assert str(fault).startswith(f"{fault.file}:")
        assert "\n" not in str(fault)
        assert str(fault) == str(fault).strip()
        assert ".." not in str(fault).removeprefix(str(broken))


def test_explained_form_may_be_unused(faults: list[Finding]) -> None:
    """A form that no label has is no fault when a note on the term names it."""
    unused = [fault.what for fault in faults if "stands in no label" in fault.what]
    assert any("ongehoord" in what for what in unused)
    assert not any("unheard of" in what for what in unused)


def test_no_other_subject_is_blamed(broken: Path, faults: list[Finding]) -> None:
    """Only what is broken is blamed: no line of the shipped files has a fault."""
    blamed = {(fault.file, fault.line) for fault in faults if fault.line}
    first = (broken / LETTER).read_text(encoding="utf-8").split("# One fault a subject")[0]
    assert all(line > first.count("\n") for file, line in blamed if file == str(broken / LETTER))
    assert {Path(file).name for file, _ in blamed} == {
        Path(name).name for name in (LETTER, OTHER, SCORES, THINGS, VOCABULARY, GLOSSARY)
    }


def test_bad_turtle_is_a_fault_of_its_line(copy_of_letter: Path) -> None:
    """Bad Turtle is reported with file and line, and nothing is counted."""
    path = copy_of_letter / LETTER
    text = path.read_text(encoding="utf-8") + "\nl:x a sam:Link ;;; rdf:subject .\n"
    path.write_text(text, encoding="utf-8")
    report = check(copy_of_letter)
    (fault,) = report.findings
    assert (fault.file, fault.line) == (str(path), text.count("\n"))
    assert "syntax" in fault.what
    assert report.tallies == {}


def test_one_file_is_checked_with_the_shipped_ontology(tmp_path: Path) -> None:
    """A data file, or a folder of them, is read beside the shipped files, and keeps its place."""
    path = tmp_path / "extra.ttl"
    path.write_text(
        f"<{ID}link/extra> a <{SAM}Link> ; <{SAM}level> <{ID}evidence-level/cited> .\n",
        encoding="utf-8",
    )
    for given in (path, tmp_path):
        dataset = collect(given)
        assert dataset.files[-1].path == path
        assert tally_graphs(dataset.graphs)["extra"].levels == {"cited": 1}
        assert len(dataset.graphs) > 2


def test_given_file_takes_the_place_of_the_shipped(tmp_path: Path, dataset: Dataset) -> None:
    """A data file with the name of a shipped one replaces it: no link is counted twice."""
    path = tmp_path / "kamerbrief-gbvs-2018.ttl"
    path.write_bytes((ROOT / "data" / path.name).read_bytes())
    assert tally_graphs(collect(path).graphs) == tally_graphs(dataset.graphs)


def test_missing_path_is_a_fault(tmp_path: Path) -> None:
    """A path where nothing is gives a fault that names it."""
    (fault,) = check(tmp_path / "nowhere").findings
    assert fault.file == str(tmp_path / "nowhere")


def test_faulty_files_of_a_folder_are_listed_together(tmp_path: Path) -> None:
    """All files of a folder that cannot be read are named at once."""
    for name in ("a.ttl", "b.txt"):
        (tmp_path / name).write_text("nonsense", encoding="utf-8")
    assert {Path(fault.file).name for fault in check(tmp_path).findings} == {"a.ttl", "b.txt"}


def test_nothing_is_loaded_from_a_faulty_folder(broken: Path) -> None:
    """A folder with a wrong quotation is not loaded at all."""
    with pytest.raises(DataError) as caught:
        load_dataset(broken)
    assert "is not in the source" in str(caught.value)


def test_counts_are_those_of_the_files(dataset: Dataset) -> None:
    """The links that are counted are the links that the graphs hold, each once."""
    held = {
        quad.subject
        for quads in dataset.graphs.values()
        for quad in quads
        if str(quad.triple).endswith(f"#type> <{SAM}Link>")
    }
    tallies = tally_graphs(dataset.graphs).values()
    for counts in ([t.levels for t in tallies], [t.kinds for t in tallies]):
        assert sum(counts, Counter()).total() == len(held)


def test_same_name_in_both_languages_is_not_swapped() -> None:
    """A name that both languages share is never called swapped; two sentences are."""
    assert LANGUAGES == ("nl", "en")
    for name in ("Stef Blok", "Trend", "Human security", "NAVO"):
        assert not swapped(name, name)
    assert not swapped("de veiligheid van het land", "the safety of the country")
    assert swapped("the safety of the country", "de veiligheid van het land")
