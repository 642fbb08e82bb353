"""The command line: what it prints, what it leaves behind, and its exit codes."""

import csv
import gc
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from api.__main__ import app
from graph.errors import Finding
from graph.library import LANGUAGES
from graph.links import LEVELS
from graph.oxigraph import open_directory
from graph.questions import list_questions
from graph.results import Form, Format, formats_for
from graph.store import open_store
from ontology import GRAPH, ID, ROOT, SAM

DONE, FAULTY, WRONG = 0, 1, 2
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
PILLARS = f"SELECT ?pillar {{ ?strategy <{SAM}hasPillar> ?pillar }} ORDER BY ?pillar"
COMMANDS = ["serve", "load", "backup", "restore", "check", "ask", "query", "export"]
COMMANDS += ["convert", "convert-matrix", "duplicates", "qualify"]


@dataclass(frozen=True)
class Done:
    """What the command left: its exit code, and what it wrote."""

    exit_code: int
    output: bytes
    stderr: str

    @property
    def stdout(self) -> str:
        """The output as text."""
        return self.output.decode()


def run(*arguments: str | Path, stdin: str | None = None) -> Done:
    """Run the command in this process, and let go of the store it opened."""
    result = CliRunner().invoke(app, list(map(str, arguments)), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    done = Done(result.exit_code, result.stdout_bytes, result.stderr)
    del result
    gc.collect()
    return done


def process(*arguments: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "api", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT.parent
    )


@pytest.fixture(scope="module")
def kept(letter: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a store on disk into which the letter was loaded by the command."""
    url = f"oxigraph:{tmp_path_factory.mktemp('kept') / 'store'}"
    result = run("load", letter, "--store", url)
    assert result.exit_code == DONE
    assert "Loaded " in result.stderr
    return url


@pytest.fixture
def own(letter: Path, tmp_path: Path) -> str:
    """Give a store on disk with one small graph of ours and a graph with the letter's name."""
    url = f"oxigraph:{tmp_path / 'own'}"
    store = open_directory(tmp_path / "own", create=True)
    node = ox.NamedNode("urn:before")
    for name in ("kamerbrief-gbvs-2018", "ours"):
        quad = ox.Quad(node, node, node, ox.NamedNode(GRAPH + name))
        store.replace({GRAPH + name: [quad]})
    return url


def content(url: str) -> list[str]:
    """Return all that a store holds."""
    return sorted(map(str, open_store(url).quads()))


def test_without_arguments_help_is_given() -> None:
    """The bare command lists what can be done."""
    result = run()
    assert all(command in result.stdout + result.stderr for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """Every command has a page of help."""
    result = run(command, "--help")
    assert result.exit_code == DONE
    assert "Usage:" in result.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["query"], ["check", "--nonsense"]])
def test_wrong_use_is_told(arguments: list[str]) -> None:
    """An unknown command or option, or a missing argument, ends with code 2."""
    assert run(*arguments).exit_code == WRONG


# check


def test_check_counts_links(letter: Path) -> None:
    """A faultless folder gives a table of links by source and level, and ends with code 0."""
    result = run("check", letter)
    assert result.exit_code == DONE
    table, _, kinds = result.stdout.partition("\nKinds of link\n")
    lines = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line}
    assert lines["source"] == [*LEVELS, "links", "read", "loaded"]
    quoted, total = lines["kamerbrief-gbvs-2018"]
    assert quoted == total
    assert lines["all"][-1] == str(int(total) + int(lines["derived"][-1]))
    assert " kamerbrief-gbvs-2018: coupledTo 17, hasGoal 13" in kinds
    assert result.stdout.endswith("\n0 failures\n")


def test_check_accounts_for_every_fact() -> None:
    """The check says of each source how many facts were read, loaded and left out, and why."""
    table, _, rest = run("check").stdout.partition("\nKinds of link\n")
    left: Counter[str] = Counter()
    for name, number in re.findall(r"^ (\S+): (\d+), ", rest, re.MULTILINE):
        left[name] += int(number)
    facts = re.findall(r"^ (\S+) .* (\d+) +(\d+) *$", table, re.MULTILINE)
    read = {name: (int(read), int(loaded)) for name, read, loaded in facts}
    assert len(read) > 70
    for name in left:
        assert read[name][0] == read[name][1] + left[name], name


def test_check_lists_faults(broken: Path, faults: list[Finding]) -> None:
    """Each fault is a line of its own with file and line, and the command ends with code 1."""
    result = run("check", broken)
    assert result.exit_code == FAULTY
    lines = result.stdout.splitlines()
    told = [str(fault) for fault in faults]
    assert [line for line in lines if line in told] == told
    assert lines[-1] == f"{len(faults)} failures"


def test_check_of_bad_turtle(tmp_path: Path) -> None:
    """Bad Turtle names file and line, and ends with code 1."""
    path = tmp_path / "bad.ttl"
    path.write_text("<urn:a> <urn:b> 1 .\n<urn:a> .\n", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == FAULTY
    assert f"{path}:2: The syntax is wrong" in result.stdout
    assert result.stdout.endswith("\n1 failure\n")


# load


def test_load_keeps_what_it_does_not_name(own: str, letter: Path) -> None:
    """Loading replaces the graphs of its files, and leaves the others."""
    assert run("load", letter, "--store", own).exit_code == DONE
    found = content(own)
    ours = [line for line in found if "urn:before" in line]
    assert len(ours) == 1
    assert f"<{GRAPH}ours>" in ours[0]
    assert any(f"<{GRAPH}kamerbrief-gbvs-2018>" in line for line in found)


@pytest.mark.parametrize("fault", ["quotation", "shape", "syntax", "missing"])
def test_failed_load_leaves_the_store_as_it_was(
    own: str, copy_of_letter: Path, tmp_path: Path, fault: str
) -> None:
    """A folder with one fault changes nothing in the store, and the command ends with code 1."""
    path = copy_of_letter / "data" / "kamerbrief-gbvs-2018.ttl"
    text = path.read_text(encoding="utf-8")
    broken = {
        "quotation": text.replace("Maar de wereld staat niet stil.", "De wereld staat stil."),
        "shape": f"{text}\nl:half a sam:Link .\n",
        "syntax": f"{text}\nl:half a .\n",
        "missing": text,
    }
    path.write_text(broken[fault], encoding="utf-8")
    before = content(own)
    given = tmp_path / "nowhere" if fault == "missing" else copy_of_letter
    result = run("load", given, "--store", own)
    assert result.exit_code == FAULTY
    assert result.stderr.count(str(given)) >= 2
    assert content(own) == before


def test_load_makes_no_store_when_it_fails(tmp_path: Path) -> None:
    """A load that fails does not even make the directory of the store."""
    (tmp_path / "bad.ttl").write_text("nonsense", encoding="utf-8")
    target = tmp_path / "store"
    assert run("load", tmp_path / "bad.ttl", "--store", f"oxigraph:{target}").exit_code == FAULTY
    assert not target.exists()


def test_load_into_memory_says_that_it_is_lost(letter: Path) -> None:
    """Loading into memory works, and says that nothing remains of it."""
    result = run("load", letter, "--store", "memory:")
    assert result.exit_code == DONE
    assert "ends with this command" in result.stderr


def test_second_file_keeps_what_the_first_derived(letter: Path, tmp_path: Path) -> None:
    """What follows from files loaded earlier stays derived when another file is loaded."""
    url = f"oxigraph:{tmp_path / 'store'}"
    assert run("load", letter, "--store", url).exit_code == DONE
    before = [line for line in content(url) if f"<{GRAPH}derived>" in line]
    assert before
    (tmp_path / "more.nt").write_text("<urn:x> <urn:y> <urn:z> .\n", encoding="utf-8")
    gc.collect()
    done = run("load", tmp_path / "more.nt", "--store", url)
    assert done.exit_code == DONE, done.stderr
    after = content(url)
    assert [line for line in after if f"<{GRAPH}derived>" in line] == before
    assert any(f"<{GRAPH}more>" in line for line in after)


def test_ontology_leaves_no_stale_graph(copy_of_letter: Path, tmp_path: Path) -> None:
    """The graph of a file that is gone from the folder goes; one loaded by itself stays."""
    url = f"oxigraph:{tmp_path / 'store'}"
    extra = copy_of_letter / "data" / "extra.ttl"
    extra.write_text("<urn:x> <urn:y> <urn:z> .\n", encoding="utf-8")
    alone = tmp_path / "alone.ttl"
    alone.write_text("<urn:x> <urn:y> <urn:own> .\n", encoding="utf-8")
    for path in (copy_of_letter, alone):
        done = run("load", path, "--store", url)
        assert done.exit_code == DONE, done.stderr
    assert {GRAPH + "extra", GRAPH + "alone"} <= set(open_store(url).graphs())
    gc.collect()
    extra.unlink()
    assert run("load", copy_of_letter, "--store", url).exit_code == DONE
    graphs = open_store(url).graphs()
    assert GRAPH + "extra" not in graphs
    assert {GRAPH + "alone", GRAPH + "kamerbrief-gbvs-2018"} <= set(graphs)


@pytest.mark.parametrize("name", ["derived", "things", "vocabulary"])
@pytest.mark.parametrize("place", ["file", "folder", "unchecked"])
def test_reserved_name_is_refused(
    own: str, copy_of_letter: Path, tmp_path: Path, name: str, place: str
) -> None:
    """A data file with the name of a graph of the program is refused, and nothing is written."""
    before = content(own)
    path = (copy_of_letter / "data" if place == "folder" else tmp_path) / f"{name}.ttl"
    path.write_text("<urn:x> <urn:y> <urn:z> .\n", encoding="utf-8")
    given = copy_of_letter if place == "folder" else path
    options = ["--unchecked"] if place == "unchecked" else []
    done = run("load", given, "--store", own, *options)
    assert done.exit_code == FAULTY
    assert f"{path}: A data file may not be called {name}.ttl" in done.stderr
    gc.collect()
    assert content(own) == before


def test_folder_without_shapes_is_not_called_checked(copy_of_letter: Path, tmp_path: Path) -> None:
    """An ontology without shapes and checks is loaded, and the command says what was not done."""
    for folder in ("shapes", "checks"):
        for path in (copy_of_letter / folder).iterdir():
            path.unlink()
    done = run("load", copy_of_letter, "--store", f"oxigraph:{tmp_path / 'store'}")
    assert done.exit_code == DONE
    assert "no shapes and no checks: nothing was checked" in done.stderr


def test_unchecked_load(own: str, tmp_path: Path) -> None:
    """Files are loaded as they are into the graphs that they name, or none of them is."""
    (tmp_path / "in").mkdir()
    triples, quads = tmp_path / "in" / "a.nt", tmp_path / "in" / "b.nq"
    triples.write_text("<urn:a> <urn:p> _:x .\n_:x <urn:p> <urn:b> .\n", encoding="utf-8")
    quads.write_text(f"<urn:a> <urn:p> <urn:c> <{GRAPH}ours> .\n", encoding="utf-8")
    assert run("load", tmp_path / "in", "--unchecked", "--store", own).exit_code == DONE
    store = open_store(own)
    assert store.query("ASK { <urn:a> <urn:p>/<urn:p> <urn:b> }").truth()
    assert store.query(f"ASK {{ ?s <urn:p> ?x GRAPH <{GRAPH}a> {{ ?x <urn:p> ?o }} }}").truth()
    assert not store.query(f"ASK {{ GRAPH <{GRAPH}ours> {{ <urn:before> ?p ?o }} }}").truth()
    assert len(store) == 4
    del store
    gc.collect()
    before = content(own)
    triples.write_text("<urn:new> <urn:p> <urn:b> .\n<urn:a> nonsense .\n", encoding="utf-8")
    gc.collect()
    done = run("load", tmp_path / "in", "--unchecked", "--store", own)
    assert done.exit_code == FAULTY
    assert f"{triples}:2" in done.stderr
    assert content(own) == before


def test_large_file_is_not_loaded_unchecked_by_itself(own: str, tmp_path: Path) -> None:
    """A file too large to be checked is refused, with the option that loads it as it is."""
    path = tmp_path / "large.nt"
    path.write_bytes(b"")
    os.truncate(path, 50_000_001)
    done = run("load", path, "--store", own)
    assert done.exit_code == FAULTY
    assert "--unchecked" in done.stderr


# query


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


# ask


def test_ask_lists_the_questions() -> None:
    """Without a question the questions are listed in the language asked for."""
    for language in LANGUAGES:
        lines = run("ask", "--lang", language).stdout.splitlines()
        assert [line.partition("  ")[2] for line in lines] == [
            question.says("question", language) for question in list_questions()
        ]


def test_ask_answers(kept: str) -> None:
    """An answer has the question, the verdict with its fraction, and a sentence for each gap."""
    result = run("ask", "q01", "--store", kept, "--level", "quoted", "--lang", "nl")
    assert result.exit_code == DONE
    question, verdict, *rows = result.stdout.splitlines()
    assert question == list_questions()[0].says("question", "nl")
    assert verdict == "gaps_found: 13 / 13 (quoted)"
    assert len(rows) == 13
    assert all(row.startswith("- gap: Voor “") for row in rows)


def test_ask_of_one_source(kept: str) -> None:
    """Only links of the source that is named count."""
    result = run("ask", "Q24", "--store", kept, "--source", "derived")
    assert result.stdout.splitlines()[1].startswith("not_assessable: 0 / 0")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Q99"], "Q01"),
        (["Q01", "--level", "certain"], "quoted, cited"),
        (["Q01", "--source", "nowhere"], "nowhere"),
    ],
)
def test_unknown_question_level_or_source_is_told(
    kept: str, arguments: list[str], says: str
) -> None:
    """A name that nobody has declared ends with code 2, and says what there is."""
    result = run("ask", *arguments, "--store", kept)
    assert result.exit_code == WRONG
    assert says in result.stderr


def test_unknown_language_is_told(kept: str) -> None:
    """A language other than Dutch and English ends with code 2, and prints no empty lines."""
    for arguments in ([], ["Q01", "--store", kept]):
        result = run("ask", *arguments, "--lang", "fr")
        assert result.exit_code == WRONG
        assert result.stdout == ""


# export


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


# as a process


def test_process_answers(kept: str) -> None:
    """As a process the answer goes to standard output, and nothing else does."""
    done = process("query", "-", "--store", kept, "--format", "json", stdin=PILLARS)
    assert done.returncode == DONE
    assert len(json.loads(done.stdout)["results"]["bindings"]) == 3
    assert done.stderr == ""


def test_process_fails_clearly(tmp_path: Path) -> None:
    """As a process a fault gives its exit code and a message, not a traceback."""
    (tmp_path / "bad.ttl").write_text("nonsense", encoding="utf-8")
    done = process("load", tmp_path / "bad.ttl", "--store", f"oxigraph:{tmp_path / 'store'}")
    assert done.returncode == FAULTY
    assert "bad.ttl:1: The syntax is wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_process_waits_for_nobody(tmp_path: Path) -> None:
    """A store that another process has open ends with code 2, and says so."""
    held = open_store(f"oxigraph:{tmp_path}", create=True)
    done = process("query", "-", "--store", f"oxigraph:{tmp_path}", stdin=COUNT)
    assert done.returncode == WRONG
    assert "another samenhang" in done.stderr
    assert held.graphs() == []


def test_reader_that_stops_early_is_no_error(kept: str) -> None:
    """When the reader of the output stops early, the command ends without a complaint."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "api", "export", "--store", kept]
    with subprocess.Popen(
        command, stdout=write, stderr=subprocess.PIPE, cwd=ROOT.parent
    ) as exporting:
        os.close(write)
        _, complaint = exporting.communicate()
    assert complaint == b""
    assert exporting.returncode == DONE


def test_serve_on_a_taken_port() -> None:
    """A port that is taken is named before anything is said to be served."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        result = run("serve", "--port", str(holder.getsockname()[1]))
    assert result.exit_code == WRONG
    assert "Cannot listen on 127.0.0.1:" in result.stderr
    assert "Samenhang is at" not in result.stderr
