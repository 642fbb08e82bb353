"""Stored queries as something that can be executed (SHACL-AF; SIB's conventions), in Turtle."""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from graph.library import LANGUAGES, Query
from graph.operation import first_word
from graph.questions import find_question, iri_of, number
from graph.report import COMPONENT, SEVERITY

_FORMS: Final = {
    "SELECT": "Select",
    "ASK": "Ask",
    "CONSTRUCT": "Construct",
    "DESCRIBE": "Describe",
}


def says(texts: Iterable[tuple[str, str]]) -> str:
    """Write texts, each with its language."""
    return ", ".join(str(ox.Literal(text, language=language)) for language, text in texts)


def executable(query: Query, node: str, prefixes: str, endpoint: str, folder: str) -> str:
    """Write a stored query under the IRI `node`; `prefixes` is the IRI of the declarations."""
    text = "\n".join(line for line in query.text.splitlines() if not line.startswith("#+"))
    form = first_word(text)
    explained = query.head.get("question") or query.head.get("explains") or query.title
    return f"""
    <{node}>
      a sh:SPARQLExecutable, sh:SPARQL{_FORMS[form]}Executable ;
      sh:prefixes <{prefixes}> ;
      sh:{form.lower()} {ox.Literal(text)} ;
      rdfs:label {says((lang, query.title[lang]) for lang in LANGUAGES)} ;
      rdfs:comment {says((lang, explained[lang]) for lang in LANGUAGES)} ;
      schema:target <{endpoint}> ;
      schema:keywords "{folder}" .
    """


def question(asked: Query, prefixes: str, endpoint: str, page: str) -> str:
    """Write a coherence question, and the component that a report of its gaps names."""
    node, rule = iri_of(asked), [(lang, asked.says("rule", lang)) for lang in LANGUAGES]
    answers = f"""
    <{node}> dcterms:identifier "{number(asked)}" ;
      dcterms:description {says(rule)} ;
      schema:keywords {ox.Literal(asked.says("layer"))} ;
      sh:severity sh:{SEVERITY[asked.says("severity")]} ;
      foaf:page <{page}> .
    <{node}{COMPONENT}> a sh:ConstraintComponent ;
      rdfs:label {says((lang, asked.title[lang]) for lang in LANGUAGES)} ;
      rdfs:seeAlso <{node}> .
    """
    return executable(asked, node, prefixes, endpoint, "question") + answers


def asked_by(name: str) -> Query:
    """Return the question of a name, which may be that of its component, see `question`."""
    return find_question(name.removesuffix(COMPONENT))
