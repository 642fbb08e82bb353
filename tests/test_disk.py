"""Stores on disk: acknowledged means on disk, and what is damaged is reported."""

import gc
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from api.__main__ import app
from graph import oxigraph
from graph.disk import MARK
from graph.errors import StoreError
from graph.oxigraph import OxigraphStore, open_directory
from services import empty_store, serving

EX = "https://example.org/"
A, B = EX + "a", EX + "b"
REPOSITORY = Path(__file__).parent.parent


def load_script() -> ModuleType:
    """Import the script that kills writers."""
    path = REPOSITORY / "tests" / "crash" / "kill.py"
    spec = importlib.util.spec_from_file_location("kill", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quads(graph: str, text: str, size: int = 20) -> list[ox.Quad]:
    """Return statements of a graph that all say the text."""
    node, said = ox.NamedNode(graph), ox.NamedNode(EX + "said")
    return [ox.Quad(ox.NamedNode(f"{EX}{i}"), said, ox.Literal(text), node) for i in range(size)]


def opened_with(path: Path, revisions: int) -> OxigraphStore:
    """Make a store with so many revisions, each of which replaces both graphs."""
    store = open_directory(path, create=True)
    for number in range(1, revisions + 1):
        store.replace({A: quads(A, str(number)), B: quads(B, str(number))})
    return store


def revision(store: OxigraphStore) -> int:
    """Return the revision of a store on disk."""
    assert store.disk is not None
    return store.disk.revision


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Give a closed store of five revisions, to be damaged."""
    opened_with(tmp_path / "store", 5)
    gc.collect()
    return tmp_path / "store"


# opening


@pytest.mark.parametrize("command", ["query", "ask", "export", "serve"])
def test_mistyped_path_is_no_empty_store(tmp_path: Path, command: str) -> None:
    """A directory without a store does not answer, says what to do, and stays as it was."""
    arguments = {"query": ["-"], "ask": ["Q01"], "serve": ["--port", "0"]}.get(command, [])
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "empty"):
        line = [command, *arguments, "--store", f"oxigraph:{tmp_path / name}"]
        done = CliRunner().invoke(app, line, input="ASK {}")
        assert done.exit_code == 2
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


def test_leftovers_of_crashes_are_removed(damaged: Path) -> None:
    """What an interrupted load, backup or opening left behind is gone after opening."""
    inside = [damaged / "data-0" / name for name in ("bulk-x.sst", "LOG.old.123", "x.tmp")]
    for path in inside:
        path.write_bytes(b"left")
    shutil.copytree(damaged / "data-0", damaged / "data-6")
    (damaged / "data-copy.tmp").mkdir()
    store = open_directory(damaged)
    assert not any(path.exists() for path in inside)
    assert {p.name for p in damaged.iterdir()} == {"lock", "journal", "data-0", "data-0.files"}
    assert revision(store) == 5


# revisions


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
        "import test_disk as t\n"
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


# damage


def newest(folder: Path, pattern: str) -> Path:
    """Return the largest file of that name."""
    return max(folder.glob(pattern), key=lambda path: path.stat().st_size)


def shorten(pattern: str, by: float = 0.5) -> Callable[[Path], Path]:
    """Return a damage: the file loses its end."""

    def damage(store: Path) -> Path:
        path = newest(store, pattern)
        os.truncate(path, int(path.stat().st_size * by))
        return path

    return damage


def flip(pattern: str, at: float) -> Callable[[Path], Path]:
    """Return a damage: one bit of the file is another."""

    def damage(store: Path) -> Path:
        path = newest(store, pattern)
        content = bytearray(path.read_bytes())
        content[int(len(content) * at)] ^= 4
        path.write_bytes(content)
        return path

    return damage


def remove(pattern: str) -> Callable[[Path], Path]:
    """Return a damage: the file is gone."""

    def damage(store: Path) -> Path:
        path = newest(store, pattern)
        path.unlink()
        return path

    return damage


def cut_journal(store: Path) -> Path:
    """Take whole lines off the journal's end."""
    path = store / "journal"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-4]), "utf-8")
    return path


def thin_journal(store: Path) -> Path:
    """Take lines out of the journal's middle."""
    path = store / "journal"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:3] + lines[5:]), "utf-8")
    return path


DAMAGES: dict[str, Callable[[Path], Path]] = {
    "sst lost": remove("data-0/*.sst"),
    "sst shortened": shorten("data-0/*.sst"),
    **{f"sst flipped at {at}": flip("data-0/*.sst", at) for at in (0.0, 0.1, 0.3, 0.6, 0.9)},
    "manifest lost": remove("data-0/MANIFEST-*"),
    "manifest shortened": shorten("data-0/MANIFEST-*"),
    "manifest less by a little": shorten("data-0/MANIFEST-*", 0.98),
    **{f"manifest flipped at {at}": flip("data-0/MANIFEST-*", at) for at in (0.01, 0.5, 0.99)},
    "current lost": remove("data-0/CURRENT"),
    "current flipped": flip("data-0/CURRENT", 0.5),
    "current emptied": shorten("data-0/CURRENT", 0),
    "record lost": remove("data-0.files"),
    "record flipped": flip("data-0.files", 0.5),
    "journal emptied": shorten("journal", 0),
    "journal cut": cut_journal,
    "journal thinned": thin_journal,
    "journal flipped": flip("journal", 0.5),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_reported(damaged: Path, name: str) -> None:
    """A damaged store is not opened, and the message names the file."""
    path = DAMAGES[name](damaged)
    with pytest.raises(StoreError) as caught:
        open_directory(damaged)
    told = str(caught.value)
    assert path.name in told or "data-0" in told or "journal" in told
    assert "samenhang restore" in told


def test_damage_ends_a_command_with_a_code(damaged: Path) -> None:
    """A command on a damaged store ends with code 2 and names the file."""
    path = remove("data-0/*.sst")(damaged)
    command = [sys.executable, "-m", "api", "export", "--store", f"oxigraph:{damaged}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 2
    assert path.name in done.stderr
    assert done.stdout == ""


def copy_live(source: Path, target: Path) -> None:
    """Copy a directory of which the engine may be removing files it no longer needs."""
    for _ in range(20):
        try:
            shutil.copytree(source, target)
        except shutil.Error:
            shutil.rmtree(target)
        else:
            return
    raise AssertionError("The engine never came to rest.")


@pytest.mark.parametrize("keep", [0.0, 0.5, -1])
def test_lost_log_is_reported(tmp_path: Path, keep: float) -> None:
    """A write-ahead log that lost writes of which the journal tells is reported."""
    store = opened_with(tmp_path / "store", 1)
    assert store.disk is not None
    disk = store.disk
    entry = disk._journal.next([A], "x")
    disk._journal.append(entry)
    disk.engine.update(
        f"DROP GRAPH <{MARK}1> ; CREATE GRAPH <{MARK}2> ; INSERT DATA {{ <urn:s> <urn:p> 1 }}"
    )
    disk._journal.append(entry.as_done())  # acknowledged, and only in the log
    copy = tmp_path / "copy"
    copy_live(tmp_path / "store", copy)
    log = max((copy / "data-0").glob("*.log"))  # the one that is being written
    size = log.stat().st_size
    assert size > 100
    os.truncate(log, size - 1 if keep == -1 else int(size * keep))
    with pytest.raises(StoreError, match=r"revision 2, data-0 holds 1.*write-ahead log"):
        open_directory(copy)


def test_torn_last_line_is_no_damage(damaged: Path) -> None:
    """A line of the journal that was being written at the crash is left out: nobody was told."""
    path = damaged / "journal"
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:50])
    assert revision(open_directory(damaged)) == 5
    assert path.read_bytes() == whole


def test_whole_write_without_answer_is_kept(damaged: Path) -> None:
    """A write that was on disk when the process died counts, and the journal says so."""
    path = damaged / "journal"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    store = open_directory(damaged)
    assert revision(store) == 5
    assert store.disk is not None
    assert store.disk.entries[-1].revision == 5


# kills and a full disk


def test_kills_lose_nothing(tmp_path: Path) -> None:
    """After each of 21 kills at random moments, all that was acknowledged is there, and whole."""
    script = load_script()
    figures = script.run(tmp_path, 21, seed=4, ways=script.OWN)
    assert figures["kills"] == 21
    assert figures["acknowledged"] > 0
    assert figures["faults"] == 0, figures


def test_kills_of_the_service_lose_nothing(tmp_path: Path) -> None:
    """After each of 4 kills of the service that is written to over HTTP, all it told is there."""
    script = load_script()
    figures = script.run(tmp_path, 4, seed=2, ways=script.SERVED)
    assert figures["kills"] == 4
    assert figures["acknowledged"] > 0
    assert figures["faults"] == 0, figures


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 8 MB."""
    path = tmp_path / "small"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    yield path
    gc.collect()
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.mark.parametrize("large", [0, 50_000])
def test_full_disk_recovers(small_disk: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """On a full disk nothing half is written and reading goes on; with space, writing goes on."""
    store = opened_with(small_disk / "store", 3)
    before = set(store.quads())
    filler = small_disk / "filler"
    monkeypatch.setattr(oxigraph, "LARGE", large)
    with filler.open("wb") as file:
        try:
            while file.write(b"x" * 4096):
                file.flush()
        except OSError:
            pass
        finally:
            os.truncate(filler, max(0, filler.stat().st_size - 200_000))

    def write_until_full() -> None:
        for number in range(50):
            text = f"{number} " + "x" * 2000
            store.replace({A: quads(A, text, 20_000 if large == 0 else 300)})

    with pytest.raises(StoreError, match="No space left"):
        write_until_full()
    filler.unlink()
    found = set(store.quads())
    assert {quad for quad in found if quad.graph_name.value == B} == {  # type: ignore[union-attr]
        quad
        for quad in before
        if quad.graph_name.value == B  # type: ignore[union-attr]
    }
    number = revision(store)
    store.replace({A: quads(A, "again")})
    assert revision(store) == number + 1
    assert set(store.quads()) == {*quads(A, "again"), *quads(B, "3")}


def fill(path: Path, left: int) -> None:
    """Fill a file system but for so many bytes."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    os.truncate(path, max(0, path.stat().st_size - left))


def test_full_disk_is_told_over_http(small_disk: Path) -> None:
    """On a full disk a write says that it failed, what was told stays, reading goes on; and with
    space again writing goes on without a restart.
    """
    with serving(empty_store(small_disk / "store", {A: "<urn:s> <urn:p> 0 ."})) as service:
        filler, told, tried = small_disk / "filler", {0}, {0}
        fill(filler, 2_000_000)
        for number in range(1, 200):
            tried.add(number)
            said = f"<urn:s> <urn:p> {number} ; <urn:q> '{number}{'x' * 20_000}'"
            answer = service.update(f"INSERT DATA {{ GRAPH <{B}> {{ {said} }} }}")
            if not answer.is_success:
                break
            told.add(number)
        assert answer.status_code in (503, 507), answer.text
        assert "No space left" in answer.json()["detail"]
        assert told - {0}
        numbers = "SELECT ?n { <urn:s> <urn:p> ?n }"
        assert told <= {int(row["n"].value) for row in service.rows(numbers)}
        filler.unlink()
        counted = service.change(f"INSERT DATA {{ GRAPH <{B}> {{ <urn:s> <urn:p> 1000 }} }}")
        found = {int(row["n"].value) for row in service.rows(numbers)}
        assert told | {1000} <= found <= tried | {1000}
        assert counted["revision"] == len(found)
