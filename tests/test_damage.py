"""Damaged stores: what is wrong is reported with its file; what is only left over goes."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.disk import MARK
from graph.errors import StoreError
from graph.oxigraph import open_directory
from stores import REPOSITORY, A, opened_with, revision


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Give a closed store of five revisions, to be damaged."""
    opened_with(tmp_path / "store", 5)
    gc.collect()
    return tmp_path / "store"


def test_leftovers_of_crashes_are_removed(damaged: Path) -> None:
    """What an interrupted load, backup or opening left behind is gone after opening."""
    inside = [damaged / "data-0" / name for name in ("bulk-x.sst", "LOG.old.123", "x.tmp")]
    for path in inside:
        path.write_bytes(b"left")
    shutil.copytree(damaged / "data-0", damaged / "data-6")
    (damaged / "data-copy.tmp").mkdir()
    store = open_directory(damaged)
    assert not any(path.exists() for path in inside)
    kept = {"lock", "journal", "history", "data-0", "data-0.files"}
    assert {p.name for p in damaged.iterdir()} == kept
    assert revision(store) == 5


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
    entry = disk._journal.done.next([A], "x")
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
