"""Stores on disk: acknowledged means on disk, and a revision is no data."""

import gc
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.__main__ import app
from graph import disk, journal, oxigraph
from graph.disk import MARK
from graph.errors import StoreError
from graph.oxigraph import open_directory
from stores import REPOSITORY, A, B, opened_with, quads, revision


@pytest.mark.parametrize("command", ["query", "ask", "export", "serve"])
def test_mistyped_path_is_no_empty_store(tmp_path: Path, command: str) -> None:
    """A directory without a store does not answer, says what to do, and stays as it was."""
    arguments = {"query": ["-"], "ask": ["Q01"], "serve": ["--port", "0"]}.get(command, [])
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "empty"):
        line = [command, *arguments, "--store", f"oxigraph:{tmp_path / name}"]
        done = CliRunner().invoke(app, line, input="ASK {}")
        assert done.exit_code == (3 if command == "ask" else 2)
        assert f"There is no store in {tmp_path / name}" in done.stderr
        assert "samenhang load --store" in done.stderr
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


@pytest.mark.parametrize("create", [True, False])
def test_other_files_are_left_alone(tmp_path: Path, create: bool) -> None:
    """A directory with other files is no place for a store."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="other files"):
        open_directory(tmp_path, create=create)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_one_process_holds_the_store(tmp_path: Path) -> None:
    """A second opening names the process that has the store open; after it, the store opens."""
    held = opened_with(tmp_path, 1)
    with pytest.raises(StoreError, match=rf"another samenhang \(process {os.getpid()}\)"):
        open_directory(tmp_path)
    del held
    gc.collect()
    assert revision(open_directory(tmp_path)) == 1


@pytest.mark.parametrize("large", [0, 50_000])
def test_revision_is_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """The revision stands in the store, and shows in no graph, count, export or answer."""
    monkeypatch.setattr(oxigraph, "LARGE", large)
    store = opened_with(tmp_path, 3)
    assert revision(store) == 3
    assert store.graphs() == [A, B]
    assert not any(MARK in str(quad) for quad in store.quads())
    assert len(store) == 20
    for pattern in (
        "GRAPH ?g {}",
        "graph ?g { # nothing\n }",
        "GRAPH ?g { BIND(1 AS ?x) }",
        "GRAPH ?g { OPTIONAL { <urn:none> <urn:p> ?o } }",
        "GRAPH ?g { ?s ?p ?o }",
    ):
        found = store.query(f"SELECT DISTINCT ?g {{ {pattern} }}").rows()
        assert sorted(row["g"].value for row in found) == [A, B], pattern


def test_journal_tells_every_revision(tmp_path: Path) -> None:
    """The journal has the time, the graphs and a hash of each write, in order."""
    store = opened_with(tmp_path, 3)
    assert store.disk is not None
    entries = store.disk.entries
    assert [entry.revision for entry in entries] == [0, 1, 2, 3]
    assert all(entry.graphs == [A, B] for entry in entries[1:])
    assert len({entry.hash for entry in entries}) == 4
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\+00:00", e.time) for e in entries)


def test_manifest_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine begins anew before its manifest is long, though a result is still being read."""
    store = opened_with(tmp_path, 1)
    assert store.disk is not None
    most = store.disk._files.manifest
    monkeypatch.setattr(disk, "LONGEST", most)
    rows = store.query("SELECT ?s { ?s ?p ?o }").rows()
    for number in range(2, 22):
        store.replace({A: quads(A, str(number)), B: quads(B, str(number))})
        assert store.disk._files.manifest < 3 * most
    assert len(list(rows)) == 20
    assert {str(quad.object) for quad in store.quads()} == {'"21"'}
    assert [entry.revision for entry in store.disk.entries] == list(range(22))
    place = store.disk.entries[-1].directory
    assert place != "data-0"
    assert {path.name for path in tmp_path.glob("data-*")} == {place, f"{place}.files"}


def test_memory_of_journal_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the journal is, as much of it is in memory: the last entries."""
    monkeypatch.setattr(journal, "RECENT", 1)
    store = opened_with(tmp_path, 3)
    assert store.disk is not None
    held = len(repr(vars(store.disk._journal)))
    for number in range(4, 10):
        store.replace({A: quads(A, str(number)), B: quads(B, str(number))})
    assert len(repr(vars(store.disk._journal))) < held + 10


def test_default_graph_follows(tmp_path: Path) -> None:
    """What another graph still says stays in the default graph, the rest goes."""
    store = open_directory(tmp_path, create=True)
    store.replace({A: quads(A, "one"), B: quads(B, "one", 5)})
    store.replace({A: quads(A, "two", 3)})
    assert len(store) == 8
    store.replace({A: [], B: []})
    assert len(store) == 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
def test_acknowledged_is_after_fsync(tmp_path: Path) -> None:
    """Between a write to the engine's log and its acknowledgement everything is synced."""
    log, program = tmp_path / "calls", tmp_path / "write.py"
    program.write_text(
        "import sys, os\n"
        f"sys.path[:0] = [{str(REPOSITORY)!r}, {str(REPOSITORY / 'tests')!r}]\n"
        "from pathlib import Path\n"
        "import stores as t\n"
        f"store = t.opened_with(Path({str(tmp_path / 'store')!r}), 0)\n"
        "for n in range(3):\n"
        "    store.replace({t.A: t.quads(t.A, str(n))})\n"
        "    os.write(1, b'acknowledged')\n",
        encoding="utf-8",
    )
    command = ["strace", "-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o", str(log)]
    command += [sys.executable, str(program)]
    done = subprocess.run(command, capture_output=True, check=False)
    if b"PTRACE" in done.stderr or b"ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.stdout == b"acknowledged" * 3, done.stderr
    dirty: dict[str, set[str]] = {}
    synced = 0
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if '"acknowledged"' in line:
            assert not dirty.get("journal"), dirty
            assert synced >= 6
            synced = 0
        elif match := re.search(r"(write|fsync|fdatasync)\(\d+<([^>]*)>", line):
            call, path = match.groups()
            kind = "journal" if path.endswith("/journal") else "other"
            if call == "write":
                dirty.setdefault(kind, set()).add(path)
            else:
                dirty.get(kind, set()).discard(path)
                synced += 1
