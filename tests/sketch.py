"""Small strategies, drawn in a few words, whose answers are obvious on paper."""

from collections import defaultdict
from collections.abc import Sequence

import pyoxigraph as ox

from graph.dataset import load_dataset
from graph.derive import materialise
from graph.inquiry import Answer, Inquiry
from graph.links import LEVELS
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH, ID, PREFIXES

VOCABULARY = {GRAPH + "vocabulary": load_dataset().graphs[GRAPH + "vocabulary"]}
_HEAD = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items())


def sketch(*lines: str, things: str = "") -> OxigraphStore:
    """Return a store of links, each said as `subject kind object` and, after it, in any order:

    a level (cited without one), `denied`, `open` (in an open list), `@name` of its source (one).
    `instrument:i serves goal:a assessed @two`. The class of a thing follows from its prefix;
    `things` adds things that no link names. Every link has a passage in the document of its source.
    """
    links: dict[str, list[str]] = defaultdict(list)
    named = dict.fromkeys(things.split())
    for number, line in enumerate(lines, 1):
        subject, kind, object_, *rest = line.split()
        named |= dict.fromkeys(word for word in (subject, object_) if ":" in word)  # no numbers
        source = next((word[1:] for word in rest if word[0] == "@"), "one")
        level = next((word for word in rest if word in LEVELS), "cited")
        said = "; sam:polarity polarity:denied" * ("denied" in rest)
        said += "; sam:openList true" * ("open" in rest)
        links[source].append(
            f"link:l{number} a sam:Link ; rdf:subject {subject} ; rdf:predicate sam:{kind} ;"
            f" rdf:object {object_} ; sam:level level:{level} {said} ;"
            f" sam:evidence passage:p{number} ."
            f" passage:p{number} a sam:Passage ; oa:hasSource document:{source} ."
        )
    graphs = {GRAPH + "things": _quads("things", "\n".join(map(_typed, named)))}
    for source, made in links.items():
        header = f"graph:{source} dcterms:source document:{source} ."
        quads = _quads(source, "\n".join((header, *made)))
        graphs[GRAPH + source] = quads + materialise(quads, GRAPH + source)
    return in_memory(VOCABULARY | graphs)


def add(store: OxigraphStore, turtle: str) -> OxigraphStore:
    """Return a sketch with more statements, in a graph of their own."""
    graphs: dict[str, list[ox.Quad]] = {}
    for quad in (*store.quads(), *_quads("added", turtle)):
        graphs.setdefault(quad.graph_name.value, []).append(quad)  # type: ignore[union-attr]
    return in_memory(graphs)


def score(store: OxigraphStore, *lines: str) -> OxigraphStore:
    """Return a sketch with assessments, each said as `from to score scorer`, and a day of 2026."""
    made = []
    for number, line in enumerate(lines):
        from_, to, value, scorer, *day = line.split()
        made.append(
            f"assessment:a{number} a sam:Assessment ; sam:from {from_} ; sam:to {to} ;"
            f" sam:score {value} ; sam:within strategy:s ; prov:wasAttributedTo person:{scorer} ;"
            f' prov:generatedAtTime "2026-{day[0] if day else "01-01"}"^^xsd:date .'
        )
    return add(store, "\n".join(made))


def answer(
    store: OxigraphStore,
    name: str,
    level: str = "cited",
    sources: Sequence[str] = (),
    edition: str = "",
    **parameters: float,
) -> Answer:
    """Ask one question of a store."""
    inquiry = Inquiry(store)
    return inquiry.ask(name, inquiry.scope(level, sources, edition), parameters)


def rows(answer: Answer) -> list[str]:
    """Return the gaps of an answer as `item`, or `item other`, in short names, sorted."""
    found = (f"{f.item} {f.other}".replace(ID, "").strip() for f in answer.findings if f.gap)
    return sorted(found)


def _typed(thing: str) -> str:
    class_ = thing.partition(":")[0].capitalize()
    return f'{thing} a sam:{class_} ; rdfs:label "{thing}"@en, "{thing}"@nl .'


def _quads(name: str, turtle: str) -> list[ox.Quad]:
    graph = ox.NamedNode(GRAPH + name)
    parsed = ox.parse(f"{_HEAD}\n{turtle}", format=ox.RdfFormat.TURTLE)
    return [ox.Quad(q.subject, q.predicate, q.object, graph) for q in parsed]
