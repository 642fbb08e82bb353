"""What the tests share: the shipped graph, read once, in the real engine."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from commands import DONE, run
from folders import folder_of
from graph.check import Report, check
from graph.dataset import Dataset, build, load_dataset
from graph.errors import Finding
from graph.files import parse_file
from graph.links import Link, Readings, find_links, read_readings
from graph.names import Names, read_names
from graph.oxigraph import OxigraphStore, in_memory
from ontology import ROOT

LETTER = "kamerbrief-gbvs-2018.ttl"
DATA = Path(__file__).parent / "data"

# A slow machine fails no test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Keep what is there before the first test out of every collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Give the shipped dataset; to be read, never changed."""
    return load_dataset()


@pytest.fixture(scope="session")
def store(dataset: Dataset) -> OxigraphStore:
    """Give a store in memory with the shipped graphs; to be read, never changed."""
    return in_memory(dataset.graphs)


@pytest.fixture(scope="session")
def assessed(dataset: Dataset) -> OxigraphStore:
    """Give a store with the shipped graphs, and made assessments, of which none are shipped."""
    made = build([parse_file(DATA / "assessed.ttl")], ROOT).graphs
    return in_memory({**made, **dataset.graphs})


@pytest.fixture(scope="session")
def names(store: OxigraphStore) -> Names:
    """Give the names of everything in the shipped graphs."""
    return read_names(store)


@pytest.fixture(scope="session")
def readings(store: OxigraphStore, names: Names) -> Readings:
    """Give the readings of the kinds of links."""
    return read_readings(store, names)


@pytest.fixture(scope="session")
def links(store: OxigraphStore) -> dict[str, Link]:
    """Give every shipped link by its IRI."""
    return {link.iri: link for link in find_links(store)}


@pytest.fixture(scope="session")
def client(store: OxigraphStore) -> Iterator[TestClient]:
    """Give a client of the service on the shipped graphs."""
    with TestClient(
        create_app(Settings(client_seconds=0, client_errors=0), store), base_url="http://localhost"
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def report() -> Report:
    """Give what the check of the shipped data says, which takes long."""
    return check()


@pytest.fixture
def checked(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands find what the check of the shipped data said, and not check it again."""
    monkeypatch.setattr("graph.check.check", lambda path: report)
    monkeypatch.setattr("graph.load.examine", lambda *_: report.findings)


@pytest.fixture(scope="session")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an ontology folder with the letter and what it speaks of, and nothing else."""
    return folder_of(tmp_path_factory.mktemp("letter") / "ontology", ROOT / "data" / LETTER)


@pytest.fixture
def copy_of_letter(letter: Path, tmp_path: Path) -> Path:
    """Give a copy of the folder with the letter, to be broken."""
    return Path(shutil.copytree(letter, tmp_path / "ontology"))


@pytest.fixture(scope="session")
def broken(letter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the letter, broken in every way that tests/data/broken shows."""
    root = Path(shutil.copytree(letter, tmp_path_factory.mktemp("broken") / "ontology"))
    for name in ("other.ttl", "scores.ttl"):
        shutil.copy(DATA / "broken" / name, root / "data")
    shutil.copy(DATA / "broken" / "things.ttl", root / "things" / "broken.ttl")
    shutil.copy(DATA / "broken" / "glossary.ttl", root)
    for name, target in (
        ("letter", root / "data" / LETTER),
        ("vocabulary", root / "vocabulary.ttl"),
    ):
        with target.open("a", encoding="utf-8") as file:
            file.write((DATA / "broken" / f"{name}.ttl").read_text(encoding="utf-8"))
    return root


@pytest.fixture(scope="session")
def faults(broken: Path) -> list[Finding]:
    """Give what the check finds in the broken folder."""
    return check(broken).findings


@pytest.fixture(scope="session")
def kept(letter: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a store on disk with the letter, loaded by the command; to be read, never changed."""
    url = f"oxigraph:{tmp_path_factory.mktemp('kept') / 'store'}"
    result = run("load", letter, "--store", url)
    assert result.exit_code == DONE
    assert "Loaded " in result.stderr
    return url
