"""Backup and restore: the restored store is the one that was backed up, or there is none."""

import gc
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.backup import backup, digest, restore
from graph.errors import StoreError
from graph.oxigraph import OxigraphStore, in_memory, open_directory

EX = "https://example.org/"
A, B = EX + "a", EX + "b"
REPOSITORY = Path(__file__).parent.parent


def quads(graph: str, text: str, size: int = 50) -> list[ox.Quad]:
    """Return statements of a graph, some of them about blank nodes."""
    node, said = ox.NamedNode(graph), ox.NamedNode(EX + "said")
    subjects = [ox.BlankNode() if i % 5 == 0 else ox.NamedNode(f"{EX}{i}") for i in range(size)]
    return [ox.Quad(subject, said, ox.Literal(text), node) for subject in subjects]


def made(path: Path, text: str = "one") -> OxigraphStore:
    """Make a store with two graphs."""
    store = open_directory(path, create=True)
    store.replace({A: quads(A, text), B: quads(B, text)})
    return store


def command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the command as a process of its own."""
    line = [sys.executable, "-m", "api", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=REPOSITORY)


def test_restored_store_is_the_same(tmp_path: Path) -> None:
    """Hash, quads with their blank nodes, revision and default graph are those of the backup."""
    store = made(tmp_path / "store")
    about = backup(store, tmp_path / "backup")
    assert (about.hash, about.quads, about.graphs, about.revision) == (*digest(store), 2, 1)
    store.replace({A: quads(A, "later")})
    told = restore(tmp_path / "backup", tmp_path / "deep" / "restored")
    again = open_directory(tmp_path / "deep" / "restored")
    assert told == about
    assert digest(again) == (about.hash, 100) != digest(store)
    assert len(again) == 60  # the two graphs say the same of the 40 that have names
    assert again.disk is not None
    again.replace({B: []})
    assert again.disk.revision == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["backup", "deep", "store"]


def test_backup_by_command(tmp_path: Path) -> None:
    """The commands say revision and hash, and the restored store answers."""
    expected, _ = digest(made(tmp_path / "store"))
    gc.collect()
    url = f"oxigraph:{tmp_path / 'store'}"
    done = command("backup", tmp_path / "backup", "--store", url)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"revision 1: 100 statements, SHA-256 {expected}" in done.stderr
    other = f"oxigraph:{tmp_path / 'other'}"
    done = command("restore", tmp_path / "backup", "--store", other)
    assert done.returncode == 0
    assert expected in done.stderr
    assert digest(open_directory(tmp_path / "other"))[0] == expected


def test_store_that_is_served_is_refused(tmp_path: Path) -> None:
    """A store that another process has open is not copied behind its back."""
    held = made(tmp_path / "store")
    done = command("backup", tmp_path / "backup", "--store", f"oxigraph:{tmp_path / 'store'}")
    assert done.returncode == 2
    assert f"another samenhang (process {os.getpid()})" in done.stderr
    assert not (tmp_path / "backup").exists()
    assert len(held) == 60


def test_memory_has_no_backup(tmp_path: Path) -> None:
    """A store in memory has no backup, and says what to do instead."""
    with pytest.raises(StoreError, match="export"):
        backup(in_memory({}), tmp_path / "backup")
    assert command("backup", tmp_path / "backup").returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_backup_while_writing_is_one_revision(tmp_path: Path) -> None:
    """While another thread writes, each backup holds exactly one revision, whole."""
    store = made(tmp_path / "store", "0")
    stop = threading.Event()
    failed: list[Exception] = []

    def write() -> None:
        number = 0
        while not stop.is_set() and number < 500:
            number += 1
            try:
                store.replace({A: quads(A, str(number)), B: quads(B, str(number))})
            except StoreError as error:
                failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        abouts = [backup(store, tmp_path / f"backup-{n}") for n in range(4)]
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for number, about in enumerate(abouts):
        restore(tmp_path / f"backup-{number}", tmp_path / f"restored-{number}")
        again = open_directory(tmp_path / f"restored-{number}")
        said = {quad.object.value for quad in again.quads()}  # type: ignore[union-attr]
        assert said == {str(about.revision - 1)}
        assert len(list(again.quads())) == 100
    assert len({about.revision for about in abouts}) > 1


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A backup and a restored store need a place that is new or empty."""
    store = made(tmp_path / "store")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="not empty"):
        backup(store, tmp_path / "full")
    (tmp_path / "backup").mkdir()
    backup(store, tmp_path / "backup")
    for place in ("full", "store"):
        with pytest.raises(StoreError, match="not empty"):
            restore(tmp_path / "backup", tmp_path / place)
    assert (tmp_path / "full" / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("kind", ["flipped", "lost", "other", "no backup"])
def test_damaged_backup_is_not_restored(tmp_path: Path, kind: str) -> None:
    """A backup of which a file is damaged, lost or another leaves no store behind."""
    source = tmp_path / "backup"
    backup(made(tmp_path / "store"), source)
    table = max(source.rglob("*.sst"), key=lambda path: path.stat().st_size)
    if kind == "flipped":
        content = bytearray(table.read_bytes())
        content[len(content) // 3] ^= 1
        table.write_bytes(content)
    elif kind == "lost":
        table.unlink()
    elif kind == "other":
        about = json.loads((source / "backup.json").read_text("utf-8"))
        (source / "backup.json").write_text(json.dumps({**about, "hash": "0" * 64}), "utf-8")
    else:
        (source / "backup.json").unlink()
    with pytest.raises(StoreError):
        restore(source, tmp_path / "restored")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "store"]


def test_hash_is_that_of_the_content(tmp_path: Path) -> None:
    """The same quads, written in another order and in other revisions, have the same hash."""
    first, second = (
        [quad for quad in quads(graph, "x") if isinstance(quad.subject, ox.NamedNode)]
        for graph in (A, B)
    )
    one, other = (open_directory(tmp_path / name, create=True) for name in ("one", "other"))
    one.replace({A: first, B: second})
    other.replace({B: second[::-1]})
    other.replace({A: first[::-1]})
    assert digest(one) == digest(other)
    other.replace({A: first[1:]})
    assert digest(one) != digest(other)
