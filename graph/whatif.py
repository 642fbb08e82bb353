"""What if: the answers before and after a scenario, and the rows that come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.errors import SamenhangError
from graph.findings import Finding
from graph.ground import canonical_hash
from graph.inquiry import Answer, Inquiry
from graph.overlay import Removal, overlay
from graph.profile import Profile, ProfileFigure, take_profile
from graph.questions import list_questions
from graph.scenario import Scenario
from graph.scope import Scope

_CHANGED: Final = "The base graph was written while a scenario was worked out; ask again."


@dataclass(frozen=True)
class Effect:
    """What a scenario does to the answer to one question.

    `appeared` are the gaps that it opens, `closed` those that it closes, and `gone` those about
    things that are not asked about any more.
    """

    before: Answer
    after: Answer
    appeared: tuple[Finding, ...]
    closed: tuple[Finding, ...]
    gone: tuple[Finding, ...]

    @property
    def difference(self) -> int:
        """How many gaps more there are."""
        return self.after.numerator - self.before.numerator


@dataclass(frozen=True)
class Shift:
    """A figure of the profile before and after; `difference` is None where either has no value."""

    before: ProfileFigure
    after: ProfileFigure

    @property
    def difference(self) -> float | None:
        """How much the value grows."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


@dataclass(frozen=True)
class WhatIf:
    """A scenario with full IRIs, what it takes away, and what that does to answers and profile.

    `base_before` and `base_after` are canonical hashes of the base graph, which a scenario never
    writes.
    """

    scenario: Scenario
    removal: Removal
    scope: Scope
    effects: tuple[Effect, ...]
    shifts: tuple[Shift, ...]
    base_before: str
    base_after: str


def compare(
    inquiry: Inquiry, scenario: Scenario, questions: Sequence[str], scope: Scope | None = None
) -> WhatIf:
    """Ask questions (all, when none is named) of a store and of it under a scenario.

    Both are asked in the same scope. What a scenario adds counts only in one that supposes, at
    the level hypothetical. ParameterError for a scenario that cannot be, NotFoundError for an
    unknown question.
    """
    scope = scope or inquiry.scope()
    base, supposed = inquiry.ground, overlay(inquiry.ground, scenario)
    after = Inquiry(supposed.store)
    names = questions or [question.slug for question in list_questions()]
    effects = tuple(_effect(inquiry, after, name, scope) for name in names)
    shifts = _shifts(take_profile(inquiry, scope), take_profile(after, scope))
    now = canonical_hash(base.store.quads())
    return WhatIf(
        supposed.scenario, supposed.removal, scope, effects, shifts, base.hash, now
    )


def _effect(inquiry: Inquiry, supposed: Inquiry, name: str, scope: Scope) -> Effect:
    before, after = inquiry.ask(name, scope), supposed.ask(name, scope)
    gaps, left = ({f.key: f for f in answer.findings if f.gap} for answer in (before, after))
    asked = supposed.members(scope.edition, scope.supposes) if scope.edition else None
    lost = [gap for key, gap in gaps.items() if key not in left]
    ...
