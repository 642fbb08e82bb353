"""Shapes and checks: what nodes must carry (SHACL), and what must hold between them (SPARQL)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph.library import read_folder
from graph.oxigraph import OxigraphStore, in_memory
from ontology import ROOT


@dataclass(frozen=True, order=True)
class Violation:
    """One failure: the node at fault (SHACL's focus node), what is wrong and what to do."""

    focus: str
    what: str
    do: str = ""


def run_shapes(quads: Iterable[ox.Quad], root: Path = ROOT) -> list[Violation]:
    """Validate against the shapes of the folder (SHACL Core) and return the violations."""
    import pyshacl
    from rdflib import SH, BNode, Graph, Literal

    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    data = Graph().parse(data=written, format="nt")
    shapes = Graph()
    for path in sorted((root / "shapes").glob("*.ttl")):
        shapes.parse(data=path.read_text(encoding="utf-8"), format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    found = set()
    for result in report.objects(None, SH.result):
        messages = report.objects(result, SH.resultMessage)
        english = next(str(m) for m in messages if isinstance(m, Literal) and m.language == "en")
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        what, _, do = english.partition(". ")
        told = value is None or isinstance(value, BNode) or value == focus
        shown = "" if told else f" (it has: {value})"
        found.add(Violation(str(focus), f"{what.removesuffix('.')}{shown}.", do))
    return sorted(found)


def run_checks(store: OxigraphStore, root: Path = ROOT) -> Iterator[Violation]:
    """Run the stored checks, each a SELECT of ?focus ?value, and yield a violation for each row."""
    for check in read_folder(root / "checks"):
        for row in store.query(check.text).rows():
            shown = f": {row['value'].value}" if "value" in row else ""
            yield Violation(
                row["focus"].value, f"{check.title['en']}{shown}.", check.says("do", "en")
            )


def violations(graphs: Mapping[str, list[ox.Quad]], root: Path = ROOT) -> list[Violation]:
    """Return everything that the shapes and the checks find wrong."""
    every = (quad for quads in graphs.values() for quad in quads)
    return [*run_shapes(every, root), *run_checks(in_memory(graphs), root)]
