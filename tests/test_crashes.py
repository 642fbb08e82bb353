"""Kills and full disks: what was acknowledged stays, and writing goes on."""

import gc
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from graph import oxigraph
from graph.errors import StoreError
from services import empty_store, serving
from stores import REPOSITORY, A, B, opened_with, quads, revision


def load_script() -> ModuleType:
    """Import the script that kills writers."""
    path = REPOSITORY / "tests" / "crash" / "kill.py"
    spec = importlib.util.spec_from_file_location("kill", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
