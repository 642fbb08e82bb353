"""Shapes and checks: each of them finds what it is there for, and says so in words."""

from pathlib import Path

import pytest
from rdflib import SH, Graph

from graph.errors import Finding
from graph.library import Query, read_folder
from graph.oxigraph import OxigraphStore
from graph.validate import run_checks
from ontology import ROOT

CHECKS = read_folder(ROOT / "checks")
SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))


def messages(path: Path, language: str) -> list[str]:
    """Return the messages of the shapes of a file, in a language."""
    found = Graph().parse(path).objects(predicate=SH.message)
    return [str(text) for text in found if getattr(text, "language", "") == language]


def first(message: str) -> str:
    """Return the first sentence, without its full stop."""
    return message.partition(". ")[0].removesuffix(".")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_check_finds_its_fault(check: Query, faults: list[Finding]) -> None:
    """Every stored check finds the fault that tests/data/broken holds for it."""
    assert [fault for fault in faults if fault.what.startswith(check.title["en"])]


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shape_finds_its_fault(path: Path, faults: list[Finding]) -> None:
    """Every shape, each of its messages, finds the fault that tests/data/broken holds for it."""
    said = "\n".join(fault.what for fault in faults)
    assert [text for text in messages(path, "en") if first(text) not in said] == []


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shape_speaks_both_languages(path: Path) -> None:
    """Every message of a shape is given in Dutch and in English."""
    assert len(messages(path, "en")) == len(messages(path, "nl")) > 0


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_check_says_what_to_do(check: Query) -> None:
    """Every check has a title in both languages and says what to do."""
    assert all(check.title.values())
    assert check.says("do", "en")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_check_gives_a_focus(check: Query, store: OxigraphStore) -> None:
    """Every check selects the node at fault, and finds none in the shipped data."""
    result = store.query(check.text)
    assert {"focus"} <= set(result.variables) <= {"focus", "value"}
    assert list(result.rows()) == []


def test_shipped_data_pass_the_checks(store: OxigraphStore) -> None:
    """No stored check has anything to say about the shipped data."""
    assert list(run_checks(store)) == []
