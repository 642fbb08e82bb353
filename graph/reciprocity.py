"""Reciprocity: what one text says of another, and whether the other says it back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from graph.errors import ParameterError
from graph.links import STRENGTH
from graph.statements import Statement, Statements
from ontology import ID

#: Both texts say it; only the first or the second does; one says it and the other denies it; or
#: the text that could say it back was not read.
State = Literal["both", "one_only", "other_only", "contradiction", "not_assessable"]

#: That an actor made or will do something is no claim about two texts.
_ACTORS: Final = tuple(
    ID + name + "/" for name in ("organization", "department", "office", "person")
)


@dataclass(frozen=True)
class Claim:
    """A thing that a text ties to the other; the other itself where both are tied as wholes.

    `one` and `other` are the links by which either text says it, `denials` those by which one
    denies it.
    """

    thing: str
    state: State
    one: tuple[str, ...]
    other: tuple[str, ...]
    denials: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reciprocity:
    """Two things with a text of their own, the documents that were read for each, and claims."""

    one: str
    other: str
    documents: tuple[tuple[str, ...], tuple[str, ...]]
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class _Side:
    """A thing, the names it goes by (itself and its texts), its documents, and what these say."""

    thing: str
    names: frozenset[str]
    documents: frozenset[str]
    said: tuple[Statement, ...]

    def joins(self, some: Collection[str], others: Collection[str]) -> list[Statement]:
        """Return what the documents say of one of these and one of those."""
        return [
            statement
            for statement in self.said
            for ends in (_ends(statement),)
            if (ends[0] in some and ends[1] in others) or (ends[1] in some and ends[0] in others)
        ]


def reciprocity(
    statements: Statements,
    one: str,
    other: str,
    level: str = "cited",
    more: Mapping[str, Collection[str]] | None = None,
) -> Reciprocity:
    """Return what the text of one thing says of another, and the other way round.

    A text claims a thing for the other text when a link in it joins that thing with the other. It
    is said back when the other text joins it with either of the two. `more` gives documents that
    speak for a thing beside its own text. ParameterError when a thing has no text or is the same.
    """
    if level not in STRENGTH:
        raise ParameterError.unknown("level", level, STRENGTH)
    sides = [
        _side(statements, name, thing, level, more or {})
        for name, thing in (("one", one), ("other", other))
    ]
    if one == other:
        raise ParameterError("A thing is compared with another, not with itself.", "other")
    left, right = sides
    things = dict.fromkeys((*_claimed(left, right, one), *_claimed(right, left, one)))
    claims = (_claim(left, right, thing) for thing in sorted(things))
    documents = (tuple(sorted(left.documents)), tuple(sorted(right.documents)))
    return Reciprocity(one, other, documents, tuple(claims))


def _side(
    statements: Statements,
    parameter: str,
    thing: str,
    level: str,
    more: Mapping[str, Collection[str]],
) -> _Side:
    """Return a side; only the documents that were read are its documents."""
    written = {text for things in statements.versions.values() for text in things}
    said_of = (end for s in statements.by_link.values() for end in _ends(s))
    if thing not in written.union(said_of):
        raise ParameterError.unknown(parameter, thing, sorted(written))
    read = frozenset[str]().union(*statements.sources.values())
    texts = statements.texts_of(thing)
    documents = (texts | set(more.get(thing, ()))) & read
    said = tuple(
        s
        for s in statements.by_link.values()
        if s.documents & documents and STRENGTH.get(s.level, 0) >= STRENGTH[level]
    )
    return _Side(thing, texts | {thing}, documents, said)


def _ends(statement: Statement) -> tuple[str, str]:
    return statement.subject, statement.object.value


def _claimed(side: _Side, about: _Side, whole: str) -> set[str]:
    """Return the things that a text joins with the other; the wholes under the name of the one."""
    found = set()
    for statement in side.said:
        subject, object_ = _ends(statement)
        if statement.denied or not {subject, object_} & about.names:
            continue
        thing = object_ if subject in about.names else subject
        if thing in side.names:
            found.add(whole)
        elif thing.startswith(ID) and not thing.startswith(_ACTORS) and thing not in about.names:
            found.add(thing)
    return found


def _claim(left: _Side, right: _Side, thing: str) -> Claim:
    """Return the claim about a thing; about both wholes when it is the first of them."""
    one, other = _ties(left, right, thing), _ties(right, left, thing)
    if thing == left.thing:
        one, other = (side.joins(left.names, right.names) for side in (left, right))
    denials = tuple(sorted(s.link for s in (*one, *other) if s.denied))
    here, there = (tuple(sorted(s.link for s in tie if not s.denied)) for tie in (one, other))
    return Claim(thing, _state(left, right, here, there, denials), here, there, denials)


def _ties(side: _Side, about: _Side, thing: str) -> list[Statement]:
    """Return what a text says of a thing and the other text, or else of it and itself."""
    return side.joins({thing}, about.names) or side.joins({thing}, side.names)


def _state(
    left: _Side,
    right: _Side,
    one: Collection[str],
    other: Collection[str],
    denials: Collection[str],
) -> State:
    if denials and (one or other):
        return "contradiction"
    if one and other:
        return "both"
    if not left.documents or not right.documents:
        return "not_assessable"
    return "one_only" if one else "other_only"
