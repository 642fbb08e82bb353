"""A scenario: what somebody supposes, and why; it is checked before anything is worked out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from graph.assessments import check_score, find_assessments
from graph.editions import things_of
from graph.errors import NotFoundError, ParameterError, UnknownError
from graph.library import find
from graph.links import LEVELS
from graph.statements import Statements
from graph.store import Store
from ontology import GRAPH, ID, ROOT, SAM

#: What happens to the instruments of a department that is dropped: they are left without an
#: owner, or those that nobody else owns go with it.
MODES: Final = ("keep", "cascade")
#: A document is no part of a strategy: one drops what it says, as a source.
_EVIDENCE: Final = frozenset((SAM + "Document", SAM + "Passage", SAM + "Link"))


@dataclass(frozen=True)
class Addition:
    """A link that is supposed, and the reason: `instrument/x serves goal/y`, by name or IRI."""

    subject: str
    kind: str
    object: str
    reason: str


@dataclass(frozen=True)
class Rescore:
    """Another score for an assessment (its IRI, or name), and the reason."""

    assessment: str
    score: int
    reason: str


@dataclass(frozen=True)
class Scenario:
    """A set of supposed changes.

    `things` are dropped (as `class/slug`, or by IRI), and so are `links` (by IRI), the links that
    only these `sources` (names of graphs) bear out, and the links of these `levels`. `mode` is
    one of MODES. What is added counts as hypothetical. Other `scores` take the place of those of
    their assessments.
    """

    name: str
    note: str = ""
    author: str = ""
    things: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    mode: str = "keep"
    additions: tuple[Addition, ...] = ()
    scores: tuple[Rescore, ...] = ()


def check_scenario(store: Store, statements: Statements, scenario: Scenario) -> Scenario:
    """Return the scenario with full IRIs; ParameterError names what it may not hold."""
    if not scenario.name.strip():
        raise ParameterError("A scenario needs a name: any text.", "name")
    _among("mode", [scenario.mode], MODES)
    _among("levels", scenario.levels, LEVELS)
    _among("sources", scenario.sources, [iri.removeprefix(GRAPH) for iri in store.graphs()])
    checked = replace(
        scenario,
        things=_each("things", (_thing(store, "things", name) for name in scenario.things)),
        links=_each("links", (_link(statements, name) for name in scenario.links)),
        additions=tuple(_addition(store, addition) for addition in scenario.additions),
        scores=tuple(_rescored(store, rescore) for rescore in scenario.scores),
    )
    _each("scores.assessment", (rescore.assessment for rescore in checked.scores))
    _refuse_known(statements, checked)
    return checked


def _among(parameter: str, values: Iterable[str], allowed: Collection[str]) -> None:
    for value in values:
        if value not in allowed:
            raise ParameterError.unknown(parameter, value, allowed)


def _each(parameter: str, values: Iterable[str]) -> tuple[str, ...]:
    listed = tuple(values)
    for value in listed:
        if listed.count(value) > 1:
            raise ParameterError(f"{value} is named twice; name it once.", parameter)
    return listed


def _thing(store: Store, parameter: str, name: str) -> str:
    """Return the IRI of a thing; ParameterError lists the things of its class, or the classes."""
    iri = name if name.startswith(ID) else ID + name
    classes = _classes(store, iri)
    if SAM + "Thing" not in classes:
        class_ = iri.removeprefix(ID).partition("/")[0]
        known = _things(store)
        fellows = [thing for thing in known if thing.startswith(class_ + "/")]
        prefixes = sorted({thing.partition("/")[0] + "/..." for thing in known})
        raise ParameterError.unknown(parameter, name, fellows or prefixes)
    ours = {class_ for class_ in classes if class_.startswith(SAM)} - {SAM + "Thing"}
    if parameter == "things" and ours and ours <= _EVIDENCE:
        raise ParameterError(
            f"{name} is a document, and documents stay; drop what it says under sources.",
            parameter,
            ("things that are no document",),
        )
    return iri


def _classes(store: Store, iri: str) -> set[str]:
    try:
        rows = store.query(find(ROOT / "queries", "thing").bound(thing=iri)).rows()
        return {row["class"].value for row in rows}
    except NotFoundError:
        return set()


def _things(store: Store) -> list[str]:
    return sorted(thing.removeprefix(ID) for thing in things_of(store, "Thing"))


def _link(statements: Statements, name: str) -> str:
    iri = name if name.startswith(ID) else f"{ID}link/{name.removeprefix('link/')}"
    if iri not in statements.by_link:
        raise UnknownError(
            f"There is no link {name!r} here.", "links", ("the IRI of a link of this store",)
        )
    return iri


def _addition(store: Store, addition: Addition) -> Addition:
    """Return an addition with full IRIs; ParameterError when no source could say it."""
    if not addition.reason.strip():
        raise ParameterError(
            "A link that is supposed needs a reason: any text.", "additions.reason", ("any text",)
        )
    kind = addition.kind if addition.kind.startswith(SAM) else SAM + addition.kind
    ends = _ends(store)
    if kind not in ends:
        names = sorted(iri.removeprefix(SAM) for iri in ends)
        raise ParameterError.unknown("additions.kind", addition.kind, names)
    subject = _thing(store, "additions.subject", addition.subject)
    object_ = _thing(store, "additions.object", addition.object)
    for end, iri in (("subject", subject), ("object", object_)):
        _fit(store, kind, end, iri, ends[kind][end])
    return replace(addition, subject=subject, kind=kind, object=object_)


def _rescored(store: Store, rescore: Rescore) -> Rescore:
    """Return a score with the full IRI of its assessment; ParameterError for one that cannot be."""
    name = rescore.assessment
    iri = name if name.startswith(ID) else f"{ID}assessment/{name.removeprefix('assessment/')}"
    known = {found.iri: found for found in find_assessments(store)}
    if iri not in known:
        raise ParameterError.unknown("scores.assessment", name, known)
    check_score(known[iri].from_, known[iri].to, rescore.score, rescore.reason)
    return replace(rescore, assessment=iri)


def _ends(store: Store) -> dict[str, dict[str, set[str]]]:
    """Return for each kind of link the classes that it allows at each end."""
    ends: dict[str, dict[str, set[str]]] = {}
    for row in store.query(find(ROOT / "queries", "ends").text).rows():
        allowed = ends.setdefault(row["kind"].value, {"subject": set(), "object": set()})
        allowed[row["end"].value].add(row["class"].value)
    return ends


def _fit(store: Store, kind: str, end: str, iri: str, allowed: set[str]) -> None:
    if not _classes(store, iri) & allowed:
        names = sorted(class_.rpartition("#")[2] for class_ in allowed)
        raise ParameterError(
            f"{iri.removeprefix(ID)} cannot be the {end} of {kind.removeprefix(SAM)};"
            f" that may be: {', '.join(names)}.",
            f"additions.{end}",
            names,
        )


def _refuse_known(statements: Statements, scenario: Scenario) -> None:
    """Refuse to add what is there already, what is added twice, or what is dropped as well."""
    known = {s.triple: s.link for s in statements.by_link.values() if s.speaks}
    said: set[tuple[str, str, str]] = set()
    for addition in scenario.additions:
        triple = addition.subject, addition.kind, addition.object
        link = known.get((addition.subject, addition.kind, ox.NamedNode(addition.object)))
        if link or triple in said:
            again = link or "this scenario"
            raise ParameterError(
                f"{_said(addition)} is there already, in {again}; add what is not yet there.",
                "additions",
                ("a link that is not there yet",),
            )
        for end, iri in (("subject", addition.subject), ("object", addition.object)):
            if iri in scenario.things:
                raise ParameterError(
                    f"{iri.removeprefix(ID)} is dropped by this scenario; link what stays.",
                    f"additions.{end}",
                    ("things that stay",),
                )
        said.add(triple)


def _said(addition: Addition) -> str:
    parts: Sequence[str] = (addition.subject, addition.kind, addition.object)
    return " ".join(part.removeprefix(ID).removeprefix(SAM) for part in parts)
