"""The command `load`: what it replaces, what it refuses, and what it leaves as it was."""

import gc
import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from commands import DONE, FAULTY, run
from graph.oxigraph import open_directory
from graph.store import open_store
from ontology import GRAPH


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
