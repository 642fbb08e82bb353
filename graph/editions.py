"""Editions: which strategies a store holds, and which things belong to each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from graph.errors import ParameterError
from graph.library import find
from graph.store import Store
from ontology import ID, PREFIXES, ROOT, SAM

_PARTS: Final = ("hasPillar", "hasObjective", "hasGoal", "hasFocus", "hasIssue", "hasLine")
#: Kinds that compare items of two editions, or editions; they make nothing a part of either.
_BETWEEN: Final = (
    "continuesAs",
    "renamedAs",
    "mergedInto",
    "splitFrom",
    "droppedIn",
    "headingDroppedIn",
    "newComparedWith",
    "notComparableWith",
    "succeeds",
)
_ANSWERS: Final = ("responsibleFor", "coordinates", "presents")
_ANSWERED: Final = ("signedBy", "issuedBy", "presentedOnBehalfOf", "officeOf")
_MAIN: Final = ("Strategy", "Pillar", "Goal")

_DEFAULT: Final = f"SELECT ?strategy {{ ?graph <{SAM}defaultEdition> ?strategy }}"

#: What somebody supposes to be linked: no direct triple says so.
_SUPPOSED: Final = f"""SELECT ?subject ?kind ?object {{
  ?link <{SAM}level> <{PREFIXES["level"]}hypothetical> ; <{PREFIXES["rdf"]}subject> ?subject ;
    <{PREFIXES["rdf"]}predicate> ?kind ; <{PREFIXES["rdf"]}object> ?object .
  FILTER(ISIRI(?object))
  FILTER NOT EXISTS {{ ?link <{SAM}polarity> <{PREFIXES["polarity"]}denied> }}
}}"""

Edges = dict[str, set[tuple[str, str]]]


def default_edition(store: Store) -> str:
    """Return the strategy that the data name as the one to ask about first; empty if none."""
    return next((row["strategy"].value for row in store.query(_DEFAULT).rows()), "")


def editions(store: Store) -> list[str]:
    """Return the strategies that have pillars or goals of their own, sorted."""
    kinds = ", ".join(f"<{SAM}{kind}>" for kind in _PARTS)
    text = (
        f"SELECT DISTINCT ?s {{ ?s a <{SAM}Strategy> ; ?kind ?part . FILTER(?kind IN ({kinds})) }}"
    )
    return sorted(row["s"].value for row in store.query(text).rows())


def things_of(store: Store, class_: str) -> frozenset[str]:
    """Return the things of a class of ours, by its local name, and of its subclasses."""
    text = find(ROOT / "queries", "things").bound(**{"class": SAM + class_})
    result = store.query(text)
    at = result.variables.index("thing")
    return frozenset(texts[at] for texts in result.texts() if not texts[at].startswith("_:"))


def members(store: Store, edition: str, supposes: bool = False) -> frozenset[str]:
    """Return what belongs to a strategy: itself, its parts, and what is linked with one of these.

    A department belongs to it, too, when it answers for something that does. Other strategies and
    their parts do not, and what compares two editions makes nothing a member. Hypothetical links
    count where somebody `supposes` them.
    """
    said = find(ROOT / "queries", "edges").text
    forth, back = _edges(store, (said, _SUPPOSED) if supposes else (said,))
    parts = {edition}
    for _ in range(2):  # a goal may stand under a pillar
        parts |= {o for part in parts for k, o in forth[part] if k.removeprefix(SAM) in _PARTS}
    others = frozenset[str]().union(*(things_of(store, name) for name in _MAIN)) - parts
    near = {
        other
        for part in parts
        for kind, other in (*forth[part], *back[part])
        if kind.removeprefix(SAM) not in _BETWEEN and other not in others
    }
    actors = set(_actors(near, forth, back))
    return frozenset(parts | near | actors | set(_actors(actors, forth, back)))


def _edges(store: Store, queries: Iterable[str]) -> tuple[Edges, Edges]:
    """Return what every thing is linked to, and what is linked to it, with the kinds."""
    forth: Edges = defaultdict(set)
    back: Edges = defaultdict(set)
    for subject, kind, object_ in (row for text in queries for row in store.query(text).texts()):
        forth[subject].add((kind, object_))
        back[object_].add((kind, subject))
    return forth, back


def _actors(things: set[str], forth: Edges, back: Edges) -> Iterator[str]:
    """Yield who answers for things: offices and bodies, and the departments of offices."""
    for thing in things:
        yield from (o for kind, o in forth[thing] if kind.removeprefix(SAM) in _ANSWERED)
        yield from (s for kind, s in back[thing] if kind.removeprefix(SAM) in _ANSWERS)


def find_strategy(store: Store, name: str = "") -> str:
    """Return the IRI of a strategy by its slug or IRI; without a name, the default edition.

    ParameterError lists the strategies there are.
    """
    rows = store.query(find(ROOT / "queries", "strategies").text).rows()
    known = {row["strategy"].value.removeprefix(ID + "strategy/") for row in rows}
    wanted = (name or default_edition(store)).removeprefix(ID + "strategy/")
    if wanted not in known:
        raise ParameterError.unknown("edition", name, sorted(known))
    return f"{ID}strategy/{wanted}"
