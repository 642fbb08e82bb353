"""The commands `query`, `ask` and `export`: what they answer, and what they refuse."""

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest

from commands import COUNT, DONE, PILLARS, WRONG, run
from graph.results import Form, Format, formats_for
from graph.store import open_store
from ontology import ID


def test_query_from_a_file(kept: str, tmp_path: Path) -> None:
    """A query in a file is answered on standard output, in CSV unless asked otherwise."""
    path = tmp_path / "pillars.rq"
    path.write_text(PILLARS, encoding="utf-8")
    result = run("query", path, "--store", kept)
    assert result.exit_code == DONE
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0] == ["pillar"]
    assert len(rows) == 4
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("query", "format_", "starts"),
    [
        (COUNT, None, b"n\r\n"),
        ("ASK { ?s ?p ?o }", None, b'{"head":'),
        (f"DESCRIBE <{ID}pillar/gbvs-2018-defend>", None, b"@prefix"),
        (COUNT, "json", b'{"head":'),
        (COUNT, "text/tab-separated-values", b"?n\n"),
        (f"DESCRIBE <{ID}pillar/gbvs-2018-defend>", "rdfxml", b"<?xml"),
    ],
)
def test_query_from_standard_input(
    kept: str, query: str, format_: str | None, starts: bytes
) -> None:
    """A query on standard input is answered in the format that fits it, or in the one asked for."""
    asked = ["--format", format_] if format_ else []
    result = run("query", "-", "--store", kept, *asked, stdin=query)
    assert result.exit_code == DONE
    assert result.output.startswith(starts)


@pytest.mark.parametrize(
    ("query", "arguments", "says"),
    [
        ("SELECT * {\n ?s ?p", [], "(line 2, column 7)"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", [], "only queries are answered"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", [], "SERVICE is not allowed"),
        (COUNT, ["--format", "turtle"], "take one of: json"),
    ],
)
def test_wrong_query_is_told(kept: str, query: str, arguments: list[str], says: str) -> None:
    """A query that cannot be run, or not written so, ends with code 2 and a reason."""
    result = run("query", "-", "--store", kept, *arguments, stdin=query)
    assert result.exit_code == WRONG
    assert says in result.stderr
    assert result.stdout == ""


def test_query_that_cannot_be_read_is_told(kept: str, tmp_path: Path) -> None:
    """A file that is missing, or is no text, ends with code 2 and its name."""
    path = tmp_path / "latin.rq"
    path.write_bytes("SELECT * { ?s ?p 'é' }".encode("latin-1"))
    for given in (path, tmp_path / "none.rq", tmp_path):
        result = run("query", given, "--store", kept)
        assert result.exit_code == WRONG
        assert str(given) in result.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:x", "No engine for 'sqlite:x'"),
        ("nonsense", "No engine for 'nonsense'"),
        ("memory:x", "takes no path"),
        ("oxigraph:", "needs a path"),
    ],
)
def test_unknown_store_is_told(url: str, says: str) -> None:
    """A store that no engine opens ends with code 2 and a reason."""
    result = run("query", "-", "--store", url, stdin=COUNT)
    assert result.exit_code == WRONG
    assert says in result.stderr


@pytest.mark.parametrize("format_", formats_for(Form.GRAPH), ids=lambda format_: format_.name)
def test_export_is_read_back(kept: str, format_: Format) -> None:
    """Every format holds every triple, with its graph where the format has graphs."""
    assert isinstance(format_.engine, ox.RdfFormat)
    result = run("export", "--format", format_.name, "--store", kept)
    assert result.exit_code == DONE
    quads = list(ox.parse(result.output, format=format_.engine))
    held = list(open_store(kept).quads())

    def plain(given: list[ox.Quad], graphs: bool) -> set[str]:
        nodes = [q for q in given if "_:" not in str(q.triple)]
        return {str(q) if graphs else str(q.triple) for q in nodes}

    graphs = format_.engine.supports_datasets
    assert plain(quads, graphs) == plain(held, graphs)
    expected = held if graphs else {quad.triple for quad in held}
    assert len(quads) == len(expected)


def test_export_to_a_file(kept: str, tmp_path: Path) -> None:
    """A file gets the whole export, and nothing else is left beside it."""
    path = tmp_path / "all.nq"
    result = run("export", "--format", "nquads", "--store", kept, "--output", path)
    assert result.exit_code == DONE
    assert result.stdout == ""
    assert str(path) in result.stderr
    assert len(list(ox.parse(path=path))) == len(list(open_store(kept).quads()))
    assert list(tmp_path.iterdir()) == [path]


def test_failed_export_is_told(kept: str, tmp_path: Path) -> None:
    """An unknown format, or a file that cannot be written, ends with code 2; an old file stays."""
    old = tmp_path / "old.csv"
    old.write_text("old", encoding="utf-8")
    assert run("export", "--format", "csv", "--store", kept, "--output", old).exit_code == WRONG
    assert old.read_text(encoding="utf-8") == "old"
    nowhere = tmp_path / "nowhere" / "all.trig"
    result = run("export", "--store", kept, "--output", nowhere)
    assert result.exit_code == WRONG
    assert str(nowhere) in result.stderr


def test_exported_data_can_be_loaded_elsewhere(kept: str, tmp_path: Path) -> None:
    """An export, loaded into an empty engine, answers the same."""
    path = tmp_path / "all.trig"
    run("export", "--store", kept, "--output", path)
    other = ox.Store()
    other.load(path=path)
    found = other.query(PILLARS, use_default_graph_as_union=True)
    assert len(list(found)) == 3  # type: ignore[arg-type]
