"""Ontology folders of the tests' own: the shipped one with other data."""

import shutil
from pathlib import Path

import pyoxigraph as ox

from graph.files import parse_file
from ontology import ROOT


def folder_of(root: Path, file: Path) -> Path:
    """Make an ontology folder with a data file and what it speaks of, and nothing else."""
    others = shutil.ignore_patterns("data", "things", "glossary.ttl", "__pycache__", "*.py")
    shutil.copytree(ROOT, root, ignore=others)
    for folder in ("data", "things"):
        (root / folder).mkdir()
    shutil.copy(file, root / "data" / file.name)
    said = {term for quad in parse_file(file).quads for term in quad.triple}
    for path in sorted((ROOT / "things").glob("*.ttl")):
        kept = [quad.triple for quad in parse_file(path).quads if quad.subject in said]
        ox.serialize(kept, root / "things" / path.name, format=ox.RdfFormat.TURTLE)
    return root
