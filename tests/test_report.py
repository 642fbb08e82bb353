"""Reports: findings as a SHACL validation report that others can read."""

from collections.abc import Sequence

import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef

from graph.inquiry import Inquiry
from graph.names import Names, read_names
from graph.oxigraph import OxigraphStore
from graph.report import SEVERITY, report
from ontology import ID, PREFIXES
from sketch import answer, sketch

PROV_FROM = URIRef(PREFIXES["prov"] + "wasDerivedFrom")


def read(store: OxigraphStore, names: Names, *questions: str) -> Graph:
    """Return the report of these questions, read by another library than wrote it."""
    inquiry = Inquiry(store)
    answers = [inquiry.ask(question) for question in questions]
    return Graph().parse(data=report(answers, names), format="turtle")


@pytest.mark.parametrize(
    ("lines", "conforms"),
    [(["instrument:i serves goal:a"], True), (["goal:a touches goal:b"], False)],
)
def test_report_conforms_without_gaps(lines: Sequence[str], conforms: bool) -> None:
    """There is one report, and it conforms exactly when there is no result (SHACL, 3.6.1.1)."""
    store = sketch(*lines)
    graph = read(store, read_names(store), "Q01")
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == Literal(conforms)
    assert bool(list(graph.objects(node, SH.result))) is not conforms


def test_result_says_what_the_row_says() -> None:
    """A result has item, other thing, question, links, and a text in each language."""
    store = sketch("goal:a inTensionWith goal:b")
    graph = read(store, read_names(store), "Q25")
    (result,) = graph.subjects(RDF.type, SH.ValidationResult)
    assert graph.value(result, SH.focusNode) == URIRef(ID + "goal/a")
    assert graph.value(result, SH.value) == URIRef(ID + "goal/b")
    assert graph.value(result, SH.sourceConstraint) == URIRef(ID + "question/Q25")
    assert graph.value(result, PROV_FROM) == URIRef(ID + "link/l1")
    messages = list(graph.objects(result, SH.resultMessage))
    assert {m.language for m in messages if isinstance(m, Literal)} == {"nl", "en"}
    (finding,) = answer(store, "Q25").findings
    assert graph.value(result, SH.resultSeverity) == SH[SEVERITY[finding.severity]]


def test_every_result_of_the_shipped_graph_is_whole(store: OxigraphStore, names: Names) -> None:
    """Each result has exactly one of what SHACL demands of one (3.6.2), and a text a language."""
    graph = read(store, names, "Q24", "Q26", "Q29", "Q30")
    results = list(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) > 1000
    for result in results:
        for one in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, one))) == 1
        assert len(list(graph.subjects(SH.result, result))) == 1
        languages = [m.language for m in graph.objects(result, SH.resultMessage)]  # type: ignore[attr-defined]
        assert sorted(languages) == ["en", "nl"]
