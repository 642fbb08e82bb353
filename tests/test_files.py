"""Data files: what cannot be loaded says in which file and line, and what to do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graph.files
from graph.errors import DataError, Finding
from graph.files import parse_file, parse_ontology
from ontology import GRAPH, ID, ROOT


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def fault(path: Path) -> Finding:
    """Return the one fault that keeps a file from being loaded."""
    with pytest.raises(DataError) as caught:
        parse_file(path)
    (finding,) = caught.value.findings
    assert finding.file == str(path)
    assert finding.what
    assert finding.do
    return finding


def test_file_fills_the_graph_of_its_name(tmp_path: Path) -> None:
    """The triples of a file are in the graph that is named after the file."""
    file = parse_file(put(tmp_path, "kst-1.ttl", "<urn:a> <urn:b> 'c' ."))
    assert file.graph == GRAPH + "kst-1"
    assert [str(quad.graph_name) for quad in file.quads] == [f"<{GRAPH}kst-1>"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "<urn:a> <urn:b> <urn:c> ."),
        ("a.trig", "<urn:a> <urn:b> <urn:c> ."),
        ("a.nt", "<urn:a> <urn:b> <urn:c> ."),
        ("a.nq", "<urn:a> <urn:b> <urn:c> ."),
        ("a.jsonld", '{"@id": "urn:a", "urn:b": {"@id": "urn:c"}}'),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
            '<rdf:Description rdf:about="urn:a"><u:b rdf:resource="urn:c"/></rdf:Description>'
            "</rdf:RDF>",
        ),
    ],
)
def test_every_syntax_is_read(tmp_path: Path, name: str, content: str) -> None:
    """Each kind of file gives the same triple."""
    (quad,) = parse_file(put(tmp_path, name, content)).quads
    assert str(quad.triple) == "<urn:a> <urn:b> <urn:c>"


def test_bad_turtle_names_file_and_line(tmp_path: Path) -> None:
    """A fault in the syntax says in which file and on which line it is."""
    found = fault(put(tmp_path, "bad.ttl", "<urn:a> <urn:b> 1 .\n\n<urn:a> <urn:b .\n"))
    assert found.line == 3
    assert str(found).startswith(f"{tmp_path}/bad.ttl:3: The syntax is wrong")


def test_unknown_prefix_names_the_line(tmp_path: Path) -> None:
    """A prefix that is not declared is a fault of its line."""
    found = fault(put(tmp_path, "bad.ttl", "<urn:a> <urn:b> 1 .\nsam:x a sam:Link .\n"))
    assert found.line == 2


def test_other_encoding_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 says so."""
    found = fault(put(tmp_path, "latin.ttl", "<urn:a> <urn:b> 'één' .".encode("latin-1")))
    assert "UTF-8" in found.what


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is not read."""
    path = put(tmp_path, "large.ttl", "<urn:a> <urn:b> 1 .")
    monkeypatch.setattr(graph.files, "MAX_BYTES", path.stat().st_size)
    assert parse_file(path).quads
    monkeypatch.setattr(graph.files, "MAX_BYTES", path.stat().st_size - 1)
    assert "larger than" in fault(path).what


def test_doctype_is_refused(tmp_path: Path) -> None:
    """RDF/XML with a DOCTYPE is refused, so that entities cannot explode."""
    entities = '<!DOCTYPE x [<!ENTITY a "b">]><rdf:RDF/>'
    assert "DOCTYPE" in fault(put(tmp_path, "bomb.rdf", entities)).what


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("g.trig", "<urn:g> { <urn:a> <urn:b> 1 }"),
        ("g.nq", "<urn:a> <urn:b> <urn:c> <urn:g> ."),
        ("g.jsonld", '{"@id": "urn:g", "@graph": {"@id": "urn:a", "urn:b": 1}}'),
    ],
)
def test_named_graphs_are_refused(tmp_path: Path, name: str, content: str) -> None:
    """A file with graphs of its own is refused: one file is one graph."""
    found = fault(put(tmp_path, name, content))
    assert "named graphs" in found.what
    assert "one file for each graph" in found.do


@pytest.mark.parametrize("name", ["notes.txt", "data.TTL", "data", "data.ttl.bak"])
def test_unknown_extension_lists_the_known(tmp_path: Path, name: str) -> None:
    """A file of another kind is refused with the kinds that are read."""
    found = fault(put(tmp_path, name, "<urn:a> <urn:b> 1 ."))
    assert "Unknown kind of file" in found.what
    assert ".ttl" in found.do


def test_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A file that is not there is a fault, and so is a folder in the place of a file."""
    assert "Cannot be read" in fault(tmp_path / "none.ttl").what
    (tmp_path / "folder.ttl").mkdir()
    assert "Cannot be read" in fault(tmp_path / "folder.ttl").what


def test_name_that_fits_no_address_is_a_fault(tmp_path: Path) -> None:
    """A file whose name cannot be the name of a graph is refused."""
    assert "name of the file" in fault(put(tmp_path, "my notes.ttl", "")).what


def test_remote_context_is_not_fetched(tmp_path: Path) -> None:
    """JSON-LD that asks for a context elsewhere is refused, not fetched."""
    content = '{"@context": "http://127.0.0.1:9/context", "@id": "urn:a"}'
    assert "context" in fault(put(tmp_path, "a.jsonld", content)).what


def test_blank_nodes_of_two_files_differ(tmp_path: Path) -> None:
    """The same label of a blank node in two files names two nodes."""
    subjects = {
        str(quad.subject)
        for name in ("a.ttl", "b.ttl")
        for quad in parse_file(put(tmp_path, name, "_:x <urn:b> 1 , 2 .")).quads
    }
    assert len(subjects) == 2


def test_relative_addresses_begin_at_the_graph(tmp_path: Path) -> None:
    """A relative IRI in a file is taken from the name of its graph."""
    (quad,) = parse_file(put(tmp_path, "a.ttl", "<#x> <urn:b> 1 .")).quads
    assert str(quad.subject) == f"<{GRAPH}a#x>"


def test_line_of_a_subject(tmp_path: Path) -> None:
    """The line of a thing is the one where it is a subject, not where it is mentioned before."""
    text = (
        f"@prefix goal: <{ID}goal/> .\n"
        "goal:b <urn:b> goal:a .\n"
        "goal:a-more <urn:b> 1 .\n"
        "goal:a <urn:b> 1 .\n"
        f"<{ID}goal/c> <urn:b> 1 .\n"
    )
    file = parse_file(put(tmp_path, "a.ttl", text))
    lines = {slug: file.line_of(f"{ID}goal/{slug}") for slug in ("a", "a-more", "b", "c", "d")}
    assert lines == {"a": 4, "a-more": 3, "b": 2, "c": 5, "d": None}


def test_line_of_a_thing_that_is_only_mentioned(tmp_path: Path) -> None:
    """A thing that is never a subject at the start of a line is found where it is mentioned."""
    text = f"@prefix goal: <{ID}goal/> .\n\ngoal:b <urn:b> goal:a .\n"
    assert parse_file(put(tmp_path, "a.ttl", text)).line_of(f"{ID}goal/a") == 3


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_content_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    """Whatever a file holds, it is read or it is a DataError that names the file."""
    for name in ("x.ttl", "x.rdf", "x.jsonld"):
        path = put(tmp_path_factory.mktemp("any"), name, content)
        try:
            file = parse_file(path)
        except DataError as error:
            findings = error.findings
        else:
            assert file.path == path
            continue
        assert [finding.file for finding in findings] == [str(path)]


def test_shipped_files_are_read() -> None:
    """Every shipped Turtle file outside shapes/ is read into its graph, but for the catalogue."""
    files = parse_ontology()
    read = {file.path for file in files}
    shipped = {path for path in ROOT.rglob("*.ttl") if path.parent.name != "shapes"}
    assert read == shipped - {ROOT / "catalog.ttl"}
    graphs = {file.path.parent.name: file.graph for file in files}
    assert graphs["ontology"] == GRAPH + "vocabulary"
    assert graphs["things"] == GRAPH + "things"


def test_all_faulty_files_are_listed(copy_of_letter: Path) -> None:
    """The faults of all files of a folder are listed together."""
    paths = [copy_of_letter / "vocabulary.ttl", *(copy_of_letter / "data").glob("*.ttl")]
    for path in paths:
        path.write_text("nonsense", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        parse_ontology(copy_of_letter)
    assert {finding.file for finding in caught.value.findings} == set(map(str, paths))
