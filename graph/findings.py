"""Findings: the rows of an answer, and what a measure makes of the facts of a question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.facts import Facts
from graph.measures.figures import Figure

#: What a sentence about a finding names: things (their IRIs), numbers, texts.
Value = str | int | float | tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One row of an answer: the thing, what it concerns, and the links that bear it out.

    `gap` tells whether the row is a shortcoming. `why` is the key of the sentence in the head of
    the question that says why the row is there (`why`, or `why-<key>`), and `values` what that
    sentence names. `links` say where the thing stands, `cover` what covers it. `disappears_at` is
    the level of evidence at which a gap would close; empty when no link of any level closes it.
    """

    item: str
    other: str = ""
    gap: bool = False
    why: str = ""
    links: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    disappears_at: str = ""
    severity: str = ""
    severity_reasons: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this row from the others of its answer, at every level of evidence."""
        return self.item, self.other, self.why


@dataclass(frozen=True)
class Judgement:
    """What a measure finds: rows, figures, and how many rows could have been a gap.

    Without `assessable`, each row could have been one. `still` names gaps (item and other) for
    which another row speaks.
    """

    findings: Sequence[Finding]
    figures: tuple[Figure, ...] = ()
    assessable: int | None = None
    still: frozenset[tuple[str, str]] = frozenset()


#: A measure of a question: from the facts that count, and the question's own parameters.
Judge = Callable[[Facts, Mapping[str, float]], Judgement]
