"""What the tests share: the shipped graph, read once, in the real engine."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.dataset import Dataset, load_dataset
from graph.links import Link, Readings, find_links, read_readings
from graph.names import Names, read_names
from graph.oxigraph import OxigraphStore
from ontology import ROOT


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Give the shipped dataset; to be read, never changed."""
    return load_dataset()


@pytest.fixture(scope="session")
def store(dataset: Dataset) -> OxigraphStore:
    """Give a store in memory with the shipped graphs; to be read, never changed."""
    opened = OxigraphStore(ox.Store())
    opened.replace(dataset.graphs)
    return opened


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
    with TestClient(create_app(Settings(), store), base_url="http://localhost") as opened:
        yield opened


@pytest.fixture
def copy_ontology(tmp_path: Path) -> Callable[[], Path]:
    """Give a function that copies the ontology folder, to be broken."""

    def copy() -> Path:
        target = tmp_path / "ontology"
        shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        return target

    return copy
