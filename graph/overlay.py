"""An overlay: a copy of a store as it would be under a scenario, for the questions to be asked of.

What goes is a link and what rests on it; passages and documents stay. The store itself is only
read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graph.assessments import find_assessments
from graph.errors import ParameterError
from graph.ground import SCENARIO, Ground
from graph.library import read_folder
from graph.links import STRENGTH
from graph.oxigraph import OxigraphStore, in_memory
from graph.scenario import Rescore, Scenario, check_scenario
from graph.statements import Statement, Statements, read_statements
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

_OWNS: Final = frozenset((SAM + "responsibleFor", SAM + "coordinates"))
_OWNED: Final = frozenset((SAM + "signedBy", SAM + "issuedBy"))


@dataclass(frozen=True)
class Removal:
    """What a scenario takes away: things, links with those derived from them, and assessments."""

    things: frozenset[str]
    links: frozenset[str]
    assessments: frozenset[str]


@dataclass(frozen=True)
class Overlay:
    """The store as it would be, its links, the scenario with full IRIs, and what that takes."""

    store: OxigraphStore
    statements: Statements
    scenario: Scenario
    removal: Removal


def overlay(ground: Ground, scenario: Scenario) -> Overlay:
    """Return a copy of a store in memory without what a scenario drops, with what it adds.

    ParameterError when the scenario names what is not there, or adds what cannot be said.
    """
    checked = check_scenario(ground.store, ground.statements, scenario)
    removal = _removal(ground, checked)
    added = _supposed(checked)
    kept = _kept(ground, removal)
    if checked.scores:
        kept = _with_scores(kept, checked.scores)
    store = in_memory({"kept": kept, "added": added})
    known = ground.statements
    left = {link: s for link, s in known.by_link.items() if link not in removal.links}
    left |= read_statements(added).by_link
    return Overlay(store, Statements(left, known.sources, known.versions), checked, removal)


def _kept(ground: Ground, removal: Removal) -> Iterator[ox.Quad]:
    """Yield the quads that stay."""
    dropped = (*removal.things, *removal.links, *removal.assessments)
    gone = {ox.NamedNode(iri) for iri in dropped}
    direct = _direct(ground.statements, removal.links)
    return (quad for quad in ground.quads if quad.subject not in gone and quad not in direct)


def _with_scores(quads: Iterable[ox.Quad], scores: Iterable[Rescore]) -> Iterator[ox.Quad]:
    """Yield the quads with other scores and reasons in the assessments that get them."""
    new = {
        (ox.NamedNode(one.assessment), ox.NamedNode(SAM + name)): ox.Literal(value)
        for one in scores
        for name, value in (("score", one.score), ("reason", one.reason))
    }
    for quad in quads:
        if value := new.get((quad.subject, quad.predicate)):  # type: ignore[arg-type]
            yield ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)
        else:
            yield quad


def _direct(known: Statements, gone: Collection[str]) -> frozenset[ox.Quad]:
    """Return the direct triples of links that go, where no link that stays says the same."""
    lost = [known.by_link[link] for link in gone if known.by_link[link].speaks]
    wanted = {(s.graph, s.triple) for s in lost}
    said = {(s.graph, s.triple) for s in known.by_link.values() if s.speaks and s.link not in gone}
    return frozenset(
        ox.Quad(ox.NamedNode(subject), ox.NamedNode(kind), object_, ox.NamedNode(graph))
        for graph, (subject, kind, object_) in wanted - said
    )


def _removal(ground: Ground, scenario: Scenario) -> Removal:
    known, things = ground.statements, set(scenario.things)
    if scenario.mode == "cascade":
        things |= _owned_alone(known, things)
    links = set(scenario.links)
    documents = frozenset[str]().union(
        *(known.sources.get(GRAPH + source, ()) for source in scenario.sources)
    )
    graphs = {GRAPH + source for source in scenario.sources}
    read = frozenset[str]().union(*known.sources.values())
    for link, statement in known.by_link.items():
        if (
            statement.subject in things
            or statement.object.value in things
            or statement.level in scenario.levels
            or _rests_only_on(statement, graphs, documents, read, known)
        ):
            links.add(link)
    return Removal(
        frozenset(things),
        frozenset(links | _unsupported(ground, links)),
        _assessments(ground, things, scenario),
    )


def _assessments(ground: Ground, things: Collection[str], scenario: Scenario) -> frozenset[str]:
    """Return the assessments of what is dropped, and of the graphs that are.

    ParameterError when one of them is to get another score.
    """
    if not things and not scenario.sources:
        return frozenset()
    gone = frozenset(
        found.iri
        for found in find_assessments(ground.store)
        if {found.from_, found.to, found.within} & set(things) or found.graph in scenario.sources
    )
    for rescore in scenario.scores:
        if rescore.assessment in gone:
            raise ParameterError(
                f"{rescore.assessment.removeprefix(ID)} is dropped by this scenario.",
                "scores.assessment",
                ("assessments that stay",),
            )
    return gone


def _rests_only_on(
    statement: Statement,
    graphs: Collection[str],
    documents: frozenset[str],
    read: frozenset[str],
    known: Statements,
) -> bool:
    """Tell whether nothing but these graphs bears a link out.

    Its passages tell from which documents it is. Where it has none, or only of documents without
    a graph of their own, and where its graph is a reading of several documents, its graph does.
    """
    if statement.graph in graphs and statement.graph not in known.sources:
        return True
    from_ = statement.documents & read
    if not from_:
        return statement.graph in graphs
    return from_ <= documents


def _unsupported(ground: Ground, gone: Collection[str]) -> set[str]:
    """Return the derived links that no rule derives any more without the links that go."""
    known = ground.statements
    shaken = [s for s in known.by_link.values() if not s.premises.isdisjoint(gone)]
    if not shaken:
        return set()
    still = set()
    for rule in read_folder(ROOT / "rules"):
        for row in ground.store.query(rule.text).rows():
            if row["first"].value not in gone and row["second"].value not in gone:
                still.add((row["subject"].value, row["kind"].value, row["object"]))
    return {statement.link for statement in shaken if statement.triple not in still}


def _owned_alone(known: Statements, departments: Collection[str]) -> set[str]:
    """Return the instruments that only these departments answer for, themselves or by an office."""
    said = [s for s in known.by_link.values() if s.speaks]
    homes: Mapping[str, str] = {
        s.subject: s.object.value for s in said if s.kind == SAM + "officeOf"
    }
    owners: dict[str, set[str]] = defaultdict(set)
    for statement in said:
        ends: Sequence[str] = (statement.subject, statement.object.value)
        if statement.kind in _OWNS | _OWNED:
            actor, owned = ends if statement.kind in _OWNS else reversed(ends)
            owners[owned].add(homes.get(actor, actor))
    wanted = {iri for iri in departments if iri.startswith(ID + "department/")}
    return {
        owned
        for owned, actors in owners.items()
        if owned.startswith(ID + "instrument/") and actors <= wanted
    }


def _supposed(scenario: Scenario) -> list[ox.Quad]:
    """Return the quads of what a checked scenario adds."""
    rdf = PREFIXES["rdf"]
    graph, made = ox.NamedNode(SCENARIO), list[ox.Quad]()
    for number, addition in enumerate(scenario.additions, 1):
        link = ox.NamedNode(f"{ID}link/scenario-{number}")
        said: Mapping[str, ox.NamedNode | ox.Literal] = {
            rdf + "type": ox.NamedNode(SAM + "Link"),
            rdf + "subject": ox.NamedNode(addition.subject),
            rdf + "predicate": ox.NamedNode(addition.kind),
            rdf + "object": ox.NamedNode(addition.object),
            SAM + "level": ox.NamedNode(PREFIXES["level"] + "hypothetical"),
            SAM + "strength": ox.Literal(STRENGTH["hypothetical"]),
            SAM + "reason": ox.Literal(addition.reason),
        }
        made += [ox.Quad(link, ox.NamedNode(key), value, graph) for key, value in said.items()]
    return made
