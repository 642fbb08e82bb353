"""Reports: the findings of answers as a SHACL validation report.

SHACL, section 3.6: https://www.w3.org/TR/shacl/#validation-report. A gap is a validation result;
what is no gap is none. Each question is a constraint of its own, so it is named as the source
constraint and as the component.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from graph.findings import Finding
from graph.inquiry import Answer
from graph.library import LANGUAGES
from graph.names import Names
from graph.questions import iri_of
from graph.wording import explain
from ontology import PREFIXES

#: The severity in SHACL of each of ours.
SEVERITY: Final = {
    "info": "Info",
    "low": "Info",
    "medium": "Warning",
    "high": "Violation",
    "critical": "Violation",
}

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_DERIVED: Final = ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_BOOLEAN: Final = ox.NamedNode(PREFIXES["xsd"] + "boolean")
#: What the name of a component has after that of its question.
COMPONENT: Final = "ConstraintComponent"


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES["sh"] + name)


def report(answers: Iterable[Answer], names: Names) -> bytes:
    """Return the report of these answers in Turtle."""
    quads = report_quads(answers, names)
    written = ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    assert written is not None
    return written


def report_quads(answers: Iterable[Answer], names: Names) -> list[ox.Quad]:
    """Return the report of these answers; it conforms when none of them has a gap.

    The other thing that a gap concerns is the value of its result, and the links that bear it out
    are those that it was derived from.
    """
    node, quads = ox.BlankNode(), []
    for answer in answers:
        for finding in answer.findings:
            if finding.gap:
                result = ox.BlankNode()
                quads.append(ox.Quad(node, _sh("result"), result))
                quads += _result(result, answer, finding, names)
    conforms = ox.Literal("false" if quads else "true", datatype=_BOOLEAN)
    head = [
        ox.Quad(node, _TYPE, _sh("ValidationReport")),
        ox.Quad(node, _sh("conforms"), conforms),
    ]
    return head + quads


def _result(
    result: ox.BlankNode, answer: Answer, finding: Finding, names: Names
) -> Iterator[ox.Quad]:
    question = iri_of(answer.question)
    yield ox.Quad(result, _TYPE, _sh("ValidationResult"))
    yield ox.Quad(result, _sh("focusNode"), ox.NamedNode(finding.item))
    if finding.other:
        yield ox.Quad(result, _sh("value"), ox.NamedNode(finding.other))
    yield ox.Quad(result, _sh("resultSeverity"), _sh(SEVERITY[finding.severity]))
    for language in LANGUAGES:
        text = explain(answer.question, finding, names, language)
        yield ox.Quad(result, _sh("resultMessage"), ox.Literal(text, language=language))
    yield ox.Quad(result, _sh("sourceConstraint"), ox.NamedNode(question))
    component = ox.NamedNode(question + COMPONENT)
    yield ox.Quad(result, _sh("sourceConstraintComponent"), component)
    for link in finding.links:
        yield ox.Quad(result, _DERIVED, ox.NamedNode(link))
